import { envVar } from '../context/base-names.ts';
import type { MacroRegistry } from '../context/macros.ts';
import type { Scope } from '../context/scope.ts';
import { VarFunction, Variables } from '../context/variables.ts';
import { Problems } from '../errors.ts';
import { Graph } from '../graph/graph.ts';
import {
  type GraphNode,
  isEphemeral,
  isTest,
  materializationOf,
  type SourceNode,
  type SqlNode,
} from '../graph/node.ts';
import { noQuoting, relationKey } from '../relation.ts';
import type { DataRecord } from '../values.ts';
import type { NodeBody } from './bodies.ts';
import { type DocsBlock, loadDocs, renderDescriptions } from './docs.ts';
import { type Draft, modelDrafts, singularTestDrafts } from './drafts.ts';
import { genericTestDrafts } from './generic-tests.ts';
import { type LoadedPackages, loadMacros, loadPackages, loadProperties, yamlRenderer } from './load.ts';
import { renderDraft } from './render-node.ts';
import { describe, Names, resolveDependencies } from './resolve.ts';
import { seedDrafts } from './seeds.ts';
import { snapshotDrafts } from './snapshots.ts';
import { sourceNode } from './sources.ts';
import { createTemplates, type Templates } from './templates.ts';
import { unitTestDrafts } from './unit-tests.ts';

/** A project that was read as a whole: every node with its config, its names and what it reads. */
export interface ParsedProject {
  readonly loaded: LoadedPackages;
  readonly registry: MacroRegistry;
  readonly templates: Templates;
  readonly scope: Scope;
  /** By unique id, enabled ones only. */
  readonly nodes: ReadonlyMap<string, GraphNode>;
  readonly disabled: readonly GraphNode[];
  /** Docs blocks by unique id. */
  readonly docs: ReadonlyMap<string, DocsBlock>;
  readonly bodies: ReadonlyMap<string, NodeBody>;
  readonly names: Names;
  readonly graph: Graph;
}

export interface ParseOptions {
  readonly directory: string;
  readonly vars: DataRecord;
  readonly env: NodeJS.ProcessEnv;
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
  const templates = createTemplates();
  const early = yamlRenderer(
    templates.compiling,
    yamlNames(options, new Variables(options.vars), ''),
    problems,
  );
  const loaded = loadPackages(options.directory, early, problems);
  if (loaded === undefined) {
    problems.throwIfAny();
    throw new Error('a project without problems was not read');
  }
  const registry = loadMacros(loaded, problems);
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
  const { drafts, sources } = readNodes(loaded, registry, scope, templates, options, problems);
  for (const draft of drafts) renderDraft(draft, loaded, scope, templates.parsing, problems);
  const all = [...sources, ...drafts.map(({ node }) => node)];
  disableOrphanedTests(drafts, all);
  const nodes = all.filter(({ enabled }) => enabled);
  const docs = loadDocs(loaded, problems);
  renderDescriptions(nodes, docs, loaded.root.name, templates.compiling, problems);
  const names = new Names(nodes);
  const off = new Names(all.filter(({ enabled }) => !enabled));
  for (const { node, body } of drafts) {
    if (!node.enabled) continue;
    node.dependsOn = resolveDependencies(node, names, off, loaded.root.name, body, problems);
    checkMaterialization(node, body, registry, problems);
  }
  const graph = new Graph(nodes.map((node) => ({ id: node.uniqueId, parents: parentsOf(node) })));
  const byId = new Map(nodes.map((node) => [node.uniqueId, node]));
  const bodies = new Map(drafts.map(({ node, body }) => [node.uniqueId, body]));
  reportCycles(graph, byId, bodies, problems);
  reportSharedRelations(nodes, bodies, problems);
  problems.throwIfAny();
  return {
    loaded,
    registry,
    templates,
    scope,
    nodes: byId,
    disabled: all.filter(({ enabled }) => !enabled),
    docs,
    bodies,
    names,
    graph,
  };
}

function parentsOf(node: GraphNode): readonly string[] {
  return node.resourceType === 'source' ? [] : node.dependsOn;
}

/** What the texts of YAML files may use. */
function yamlNames(options: ParseOptions, variables: Variables, packageName: string) {
  const { target } = options.scope;
  const names = new Map<string, unknown>([
    ['env_var', envVar(options.env)],
    ['var', new VarFunction(variables, packageName, false)],
    ['target', { ...target, target_name: target.name, dbname: target.database, type: 'snowflake' }],
  ]);
  return (name: string): unknown => names.get(name);
}

function readNodes(
  loaded: LoadedPackages,
  registry: MacroRegistry,
  scope: Scope,
  templates: Templates,
  options: ParseOptions,
  problems: Problems,
): { drafts: Draft[]; sources: SourceNode[] } {
  const drafts: Draft[] = [];
  const sources: SourceNode[] = [];
  for (const config of loaded.packages.values()) {
    const names = yamlNames(options, scope.variables, config.name);
    const render = yamlRenderer(templates.compiling, names, problems);
    const properties = loadProperties(loaded, config, render, problems);
    drafts.push(
      ...seedDrafts(loaded, config, properties, problems),
      ...modelDrafts(loaded, config, properties, problems, scope.say),
      ...snapshotDrafts(loaded, config, properties, problems),
      ...singularTestDrafts(loaded, config, properties, problems),
      ...genericTestDrafts(properties, registry, problems),
      ...unitTestDrafts(config, properties, problems),
    );
    for (const table of properties.sources) {
      const node = sourceNode(table, {
        ownTree: config.sources,
        ...(config === loaded.root ? {} : { rootTree: loaded.root.sources }),
        quoting: config.quoting,
        database: scope.target.database,
        problems,
      });
      const before = sources.find(({ uniqueId }) => uniqueId === node.uniqueId);
      if (before === undefined) sources.push(node);
      else {
        problems.add({
          file: table.file,
          line: table.line,
          message: `the source "${node.sourceName}.${node.name}" is described twice.`,
          hint: `The other place is ${before.patch?.file}:${before.patch?.line}.`,
        });
      }
    }
  }
  return { drafts, sources };
}

/** A generic test of something disabled is disabled with it, and so is one of something that only a schema file knows. */
function disableOrphanedTests(drafts: readonly Draft[], all: readonly GraphNode[]): void {
  const on = new Set(all.filter(({ enabled }) => enabled).map(({ uniqueId }) => uniqueId));
  for (const { node } of drafts) {
    const attached = node.test?.attachedNode;
    if (attached != null && !on.has(attached)) node.enabled = false;
  }
}

function checkMaterialization(
  node: SqlNode,
  body: NodeBody,
  registry: MacroRegistry,
  problems: Problems,
): void {
  if (!['model', 'snapshot'].includes(node.resourceType) || isEphemeral(node)) return;
  const name = materializationOf(node);
  if (registry.materialization(name) !== undefined) return;
  const meant = registry.similarMaterialization(name);
  problems.add({
    file: body.file,
    message: `${describe(node)} is to be materialized as "${name}", and nothing knows how.`,
    ...(meant === undefined ? {} : { hint: `Did you mean "${meant}"?` }),
  });
}

function reportCycles(
  graph: Graph,
  nodes: ReadonlyMap<string, GraphNode>,
  bodies: ReadonlyMap<string, NodeBody>,
  problems: Problems,
): void {
  for (const cycle of graph.cycles()) {
    const names = cycle.map((id) => nodes.get(id)?.name ?? id);
    const body = bodies.get(cycle[0] ?? '');
    problems.add({
      ...(body === undefined ? {} : { file: body.file }),
      message: `models read each other in a circle: ${names.join(' -> ')} (an arrow leads to what reads it).`,
      hint: 'Take one of the refs out.',
    });
  }
}

/** Two nodes that make the same relation would overwrite each other. */
function reportSharedRelations(
  nodes: readonly GraphNode[],
  bodies: ReadonlyMap<string, NodeBody>,
  problems: Problems,
): void {
  const owners = new Map<string, SqlNode>();
  for (const node of nodes) {
    if (node.resourceType === 'source' || isTest(node) || isEphemeral(node)) continue;
    const key = relationKey({ ...node, identifier: node.alias, quoting: noQuoting });
    const before = owners.get(key);
    if (before === undefined) owners.set(key, node);
    else {
      problems.add({
        file: bodies.get(node.uniqueId)?.file ?? node.originalPath,
        message: `${describe(node)} and ${describe(before)} would both make ${key}.`,
        hint: 'Give one of them another alias or schema.',
      });
    }
  }
}
