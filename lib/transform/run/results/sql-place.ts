/** A line of compiled SQL that an error is about; line and column from 1. */
export interface SqlPlace {
  readonly line: number;
  readonly column: number;
  /** The line itself. */
  readonly text: string;
}

/**
 * Where an error of the warehouse is in a node's own SQL. The warehouse counts from the beginning of the statement, which
 * has more around it: `create or replace table … as (`.
 *
 * @returns undefined when the place is not known, or not in the node's SQL
 */
export function placeInSql(
  sql: string,
  statement: string,
  at: { readonly line: number | undefined; readonly column: number | undefined },
): SqlPlace | undefined {
  const start = statement.indexOf(sql);
  if (start === -1 || at.line === undefined) return undefined;
  const before = statement.slice(0, start).split('\n');
  const line = at.line - before.length + 1;
  const text = sql.split('\n')[line - 1];
  if (line < 1 || text === undefined) return undefined;
  const column = (at.column ?? 1) - (line === 1 ? (before.at(-1)?.length ?? 0) : 0);
  return { line, column: Math.max(1, column), text };
}
