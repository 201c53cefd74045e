import type { SqlType } from '../../../sql/index.ts';
import type { StatementContext } from '../context.ts';
import { quote } from '../names.ts';
import { assignTo } from '../translate/casts.ts';
import type { TranslatedQuery } from '../translate/translation.ts';
import { duckType, typeOfDuck } from '../types.ts';
import type { TableColumn } from './tables.ts';

/** The columns that a query gives, with DuckDB asked for the types that the translation does not know. */
export async function columnsOfQuery(
  context: StatementContext,
  query: TranslatedQuery,
): Promise<TableColumn[]> {
  if (query.columns.every((column) => column.type !== undefined)) {
    return query.columns.map((column) => ({
      ...storedType(column.type),
      name: column.name,
      nullable: column.nullable,
    }));
  }
  const prepared = await context.duck.prepare(query.sql);
  try {
    return query.columns.map((column, index) => ({
      ...storedType(column.type ?? typeOfDuck(prepared.columnType(index))),
      name: column.name,
      nullable: column.nullable,
    }));
  } finally {
    prepared.destroySync();
  }
}

/** Text of a table made from a query is not bound to the length of the constants it came from. */
function storedType(type: SqlType | undefined): SqlType {
  if (type === undefined || type.type === 'TEXT') return { type: 'TEXT' };
  return type;
}

/** The query with its columns renamed and cast to the types that the table keeps. */
export function ctasSelect(
  query: TranslatedQuery,
  found: readonly TableColumn[],
  columns: readonly TableColumn[],
): string {
  const inside = query.columns.map((_, index) => `"c${index}"`).join(', ');
  const casts = columns.map((column, index) => {
    const from = found[index];
    const value = { sql: `"c${index}"`, type: from };
    const sql = from === undefined ? value.sql : assignTo(value, column);
    return `CAST(${sql} AS ${duckType(column)}) AS ${quote(column.name)}`;
  });
  return `SELECT ${casts.join(', ')} FROM (${query.sql}) AS "q"(${inside})`;
}
