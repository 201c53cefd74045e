import type { DuckDBConnection } from '@duckdb/node-api';
import { quote } from '../../names.ts';
import type { QualifiedName } from '../../statement.ts';
import type { FileFormat } from '../files/format.ts';
import type { LocalCopy } from '../files/local-copy.ts';
import type { Fault } from '../files/records.ts';
import { layoutScan } from '../files/relation.ts';
import { conversionError } from './conversions.ts';
import { BAD_KINDS, BAD_LENGTH, BAD_NULL, type CopyPlan } from './plan.ts';

/** A fault with the file it is in, by position in the copy. */
export interface FileFault {
  readonly file: number;
  readonly fault: Fault;
  /** As Snowflake prints it: `"T"["A":1]`. */
  readonly columnName: string | undefined;
}

/** The values that do not fit their columns, in order of files and rows; at most `limit`. */
export async function findBadValues(
  duck: DuckDBConnection,
  plan: CopyPlan,
  copy: LocalCopy,
  format: FileFormat,
  table: QualifiedName,
  limit: number | undefined,
): Promise<FileFault[]> {
  if (plan.certain(copy)) return [];
  const reader = await duck.runAndReadAll(
    `SELECT f, r, bad, text FROM (${plan.rows(copy)}) WHERE bad IS NOT NULL ORDER BY f, r ${limit === undefined ? '' : `LIMIT ${limit}`}`,
  );
  const found: FileFault[] = [];
  const located = new Set<number>();
  for (const [file, row, bad, text] of reader.getRowsJS()) {
    const index = Math.floor(Number(bad) / BAD_KINDS);
    const column = plan.columns[index];
    if (column === undefined) continue;
    const kind = Number(bad) % BAD_KINDS;
    const error =
      kind === BAD_NULL
        ? { code: '100072', message: 'NULL result in a non-nullable column' }
        : kind === BAD_LENGTH
          ? {
              code: '100078',
              message: `User character length limit (${column.length}) exceeded by string '${text}'`,
            }
          : conversionError(column, String(text ?? ''));
    // Only the first of a file is ever shown with its line.
    const line = located.has(Number(file))
      ? Number(row)
      : await lineOf(duck, copy, format, Number(file), Number(row));
    located.add(Number(file));
    found.push({
      file: Number(file),
      fault: { ...error, line, character: 1, row: Number(row), column: index + 1 },
      columnName: columnLabel(table, column.name, index),
    });
  }
  return found;
}

/** `"SALES"["QUANTITY":4]` */
export function columnLabel(table: QualifiedName, column: string, index: number): string {
  return `${quote(table.name)}[${quote(column)}:${index + 1}]`;
}

/** The line that a row begins at: rows before it, the line ends inside their values, and what was skipped. */
async function lineOf(
  duck: DuckDBConnection,
  copy: LocalCopy,
  format: FileFormat,
  file: number,
  row: number,
): Promise<number> {
  const skipped = format.type === 'CSV' ? format.skipHeader + (format.parseHeader ? 1 : 0) : 0;
  const header = copy.scanned[file]?.header;
  const layout = copy.layouts.find((one) => JSON.stringify(one.header) === JSON.stringify(header));
  if (layout === undefined || layout.parts.length === 0 || format.type === 'JSON') return row + skipped;

  const breaks = Array.from(
    { length: layout.mostColumns },
    (_, index) => `coalesce(length(c${index + 1}) - length(replace(c${index + 1}, chr(10), '')), 0)`,
  );
  const reader = await duck.runAndReadAll(
    `SELECT count(*), coalesce(sum(${breaks.join(' + ')}), 0) FROM (${layoutScan(layout, layout.mostColumns)}) WHERE f = ${file} AND r < ${row}`,
  );
  const [before, inside] = reader.getRowsJS()[0] ?? [];
  return Number(before ?? 0) + Number(inside ?? 0) + skipped + 1;
}
