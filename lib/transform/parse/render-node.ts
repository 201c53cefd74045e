import { type Environment, printValue } from '../../jinja/index.ts';
import { nodeDict } from '../artifacts/node-dict.ts';
import { ParseConfig } from '../context/config-object.ts';
import { NodeContext } from '../context/node-context.ts';
import { RelationObject } from '../context/relation-object.ts';
import type { Scope } from '../context/scope.ts';
import type { Problems } from '../errors.ts';
import { readCall, type WrittenCall } from '../graph/calls.ts';
import type { RefCall, SourceCall, SqlNode } from '../graph/node.ts';
import { type NodeConfig, resolveConfig } from '../project/config-tree.ts';
import { asList, asRecord, asText, asTexts, type DataRecord } from '../values.ts';
import type { Draft } from './drafts.ts';
import type { KeptRenderings, Rendering } from './kept-renderings.ts';
import type { LoadedPackages } from './load.ts';
import { problemOf } from './templates.ts';
import { writtenConfig } from './written-config.ts';

export interface RenderParts {
  readonly loaded: LoadedPackages;
  readonly scope: Scope;
  readonly environment: Environment;
  readonly problems: Problems;
  /** What earlier processes found out. */
  readonly kept: KeptRenderings | undefined;
}

/** Finds out a draft's configs, what it reads, and so its names, without asking the warehouse. */
export function renderDraft(draft: Draft, parts: RenderParts): void {
  const { node, body } = draft;
  const { loaded, problems, kept } = parts;
  node.config = configOf(draft, loaded, []);
  const key = kept?.keyOf(node);
  const before = key === undefined ? undefined : kept?.get(key);
  if (before !== undefined) {
    configure(draft, loaded, before.configs);
    take(node, before);
    return;
  }
  const refs: RefCall[] = [];
  const sources: SourceCall[] = [];
  const config = new ParseConfig();
  const context = parseContext(node, parts, { config, refs, sources });
  try {
    body.renderAtOnce(context);
    configure(draft, loaded, config.collected);
    // The macros that name a relation are the project's, not the node's.
    const dependsOnMacros = [...context.macros.used].sort();
    const names = namesOf(node, context);
    const rendering = { refs, sources, configs: config.collected, names, dependsOnMacros };
    take(node, rendering);
    if (key !== undefined) kept?.set(key, rendering, context.asked);
  } catch (error) {
    node.enabled = node.config.enabled !== false;
    node.dependsOnMacros = [...context.macros.used].sort();
    if (node.enabled) for (const problem of problemOf(error, body)) problems.add(problem);
  }
}

/** What a node's templates see while they are only read: every relation is the same placeholder, and calls are written down. */
function parseContext(
  node: SqlNode,
  { scope, environment }: RenderParts,
  written: { readonly config: ParseConfig; readonly refs: RefCall[]; readonly sources: SourceCall[] },
): NodeContext {
  const placeholder = new RelationObject({
    database: scope.target.database,
    schema: scope.target.schema,
    identifier: node.name,
  });
  return new NodeContext({
    scope,
    environment,
    packageName: node.packageName,
    config: written.config,
    thisRelation: placeholder,
    model: () => nodeDict(node),
    ref: (call) => {
      written.refs.push(call);
      return placeholder;
    },
    source: (call) => {
      written.sources.push(call);
      return placeholder;
    },
  });
}

/** Gives a node its config, with what its own file says, and what follows from it. */
function configure({ node, ...draft }: Draft, loaded: LoadedPackages, inFile: readonly DataRecord[]): void {
  node.config = configOf({ node, ...draft }, loaded, inFile);
  node.writtenConfig = writtenConfig({ node, ...draft }, loaded, inFile);
  node.enabled = node.config.enabled !== false;
  node.tags = [...new Set([...asTexts(node.config.tags), ...(draft.tags ?? [])])];
  node.meta = asRecord(node.config.meta) ?? {};
  node.group = asText(node.config.group) ?? null;
}

function take(node: SqlNode, { refs, sources, names, dependsOnMacros }: Rendering): void {
  const foreign = foreignKeys(node);
  node.refs = [...refs, ...foreign.flatMap((call) => (call.kind === 'ref' ? [call.call] : []))];
  node.sources = [...sources, ...foreign.flatMap((call) => (call.kind === 'source' ? [call.call] : []))];
  node.database = names.database;
  node.schema = names.schema;
  node.alias = names.alias;
  node.dependsOnMacros = dependsOnMacros;
}

/** What the foreign keys of a model refer to has to be there before it. */
function foreignKeys(node: SqlNode): WrittenCall[] {
  if (node.resourceType !== 'model') return [];
  const ofColumns = node.columns.flatMap(({ constraints }) => constraints);
  return [...asList(node.properties.constraints), ...ofColumns].flatMap((constraint) => {
    const record = asRecord(constraint);
    const to = record?.type === 'foreign_key' ? asText(record.to) : undefined;
    return (to === undefined ? undefined : readCall(to)) ?? [];
  });
}

function configOf(draft: Draft, loaded: LoadedPackages, inFile: readonly DataRecord[]): NodeConfig {
  const own = loaded.packages.get(draft.node.packageName) ?? loaded.root;
  return resolveConfig({
    own: own[draft.tree],
    ...(own === loaded.root ? {} : { root: loaded.root[draft.tree] }),
    fqn: draft.node.fqn,
    defaults: draft.defaults,
    properties: draft.propertiesConfig,
    inFile,
  });
}

/** Database, schema and alias, by the macros that a project may replace. */
function namesOf(node: SqlNode, context: NodeContext): Rendering['names'] {
  const dict = nodeDict(node);
  const named = (macro: string, custom: string | undefined): string => {
    const found = context.findMacro(macro);
    return found === undefined ? '' : printValue(found.call([custom ?? null, dict])).trim();
  };
  const { config } = node;
  return {
    // A snapshot's older settings name the place itself.
    database: asText(config.target_database) ?? named('generate_database_name', asText(config.database)),
    schema: asText(config.target_schema) ?? named('generate_schema_name', asText(config.schema)),
    alias: named('generate_alias_name', asText(config.alias)),
  };
}
