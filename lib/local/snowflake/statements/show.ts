import { Cursor, LTZ, NUMBER, TEXT } from '../../../sql/index.ts';
import { dynamicOf } from '../catalog/dynamic.ts';
import { wireMoment } from '../catalog/history.ts';
import { rowCounts } from '../catalog/row-counts.ts';
import { tableProperties, viewProperties } from '../catalog/tables.ts';
import { StatementContext } from '../context.ts';
import type { CatalogObject, StatementHandler, StatementResult } from '../statement.ts';
import { listing } from './result.ts';
import {
  showGrants,
  showParameters,
  showRoles,
  showUsers,
  showVariables,
  showWarehouses,
} from './show-account.ts';
import { showColumns, showPrimaryKeys } from './show-columns.ts';
import {
  comment,
  created,
  databaseName,
  empty,
  type Field,
  fixedText,
  kind,
  name,
  owner,
  roleType,
  schemaName,
  TERSE,
  text,
} from './show-fields.ts';
import { filtered, parseFilter, type ShowFilter, scopeOf } from './show-filter.ts';

const isDynamic: Field<CatalogObject> = [
  'is_dynamic',
  TEXT,
  (one) => (dynamicOf(one) === undefined ? 'N' : 'Y'),
];

async function showTables(core: StatementContext, filter: ShowFilter): Promise<StatementResult> {
  const tables = filtered(core.objects.all('TABLE', scopeOf(filter)), filter);
  if (filter.terse) return listing(TERSE, tables);
  const counts = await rowCounts(core, tables);
  return listing(
    [
      created,
      name,
      databaseName,
      schemaName,
      kind,
      comment,
      [
        'cluster_by',
        TEXT,
        (one) => (tableProperties(one).clusterBy ? `LINEAR(${tableProperties(one).clusterBy})` : ''),
      ],
      ['rows', NUMBER, (one) => counts.get(one) ?? '0'],
      ['bytes', NUMBER, () => '0'],
      owner,
      ['retention_time', TEXT, (one) => String(tableProperties(one).retentionDays ?? 1)],
      fixedText('automatic_clustering', 'OFF'),
      ['change_tracking', TEXT, (one) => (tableProperties(one).changeTracking ? 'ON' : 'OFF')],
      fixedText('is_external', 'N'),
      fixedText('enable_schema_evolution', 'N'),
      roleType,
      fixedText('is_event', 'N'),
      fixedText('is_hybrid', 'N'),
      fixedText('is_iceberg', 'N'),
      isDynamic,
      fixedText('is_immutable', 'N'),
    ],
    tables,
  );
}

async function showDynamicTables(core: StatementContext, filter: ShowFilter): Promise<StatementResult> {
  const tables = filtered(
    core.objects.all('TABLE', scopeOf(filter)).filter((one) => dynamicOf(one) !== undefined),
    filter,
  );
  const counts = await rowCounts(core, tables);
  const moment = (value: string | null | undefined) => (value ? wireMoment(new Date(value)) : null);
  return listing(
    [
      created,
      name,
      databaseName,
      schemaName,
      ['cluster_by', TEXT, (one) => text(one.properties.clusterBy)],
      ['rows', NUMBER, (one) => counts.get(one) ?? '0'],
      ['bytes', NUMBER, () => '0'],
      owner,
      ['target_lag', TEXT, (one) => dynamicOf(one)?.targetLag ?? ''],
      // Rows are computed in full whatever the mode, so AUTO comes to FULL.
      ['refresh_mode', TEXT, (one) => refreshMode(one)],
      empty('refresh_mode_reason'),
      ['warehouse', TEXT, (one) => dynamicOf(one)?.warehouse ?? ''],
      comment,
      ['text', TEXT, (one) => dynamicOf(one)?.text ?? ''],
      fixedText('automatic_clustering', 'OFF'),
      ['scheduling_state', TEXT, (one) => dynamicOf(one)?.schedulingState ?? ''],
      ['last_suspended_on', LTZ, (one) => moment(dynamicOf(one)?.lastSuspendedOn)],
      fixedText('is_clone', 'false'),
      fixedText('is_replica', 'false'),
      ['data_timestamp', LTZ, (one) => moment(dynamicOf(one)?.dataTimestamp)],
      roleType,
    ],
    tables,
  );
}

function refreshMode(one: CatalogObject): string {
  const mode = dynamicOf(one)?.refreshMode;
  return mode === 'INCREMENTAL' ? mode : 'FULL';
}

function showViews(core: StatementContext, filter: ShowFilter): StatementResult {
  const views = filtered(core.objects.all('VIEW', scopeOf(filter)), filter);
  if (filter.terse) return listing(TERSE, views);
  const secure = (one: CatalogObject) => String(viewProperties(one).secure);
  return listing(
    [
      created,
      name,
      empty('reserved'),
      databaseName,
      schemaName,
      owner,
      comment,
      ['text', TEXT, (one) => viewProperties(one).text],
      ['is_secure', TEXT, secure],
      fixedText('is_materialized', 'false'),
      roleType,
      fixedText('change_tracking', 'OFF'),
    ],
    views,
  );
}

/** SHOW OBJECTS: tables and views together. */
async function showObjects(core: StatementContext, filter: ShowFilter): Promise<StatementResult> {
  const all = [...core.objects.all('TABLE', scopeOf(filter)), ...core.objects.all('VIEW', scopeOf(filter))];
  const found = filtered(
    all.sort((a, b) => (a.name.name < b.name.name ? -1 : 1)),
    filter,
  );
  if (filter.terse) return listing(TERSE, found);
  const counts = await rowCounts(
    core,
    found.filter((one) => one.kind === 'TABLE'),
  );
  return listing(
    [
      created,
      name,
      databaseName,
      schemaName,
      // Tables and views are told apart, transient tables from others are not: dbt counts on it.
      ['kind', TEXT, (one) => one.kind],
      comment,
      ['cluster_by', TEXT, (one) => text(one.properties.clusterBy)],
      ['rows', NUMBER, (one) => counts.get(one) ?? '0'],
      ['bytes', NUMBER, () => '0'],
      owner,
      fixedText('retention_time', '1'),
      roleType,
      fixedText('is_hybrid', 'N'),
      isDynamic,
      fixedText('is_iceberg', 'N'),
    ],
    found,
  );
}

function showDatabases(core: StatementContext, filter: ShowFilter): StatementResult {
  const databases = filtered(core.objects.all('DATABASE'), filter);
  if (filter.terse)
    return listing(
      [created, name, fixedText('kind', 'STANDARD'), empty('database_name'), empty('schema_name')],
      databases,
    );
  return listing(
    [
      created,
      name,
      fixedText('is_default', 'N'),
      ['is_current', TEXT, (one) => (one.name.name === core.session.database ? 'Y' : 'N')],
      empty('origin'),
      owner,
      comment,
      ['options', TEXT, (one) => (one.properties.transient === true ? 'TRANSIENT' : '')],
      ['retention_time', TEXT, (one) => text(one.properties.retention) || '1'],
      fixedText('kind', 'STANDARD'),
      empty('budget'),
      roleType,
    ],
    databases,
  );
}

function showSchemas(core: StatementContext, filter: ShowFilter): StatementResult {
  const scope = filter.database === undefined ? {} : { database: filter.database };
  const schemas = filtered(core.objects.all('SCHEMA', scope), filter);
  if (filter.terse)
    return listing([created, name, empty('kind'), databaseName, empty('schema_name')], schemas);
  const options = (one: CatalogObject) =>
    [
      one.properties.transient === true ? 'TRANSIENT' : '',
      one.properties.managedAccess === true ? 'MANAGED ACCESS' : '',
    ]
      .filter((word) => word !== '')
      .join(', ');
  return listing(
    [
      created,
      name,
      fixedText('is_default', 'N'),
      [
        'is_current',
        TEXT,
        (one) =>
          one.name.database === core.session.database && one.name.name === core.session.schema ? 'Y' : 'N',
      ],
      databaseName,
      owner,
      comment,
      ['options', TEXT, options],
      ['retention_time', TEXT, (one) => text(one.properties.retention) || '1'],
      roleType,
      empty('budget'),
    ],
    schemas,
  );
}

function showSequences(core: StatementContext, filter: ShowFilter): StatementResult {
  return listing(
    [
      name,
      databaseName,
      schemaName,
      ['next_value', NUMBER, (one) => String(one.properties.start ?? 1)],
      ['interval', NUMBER, (one) => String(one.properties.increment ?? 1)],
      created,
      owner,
      comment,
      roleType,
      fixedText('ordered', 'Y'),
    ],
    filtered(core.objects.all('SEQUENCE', scopeOf(filter)), filter),
  );
}

type Show = (core: StatementContext, filter: ShowFilter) => StatementResult | Promise<StatementResult>;

const SHOWN: Readonly<Record<string, Show>> = {
  TABLES: showTables,
  'DYNAMIC TABLES': showDynamicTables,
  VIEWS: showViews,
  OBJECTS: showObjects,
  DATABASES: showDatabases,
  SCHEMAS: showSchemas,
  SEQUENCES: showSequences,
  ROLES: showRoles,
  USERS: showUsers,
  WAREHOUSES: showWarehouses,
  COLUMNS: showColumns,
  'PRIMARY KEYS': showPrimaryKeys,
};

const show: StatementHandler = {
  heads: [...Object.keys(SHOWN), 'GRANTS', 'PARAMETERS', 'VARIABLES'].map((words) => `SHOW ${words}`),
  transaction: 'none',
  async run(context, statement) {
    const core = StatementContext.of(context);
    const cursor = new Cursor(statement);
    cursor.expectWord('SHOW');
    const terse = cursor.takeWord('TERSE');
    if (cursor.takeWord('GRANTS')) return showGrants(core, cursor);
    if (cursor.takeWord('PARAMETERS')) return showParameters(core, cursor);
    if (cursor.takeWord('VARIABLES')) return showVariables(core);
    const found = Object.entries(SHOWN).find(([words]) => {
      const [first = '', ...others] = words.split(' ');
      return cursor.takeWord(first, ...others);
    });
    if (found === undefined) throw cursor.unexpected();
    return found[1](core, parseFilter(core, cursor, terse));
  },
};

export const showHandlers: readonly StatementHandler[] = [show];
