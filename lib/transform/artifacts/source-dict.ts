import type { SourceNode } from '../graph/node.ts';
import type { NodeConfig } from '../project/config-tree.ts';
import { noQuoting, renderRelation } from '../relation.ts';
import { columnDict } from './column-dict.ts';

const externalDefaults = {
  location: null,
  file_format: null,
  row_format: null,
  tbl_properties: null,
  partitions: null,
};

/** A table of a source as dbt's manifest has it. */
export function sourceDict(node: SourceNode): Record<string, unknown> {
  const { loadedAtField, loadedAtQuery } = node;
  const freshness = freshnessDict(node);
  const shared = {
    freshness,
    loaded_at_field: loadedAtField,
    loaded_at_query: loadedAtQuery,
    meta: { ...node.meta },
    tags: [...node.tags],
  };
  const said = {
    enabled: node.enabled,
    event_time: node.config.event_time ?? null,
    ...shared,
  };
  return {
    database: node.database,
    schema: node.schema,
    name: node.name,
    resource_type: 'source',
    package_name: node.packageName,
    path: node.path,
    original_file_path: node.originalPath,
    unique_id: node.uniqueId,
    fqn: [...node.fqn],
    source_name: node.sourceName,
    source_description: node.sourceDescription,
    loader: node.loader,
    identifier: node.identifier,
    quoting: { database: null, schema: null, identifier: null, column: null, ...node.quoting },
    ...shared,
    external: node.external === undefined ? null : { ...externalDefaults, ...node.external },
    description: node.description,
    columns: Object.fromEntries(node.columns.map((column) => [column.name, columnDict(column)])),
    source_meta: { ...node.sourceMeta },
    config: said,
    patch_path: node.patchedIn ?? null,
    unrendered_config: writtenConfig(node.config),
    relation_name: renderRelation({
      database: node.database,
      schema: node.schema,
      identifier: node.identifier,
      quoting: { ...noQuoting, ...node.quoting },
    }),
    unrendered_database: node.writtenDatabase ?? null,
    unrendered_schema: node.writtenSchema ?? null,
    doc_blocks: [...(node.docBlocks ?? [])],
  };
}

function freshnessDict({ freshness, freshnessOff }: SourceNode): Record<string, unknown> | null {
  if (freshness === null && freshnessOff === true) return null;
  const nothing = { count: null, period: null };
  return {
    warn_after: freshness?.warnAfter ?? nothing,
    error_after: freshness?.errorAfter ?? nothing,
    filter: freshness?.filter ?? null,
  };
}

/** What was said of the config at all; that a source is enabled is what it is without a word. */
function writtenConfig(config: NodeConfig): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(config).filter(([key, value]) => key !== 'enabled' || value !== true),
  );
}
