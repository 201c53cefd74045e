import { createHash } from 'node:crypto';
import type { MacroDefinition } from '../context/macros.ts';
import type { GraphNode } from '../graph/node.ts';
import type { DocsBlock } from '../parse/docs.ts';
import type { ParsedProject } from '../parse/project.ts';
import { nodeDict } from './node-dict.ts';
import { type Invocation, metadata } from './results.ts';

/** The project as `manifest.json` has it (dbt manifest v12). */
export function manifest(project: ParsedProject, invocation: Invocation): Record<string, unknown> {
  const { loaded, graph, nodes, disabled, registry, docs } = project;
  const all = [...nodes.values()];
  const ofKind = (kind: GraphNode['resourceType']) => all.filter((node) => node.resourceType === kind);
  return {
    metadata: {
      ...metadata('manifest/v12', invocation),
      project_name: loaded.root.name,
      // dbt tells projects apart by a digest of their name.
      project_id: createHash('md5').update(loaded.root.name).digest('hex'),
      user_id: null,
      send_anonymous_usage_stats: false,
      adapter_type: 'snowflake',
    },
    nodes: keyed(all.filter(({ resourceType }) => !['source', 'unit_test'].includes(resourceType))),
    sources: keyed(ofKind('source')),
    macros: Object.fromEntries([...registry].map((macro) => [macro.uniqueId, macroDict(macro)])),
    docs: Object.fromEntries([...docs].map(([id, block]) => [id, docDict(block)])),
    exposures: {},
    metrics: {},
    groups: {},
    selectors: {},
    disabled: Object.fromEntries(disabled.map((node) => [node.uniqueId, [nodeDict(node)]])),
    parent_map: Object.fromEntries(all.map(({ uniqueId }) => [uniqueId, graph.parents(uniqueId)])),
    child_map: Object.fromEntries(all.map(({ uniqueId }) => [uniqueId, graph.children(uniqueId)])),
    group_map: {},
    saved_queries: {},
    semantic_models: {},
    unit_tests: keyed(ofKind('unit_test')),
  };
}

function keyed(nodes: readonly GraphNode[]): Record<string, unknown> {
  return Object.fromEntries(nodes.map((node) => [node.uniqueId, nodeDict(node)]));
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

function macroDict(macro: MacroDefinition): Record<string, unknown> {
  return {
    name: macro.name,
    resource_type: 'macro',
    package_name: macro.packageName,
    path: macro.path,
    original_file_path: macro.path,
    unique_id: macro.uniqueId,
    macro_sql: macro.file.text,
    depends_on: { macros: [] },
    description: '',
    meta: {},
    patch_path: null,
    arguments: [],
    supported_languages: null,
  };
}
