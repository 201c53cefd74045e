import { type Environment, printValue } from '../../jinja/index.ts';
import { nodeDict } from '../artifacts/node-dict.ts';
import { ParseConfig } from '../context/config-object.ts';
import { NodeContext } from '../context/node-context.ts';
import { RelationObject } from '../context/relation-object.ts';
import type { Scope } from '../context/scope.ts';
import type { Problems } from '../errors.ts';
import type { RefCall, SourceCall } from '../graph/node.ts';
import { mergeConfig, type NodeConfig, resolveConfig } from '../project/config-tree.ts';
import { asRecord, asText, asTexts, type DataRecord } from '../values.ts';
import type { Draft } from './drafts.ts';
import type { LoadedPackages } from './load.ts';
import { problemOf } from './templates.ts';

/** Renders a draft without asking the warehouse, to learn its configs, what it reads, and so its names. */
export function renderDraft(
  draft: Draft,
  loaded: LoadedPackages,
  scope: Scope,
  environment: Environment,
  problems: Problems,
): void {
  const { node, body } = draft;
  const refs: RefCall[] = [];
  const sources: SourceCall[] = [];
  const config = new ParseConfig();
  const placeholder = new RelationObject({
    database: scope.target.database,
    schema: scope.target.schema,
    identifier: node.name,
  });
  node.config = configOf(draft, loaded, {});
  const context = new NodeContext({
    scope,
    environment,
    packageName: node.packageName,
    config,
    thisRelation: placeholder,
    model: () => nodeDict(node),
    ref: (call) => {
      refs.push(call);
      return placeholder;
    },
    source: (call) => {
      sources.push(call);
      return placeholder;
    },
  });
  try {
    body.renderAtOnce(context);
    const inFile = config.collected.reduce<NodeConfig>(mergeConfig, {});
    node.config = configOf(draft, loaded, inFile);
    node.enabled = node.config.enabled !== false;
    node.refs = refs;
    node.sources = sources;
    node.tags = [...new Set(asTexts(node.config.tags))];
    node.meta = asRecord(node.config.meta) ?? {};
    node.group = asText(node.config.group) ?? null;
    nameNode(draft, context);
  } catch (error) {
    node.enabled = node.config.enabled !== false;
    if (node.enabled) for (const problem of problemOf(error, body)) problems.add(problem);
  }
  node.dependsOnMacros = [...context.macros.used].sort();
}

function configOf(draft: Draft, loaded: LoadedPackages, inFile: DataRecord): NodeConfig {
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
function nameNode({ node }: Draft, context: NodeContext): void {
  const dict = nodeDict(node);
  const named = (macro: string, custom: string | undefined): string => {
    const found = context.findMacro(macro);
    return found === undefined ? '' : printValue(found.call([custom ?? null, dict])).trim();
  };
  // A snapshot's older settings name the place itself.
  node.database =
    asText(node.config.target_database) ?? named('generate_database_name', asText(node.config.database));
  node.schema =
    asText(node.config.target_schema) ?? named('generate_schema_name', asText(node.config.schema));
  node.alias = named('generate_alias_name', asText(node.config.alias));
}
