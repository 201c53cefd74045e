import { NUMBER, type SqlType, TEXT } from '../../../sql/index.ts';
import type { ResultColumn, StatementResult } from '../statement.ts';
import { column } from '../types.ts';

/** The one-row answer of DDL. */
export function message(text: string): StatementResult {
  return { columns: [column('status', TEXT)], rows: [[text]] };
}

export function done(): StatementResult {
  return message('Statement executed successfully.');
}

/** The answer of DML: Snowflake's counters, in its order. */
export function counted(
  counters: { readonly inserted?: number; readonly updated?: number; readonly deleted?: number },
  multiJoined?: number,
): StatementResult {
  const parts: [string, number][] = [];
  if (counters.inserted !== undefined) parts.push(['number of rows inserted', counters.inserted]);
  if (counters.updated !== undefined) parts.push(['number of rows updated', counters.updated]);
  if (counters.deleted !== undefined) parts.push(['number of rows deleted', counters.deleted]);
  if (multiJoined !== undefined) parts.push(['number of multi-joined rows updated', multiJoined]);
  return {
    columns: parts.map(([name]) => column(name, NUMBER, false)),
    rows: [parts.map(([, count]) => String(count))],
    affected: {
      inserted: counters.inserted ?? 0,
      updated: counters.updated ?? 0,
      deleted: counters.deleted ?? 0,
    },
  };
}

/** A result of named, typed columns read from values. */
export function listing<T>(
  fields: readonly (readonly [string, SqlType, (value: T) => string | null])[],
  values: readonly T[],
): StatementResult {
  return {
    columns: fields.map(([name, type]): ResultColumn => column(name, type)),
    rows: values.map((value) => fields.map(([, , read]) => read(value))),
  };
}
