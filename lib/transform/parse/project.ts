import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { MacroRegistry } from '../context/macros.ts';
import { type Scope, warnAs } from '../context/scope.ts';
import { Variables } from '../context/variables.ts';
import { yamlNames } from '../context/yaml-names.ts';
import { Problems } from '../errors.ts';
import { Graph } from '../graph/graph.ts';
import type { Definition, GraphNode, Group, Selectable } from '../graph/node.ts';
import type { RenderValue } from '../project/config-file.ts';
import { KeptTexts } from '../project/kept.ts';
import type { Properties } from '../project/properties.ts';
import { readYaml } from '../project/yaml.ts';
import type { Data, DataRecord } from '../values.ts';
import type { NodeBody } from './bodies.ts';
import { checkMaterialization, reportClashes, reportCycles, reportSharedRelations } from './checks.ts';
import { checkConfig } from './config-checks.ts';
import { metricIds } from './definitions.ts';
import { warnOfDeprecations } from './deprecations.ts';
import { disableTestsOfDisabled, enabledLast, followTested } from './disabled.ts';
import { DescriptionRenderer, type DocsBlock, loadDocs } from './docs.ts';
import { checkGroups, placeOfNode } from './groups.ts';
import { KeptRenderings } from './kept-renderings.ts';
import { type LoadedPackages, loadMacros, loadPackages, yamlRenderer } from './load.ts';
import { readNodes } from './read-nodes.ts';
import { renderDraft } from './render-node.ts';
import { checkRequiredVersions } from './required-versions.ts';
import { Names, Resolver } from './resolve.ts';
import { fillInputMeasures, measureIds } from './semantic.ts';
import { createTemplates, type Templates } from './templates.ts';
import { unusedConfigPaths } from './unused-configs.ts';

/** A project that was read as a whole: every node with its config, its names and what it reads. */
export interface ParsedProject {
  readonly loaded: LoadedPackages;
  readonly registry: MacroRegistry;
  readonly templates: Templates;
  readonly scope: Scope;
  /** By unique id, enabled ones only. */
  readonly nodes: ReadonlyMap<string, GraphNode>;
  /** Exposures, metrics, semantic models and saved queries by unique id, enabled ones only. */
  readonly definitions: ReadonlyMap<string, Definition>;
  readonly groups: readonly Group[];
  /** What schema files say of macros. */
  readonly macroProperties: readonly Properties[];
  /** What `selectors.yml` holds; null when there is none. */
  readonly selectors: Data;
  readonly disabled: readonly Selectable[];
  /** Docs blocks by unique id. */
  readonly docs: ReadonlyMap<string, DocsBlock>;
  readonly bodies: ReadonlyMap<string, NodeBody>;
  readonly names: Names;
  /** What is kept from one process to the next, if anything is. */
  readonly kept: KeptRenderings | undefined;
  readonly graph: Graph;
}

export interface ParseOptions {
  readonly directory: string;
  readonly vars: DataRecord;
  readonly env: NodeJS.ProcessEnv;
  /** Folder of what is kept from one process to the next; without it nothing is. */
  readonly keptIn?: string;
  /** The scope of the run, but for what the project itself decides. */
  readonly scope: Omit<Scope, 'rootPackage' | 'registry' | 'variables' | 'env' | 'target'> & {
    readonly target: Omit<Scope['target'], 'profile'>;
  };
}

/**
 * Reads a dbt project and finds out what every node reads, without asking the warehouse.
 *
 * @throws ProjectError with everything that is wrong with it: templates, schema files, unknown names, cycles, duplicates
 */
export function parseProject(options: ParseOptions): ParsedProject {
  const problems = new Problems();
  const kept = options.keptIn === undefined ? undefined : new KeptTexts(options.keptIn);
  const templates = createTemplates(kept);
  const early = yamlRenderer(
    templates.compiling,
    yamlNames({ ...options.scope, env: options.env }, new Variables(options.vars)),
    problems,
  );
  const loaded = loadPackages(options.directory, early, problems);
  if (loaded === undefined) {
    problems.throwIfAny();
    throw new Error('a project without problems was not read');
  }
  const registry = loadMacros(loaded, problems);
  checkRequiredVersions(loaded, problems);
  const variables = new Variables(options.vars, loaded.root, loaded.packages);
  const scope: Scope = {
    ...options.scope,
    target: { ...options.scope.target, profile: loaded.root.profile ?? loaded.root.name },
    rootPackage: loaded.root.name,
    registry,
    variables,
    env: options.env,
  };
  // Nodes cannot be rendered while macros are missing: every one of them would fail for the same reason.
  problems.throwIfAny();
  const { drafts, sources, definitions, groups, macroProperties } = readNodes({
    loaded,
    registry,
    scope,
    templates,
    problems,
    kept,
  });
  const renderings = kept === undefined ? undefined : new KeptRenderings(kept, scope, loaded);
  const parts = { loaded, scope, environment: templates.parsing, problems, kept: renderings };
  for (const draft of drafts) renderDraft(draft, parts);
  const all = [...sources, ...drafts.map(({ node }) => node)];
  followTested(drafts, all);
  const names = new Names(all.filter(({ enabled }) => enabled));
  const disabled = new Names(all.filter(({ enabled }) => !enabled));
  disableTestsOfDisabled(drafts, { names, disabled, root: loaded.root.name, say: scope.say });
  reportClashes(drafts, problems);
  const nodes = all.filter(({ enabled }) => enabled);
  const defined = definitions.filter(({ enabled }) => enabled);
  const docs = loadDocs(loaded, problems);
  const descriptions = new DescriptionRenderer(docs, loaded.root.name, templates.compiling, problems);
  for (const node of [...nodes, ...defined]) descriptions.node(node);
  for (const group of groups) {
    group.description = descriptions.render(group.description, {
      ...group,
      place: { file: group.originalPath },
    }).text;
  }
  const describedMacros = macroProperties.map((said) => ({
    ...said,
    description: descriptions.render(said.description, { ...said, place: said }).text,
  }));
  const bodies = new Map(
    enabledLast(drafts.map(({ node, body }) => ({ id: node.uniqueId, enabled: node.enabled, body }))).map(
      ({ id, body }) => [id, body],
    ),
  );
  const resolver = new Resolver({ names, disabled, loaded, problems });
  const metrics = new Map(defined.map((one) => [one.uniqueId, one]));
  for (const { node, body } of drafts) {
    if (!node.enabled) continue;
    node.dependsOn = resolver.dependencies(node, (call) => body.siteOf(call));
    checkMaterialization(node, body, registry, problems);
  }
  for (const one of defined) {
    one.dependsOn = [
      ...resolver.dependencies(one, () => placeOfNode(one, bodies)),
      ...measureIds(one, defined, { problems }),
      ...metricIds(one, metrics, problems),
    ];
  }
  fillInputMeasures(defined.filter(({ resourceType }) => resourceType === 'metric'));
  const sqlNodes = drafts.flatMap(({ node }) => (node.enabled ? [node] : []));
  for (const node of sqlNodes)
    checkConfig(
      node,
      { described: placeOfNode(node, bodies), file: bodies.get(node.uniqueId)?.file ?? node.originalPath },
      problems,
    );
  checkGroups([...sqlNodes, ...defined], groups, (node) => placeOfNode(node, bodies), problems);
  warnOfDeprecations(sqlNodes, scope);
  for (const { file, line, message } of problems.oddities) {
    warnAs(scope, 'DuplicateYAMLKeysDeprecation', `${file}:${line}: ${message}`);
  }
  for (const path of unusedConfigPaths(loaded.root, [...all, ...definitions])) {
    warnAs(
      scope,
      'UnusedResourceConfigPath',
      `dbt_project.yml: nothing stands under ${path}, so its configs are of no use.`,
    );
  }
  const graph = new Graph(
    [...nodes, ...defined].map((node) => ({ id: node.uniqueId, parents: parentsOf(node) })),
  );
  const byId = new Map(nodes.map((node) => [node.uniqueId, node]));
  for (const node of sqlNodes) {
    const tested = node.unitTest === undefined ? undefined : byId.get(node.dependsOn[0] ?? '');
    // A unit test stands where its model stands.
    if (tested !== undefined && tested.resourceType !== 'source') node.schema = tested.schema;
  }
  reportCycles(graph, byId, bodies, problems);
  reportSharedRelations(nodes, bodies, problems);
  problems.throwIfAny();
  kept?.save();
  return {
    loaded,
    registry,
    templates,
    scope,
    nodes: byId,
    definitions: new Map(defined.map((one) => [one.uniqueId, one])),
    groups,
    macroProperties: describedMacros,
    selectors: readSelectors(loaded, early, problems),
    disabled: [...all, ...definitions].filter(({ enabled }) => !enabled),
    docs,
    bodies,
    names,
    kept: renderings,
    graph,
  };
}

function parentsOf(node: GraphNode | Definition): readonly string[] {
  return node.resourceType === 'source' ? [] : node.dependsOn;
}

function readSelectors({ root }: LoadedPackages, render: RenderValue, problems: Problems): Data {
  const names = ['selectors.yml', 'selectors.yaml'];
  const file = names.find((name) => existsSync(join(root.directory, name)));
  const yaml = file === undefined ? undefined : readYaml(join(root.directory, file), file, problems);
  return yaml === undefined ? null : render(yaml.data, yaml.file, 1);
}
