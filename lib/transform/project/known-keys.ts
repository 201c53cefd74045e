import { similarNames } from '../../config/index.ts';
import type { DataRecord } from '../values.ts';

/** What `dbt_project.yml` may hold. */
const projectKeys = [
  'name',
  'config-version',
  'version',
  'project-root',
  'source-paths',
  'model-paths',
  'macro-paths',
  'data-paths',
  'seed-paths',
  'test-paths',
  'analysis-paths',
  'function-paths',
  'docs-paths',
  'asset-paths',
  'target-path',
  'snapshot-paths',
  'clean-targets',
  'profile',
  'log-path',
  'packages-install-path',
  'quoting',
  'on-run-start',
  'on-run-end',
  'require-dbt-version',
  'dispatch',
  'models',
  'seeds',
  'snapshots',
  'analyses',
  'functions',
  'sources',
  'tests',
  'data_tests',
  'unit_tests',
  'metrics',
  'semantic-models',
  'saved-queries',
  'exposures',
  'vars',
  'packages',
  'query-comment',
  'restrict-access',
  'dbt-cloud',
  'flags',
];

const described = ['name', 'description', 'config', 'meta', 'docs'];
const tested = [...described, 'columns', 'tests', 'data_tests', 'tags', 'quote_columns'];

/** What schema files may say of a thing, by the list that it stands in. */
const schemaKeys: Readonly<Record<string, readonly string[]>> = {
  models: [
    ...tested,
    'access',
    'group',
    'contract',
    'constraints',
    'latest_version',
    'versions',
    'deprecation_date',
    'time_spine',
  ],
  seeds: tested,
  snapshots: [...tested, 'relation'],
  analyses: [...described, 'columns', 'tags'],
  macros: [...described, 'arguments'],
  exposures: [...described, 'type', 'owner', 'label', 'maturity', 'tags', 'url', 'depends_on', 'enabled'],
  groups: [...described, 'owner'],
  unit_tests: [...described, 'model', 'given', 'expect', 'overrides', 'versions', 'tags'],
  columns: [
    ...described,
    'data_type',
    'constraints',
    'tests',
    'data_tests',
    'quote',
    'tags',
    'granularity',
    'dimension',
    'entity',
  ],
  tables: [
    ...tested,
    'identifier',
    'loaded_at_field',
    'loaded_at_query',
    'freshness',
    'external',
    'quoting',
    'loader',
  ],
  sources: [
    ...described,
    'database',
    'catalog',
    'schema',
    'loader',
    'quoting',
    'freshness',
    'loaded_at_field',
    'loaded_at_query',
    'tables',
    'tags',
    'overrides',
  ],
  versions: [
    ...described,
    'v',
    'defined_in',
    'access',
    'constraints',
    'columns',
    'tests',
    'data_tests',
    'deprecation_date',
    'latest_version_pointer',
  ],
};

/** What a schema file may hold. */
const fileKeys = [
  'version',
  'anchors',
  'models',
  'seeds',
  'snapshots',
  'analyses',
  'macros',
  'data_tests',
  'exposures',
  'groups',
  'unit_tests',
  'metrics',
  'semantic_models',
  'saved_queries',
  'sources',
  'functions',
];

export interface Misspelling {
  readonly key: string;
  readonly meant: string;
}

/**
 * Keys that mean nothing and are a slip of the pen away from one that does. dbt reads over them without a word; keys that
 * are like no other are people's own.
 *
 * @param list the list of a schema file that the record stands in; null for the file itself
 */
export function misspelledKeys(record: DataRecord, list: string | null): Misspelling[] {
  const known = list === null ? fileKeys : schemaKeys[list];
  if (known === undefined) return [];
  return Object.keys(record).flatMap((key) => {
    if (known.includes(key)) return [];
    const [meant] = similarNames(key, known);
    return meant === undefined ? [] : [{ key, meant }];
  });
}

/** What a record holds under keys that are the project's own. */
export function unknownKeys(record: DataRecord, list: string): DataRecord {
  const known = new Set(schemaKeys[list]);
  return Object.fromEntries(Object.entries(record).filter(([key]) => !known.has(key)));
}

/** Keys of `dbt_project.yml` that it may not hold, each with the one that was probably meant. */
export function unknownProjectKeys(record: DataRecord): { key: string; meant: string | undefined }[] {
  return Object.keys(record)
    .filter((key) => !projectKeys.includes(key))
    .map((key) => ({
      key,
      meant:
        projectKeys.find((known) => known === key.replaceAll('_', '-')) ?? similarNames(key, projectKeys)[0],
    }));
}
