import { BOOLEAN, LTZ, NUMBER, type SqlType, TEXT } from '../../../sql/index.ts';
import type { ResultColumn, StatementResult } from '../statement.ts';
import { column } from '../types.ts';

/** A value of an answer before it takes the wire's form. */
export type AnswerValue = string | number | boolean | Date | null | undefined;

/** One `status` row, the answer of most DDL. */
export function done(status: string): StatementResult {
  return { columns: [column('status', TEXT)], rows: [[status]] };
}

/** An answer of named columns; rows give values by position. */
export function answer(
  columns: readonly (readonly [name: string, type: SqlType])[],
  rows: readonly (readonly AnswerValue[])[],
): StatementResult {
  return {
    columns: columns.map(([name, type]): ResultColumn => column(name, type)),
    rows: rows.map((row) => columns.map((_, index) => wireValue(row[index]))),
  };
}

export function wireValue(value: AnswerValue): string | null {
  if (value === null || value === undefined) return null;
  if (value instanceof Date) return timestampText(value);
  if (typeof value === 'boolean') return value ? '1' : '0';
  return String(value);
}

/** Seconds since 1970 with nine decimals, as timestamps go over the wire. */
export function timestampText(date: Date): string {
  return (date.getTime() / 1000).toFixed(9);
}

export const columnTypes = { text: TEXT, number: NUMBER, boolean: BOOLEAN, time: LTZ } as const;
