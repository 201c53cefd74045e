import { createHash } from 'node:crypto';
import type { Selectable } from '../graph/node.ts';
import type { DocsBlock } from '../parse/docs.ts';
import type { ParsedProject } from '../parse/project.ts';
import { noQuoting } from '../relation.ts';
import { groupDict } from './definition-dict.ts';
import { hookDicts } from './hook-nodes.ts';
import { macroDict } from './macro-dict.ts';
import { resourceDict } from './resource-dict.ts';
import { type Invocation, metadata } from './results.ts';
import { selectorDicts } from './selector-dict.ts';

/** The project as `manifest.json` has it (dbt manifest v12). */
export function manifest(project: ParsedProject, invocation: Invocation): Record<string, unknown> {
  const { loaded, nodes, definitions, disabled, registry, docs, groups, scope } = project;
  const all: Selectable[] = [...nodes.values(), ...definitions.values()];
  const ofKind = (kind: Selectable['resourceType']) => all.filter((node) => node.resourceType === kind);
  const hooks = [...loaded.packages.values()].flatMap((config) => hookDicts(config, scope.target));
  const macroProperties = new Map(
    project.macroProperties.map((said) => [`macro.${said.packageName}.${said.name}`, said]),
  );
  return {
    metadata: {
      ...metadata('manifest/v12', invocation),
      project_name: loaded.root.name,
      // dbt tells projects apart by a digest of their name.
      project_id: createHash('md5').update(loaded.root.name).digest('hex'),
      user_id: null,
      send_anonymous_usage_stats: false,
      adapter_type: 'snowflake',
      quoting: { ...noQuoting, column: null },
    },
    nodes: {
      ...keyed(project, all.filter(isBuiltOrTest)),
      ...Object.fromEntries(hooks.map((hook) => [hook.unique_id, hook])),
    },
    sources: keyed(project, ofKind('source')),
    macros: Object.fromEntries(
      [...registry].map((macro) => [
        macro.uniqueId,
        macroDict(macro, macroProperties.get(macro.uniqueId), registry),
      ]),
    ),
    docs: Object.fromEntries([...docs].map(([id, block]) => [id, docDict(block)])),
    exposures: keyed(project, ofKind('exposure')),
    metrics: keyed(project, ofKind('metric')),
    groups: Object.fromEntries(groups.map((group) => [group.uniqueId, groupDict(group)])),
    selectors: selectorDicts(project.selectors),
    disabled: Object.fromEntries(
      [...Map.groupBy(disabled, ({ uniqueId }) => uniqueId)].map(([id, nodes]) => [
        id,
        nodes.map((node) => resourceDict(node, project)),
      ]),
    ),
    ...maps(project, hooks),
    group_map: groupMap(project),
    saved_queries: keyed(project, ofKind('saved_query')),
    semantic_models: keyed(project, ofKind('semantic_model')),
    unit_tests: keyed(project, ofKind('unit_test')),
  };
}

const apart = new Set(['source', 'unit_test', 'exposure', 'metric', 'semantic_model', 'saved_query']);

/** Whether a node stands under `nodes`; all others have a place of their own in a manifest. */
function isBuiltOrTest({ resourceType }: Selectable): boolean {
  return !apart.has(resourceType);
}

function keyed(project: ParsedProject, nodes: readonly Selectable[]): Record<string, unknown> {
  return Object.fromEntries(nodes.map((node) => [node.uniqueId, resourceDict(node, project)]));
}

/** Who reads whom, in both directions, sorted as dbt sorts them. */
function maps(
  { graph }: ParsedProject,
  hooks: readonly Record<string, unknown>[],
): Record<'parent_map' | 'child_map', Record<string, unknown>> {
  const ofHooks = Object.fromEntries(hooks.map((hook) => [hook.unique_id, []]));
  const entries = (next: (id: string) => readonly string[]) =>
    Object.fromEntries([...graph.ids].map((id) => [id, next(id).toSorted()]));
  return {
    parent_map: { ...entries((id) => graph.parents(id)), ...ofHooks },
    child_map: { ...entries((id) => graph.children(id)), ...ofHooks },
  };
}

function groupMap({ groups, nodes, definitions }: ParsedProject): Record<string, string[]> {
  const result: Record<string, string[]> = Object.fromEntries(groups.map(({ name }) => [name, []]));
  for (const node of [...nodes.values(), ...definitions.values()]) {
    if ('group' in node && node.group !== null) result[node.group]?.push(node.uniqueId);
  }
  return result;
}

function docDict({
  name,
  packageName,
  path,
  originalPath,
  uniqueId,
  text,
}: DocsBlock): Record<string, unknown> {
  return {
    name,
    resource_type: 'doc',
    package_name: packageName,
    path,
    original_file_path: originalPath,
    unique_id: uniqueId,
    block_contents: text,
  };
}
