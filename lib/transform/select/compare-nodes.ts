import { isDeepStrictEqual } from 'node:util';
import { asRecord, asText, type Data, type DataRecord } from '../values.ts';

/*
 * Whether a node is what it was, both sides as a manifest has them. As in dbt: its text as it was written and its config as
 * it was written, so that what only another target or environment makes of them is no change.
 */

/** Everything that makes a node what it is. */
export function sameContents(now: DataRecord, before: DataRecord): boolean {
  const kind = asText(now.resource_type) ?? '';
  const check = Object.hasOwn(contents, kind) ? contents[kind] : undefined;
  return check === undefined ? sameNode(now, before) : check(now, before);
}

type Same = (now: DataRecord, before: DataRecord) => boolean;

const contents: Readonly<Record<string, Same>> = {
  model: (now, before) =>
    sameNode(now, before) && sameContract(now, before) && sameFields(now, before, refFields),
  test: (now, before) =>
    // The SQL of a generic test is its macro's, which is compared by itself.
    now.test_metadata === undefined
      ? sameNode(now, before)
      : sameConfig(now, before) && sameFields(now, before, ['fqn']),
  unit_test: (now, before) => sameFields(now, before, unitTestFields),
  source: (now, before) =>
    sameRelation(now, before) && sameConfig(now, before) && sameFields(now, before, sourceFields),
  exposure: (now, before) =>
    sameConfig(now, before) && sameFields(now, before, exposureFields) && sameDependencies(now, before),
  metric: (now, before) => sameConfig(now, before) && sameFields(now, before, metricFields),
  semantic_model: (now, before) => sameConfig(now, before) && sameFields(now, before, semanticModelFields),
  saved_query: (now, before) => sameConfig(now, before) && sameFields(now, before, savedQueryFields),
};

const refFields = ['latest_version', 'access', 'deprecation_date'];
const sourceFields = ['fqn', 'quoting', 'freshness', 'loaded_at_field', 'external'];
const unitTestFields = ['model', 'given', 'expect', 'overrides'];
const exposureFields = ['fqn', 'type', 'owner', 'maturity', 'url', 'description', 'label'];
const metricFields = ['type', 'description', 'label'];
const semanticModelFields = [
  'model',
  'description',
  'defaults',
  'entities',
  'dimensions',
  'measures',
  'primary_entity',
  'group',
];
const savedQueryFields = ['query_params', 'description', 'label', 'group', 'exports', 'tags'];

function sameNode(now: DataRecord, before: DataRecord): boolean {
  return (
    sameBody(now, before) &&
    sameConfig(now, before) &&
    samePersistedDescriptions(now, before) &&
    sameRelation(now, before) &&
    sameFields(now, before, ['fqn'])
  );
}

/** The text as it was written; a seed's rows by their checksum. */
export function sameBody(now: DataRecord, before: DataRecord): boolean {
  if (now.resource_type === 'seed')
    return asText(asRecord(now.checksum)?.checksum) === asText(asRecord(before.checksum)?.checksum);
  return sameText(asText(now.raw_code) ?? '', asText(before.raw_code) ?? '');
}

/** Texts that differ by more than the ends of their lines and the space around them. */
export function sameText(now: string, before: string): boolean {
  const plain = (text: string): string => text.replaceAll('\r\n', '\n').trim();
  return plain(now) === plain(before);
}

/** Parts of a config that say where a relation is, or only describe. */
const notCompared = new Set(['alias', 'schema', 'database', 'tags', 'group']);
/** Of a test's config what decides about its outcome, and of a source's what decides about its rows. */
const comparedConfigs: Readonly<Record<string, readonly string[]>> = {
  test: [
    'severity',
    'where',
    'limit',
    'fail_calc',
    'warn_if',
    'error_if',
    'store_failures',
    'store_failures_as',
  ],
  source: ['enabled', 'event_time'],
};

/** The config as it was written. */
export function sameConfig(now: DataRecord, before: DataRecord): boolean {
  const [ours, theirs] = [writtenConfig(now), writtenConfig(before)];
  const all = new Set([...Object.keys(ours), ...Object.keys(theirs)]);
  const kind = asText(now.resource_type) ?? '';
  const keys = comparedConfigs[kind] ?? [...all].filter((key) => !notCompared.has(key));
  return keys.every((key) => sameSaid(now, key, theirs[key]));
}

/** Database, schema and alias as they were written; another target's names are no change. */
export function sameRelation(now: DataRecord, before: DataRecord): boolean {
  if (now.resource_type === 'source') {
    return (
      sameData(now.identifier, before.identifier) &&
      ['database', 'schema'].every((key) => sameWritten(now, before, key))
    );
  }
  const theirs = writtenConfig(before);
  return ['database', 'schema', 'alias'].every((key) => sameSaid(now, key, theirs[key]));
}

/** Descriptions, where they are written into the warehouse. */
export function samePersistedDescriptions(now: DataRecord, before: DataRecord): boolean {
  const persist = asRecord(asRecord(now.config)?.persist_docs);
  if (persist?.relation === true && !sameData(now.description, before.description)) return false;
  return persist?.columns !== true || sameData(columnDescriptions(now), columnDescriptions(before));
}

/** What a model promises of its columns, where it is bound to it. */
export function sameContract(now: DataRecord, before: DataRecord): boolean {
  const [ours, theirs] = [isEnforced(now), isEnforced(before)];
  if (ours !== theirs) return false;
  return !ours || (sameData(promised(now), promised(before)) && sameFields(now, before, ['constraints']));
}

function isEnforced(node: DataRecord): boolean {
  return (
    asRecord(node.contract)?.enforced === true || asRecord(asRecord(node.config)?.contract)?.enforced === true
  );
}

function promised(node: DataRecord): Data {
  return columnsBy(node, (column) => ({
    data_type: column.data_type ?? null,
    constraints: column.constraints ?? [],
  }));
}

function columnDescriptions(node: DataRecord): Data {
  return columnsBy(node, (column) => column.description ?? '');
}

function columnsBy(node: DataRecord, what: (column: DataRecord) => Data): Data {
  return Object.fromEntries(
    Object.entries(asRecord(node.columns) ?? {}).map(([name, column]) => [
      name,
      what(asRecord(column) ?? {}),
    ]),
  );
}

function sameDependencies(now: DataRecord, before: DataRecord): boolean {
  const ids = (node: DataRecord): Data => {
    const nodes = asRecord(node.depends_on)?.nodes;
    return Array.isArray(nodes) ? [...nodes].sort() : [];
  };
  return sameData(ids(now), ids(before));
}

function sameFields(now: DataRecord, before: DataRecord, keys: readonly string[]): boolean {
  return keys.every((key) => sameData(now[key], before[key]));
}

/** A manifest that keeps the config as it was written is compared by that, an older one by what the config came to. */
function writtenConfig(node: DataRecord): DataRecord {
  return asRecord(node.unrendered_config) ?? asRecord(node.config) ?? {};
}

/** Where a source is, as it was written if both manifests know that. */
function sameWritten(now: DataRecord, before: DataRecord, key: string): boolean {
  const written = `unrendered_${key}`;
  const known = Object.hasOwn(now, written) && Object.hasOwn(before, written);
  return known ? sameData(now[written], before[written]) : sameData(now[key], before[key]);
}

/** dbt may keep what a file says of its own config as a dump of its syntax tree, which says no more than the file's text. */
const dumped = /^Keyword\(key=/;

/** A config that is an expression may also be what it comes to: dbt keeps that of what a file says of itself. */
function sameSaid(now: DataRecord, key: string, before: Data | undefined): boolean {
  if (typeof before === 'string' && dumped.test(before)) return true;
  const written = writtenConfig(now)[key];
  return (
    sameData(written, before) || (written !== undefined && sameData(asRecord(now.config)?.[key], before))
  );
}

/** Manifests write what was left out in several ways: as nothing, null, or as something empty. */
function sameData(now: Data | undefined, before: Data | undefined): boolean {
  return isDeepStrictEqual(plain(now), plain(before));
}

function plain(value: Data | undefined): Data {
  if (value === undefined || value === null) return null;
  if (Array.isArray(value)) return value.length === 0 ? null : value.map((item: Data) => plain(item));
  const record = asRecord(value);
  if (record === undefined) return value;
  const said = Object.entries(record)
    .map(([key, item]) => [key, plain(item)] as const)
    .filter(([, item]) => item !== null);
  return said.length === 0 ? null : Object.fromEntries(said);
}
