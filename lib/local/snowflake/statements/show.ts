import { wireMoment } from '../catalog/history.ts';
import {
  type TableColumn,
  tableColumns,
  tableOrView,
  tableProperties,
  viewProperties,
} from '../catalog/tables.ts';
import { StatementContext } from '../context.ts';
import { missingObject, unsupported } from '../errors.ts';
import { duckTable, printName } from '../names.ts';
import { Cursor } from '../sql/cursor.ts';
import type { CatalogObject, StatementHandler, StatementResult } from '../statement.ts';
import { LTZ, NUMBER, type SqlType, TEXT, typeName } from '../types.ts';
import { parameterDefaults } from '../wire/parameters.ts';
import { listing } from './result.ts';

type Field<T> = readonly [string, SqlType, (value: T) => string | null];

/** The clauses that every SHOW takes. */
export interface ShowFilter {
  readonly terse: boolean;
  readonly like: string | undefined;
  readonly startsWith: string | undefined;
  readonly limit: number | undefined;
  readonly database: string | undefined;
  readonly schema: string | undefined;
  /** SHOW COLUMNS IN TABLE t. */
  readonly table: readonly string[] | undefined;
}

/** Reads LIKE, IN, STARTS WITH and LIMIT after the kind. */
export function parseFilter(core: StatementContext, cursor: Cursor, terse: boolean): ShowFilter {
  cursor.takeWord('HISTORY');
  const like = cursor.takeWord('LIKE') ? cursor.string() : undefined;
  let { database, schema } = {
    database: core.session.database ?? undefined,
    schema: core.session.schema ?? undefined,
  };
  let table: string[] | undefined;
  if (cursor.takeWord('IN')) {
    if (cursor.takeWord('ACCOUNT')) {
      database = undefined;
      schema = undefined;
    } else if (cursor.takeWord('DATABASE')) {
      schema = undefined;
      if (!cursor.done && !isFilterWord(cursor)) database = cursor.identifier().name;
    } else if (cursor.takeWord('TABLE') || cursor.takeWord('VIEW')) {
      table = cursor.names();
    } else {
      const named = cursor.takeWord('SCHEMA');
      if (!named || (!cursor.done && !isFilterWord(cursor))) {
        const parts = cursor.names();
        schema = parts.at(-1);
        if (parts.length > 1) database = parts[0];
        else if (
          !named &&
          core.objects.find('DATABASE', { database: '', schema: '', name: parts[0] ?? '' })
        ) {
          database = parts[0];
          schema = undefined;
        }
      }
    }
    requireScope(core, database, schema);
  }
  const startsWith = cursor.takeWord('STARTS', 'WITH') ? cursor.string() : undefined;
  const limit = cursor.takeWord('LIMIT') ? cursor.integer() : undefined;
  if (cursor.takeWord('FROM')) throw unsupported('SHOW … LIMIT n FROM');
  cursor.expectEnd();
  return { terse, like, startsWith, limit, database, schema, table };
}

function isFilterWord(cursor: Cursor): boolean {
  return cursor.isWord('STARTS') || cursor.isWord('LIMIT');
}

function requireScope(
  core: StatementContext,
  database: string | undefined,
  schema: string | undefined,
): void {
  if (database === undefined) return;
  if (!core.objects.find('DATABASE', { database: '', schema: '', name: database }))
    throw missingObject('Database', printName(database));
  if (
    schema !== undefined &&
    !core.objects.find('SCHEMA', { database, schema: '', name: schema }) &&
    schema !== 'INFORMATION_SCHEMA'
  ) {
    throw missingObject('Schema', `${printName(database)}.${printName(schema)}`);
  }
}

/** LIKE of SHOW ignores case. */
export function likeMatches(pattern: string, text: string): boolean {
  const escaped = pattern
    .replace(/[.*+?^${}()|[\]]/g, '\\$&')
    .replaceAll('%', '.*')
    .replace(/(?<!\\)_/g, '.')
    .replaceAll('\\_', '_');
  return new RegExp(`^${escaped}$`, 'is').test(text);
}

export function filtered(objects: readonly CatalogObject[], filter: ShowFilter): CatalogObject[] {
  const found = objects
    .filter(({ name }) => filter.like === undefined || likeMatches(filter.like, name.name))
    .filter(({ name }) => filter.startsWith === undefined || name.name.startsWith(filter.startsWith));
  return filter.limit === undefined ? found : found.slice(0, filter.limit);
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const created: Field<CatalogObject> = ['created_on', LTZ, (one) => wireMoment(one.createdOn)];
const name: Field<CatalogObject> = ['name', TEXT, (one) => one.name.name];
const kind: Field<CatalogObject> = ['kind', TEXT, kindOf];
const databaseName: Field<CatalogObject> = ['database_name', TEXT, (one) => one.name.database];
const schemaName: Field<CatalogObject> = ['schema_name', TEXT, (one) => one.name.schema];
const owner: Field<CatalogObject> = ['owner', TEXT, (one) => one.owner];
const comment: Field<CatalogObject> = ['comment', TEXT, (one) => text(one.properties.comment)];
const roleType: Field<CatalogObject> = ['owner_role_type', TEXT, () => 'ROLE'];
const empty = (label: string): Field<CatalogObject> => [label, TEXT, () => ''];
const fixedText = (label: string, value: string): Field<CatalogObject> => [label, TEXT, () => value];

function kindOf(one: CatalogObject): string {
  if (one.kind !== 'TABLE') return one.kind;
  return tableProperties(one).kind;
}

const TERSE = [created, name, kind, databaseName, schemaName];

async function rowCounts(
  core: StatementContext,
  tables: readonly CatalogObject[],
): Promise<Map<CatalogObject, string>> {
  const counts = new Map<CatalogObject, string>();
  for (const table of tables) {
    const reader = await core.duck.runAndReadAll(`SELECT count(*) FROM ${duckTable(table.name)}`);
    counts.set(table, String(reader.getRowsJS()[0]?.[0] ?? 0));
  }
  return counts;
}

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
      fixedText('is_dynamic', 'N'),
      fixedText('is_immutable', 'N'),
    ],
    tables,
  );
}

function scopeOf({ database, schema }: ShowFilter): { database?: string; schema?: string } {
  return { ...(database === undefined ? {} : { database }), ...(schema === undefined ? {} : { schema }) };
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
      kind,
      comment,
      ['cluster_by', TEXT, (one) => text(one.properties.clusterBy)],
      ['rows', NUMBER, (one) => counts.get(one) ?? '0'],
      ['bytes', NUMBER, () => '0'],
      owner,
      fixedText('retention_time', '1'),
      roleType,
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

function showRoles(core: StatementContext, filter: ShowFilter): StatementResult {
  const grants = core.objects.all('GRANT').filter((grant) => grant.properties.onKind === 'ROLE');
  const count = (test: (grant: CatalogObject) => boolean) => String(grants.filter(test).length);
  return listing(
    [
      created,
      name,
      fixedText('is_default', 'N'),
      ['is_current', TEXT, (one) => (one.name.name === core.session.role ? 'Y' : 'N')],
      fixedText('is_inherited', 'N'),
      [
        'assigned_to_users',
        NUMBER,
        (one) =>
          count((grant) => grant.properties.on === one.name.name && grant.properties.granteeKind === 'USER'),
      ],
      [
        'granted_to_roles',
        NUMBER,
        (one) =>
          count((grant) => grant.properties.on === one.name.name && grant.properties.granteeKind === 'ROLE'),
      ],
      ['granted_roles', NUMBER, (one) => count((grant) => grant.properties.grantee === one.name.name)],
      owner,
      comment,
    ],
    filtered(core.objects.all('ROLE'), filter),
  );
}

function showUsers(core: StatementContext, filter: ShowFilter): StatementResult {
  const option = (label: string, key: string): Field<CatalogObject> => [
    label,
    TEXT,
    (one) => text(one.properties[key]),
  ];
  return listing(
    [
      name,
      created,
      ['login_name', TEXT, (one) => text(one.properties.LOGIN_NAME) || one.name.name],
      ['display_name', TEXT, (one) => text(one.properties.DISPLAY_NAME) || one.name.name],
      option('email', 'EMAIL'),
      fixedText('disabled', 'false'),
      comment,
      option('default_warehouse', 'DEFAULT_WAREHOUSE'),
      option('default_namespace', 'DEFAULT_NAMESPACE'),
      option('default_role', 'DEFAULT_ROLE'),
      owner,
      option('type', 'TYPE'),
    ],
    filtered(core.objects.all('USER'), filter),
  );
}

function showWarehouses(core: StatementContext, filter: ShowFilter): StatementResult {
  const option = (label: string, key: string, fallback: string): Field<CatalogObject> => [
    label,
    TEXT,
    (one) => text(one.properties[key]) || fallback,
  ];
  return listing(
    [
      name,
      option('state', 'state', 'STARTED'),
      fixedText('type', 'STANDARD'),
      option('size', 'size', 'X-Small'),
      option('auto_suspend', 'AUTO_SUSPEND', '600'),
      option('auto_resume', 'AUTO_RESUME', 'true'),
      ['is_current', TEXT, (one) => (one.name.name === core.session.warehouse ? 'Y' : 'N')],
      created,
      owner,
      comment,
    ],
    filtered(core.objects.all('WAREHOUSE'), filter),
  );
}

interface ShownColumn {
  readonly table: CatalogObject;
  readonly column: TableColumn;
}

/** SHOW COLUMNS gives types as JSON. */
function typeJson(column: TableColumn): string {
  const { nullable } = column;
  if (column.type === 'FIXED')
    return JSON.stringify({
      type: 'FIXED',
      precision: column.precision ?? 38,
      scale: column.scale ?? 0,
      nullable,
    });
  if (column.type === 'TEXT') {
    const length = column.length ?? 16_777_216;
    return JSON.stringify({
      type: 'TEXT',
      length,
      byteLength: Math.min(length * 4, 16_777_216),
      nullable,
      fixed: false,
    });
  }
  if (/^TIME/.test(column.type))
    return JSON.stringify({ type: column.type, precision: 0, scale: column.scale ?? 9, nullable });
  return JSON.stringify({ type: column.type, nullable });
}

function showColumns(core: StatementContext, filter: ShowFilter): StatementResult {
  const tables = filter.table
    ? [tableOrView(core, core.qualify(filter.table))]
    : [...core.objects.all('TABLE', scopeOf(filter)), ...core.objects.all('VIEW', scopeOf(filter))];
  const rows = tables
    .flatMap((table) => tableColumns(core, table.name).map((column): ShownColumn => ({ table, column })))
    .filter(({ column }) => filter.like === undefined || likeMatches(filter.like, column.name));
  return listing<ShownColumn>(
    [
      ['table_name', TEXT, ({ table }) => table.name.name],
      ['schema_name', TEXT, ({ table }) => table.name.schema],
      ['column_name', TEXT, ({ column }) => column.name],
      ['data_type', TEXT, ({ column }) => typeJson(column)],
      ['null?', TEXT, ({ column }) => (column.nullable ? 'true' : 'NOT_NULL')],
      ['default', TEXT, ({ column }) => column.default ?? ''],
      ['kind', TEXT, () => 'COLUMN'],
      ['expression', TEXT, () => ''],
      ['comment', TEXT, ({ column }) => column.comment ?? ''],
      ['database_name', TEXT, ({ table }) => table.name.database],
      [
        'autoincrement',
        TEXT,
        ({ column }) =>
          column.identity
            ? `IDENTITY START ${column.identity.start} INCREMENT ${column.identity.increment} ORDER`
            : '',
      ],
    ],
    filter.limit === undefined ? rows : rows.slice(0, filter.limit),
  );
}

function showPrimaryKeys(core: StatementContext, filter: ShowFilter): StatementResult {
  const tables = filter.table
    ? [tableOrView(core, core.qualify(filter.table))]
    : core.objects.all('TABLE', scopeOf(filter));
  const rows = tables.flatMap((table) =>
    tableColumns(core, table.name)
      .filter((column) => column.primaryKey)
      .map((column, index) => ({ table, column, index })),
  );
  return listing(
    [
      ['created_on', LTZ, ({ table }) => wireMoment(table.createdOn)],
      ['database_name', TEXT, ({ table }) => table.name.database],
      ['schema_name', TEXT, ({ table }) => table.name.schema],
      ['table_name', TEXT, ({ table }) => table.name.name],
      ['column_name', TEXT, ({ column }) => column.name],
      ['key_sequence', NUMBER, ({ index }) => String(index + 1)],
      ['constraint_name', TEXT, ({ table }) => `SYS_CONSTRAINT_${table.name.name}_PRIMARY_KEY`],
      ['rely', TEXT, () => 'false'],
      ['comment', TEXT, () => null],
    ],
    rows,
  );
}

/** SHOW GRANTS [ON kind name | TO ROLE r | TO USER u | OF ROLE r]. */
function showGrants(core: StatementContext, cursor: Cursor): StatementResult {
  let test: (grant: CatalogObject) => boolean = (grant) => grant.properties.grantee === core.session.role;
  if (cursor.takeWord('ON')) {
    const kindWord = cursor.next().value;
    const on = kindWord === 'ACCOUNT' ? '' : cursor.names().map(printName).join('.');
    test = ({ properties }) =>
      properties.onKind === kindWord &&
      (kindWord === 'ACCOUNT' || text(properties.on) === on || text(properties.on).endsWith(`.${on}`));
  } else if (cursor.takeWord('TO')) {
    const granteeKind = cursor.takeWord('USER') ? 'USER' : 'ROLE';
    if (granteeKind === 'ROLE') cursor.takeWord('ROLE');
    const grantee = cursor.identifier().name;
    test = ({ properties }) => properties.granteeKind === granteeKind && properties.grantee === grantee;
  } else if (cursor.takeWord('OF', 'ROLE')) {
    const role = cursor.identifier().name;
    test = ({ properties }) => properties.onKind === 'ROLE' && properties.on === role;
  }
  cursor.expectEnd();
  return listing(
    [
      created,
      ['privilege', TEXT, (one) => text(one.properties.privilege)],
      ['granted_on', TEXT, (one) => text(one.properties.onKind).replaceAll(' ', '_')],
      ['name', TEXT, (one) => text(one.properties.on)],
      ['granted_to', TEXT, (one) => text(one.properties.granteeKind)],
      ['grantee_name', TEXT, (one) => text(one.properties.grantee)],
      ['grant_option', TEXT, (one) => String(one.properties.grantOption === true)],
      ['granted_by', TEXT, (one) => one.owner],
    ],
    core.objects.all('GRANT').filter(test),
  );
}

function showParameters(core: StatementContext, cursor: Cursor): StatementResult {
  const like = cursor.takeWord('LIKE') ? cursor.string() : '%';
  cursor.rest();
  const defaults = parameterDefaults();
  const names = new Set([...Object.keys(defaults), ...core.session.parameters.keys()]);
  const rows = [...names].filter((one) => likeMatches(like, one)).sort();
  return listing(
    [
      ['key', TEXT, (one) => one],
      ['value', TEXT, (one) => core.session.parameters.get(one) ?? String(defaults[one] ?? '')],
      ['default', TEXT, (one) => String(defaults[one] ?? '')],
      ['level', TEXT, (one) => (core.session.parameters.has(one) ? 'SESSION' : '')],
      ['description', TEXT, () => ''],
      [
        'type',
        TEXT,
        (one) =>
          typeof defaults[one] === 'number'
            ? 'NUMBER'
            : typeof defaults[one] === 'boolean'
              ? 'BOOLEAN'
              : 'STRING',
      ],
    ],
    rows,
  );
}

function showVariables(core: StatementContext): StatementResult {
  const { id, variables } = core.session;
  return listing(
    [
      ['session_id', NUMBER, () => id],
      ['name', TEXT, ([key]) => key],
      ['value', TEXT, ([, value]) => value],
      [
        'type',
        TEXT,
        ([key]) =>
          typeName(core.owner.variableTypes.get(key) ?? TEXT)
            .replace(/\(.*/, '')
            .toLowerCase(),
      ],
    ],
    [...variables].sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

type Show = (core: StatementContext, filter: ShowFilter) => StatementResult | Promise<StatementResult>;

const SHOWN: Readonly<Record<string, Show>> = {
  TABLES: showTables,
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
    const found = Object.entries(SHOWN).find(([words]) => cursor.takeWord(...words.split(' ')));
    if (found === undefined) throw cursor.unexpected();
    return found[1](core, parseFilter(core, cursor, terse));
  },
};

export const showHandlers: readonly StatementHandler[] = [show];
