import type { Definition, Group } from '../graph/node.ts';
import type { ParsedProject } from '../parse/project.ts';
import { asRecord, asText } from '../values.ts';
import { relationNameOf } from './node-dict.ts';

/** An exposure, metric, semantic model or saved query as dbt's manifest has it. */
export function definitionDict(
  node: Definition,
  project: Pick<ParsedProject, 'nodes'>,
): Record<string, unknown> {
  const own = node.resourceType === 'semantic_model' ? withRelation(node, project) : node.own;
  return {
    name: node.name,
    resource_type: node.resourceType,
    package_name: node.packageName,
    path: node.path,
    original_file_path: node.originalPath,
    unique_id: node.uniqueId,
    fqn: [...node.fqn],
    // Only of these dbt tells no description from an empty one.
    description: ['semantic_model', 'saved_query'].includes(node.resourceType)
      ? node.description || null
      : node.description,
    unrendered_config: {},
    depends_on: { macros: [], nodes: [...node.dependsOn] },
    refs: node.refs.map(({ name, packageName, version }) => ({ name, package: packageName, version })),
    ...kindPart(node),
    ...own,
  };
}

/** A semantic model with the relation that it is over. */
function withRelation(
  node: Definition,
  { nodes }: Pick<ParsedProject, 'nodes'>,
): Readonly<Record<string, unknown>> {
  const model = nodes.get(node.dependsOn[0] ?? '');
  if (model === undefined || model.resourceType === 'source') return node.own;
  const relation = {
    alias: model.alias,
    schema_name: model.schema,
    database: model.database,
    relation_name: relationNameOf(model),
  };
  return { ...node.own, node_relation: relation };
}

function kindPart(node: Definition): Record<string, unknown> {
  const { enabled, group } = node;
  const tags = [...node.tags];
  const meta = { ...node.meta };
  const sources = node.sources.map((source) => [...source]);
  const metrics = node.metrics.map((name) => [name]);
  switch (node.resourceType) {
    case 'exposure':
      return { meta, tags, config: { enabled, tags, meta }, sources, metrics };
    case 'metric':
      return { meta, tags, config: { enabled, group, meta }, sources, metrics: [], group };
    case 'semantic_model':
      return { config: { enabled, group, meta }, group };
    case 'saved_query':
      return { tags, config: savedQueryConfig(node), group };
  }
}

function savedQueryConfig({ config, enabled, group, meta }: Definition): Record<string, unknown> {
  return {
    enabled,
    group,
    meta: { ...meta },
    export_as: asText(config.export_as) ?? null,
    schema: asText(config.schema) ?? null,
    cache: asRecord(config.cache) ?? { enabled: false },
  };
}

export function groupDict(group: Group): Record<string, unknown> {
  return {
    name: group.name,
    resource_type: 'group',
    package_name: group.packageName,
    path: group.path,
    original_file_path: group.originalPath,
    unique_id: group.uniqueId,
    owner: { ...group.owner },
    description: group.description,
    config: { ...group.config },
  };
}
