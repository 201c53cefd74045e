import type { SqlNode } from '../graph/node.ts';
import { asList, asRecord, asTexts, type Data, type DataRecord } from '../values.ts';

const every = { enabled: true, alias: null, schema: null, database: null, tags: [], meta: {}, group: null };

const built = {
  ...every,
  materialized: 'view',
  incremental_strategy: null,
  batch_size: null,
  lookback: 1,
  begin: null,
  persist_docs: {},
  'post-hook': [],
  'pre-hook': [],
  quoting: {},
  column_types: {},
  full_refresh: null,
  unique_key: null,
  on_schema_change: 'ignore',
  on_configuration_change: 'apply',
  grants: {},
  packages: [],
  docs: { show: true, node_color: null },
  contract: { enforced: false, alias_types: true },
  event_time: null,
  concurrent_batches: null,
};

/** What dbt's manifest says of a node's config where nobody said anything, by the kind of node. */
const defaults: Readonly<Record<SqlNode['resourceType'], Readonly<Record<string, unknown>>>> = {
  model: { ...built, access: 'protected', freshness: null },
  analysis: built,
  operation: built,
  seed: { ...built, materialized: 'seed', delimiter: ',', quote_columns: null },
  snapshot: {
    ...built,
    materialized: 'snapshot',
    strategy: null,
    target_schema: null,
    target_database: null,
    updated_at: null,
    check_cols: null,
    snapshot_meta_column_names: {
      dbt_valid_to: null,
      dbt_valid_from: null,
      dbt_scd_id: null,
      dbt_updated_at: null,
      dbt_is_deleted: null,
    },
    dbt_valid_to_current: null,
  },
  test: {
    ...every,
    schema: 'dbt_test__audit',
    materialized: 'test',
    severity: 'ERROR',
    store_failures: null,
    store_failures_as: null,
    where: null,
    limit: null,
    fail_calc: 'count(*)',
    warn_if: '!= 0',
    error_if: '!= 0',
  },
  unit_test: { tags: [], meta: {}, enabled: true },
};

/** Configs that are records of known keys: what is said goes over these. */
const filled = ['docs', 'contract', 'snapshot_meta_column_names'];

/** The config of a node as dbt's manifest has it, with everything that nobody said. */
export function configDict(node: SqlNode): Record<string, unknown> {
  const base = defaults[node.resourceType];
  const result: Record<string, unknown> = { ...base, ...node.config };
  result.tags = [...new Set(asTexts(node.config.tags))];
  result.meta = { ...node.meta };
  if (node.resourceType === 'unit_test') {
    return { tags: result.tags, meta: result.meta, enabled: node.enabled };
  }
  for (const key of filled) {
    const record = asRecord(node.config[key]);
    if (record !== undefined) result[key] = { ...asRecord(base[key]), ...record };
  }
  for (const key of ['pre-hook', 'post-hook']) {
    if (node.config[key] !== undefined) result[key] = asList(node.config[key]).map(hookDict);
  }
  if (node.resourceType === 'test' && node.config.store_failures === true)
    result.store_failures_as ??= 'table';
  return result;
}

/** A hook as dbt keeps it; one that is written as JSON is what `before_begin(…)` comes to. */
export function hookDict(hook: Data): Record<string, unknown> {
  const record = asRecord(hook) ?? parsedHook(hook);
  if (record === undefined) return { sql: String(hook), transaction: true, index: null };
  return { sql: record.sql ?? '', transaction: record.transaction ?? true, index: record.index ?? null };
}

function parsedHook(hook: Data): DataRecord | undefined {
  if (typeof hook !== 'string' || !hook.trimStart().startsWith('{"')) return undefined;
  try {
    return asRecord(JSON.parse(hook));
  } catch {
    return undefined;
  }
}

/** `docs:` of a node: whether and how the documentation shows it. */
export function docsDict(node: SqlNode): Record<string, unknown> {
  return { show: true, node_color: null, ...asRecord(node.config.docs) };
}

/** What was said of a node's config at all, as it was written: what dbt's comparisons of two states look at. */
export function unrenderedConfig({ writtenConfig = {} }: SqlNode): Record<string, unknown> {
  return { ...writtenConfig };
}
