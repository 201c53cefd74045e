import type { StatementContext } from '../context.ts';

/** Translates a Snowflake query to DuckDB's SQL. */
export async function translateQueryText(_context: StatementContext, sql: string): Promise<string> {
  return sql;
}
