import { Cursor, LTZ, SqlError, type SqlType, TEXT, typeName } from '../../../sql/index.ts';
import { wireMoment } from '../catalog/history.ts';
import { type TableColumn, tableColumns, tableOrView } from '../catalog/tables.ts';
import { StatementContext } from '../context.ts';
import { missingObject } from '../errors.ts';
import { printName } from '../names.ts';
import type { CatalogObject, StatementHandler, StatementResult } from '../statement.ts';
import { listing } from './result.ts';

const yes = (value: boolean | undefined) => (value ? 'Y' : 'N');

const COLUMNS: readonly (readonly [string, SqlType, (column: TableColumn) => string | null])[] = [
  ['name', TEXT, (column) => column.name],
  ['type', TEXT, typeName],
  ['kind', TEXT, () => 'COLUMN'],
  ['null?', TEXT, (column) => yes(column.nullable)],
  ['default', TEXT, defaultOf],
  ['primary key', TEXT, (column) => yes(column.primaryKey)],
  ['unique key', TEXT, (column) => yes(column.uniqueKey)],
  ['check', TEXT, () => null],
  ['expression', TEXT, () => null],
  ['comment', TEXT, (column) => column.comment ?? null],
  ['policy name', TEXT, () => null],
  ['privacy domain', TEXT, () => null],
];

function defaultOf(column: TableColumn): string | null {
  if (column.identity)
    return `IDENTITY START ${column.identity.start} INCREMENT ${column.identity.increment}`;
  return column.default ?? null;
}

/** DESC TABLE | VIEW name, or of a name alone. */
const describeTable: StatementHandler = {
  heads: ['DESC TABLE', 'DESC VIEW', 'DESC DYNAMIC TABLE'],
  transaction: 'none',
  async run(context, statement) {
    const core = StatementContext.of(context);
    const cursor = new Cursor(statement);
    cursor.next();
    if (!cursor.takeWord('TABLE') && !cursor.takeWord('DYNAMIC', 'TABLE')) cursor.takeWord('VIEW');
    const name = core.qualify(cursor.names());
    return listing(COLUMNS, tableColumns(core, tableOrView(core, name).name));
  },
};

function listObjects(objects: readonly CatalogObject[]): StatementResult {
  return listing(
    [
      ['created_on', LTZ, (one) => wireMoment(one.createdOn)],
      ['name', TEXT, (one) => one.name.name],
      ['kind', TEXT, (one) => one.kind],
    ],
    objects,
  );
}

/** DESC DATABASE lists schemas, DESC SCHEMA tables and views. */
const describePlace: StatementHandler = {
  heads: ['DESC DATABASE', 'DESC SCHEMA'],
  transaction: 'none',
  async run(context, statement) {
    const core = StatementContext.of(context);
    const cursor = new Cursor(statement);
    cursor.next();
    if (cursor.takeWord('DATABASE')) {
      const name = cursor.identifier().name;
      if (!core.objects.find('DATABASE', { database: '', schema: '', name }))
        throw missingObject('Database', printName(name));
      return listObjects(core.objects.all('SCHEMA', { database: name }));
    }
    cursor.expectWord('SCHEMA');
    const parts = cursor.names();
    const schema = parts.at(-1) ?? '';
    const database = parts.length > 1 ? (parts[0] ?? '') : core.qualify(['_', schema]).database;
    if (!core.objects.find('SCHEMA', { database, schema: '', name: schema })) {
      throw missingObject('Schema', `${printName(database)}.${printName(schema)}`);
    }
    return listObjects([
      ...core.objects.all('TABLE', { database, schema }),
      ...core.objects.all('VIEW', { database, schema }),
    ]);
  },
};

/** DESC RESULT LAST_QUERY_ID(): the columns of the latest result of the session. */
const describeResult: StatementHandler = {
  heads: ['DESC RESULT'],
  transaction: 'none',
  async run(context) {
    const core = StatementContext.of(context);
    const id = core.owner.queryIds.at(-1);
    const result = id === undefined ? undefined : core.engine.queries.result(id);
    if (result === undefined) throw new SqlError('000709', '02000', 'Statement not found');
    return listing(COLUMNS, result.columns);
  },
};

/** DESC USER | WAREHOUSE | ROLE: what was recorded, property by property. */
const describeAccount: StatementHandler = {
  heads: ['DESC USER', 'DESC WAREHOUSE', 'DESC ROLE'],
  transaction: 'none',
  async run(context, statement) {
    const core = StatementContext.of(context);
    const cursor = new Cursor(statement);
    cursor.next();
    const kind = cursor.next().value;
    const name = cursor.identifier().name;
    const object = core.objects.find(kind, { database: '', schema: '', name });
    if (object === undefined)
      throw missingObject(kind === 'USER' ? 'User' : kind === 'ROLE' ? 'Role' : 'Warehouse', printName(name));
    const rows = Object.entries(object.properties).filter(([key]) => key !== 'PASSWORD');
    return listing(
      [
        ['property', TEXT, ([key]) => key],
        ['value', TEXT, ([, value]) => String(value)],
        ['default', TEXT, () => null],
        ['description', TEXT, () => ''],
      ],
      [['NAME', name] as [string, unknown], ...rows],
    );
  },
};

export const describeHandlers: readonly StatementHandler[] = [
  describeTable,
  describePlace,
  describeResult,
  describeAccount,
];
