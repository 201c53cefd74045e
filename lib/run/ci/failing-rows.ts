import { readFileSync } from 'node:fs';
import type { Warehouse } from '../../snowflake/index.ts';
import type { TestResult } from '../../transform/index.ts';

/** Some of the rows that a test found wrong. */
export interface FailingRows {
  readonly test: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

const mostRows = 5;
const mostColumns = 8;

/** The first rows of every test that failed or warned; a test whose SQL cannot be run again has none. */
export async function failingRows(
  warehouse: Warehouse,
  tests: readonly TestResult[],
): Promise<readonly FailingRows[]> {
  const found: FailingRows[] = [];
  for (const { name, status, compiledPath } of tests) {
    if ((status !== 'fail' && status !== 'warn') || compiledPath === undefined) continue;
    const sql = readFileSync(compiledPath, 'utf8');
    const { columns, rows } = await warehouse.execute(`SELECT * FROM (\n${sql}\n) AS t LIMIT ${mostRows}`);
    const shown = columns.slice(0, mostColumns).map((column) => column.name);
    found.push({
      test: name,
      columns: shown,
      rows: rows.map((row) => shown.map((column) => textOf(row[column]))),
    });
  }
  return found;
}

function textOf(value: unknown): string {
  if (value === null || value === undefined) return 'NULL';
  if (value instanceof Date) return value.toISOString();
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
