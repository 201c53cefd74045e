import {
  DuckDBBlobValue,
  type DuckDBDataChunk,
  DuckDBDateValue,
  DuckDBDecimalValue,
  type DuckDBResult,
  DuckDBTimestampTZValue,
  DuckDBTimestampValue,
  DuckDBTimeValue,
  type DuckDBValue,
} from '@duckdb/node-api';
import type { SqlType } from '../../sql/index.ts';
import type { ResultColumn, StatementResult } from './statement.ts';
import { column, typeOfDuck } from './types.ts';

type Format = (value: DuckDBValue) => string | null;

/** `seconds.fraction` with nine digits, as the wire wants times and timestamps. */
function seconds(micros: bigint): string {
  const negative = micros < 0n;
  const whole = negative ? -micros : micros;
  const fraction = String(whole % 1_000_000n).padStart(6, '0');
  return `${negative ? '-' : ''}${whole / 1_000_000n}.${fraction}000`;
}

/** Minutes east of UTC plus a day, the way TIMESTAMP_TZ carries its offset; the embedded server keeps UTC only. */
const UTC_OFFSET = '1440';

function plain(value: DuckDBValue): string | null {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return value ? '1' : '0';
  if (value instanceof DuckDBDecimalValue) return value.toString();
  if (value instanceof DuckDBDateValue) return String(value.days);
  if (value instanceof DuckDBTimeValue) return seconds(value.micros);
  if (value instanceof DuckDBTimestampValue) return seconds(value.micros);
  if (value instanceof DuckDBTimestampTZValue) return seconds(value.micros);
  if (value instanceof DuckDBBlobValue) return Buffer.from(value.bytes).toString('hex').toUpperCase();
  return String(value);
}

function double(value: DuckDBValue): string | null {
  if (typeof value !== 'number') return plain(value);
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  return String(value);
}

function formatOf(type: SqlType): Format {
  if (type.type === 'REAL') return double;
  if (type.type === 'TIMESTAMP_TZ') {
    return (value) => (value === null ? null : `${plain(value)} ${UTC_OFFSET}`);
  }
  return plain;
}

/** True where values of DuckDB's type can be shown as the Snowflake type that the translation expects. */
function fits(expected: SqlType, found: SqlType): boolean {
  if (expected.type === found.type) {
    return expected.type !== 'FIXED' || (expected.scale ?? 0) === (found.scale ?? 0);
  }
  const json = (type: SqlType) => ['VARIANT', 'OBJECT', 'ARRAY'].includes(type.type);
  if (json(expected) && json(found)) return true;
  const zoned = (type: SqlType) => type.type === 'TIMESTAMP_LTZ' || type.type === 'TIMESTAMP_TZ';
  return zoned(expected) && zoned(found);
}

/** Columns of a DuckDB result; `expected` gives Snowflake's names and types where they are known. */
export function columnsOfResult(
  result: DuckDBResult,
  expected: readonly (ResultColumn | undefined)[] = [],
): ResultColumn[] {
  return result.columnNames().map((name, index) => {
    const found = typeOfDuck(result.columnType(index));
    const known = expected[index];
    if (known && fits(known, found)) return known;
    return column(known?.name ?? name, found);
  });
}

/** Reads a DuckDB result to its end, into the wire's text form. */
export async function readResult(
  result: DuckDBResult,
  expected: readonly (ResultColumn | undefined)[] = [],
): Promise<StatementResult> {
  const columns = columnsOfResult(result, expected);
  const formats = columns.map(formatOf);
  const rows: (string | null)[][] = [];
  for (;;) {
    const chunk = await result.fetchChunk();
    if (chunk === null || chunk.rowCount === 0) break;
    appendRows(chunk, formats, rows);
  }
  return { columns, rows };
}

function appendRows(chunk: DuckDBDataChunk, formats: readonly Format[], rows: (string | null)[][]): void {
  const first = rows.length;
  for (let row = 0; row < chunk.rowCount; row += 1) rows.push(new Array<string | null>(formats.length));
  for (const [index, format] of formats.entries()) {
    chunk.visitColumnValues(index, (value, row) => {
      const target = rows[first + row];
      if (target) target[index] = format(value);
    });
  }
}
