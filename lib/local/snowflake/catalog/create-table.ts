import { Cursor, compilationError, parseExpression, unsupported } from '../../../sql/index.ts';
import type { StatementContext } from '../context.ts';
import { duckName, duckSchema, duckTable, literal, quote } from '../names.ts';
import type { QualifiedName } from '../statement.ts';
import { assignTo } from '../translate/casts.ts';
import { emit } from '../translate/expression.ts';
import { beginTranslation } from '../translate/index.ts';
import { Scope } from '../translate/scope.ts';
import { duckType } from '../types.ts';
import type { TableColumn } from './tables.ts';

/** The DuckDB sequence behind an IDENTITY column; made with the table, dropped with the schema. */
async function createIdentity(
  context: StatementContext,
  table: QualifiedName,
  column: TableColumn,
): Promise<string> {
  const { start = 1, increment = 1 } = column.identity ?? {};
  const name = `${duckSchema(table.database, table.schema)}.${quote(`${duckName(table.name)}#${column.name}#${context.now().getTime()}`)}`;
  const bound = increment < 0 ? 'MINVALUE -9223372036854775807 MAXVALUE 9223372036854775807' : '';
  await context.duck.run(`CREATE OR REPLACE SEQUENCE ${name} ${bound} START ${start} INCREMENT ${increment}`);
  return `nextval(${literal(name)})`;
}

/** A column's default as DuckDB's SQL; the clock is read when a row is inserted. */
export async function duckDefault(
  context: StatementContext,
  column: TableColumn,
): Promise<string | undefined> {
  if (column.default === undefined) return undefined;
  const value = parseExpression(Cursor.over(column.default));
  const translation = { ...(await beginTranslation(context, value)), stored: true };
  return assignTo(emit(value, new Scope(), translation), column);
}

async function duckColumn(
  context: StatementContext,
  table: QualifiedName,
  column: TableColumn,
): Promise<string> {
  const parts = [quote(column.name), duckType(column)];
  const value = column.identity
    ? await createIdentity(context, table, column)
    : await duckDefault(context, column);
  if (value !== undefined) parts.push(`DEFAULT ${value}`);
  if (!column.nullable) parts.push('NOT NULL');
  return parts.join(' ');
}

/** Creates the DuckDB table of a Snowflake table. Keys are recorded, not enforced, as in Snowflake. */
export async function createDuckTable(
  context: StatementContext,
  name: QualifiedName,
  columns: readonly TableColumn[],
): Promise<void> {
  refuseTwins(columns);
  const definitions: string[] = [];
  for (const column of columns) definitions.push(await duckColumn(context, name, column));
  await context.duck.run(`CREATE TABLE ${duckTable(name)} (${definitions.join(', ')})`);
}

/** DuckDB ignores the case of column names. */
export function refuseTwins(columns: readonly { readonly name: string }[]): void {
  const seen = new Map<string, string>();
  for (const { name } of columns) {
    const twin = seen.get(name.toUpperCase());
    if (twin === name) throw compilationError(`duplicate column name '${name}'`, '002025');
    if (twin !== undefined) {
      throw unsupported(`columns that differ only in case ("${twin}", "${name}")`);
    }
    seen.set(name.toUpperCase(), name);
  }
}
