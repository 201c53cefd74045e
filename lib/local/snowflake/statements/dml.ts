import {
  Cursor,
  compilationError,
  type Expression,
  type FromItem,
  parseExpression,
  parseFrom,
  parseQuery,
  parseRows,
  type Query,
  startsQuery,
  unsupported,
} from '../../../sql/index.ts';
import { refuseChangesOf } from '../catalog/dynamic.ts';
import { columnsOfQuery } from '../catalog/query-columns.ts';
import { type TableColumn, tableOrView, tableProperties } from '../catalog/tables.ts';
import { StatementContext } from '../context.ts';
import { invalidIdentifier } from '../errors.ts';
import { duckTable, printName, printQualified, quote } from '../names.ts';
import type { Extension, QualifiedName, StatementHandler, StatementResult } from '../statement.ts';
import { assignTo } from '../translate/casts.ts';
import { asCondition, emit } from '../translate/expression.ts';
import { asOutputs, dynamicName, emitFrom } from '../translate/from.ts';
import { beginTranslation } from '../translate/index.ts';
import { emitQuery } from '../translate/query.ts';
import { Scope } from '../translate/scope.ts';
import type { Translation } from '../translate/translation.ts';
import { counted } from './result.ts';

/** The table that a statement writes to. */
export interface Target {
  readonly name: QualifiedName;
  readonly columns: readonly TableColumn[];
  readonly alias: string;
}

export async function targetTable(core: StatementContext, cursor: Cursor): Promise<Omit<Target, 'alias'>> {
  let parts: string[];
  if (cursor.isWord('IDENTIFIER') && cursor.peek(2)?.kind !== 'string') {
    cursor.next();
    cursor.expectSymbol('(');
    const value = parseExpression(cursor);
    cursor.expectSymbol(')');
    parts = dynamicName(value, new Scope(), await beginTranslation(core, value)).map((part) => part.name);
  } else parts = cursor.names();
  const name = core.qualify(parts);
  await core.lock(name);
  const table = tableOrView(core, name);
  if (table.kind !== 'TABLE')
    throw compilationError(`${printQualified(name)} is not a table`, '002003', '42S02');
  refuseChangesOf(table);
  return { name, columns: tableProperties(table).columns };
}

export function targetColumn(target: Omit<Target, 'alias'>, name: string): TableColumn {
  const found = target.columns.find((column) => column.name === name);
  if (found === undefined) throw invalidIdentifier(printName(name));
  return found;
}

/** Tells the extensions that a statement has used up what it read from their sources: streams move on. */
export async function consume(core: StatementContext, translation: Translation): Promise<void> {
  const names = [...translation.consumed.values()];
  if (names.length === 0) return;
  for (const extension of core.engine.extensions) await extension.consumed?.(core, names);
}

type Write = Parameters<NonNullable<Extension['writing']>>[1];

/** Writes to a table, letting the extensions look at it before and after. */
export async function writing<T>(core: StatementContext, write: Write, work: () => Promise<T>): Promise<T> {
  const after: (() => Promise<void>)[] = [];
  for (const extension of core.engine.extensions) {
    const then = await extension.writing?.(core, write);
    if (then) after.push(then);
  }
  const result = await work();
  for (const then of after) await then();
  return result;
}

/** Runs a statement that changes rows and gives the number that DuckDB says it changed. */
export async function changed(core: StatementContext, write: Write, sql: string): Promise<number> {
  const result = await writing(core, write, () => core.duck.run(sql));
  return result.rowsChanged;
}

/** INSERT [OVERWRITE] INTO t [(columns)] {VALUES … | query}. */
export const insertHandler: StatementHandler = {
  heads: ['INSERT'],
  async run(context, statement) {
    const core = StatementContext.of(context);
    const cursor = new Cursor(statement);
    cursor.expectWord('INSERT');
    if (cursor.isWord('ALL') || cursor.isWord('FIRST') || cursor.isWord('OVERWRITE', 'ALL')) {
      throw unsupported('INSERT into several tables');
    }
    const overwrite = cursor.takeWord('OVERWRITE');
    cursor.expectWord('INTO');
    cursor.takeWord('TABLE');
    const target = await targetTable(core, cursor);
    const listed =
      cursor.isSymbol('(') && !startsQuery(cursor, 0)
        ? cursor.list(() => cursor.identifier().name)
        : undefined;
    const columns = listed?.map((name) => targetColumn(target, name)) ?? target.columns;
    const source = cursor.takeWord('VALUES') ? parseRows(cursor) : parseQuery(cursor);
    cursor.expectEnd();
    const { sql, translation } = await insertSource(core, columns, source);
    const list = columns.map((column) => quote(column.name)).join(', ');
    const into = `INSERT INTO ${duckTable(target.name)} (${list})`;
    const write = { kind: 'INSERT', table: target.name } as const;
    const inserted = overwrite
      ? await overwriteWith(core, write, into, sql)
      : await changed(core, write, `${into} ${sql}`);
    await consume(core, translation);
    return counted({ inserted });
  },
};

/** The rows are computed before the table is emptied: the query may read it. */
async function overwriteWith(
  core: StatementContext,
  write: Write,
  into: string,
  sql: string,
): Promise<number> {
  const rows = '"temp"."main"."overwrite"';
  await core.duck.run(
    `CREATE OR REPLACE TEMP TABLE overwrite AS ${sql.startsWith('VALUES') ? `SELECT * FROM (${sql})` : sql}`,
  );
  await changed(core, { kind: 'TRUNCATE', table: write.table }, `DELETE FROM ${duckTable(write.table)}`);
  const inserted = await changed(core, write, `${into} SELECT * FROM ${rows}`);
  await core.duck.run(`DROP TABLE ${rows}`);
  return inserted;
}

async function insertSource(
  core: StatementContext,
  columns: readonly TableColumn[],
  source: Expression[][] | Query,
): Promise<{ sql: string; translation: Translation }> {
  const translation = await beginTranslation(core, source);
  if (Array.isArray(source)) {
    const bindRows = core.running.bindRows;
    const rows =
      bindRows === undefined
        ? rowsOfValues(source, columns, translation)
        : boundRows(source, columns, translation, bindRows);
    return { sql: `VALUES ${rows.join(', ')}`, translation };
  }
  const query = emitQuery(source, undefined, translation);
  if (query.columns.length !== columns.length) {
    throw compilationError(
      `Insert value list does not match column list expecting ${columns.length} but got ${query.columns.length}`,
      '002020',
      '21S01',
    );
  }
  const found = await columnsOfQuery(core, query);
  const inside = columns.map((_, index) => `"c${index}"`).join(', ');
  const values = columns.map((column, index) => {
    const type = query.columns[index]?.type ?? found[index];
    return assignTo({ sql: `"c${index}"`, type }, column);
  });
  return { sql: `SELECT ${values.join(', ')} FROM (${query.sql}) AS "q"(${inside})`, translation };
}

function rowsOfValues(
  rows: readonly Expression[][],
  columns: readonly TableColumn[],
  translation: Translation,
): string[] {
  return rows.map((row) => {
    if (row.length !== columns.length) {
      throw compilationError(
        `Insert value list does not match column list expecting ${columns.length} but got ${row.length}`,
        '002020',
        '21S01',
      );
    }
    const values = row.map((value, index) => valueFor(value, columns[index], translation));
    return `(${values.join(', ')})`;
  });
}

function valueFor(value: Expression, column: TableColumn | undefined, translation: Translation): string {
  if (value.kind === 'column' && value.parts.length === 1 && value.parts[0]?.name === 'DEFAULT')
    return 'DEFAULT';
  const emitted = emit(value, new Scope(), translation);
  return column === undefined ? emitted.sql : assignTo(emitted, column);
}

/** The VALUES row once for each set of array binds. */
function boundRows(
  rows: readonly Expression[][],
  columns: readonly TableColumn[],
  translation: Translation,
  sets: NonNullable<StatementContext['running']['bindRows']>,
): string[] {
  return sets.flatMap((binds) => {
    const context = translation.context.withBinds(binds);
    return rowsOfValues(rows, columns, { ...translation, context });
  });
}

function aliasOf(cursor: Cursor, name: QualifiedName, stops: readonly string[]): string {
  if (cursor.takeWord('AS')) return cursor.identifier().name;
  const token = cursor.peek();
  const stopped = token?.kind === 'word' && stops.includes(token.value);
  if (token !== undefined && !stopped && (token.kind === 'word' || token.kind === 'quoted'))
    return cursor.identifier().name;
  return name.name;
}

export function targetScope(target: Target): Scope {
  const scope = new Scope();
  scope.relations.push({
    alias: target.alias,
    path: [target.name.database, target.name.schema],
    columns: asOutputs(target.columns),
    hidden: [],
  });
  return scope;
}

export interface Assignment {
  readonly column: TableColumn;
  readonly value: Expression;
}

/** `column = expression, …` after SET. */
export function parseAssignments(cursor: Cursor, target: Omit<Target, 'alias'>): Assignment[] {
  const assignments: Assignment[] = [];
  do {
    const column = targetColumn(target, cursor.name().at(-1)?.name ?? '');
    cursor.expectSymbol('=');
    assignments.push({ column, value: parseExpression(cursor) });
  } while (cursor.takeSymbol(','));
  return assignments;
}

export function emitAssignments(
  assignments: readonly Assignment[],
  scope: Scope,
  translation: Translation,
): string {
  return assignments
    .map(({ column, value }) => {
      if (value.kind === 'column' && value.parts.length === 1 && value.parts[0]?.name === 'DEFAULT') {
        return `${quote(column.name)} = DEFAULT`;
      }
      return `${quote(column.name)} = ${assignTo(emit(value, scope, translation), column)}`;
    })
    .join(', ');
}

/** UPDATE t SET … [FROM …] [WHERE …]. */
export const updateHandler: StatementHandler = {
  heads: ['UPDATE'],
  async run(context, statement) {
    const core = StatementContext.of(context);
    const cursor = new Cursor(statement);
    cursor.expectWord('UPDATE');
    const found = await targetTable(core, cursor);
    const target: Target = { ...found, alias: aliasOf(cursor, found.name, ['SET']) };
    cursor.expectWord('SET');
    const assignments = parseAssignments(cursor, target);
    const from: FromItem[] = cursor.takeWord('FROM') ? parseFrom(cursor) : [];
    const where = cursor.takeWord('WHERE') ? parseExpression(cursor) : undefined;
    cursor.expectEnd();
    const translation = await beginTranslation(core, [assignments, from, where]);
    const scope = targetScope(target);
    const source = emitFrom(from, scope, translation);
    const sets = emitAssignments(assignments, scope, translation);
    const condition = where === undefined ? '' : ` WHERE ${asCondition(emit(where, scope, translation))}`;
    const sql = `UPDATE ${duckTable(target.name)} AS ${quote(target.alias)} SET ${sets}${source === '' ? '' : ` FROM ${source}`}${condition}`;
    const updated = await changed(core, { kind: 'UPDATE', table: target.name }, sql);
    await consume(core, translation);
    return counted({ updated }, 0);
  },
};

/** DELETE FROM t [USING …] [WHERE …]. */
export const deleteHandler: StatementHandler = {
  heads: ['DELETE'],
  async run(context, statement): Promise<StatementResult> {
    const core = StatementContext.of(context);
    const cursor = new Cursor(statement);
    cursor.expectWord('DELETE', 'FROM');
    const found = await targetTable(core, cursor);
    const target: Target = { ...found, alias: aliasOf(cursor, found.name, ['USING', 'WHERE']) };
    const using: FromItem[] = cursor.takeWord('USING') ? parseFrom(cursor) : [];
    const where = cursor.takeWord('WHERE') ? parseExpression(cursor) : undefined;
    cursor.expectEnd();
    const translation = await beginTranslation(core, [using, where]);
    const scope = targetScope(target);
    const source = emitFrom(using, scope, translation);
    const condition = where === undefined ? '' : ` WHERE ${asCondition(emit(where, scope, translation))}`;
    const sql = `DELETE FROM ${duckTable(target.name)} AS ${quote(target.alias)}${source === '' ? '' : ` USING ${source}`}${condition}`;
    const deleted = await changed(core, { kind: 'DELETE', table: target.name }, sql);
    await consume(core, translation);
    return counted({ deleted });
  },
};
