import type { Definition, Group } from '../graph/node.ts';

/** An exposure, metric, semantic model or saved query as dbt's manifest has it. */
export function definitionDict(node: Definition): Record<string, unknown> {
  const { own } = node;
  return {
    name: node.name,
    resource_type: node.resourceType,
    package_name: node.packageName,
    path: node.path,
    original_file_path: node.originalPath,
    unique_id: node.uniqueId,
    fqn: [...node.fqn],
    description: node.description,
    unrendered_config: {},
    depends_on: { macros: [], nodes: [...node.dependsOn] },
    refs: node.refs.map(({ name, packageName, version }) => ({ name, package: packageName, version })),
    ...kindPart(node),
    ...own,
  };
}

function kindPart(node: Definition): Record<string, unknown> {
  const { config, enabled, group } = node;
  const tags = [...node.tags];
  const meta = { ...node.meta };
  const sources = node.sources.map((source) => [...source]);
  const metrics = node.metrics.map((name) => [name]);
  switch (node.resourceType) {
    case 'exposure':
      return { meta, tags, config: { enabled, tags, meta }, sources, metrics };
    case 'metric':
      return { meta, tags, config: { enabled, group, meta }, sources, metrics, group };
    case 'semantic_model':
      return { config: { enabled, group, meta }, group };
    case 'saved_query':
      return { tags, config: { ...savedQueryConfig, enabled, group, meta, ...cacheOf(config.cache) }, group };
  }
}

const savedQueryConfig = { export_as: null, schema: null, cache: { enabled: false } };

function cacheOf(cache: unknown): Record<string, unknown> {
  return typeof cache === 'object' && cache !== null ? { cache } : {};
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
