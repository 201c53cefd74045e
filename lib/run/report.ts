import type { Load } from '../snowflake/index.ts';
import type { Manifest } from '../staging/index.ts';
import type { BuildReport, FreshnessResult } from '../transform/index.ts';

/** What became of a table's rows in one run: the four places where they are counted. */
export interface TableReport {
  readonly table: string;
  readonly windows: number;
  /** Rows that Postgres said it sent. */
  readonly extracted: number;
  /** Rows in the files that the manifests name. */
  readonly staged: number;
  readonly landed: number;
  readonly applied: number;
  readonly rejected: number;
  /** From the first window's start to the last load's end. */
  readonly ms: number;
}

export interface ModelReport {
  readonly name: string;
  readonly relation: string;
  readonly rows: number | null;
  readonly status: string;
  readonly ms: number;
}

export interface TestCounts {
  readonly pass: number;
  readonly warn: number;
  readonly fail: number;
  readonly error: number;
}

/** The outcome of a run; `demo --json` prints it. */
export interface RunReport {
  readonly runId: string;
  readonly elapsedMs: number;
  readonly tables: readonly TableReport[];
  readonly models: readonly ModelReport[];
  readonly tests: TestCounts;
  readonly freshness: readonly Pick<FreshnessResult, 'source' | 'table' | 'status' | 'ageSeconds'>[];
}

/** Adds up manifests and loads of a run, a row a table, in the order given. */
export function tableReports(
  tables: readonly string[],
  manifests: readonly Manifest[],
  loads: readonly Load[],
  milliseconds: ReadonlyMap<string, number>,
): TableReport[] {
  return tables.map((table) => {
    const own = manifests.filter((manifest) => manifest.table === table);
    const loaded = loads.filter((load) => load.table === table);
    return {
      table,
      windows: own.length,
      extracted: sum(own, ({ totalRows }) => totalRows),
      staged: sum(own, ({ files }) => sum(files, ({ rows }) => rows)),
      landed: sum(loaded, ({ rowsLanded }) => rowsLanded ?? 0),
      applied: sum(loaded, ({ rowsApplied }) => rowsApplied ?? 0),
      rejected: sum(loaded, ({ rowsRejected }) => rowsRejected ?? 0),
      ms: Math.round(milliseconds.get(table) ?? 0),
    };
  });
}

export function modelReports(report: BuildReport): ModelReport[] {
  return report.models.map(({ name, relation, rows, status, ms }) => ({ name, relation, rows, status, ms }));
}

export function testCounts(report: BuildReport | undefined): TestCounts {
  const count = (status: string): number =>
    (report?.tests ?? []).filter((test) => test.status === status).length;
  return { pass: count('pass'), warn: count('warn'), fail: count('fail'), error: count('error') };
}

function sum<Item>(items: readonly Item[], value: (item: Item) => number): number {
  return items.reduce((total, item) => total + value(item), 0);
}
