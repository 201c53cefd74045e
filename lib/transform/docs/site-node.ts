import { stringify } from 'yaml';
import type { ColumnLineage } from '../analysis/lineage-types.ts';
import { asRecord, asText, asTexts, type Data, type DataRecord } from '../values.ts';
import type { NodeKind, SiteFreshness, SiteNode, SiteRelation, SiteResult, SiteTest } from './data-types.ts';
import type { MaskedColumns } from './masked.ts';
import type { CatalogRelation } from './read-catalog.ts';
import { columnsOf, constraintsOf } from './site-columns.ts';
import { threshold } from './site-results.ts';

export interface NodeContext {
  readonly relations: ReadonlyMap<string, CatalogRelation> | undefined;
  readonly compiled: ReadonlyMap<string, string>;
  readonly results: ReadonlyMap<string, SiteResult>;
  readonly freshness: ReadonlyMap<string, SiteFreshness>;
  readonly columnTests: ReadonlyMap<string, readonly string[]>;
  readonly lineage: ColumnLineage | undefined;
  readonly masked: MaskedColumns;
  readonly macros: ReadonlySet<string>;
}

const kinds: readonly NodeKind[] = [
  'model',
  'source',
  'seed',
  'snapshot',
  'analysis',
  'exposure',
  'metric',
  'semantic_model',
  'saved_query',
  'test',
  'unit_test',
];

/** A node of the manifest as the page shows it. */
export function siteNode(dict: DataRecord, context: NodeContext): SiteNode {
  const id = asText(dict.unique_id) ?? '';
  const kind = kinds.find((known) => known === dict.resource_type) ?? 'analysis';
  const config = asRecord(dict.config) ?? {};
  const dependsOn = asRecord(dict.depends_on) ?? {};
  const file = (asText(dict.original_file_path) ?? '').replaceAll('\\', '/');
  const packageName = asText(dict.package_name) ?? '';
  const relation = context.relations?.get(id);
  return {
    id,
    kind,
    name: asText(dict.name) ?? '',
    label: labelOf(kind, dict),
    package: packageName,
    file,
    folders: [packageName, ...file.split('/').slice(0, -1)].filter((folder) => folder !== ''),
    description: asText(dict.description) ?? '',
    tags: [...new Set([...asTexts(dict.tags), ...asTexts(config.tags)])],
    meta: { ...asRecord(config.meta), ...asRecord(dict.meta) },
    columns: columnsOf(id, dict, {
      relation,
      lineage: context.lineage,
      columnTests: context.columnTests,
      masked: context.masked,
    }),
    parents: [...new Set(asTexts(dependsOn.nodes))].filter((parent) => parent !== id),
    macros: asTexts(dependsOn.macros).filter((macro) => context.macros.has(macro)),
    materialized: kind === 'source' ? null : (asText(config.materialized) ?? null),
    relation: relationOf(kind, dict, config, relation),
    rawCode: rawCodeOf(kind, dict),
    compiledCode: codeOf(context.compiled.get(id)),
    access: kind === 'model' ? (asText(dict.access) ?? asText(config.access) ?? null) : null,
    group: asText(dict.group) ?? asText(config.group) ?? null,
    owner: ownerOf(dict, config),
    contract: (asRecord(dict.contract) ?? asRecord(config.contract))?.enforced === true,
    constraints: constraintsOf(dict.constraints),
    color: colorOf(dict, config),
    config: shownConfig(config),
    test: kind === 'test' || kind === 'unit_test' ? testOf(dict, config) : null,
    result: context.results.get(id) ?? null,
    freshness: context.freshness.get(id) ?? null,
    facts: factsOf(kind, dict),
  };
}

function labelOf(kind: NodeKind, dict: DataRecord): string {
  const name = asText(dict.name) ?? '';
  if (kind === 'source') return `${asText(dict.source_name) ?? ''}.${name}`;
  if (kind === 'exposure') return asText(dict.label) ?? name;
  const version = asText(dict.version);
  return version === undefined ? name : `${name}.v${version}`;
}

function codeOf(value: Data | undefined): string | null {
  const text = asText(value)?.trim();
  return text === undefined || text === '' ? null : text;
}

/** What the project has written; a generic test is a line of its schema file, and the SQL that dbt makes of it says nothing. */
function rawCodeOf(kind: NodeKind, dict: DataRecord): string | null {
  if (kind === 'unit_test') return unitTestText(dict);
  return dict.test_metadata === undefined || dict.test_metadata === null ? codeOf(dict.raw_code) : null;
}

function relationOf(
  kind: NodeKind,
  dict: DataRecord,
  config: DataRecord,
  found: CatalogRelation | undefined,
): SiteRelation | null {
  if (!['model', 'source', 'seed', 'snapshot'].includes(kind) || config.materialized === 'ephemeral')
    return null;
  const sql = asText(dict.relation_name);
  if (sql === undefined) return null;
  return {
    database: found?.database ?? asText(dict.database) ?? '',
    schema: found?.schema ?? asText(dict.schema) ?? '',
    name: found?.name ?? asText(dict.alias) ?? asText(dict.identifier) ?? asText(dict.name) ?? '',
    sql,
    type: found === undefined ? null : found.type === 'BASE TABLE' ? 'table' : found.type.toLowerCase(),
    rows: found?.rows ?? null,
    // A warehouse that gives rows no size has not measured it.
    bytes: found?.bytes === 0 && found.rows !== 0 ? null : (found?.bytes ?? null),
    lastAltered: found?.lastAltered ?? null,
    owner: found?.owner ?? null,
    comment: found?.comment ?? null,
  };
}

/** A colour by its name or number; anything else that a project may write is none. */
function colorOf(dict: DataRecord, config: DataRecord): string | null {
  const color = asText((asRecord(config.docs) ?? asRecord(dict.docs))?.node_color) ?? '';
  return /^(?:#[0-9a-f]{3,8}|[a-z]{3,30})$/i.test(color) ? color : null;
}

function ownerOf(dict: DataRecord, config: DataRecord): string | null {
  const owner = asRecord(dict.owner);
  if (owner !== undefined) {
    const [name, email] = [asText(owner.name), asText(owner.email)];
    return name !== undefined && email !== undefined ? `${name} <${email}>` : (name ?? email ?? null);
  }
  const meta = { ...asRecord(config.meta), ...asRecord(dict.meta) };
  return asText(meta.owner) ?? null;
}

/** Said elsewhere on the page, or dbt's own affair. */
const hiddenConfig = new Set([
  'enabled',
  'materialized',
  'tags',
  'meta',
  'access',
  'group',
  'contract',
  'severity',
  'docs',
  'quoting',
  'packages',
]);

/** What dbt sets where nobody sets anything. */
const defaultConfig: Readonly<Record<string, Data>> = {
  lookback: 1,
  on_schema_change: 'ignore',
  on_configuration_change: 'apply',
  fail_calc: 'count(*)',
  warn_if: '!= 0',
  error_if: '!= 0',
  delimiter: ',',
  schema: 'dbt_test__audit',
};

/** The settings that somebody made. */
function shownConfig(config: DataRecord): DataRecord {
  const empty = (value: Data) =>
    value === null ||
    value === '' ||
    value === false ||
    (typeof value === 'object' && Object.keys(value).length === 0);
  return Object.fromEntries(
    Object.entries(config).filter(
      ([name, value]) => !hiddenConfig.has(name) && !empty(value) && defaultConfig[name] !== value,
    ),
  );
}

function testOf(dict: DataRecord, config: DataRecord): SiteTest {
  const metadata = asRecord(dict.test_metadata) ?? {};
  const [first] = asTexts(asRecord(dict.depends_on)?.nodes);
  const namespace = asText(metadata.namespace);
  const name = asText(metadata.name);
  const given = Object.entries(asRecord(metadata.kwargs) ?? {}).filter(
    ([argument]) => argument !== 'model' && argument !== 'column_name',
  );
  return {
    name: name === undefined ? null : namespace === undefined ? name : `${namespace}.${name}`,
    severity: (asText(config.severity) ?? 'error').toLowerCase(),
    node: asText(dict.attached_node) ?? asText(dict.tested_node_unique_id) ?? first ?? null,
    column: asText(dict.column_name) ?? null,
    arguments: given.map(
      ([argument, value]) => `${argument}: ${typeof value === 'string' ? value : JSON.stringify(value)}`,
    ),
  };
}

/** A unit test as one would write it. */
function unitTestText(dict: DataRecord): string {
  const rows = (value: Data | undefined) => {
    const { format, rows: given, fixture } = asRecord(value) ?? {};
    return {
      ...(format === undefined || format === 'dict' ? {} : { format }),
      ...(fixture ? { fixture } : { rows: given ?? [] }),
    };
  };
  const given = Array.isArray(dict.given) ? dict.given : [];
  const overrides = Object.fromEntries(
    Object.entries(asRecord(dict.overrides) ?? {}).filter(
      ([, value]) => Object.keys(asRecord(value) ?? {}).length > 0,
    ),
  );
  return stringify({
    model: dict.model,
    given: given.map((one: Data) => ({ input: asRecord(one)?.input, ...rows(one) })),
    expect: rows(dict.expect),
    ...(Object.keys(overrides).length === 0 ? {} : { overrides }),
  });
}

function factsOf(kind: NodeKind, dict: DataRecord): (readonly [string, string])[] {
  const facts: (readonly [string, Data | undefined])[] = [];
  if (kind === 'source') {
    const freshness = asRecord(dict.freshness) ?? {};
    facts.push(
      ['Loader', dict.loader],
      ['Loaded at', dict.loaded_at_field],
      ['Freshness limits', limits(threshold(freshness.warn_after), threshold(freshness.error_after))],
      ['About the source', dict.source_description],
    );
  }
  if (kind === 'exposure')
    facts.push(['Type', dict.type], ['Maturity', dict.maturity], ['Address', dict.url]);
  if (kind === 'metric') facts.push(['Type', dict.type]);
  if (dict.version !== undefined && dict.version !== null) {
    const latest = dict.latest_version;
    facts.push([
      'Version',
      latest === undefined || latest === null
        ? dict.version
        : `${asText(dict.version)} (latest: ${asText(latest)})`,
    ]);
  }
  facts.push(['Deprecated from', dict.deprecation_date]);
  return facts.flatMap(([label, value]) => {
    const text = asText(value);
    return text === undefined || text === '' ? [] : [[label, text] as const];
  });
}

function limits(warn: string | null, error: string | null): string {
  return [warn === null ? '' : `warns after ${warn}`, error === null ? '' : `fails after ${error}`]
    .filter((text) => text !== '')
    .join(', ');
}
