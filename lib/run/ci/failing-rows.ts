import type { TestResult } from '../../transform/index.ts';

/** Some of the rows that a test found wrong. */
export interface FailingRows {
  readonly test: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

const mostColumns = 8;

/** The rows that the tests show which failed or warned, masked columns hidden. */
export function failingRows(tests: readonly TestResult[]): readonly FailingRows[] {
  return tests.flatMap(({ name, status, examples = [] }) => {
    const [first] = examples;
    if ((status !== 'fail' && status !== 'warn') || first === undefined) return [];
    const columns = Object.keys(first).slice(0, mostColumns);
    return [{ test: name, columns, rows: examples.map((row) => columns.map((name) => textOf(row[name]))) }];
  });
}

function textOf(value: unknown): string {
  if (value === null || value === undefined) return 'NULL';
  if (value instanceof Date) return value.toISOString();
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
