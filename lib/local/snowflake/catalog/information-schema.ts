import { BOOLEAN, LTZ, NUMBER, type SqlType, TEXT } from '../../../sql/index.ts';
import type { StatementContext } from '../context.ts';
import type { CatalogObject, QualifiedName, ResultColumn, StatementResult } from '../statement.ts';
import { column } from '../types.ts';
import { dynamicOf } from './dynamic.ts';
import { wireMoment } from './history.ts';
import { rowCounts } from './row-counts.ts';
import { type TableColumn, tableColumns, tableProperties, viewProperties } from './tables.ts';

type Cell = string | null;
type Reader<T> = readonly (readonly [string, SqlType, (value: T) => Cell])[];

function rowsOf<T>(fields: Reader<T>, values: readonly T[]): StatementResult {
  return {
    columns: fields.map(([name, type]): ResultColumn => column(name, type)),
    rows: values.map((value) => fields.map(([, , read]) => read(value))),
  };
}

const yes = (value: boolean | undefined): Cell => (value ? 'YES' : 'NO');

const SCHEMATA: Reader<CatalogObject> = [
  ['CATALOG_NAME', TEXT, (one) => one.name.database],
  ['SCHEMA_NAME', TEXT, (one) => one.name.name],
  ['SCHEMA_OWNER', TEXT, (one) => one.owner],
  ['IS_TRANSIENT', TEXT, (one) => yes(one.properties.transient === true)],
  ['IS_MANAGED_ACCESS', TEXT, (one) => yes(one.properties.managedAccess === true)],
  ['RETENTION_TIME', NUMBER, () => '1'],
  ['CREATED', LTZ, (one) => wireMoment(one.createdOn)],
  ['LAST_ALTERED', LTZ, (one) => wireMoment(one.createdOn)],
  ['COMMENT', TEXT, (one) => textOrNull(one.properties.comment)],
];

function textOrNull(value: unknown): Cell {
  return typeof value === 'string' ? value : null;
}

/** @param counts rows of the tables; empty where nobody asks for them, since each is counted */
const tableFields = (counts: ReadonlyMap<CatalogObject, string>): Reader<CatalogObject> => [
  ['TABLE_CATALOG', TEXT, (one) => one.name.database],
  ['TABLE_SCHEMA', TEXT, (one) => one.name.schema],
  ['TABLE_NAME', TEXT, (one) => one.name.name],
  ['TABLE_OWNER', TEXT, (one) => one.owner],
  ['TABLE_TYPE', TEXT, tableType],
  ['IS_TRANSIENT', TEXT, (one) => yes(one.kind === 'TABLE' && tableProperties(one).kind === 'TRANSIENT')],
  ['CLUSTERING_KEY', TEXT, (one) => textOrNull(one.properties.clusterBy)],
  ['ROW_COUNT', NUMBER, (one) => counts.get(one) ?? null],
  ['BYTES', NUMBER, (one) => (one.kind === 'TABLE' ? '0' : null)],
  ['CREATED', LTZ, (one) => wireMoment(one.createdOn)],
  ['LAST_ALTERED', LTZ, (one) => wireMoment(one.createdOn)],
  ['LAST_DDL', LTZ, (one) => wireMoment(one.createdOn)],
  ['COMMENT', TEXT, (one) => textOrNull(one.properties.comment)],
  ['IS_TEMPORARY', TEXT, (one) => yes(one.kind === 'TABLE' && tableProperties(one).kind === 'TEMPORARY')],
  ['IS_ICEBERG', TEXT, () => 'NO'],
  ['IS_DYNAMIC', TEXT, (one) => yes(dynamicOf(one) !== undefined)],
  ['IS_IMMUTABLE', TEXT, () => 'NO'],
  ['IS_HYBRID', TEXT, () => 'NO'],
];

function tableType(one: CatalogObject): Cell {
  if (one.kind === 'VIEW') return 'VIEW';
  return tableProperties(one).kind === 'TEMPORARY' ? 'LOCAL TEMPORARY' : 'BASE TABLE';
}

const VIEWS: Reader<CatalogObject> = [
  ['TABLE_CATALOG', TEXT, (one) => one.name.database],
  ['TABLE_SCHEMA', TEXT, (one) => one.name.schema],
  ['TABLE_NAME', TEXT, (one) => one.name.name],
  ['TABLE_OWNER', TEXT, (one) => one.owner],
  ['VIEW_DEFINITION', TEXT, (one) => viewProperties(one).text],
  ['IS_SECURE', TEXT, (one) => yes(viewProperties(one).secure)],
  ['CREATED', LTZ, (one) => wireMoment(one.createdOn)],
  ['COMMENT', TEXT, (one) => textOrNull(one.properties.comment)],
];

interface ColumnRow {
  readonly table: CatalogObject;
  readonly column: TableColumn;
  readonly position: number;
}

/** information_schema names the kinds of types its own way. */
function dataType(one: ResultColumn): string {
  if (one.type === 'FIXED') return 'NUMBER';
  return one.type === 'REAL' ? 'FLOAT' : one.type;
}

const COLUMNS: Reader<ColumnRow> = [
  ['TABLE_CATALOG', TEXT, ({ table }) => table.name.database],
  ['TABLE_SCHEMA', TEXT, ({ table }) => table.name.schema],
  ['TABLE_NAME', TEXT, ({ table }) => table.name.name],
  ['COLUMN_NAME', TEXT, (row) => row.column.name],
  ['ORDINAL_POSITION', NUMBER, ({ position }) => String(position)],
  ['COLUMN_DEFAULT', TEXT, (row) => row.column.default ?? null],
  ['IS_NULLABLE', TEXT, (row) => yes(row.column.nullable)],
  ['DATA_TYPE', TEXT, (row) => dataType(row.column)],
  [
    'CHARACTER_MAXIMUM_LENGTH',
    NUMBER,
    (row) => (row.column.type === 'TEXT' ? String(row.column.length ?? 16_777_216) : null),
  ],
  ['CHARACTER_OCTET_LENGTH', NUMBER, (row) => octets(row.column)],
  [
    'NUMERIC_PRECISION',
    NUMBER,
    (row) => (row.column.type === 'FIXED' ? String(row.column.precision ?? 38) : null),
  ],
  ['NUMERIC_PRECISION_RADIX', NUMBER, (row) => (row.column.type === 'FIXED' ? '10' : null)],
  ['NUMERIC_SCALE', NUMBER, (row) => (row.column.type === 'FIXED' ? String(row.column.scale ?? 0) : null)],
  [
    'DATETIME_PRECISION',
    NUMBER,
    (row) => (/^TIME/.test(row.column.type) ? String(row.column.scale ?? 9) : null),
  ],
  ['IS_IDENTITY', TEXT, (row) => yes(row.column.identity !== undefined)],
  ['COMMENT', TEXT, (row) => row.column.comment ?? null],
];

function octets(one: ResultColumn): Cell {
  if (one.type === 'TEXT') return String(Math.min((one.length ?? 16_777_216) * 4, 16_777_216));
  return one.type === 'BINARY' ? String(one.length ?? 8_388_608) : null;
}

const SEQUENCES: Reader<CatalogObject> = [
  ['SEQUENCE_CATALOG', TEXT, (one) => one.name.database],
  ['SEQUENCE_SCHEMA', TEXT, (one) => one.name.schema],
  ['SEQUENCE_NAME', TEXT, (one) => one.name.name],
  ['START_VALUE', TEXT, (one) => String(one.properties.start ?? 1)],
  ['INCREMENT', TEXT, (one) => String(one.properties.increment ?? 1)],
];

const DATABASES: Reader<CatalogObject> = [
  ['DATABASE_NAME', TEXT, (one) => one.name.name],
  ['DATABASE_OWNER', TEXT, (one) => one.owner],
  ['IS_TRANSIENT', TEXT, (one) => yes(one.properties.transient === true)],
  ['COMMENT', TEXT, (one) => textOrNull(one.properties.comment)],
  ['CREATED', LTZ, (one) => wireMoment(one.createdOn)],
];

const CONSTRAINTS: Reader<{ readonly table: CatalogObject; readonly type: string }> = [
  ['CONSTRAINT_CATALOG', TEXT, ({ table }) => table.name.database],
  ['CONSTRAINT_SCHEMA', TEXT, ({ table }) => table.name.schema],
  [
    'CONSTRAINT_NAME',
    TEXT,
    ({ table, type }) => `SYS_CONSTRAINT_${table.name.name}_${type.replace(' ', '_')}`,
  ],
  ['TABLE_CATALOG', TEXT, ({ table }) => table.name.database],
  ['TABLE_SCHEMA', TEXT, ({ table }) => table.name.schema],
  ['TABLE_NAME', TEXT, ({ table }) => table.name.name],
  ['CONSTRAINT_TYPE', TEXT, ({ type }) => type],
  ['ENFORCED', TEXT, () => 'NO'],
];

const ROLES: Reader<CatalogObject> = [
  ['ROLE_NAME', TEXT, (one) => one.name.name],
  ['ROLE_OWNER', TEXT, (one) => one.owner],
  ['IS_GRANTABLE', BOOLEAN, () => '1'],
];

/**
 * A view of `<database>.INFORMATION_SCHEMA`; undefined for one that this server does not have.
 *
 * @param counted whether the rows of tables are asked for
 */
export async function informationSchema(
  context: StatementContext,
  name: QualifiedName,
  counted: boolean,
): Promise<StatementResult | undefined> {
  const { objects } = context;
  // What a database does not hold is told from a database that is not there, which is an error.
  if (!objects.find('DATABASE', { database: '', schema: '', name: name.database })) return undefined;
  const scope = { database: name.database };
  const tables = () => [...objects.all('TABLE', scope), ...objects.all('VIEW', scope)];
  switch (name.name) {
    case 'SCHEMATA':
      return rowsOf(SCHEMATA, objects.all('SCHEMA', scope));
    case 'TABLES':
      return rowsOf(
        tableFields(counted ? await rowCounts(context, objects.all('TABLE', scope)) : new Map()),
        tables(),
      );
    case 'VIEWS':
      return rowsOf(VIEWS, objects.all('VIEW', scope));
    case 'COLUMNS':
      return rowsOf(
        COLUMNS,
        tables().flatMap((table) =>
          tableColumns(context, table.name).map((one, index) => ({
            table,
            column: one,
            position: index + 1,
          })),
        ),
      );
    case 'SEQUENCES':
      return rowsOf(SEQUENCES, objects.all('SEQUENCE', scope));
    case 'DATABASES':
      return rowsOf(DATABASES, objects.all('DATABASE'));
    case 'TABLE_CONSTRAINTS':
      return rowsOf(
        CONSTRAINTS,
        objects
          .all('TABLE', scope)
          .flatMap((table) => [
            ...(tableProperties(table).columns.some((one) => one.primaryKey)
              ? [{ table, type: 'PRIMARY KEY' }]
              : []),
            ...(tableProperties(table).columns.some((one) => one.uniqueKey)
              ? [{ table, type: 'UNIQUE' }]
              : []),
          ]),
      );
    case 'APPLICABLE_ROLES':
    case 'ENABLED_ROLES':
      return rowsOf(ROLES, objects.all('ROLE'));
    default:
      return undefined;
  }
}
