import { literal, quote } from '../names.ts';
import type { ResultColumn, Source, StatementResult } from '../statement.ts';
import { duckType } from '../types.ts';

/** Whole microseconds of the wire's `seconds.fraction`. */
function micros(text: string): bigint {
  const [whole = '0', fraction = ''] = (text.split(' ')[0] ?? '').split('.');
  const part = BigInt(fraction.padEnd(6, '0').slice(0, 6));
  return BigInt(whole) * 1_000_000n + (whole.startsWith('-') ? -part : part);
}

/** A value in the wire's form as DuckDB's SQL. */
function cell(value: string | null | undefined, column: ResultColumn): string {
  if (value === null || value === undefined) return 'NULL';
  switch (column.type) {
    case 'FIXED':
    case 'REAL':
      return `CAST(${literal(value)} AS ${duckType(column)})`;
    case 'BOOLEAN':
      return value === '1' || value.toLowerCase() === 'true' ? 'TRUE' : 'FALSE';
    case 'DATE':
      return /^-?\d+$/.test(value) ? `(DATE '1970-01-01' + ${value})` : `CAST(${literal(value)} AS DATE)`;
    case 'TIME':
      return `CAST(make_timestamp(${micros(value)}) AS TIME)`;
    case 'TIMESTAMP_NTZ':
      return `make_timestamp(${micros(value)})`;
    case 'TIMESTAMP_LTZ':
    case 'TIMESTAMP_TZ':
      return `(make_timestamp(${micros(value)}) AT TIME ZONE 'UTC')`;
    case 'BINARY':
      return `unhex(${literal(value)})`;
    case 'VARIANT':
    case 'OBJECT':
    case 'ARRAY':
      return `CAST(${literal(value)} AS JSON)`;
    case 'TEXT':
      return literal(value);
  }
}

/** A finished result as rows that a query can read. */
export function sourceOfResult(result: StatementResult): Source {
  const { columns, rows } = result;
  const names = columns.map((column) => quote(column.name)).join(', ');
  const typed = columns
    .map((column, index) => `CAST("c${index}" AS ${duckType(column)}) AS ${quote(column.name)}`)
    .join(', ');
  if (rows.length === 0) {
    const empty = columns
      .map((column) => `CAST(NULL AS ${duckType(column)}) AS ${quote(column.name)}`)
      .join(', ');
    return { sql: `SELECT ${empty} WHERE FALSE`, columns };
  }
  const list = rows
    .map((row) => `(${columns.map((column, index) => cell(row[index], column)).join(', ')})`)
    .join(', ');
  const inside = columns.map((_, index) => `"c${index}"`).join(', ');
  return {
    sql: names === '' ? 'SELECT 1' : `SELECT ${typed} FROM (VALUES ${list}) AS "rows"(${inside})`,
    columns,
  };
}
