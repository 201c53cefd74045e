import type { Project } from '../config/index.ts';
import { opsSchema } from './template-values.ts';
import type { Bind, Warehouse, WarehouseValue } from './warehouse.ts';

/**
 * How a run of a window stands: `staged` its manifest was seen, `landed` its rows are copied, `applied` it is visible, `held` it
 * has rejected rows and waits for a person, `superseded` a newer run of its window counts, `failed` see its error.
 */
export type LoadStatus = 'staged' | 'landed' | 'applied' | 'held' | 'superseded' | 'failed';

/** One row of OPS.LOADS: one run of one window of one table. Times are ISO 8601. */
export interface Load {
  readonly runId: string;
  readonly table: string;
  readonly window: string;
  readonly mode: string;
  readonly status: LoadStatus;
  readonly rowsExtracted: number;
  readonly rowsLanded: number | null;
  readonly rowsApplied: number | null;
  readonly rowsRejected: number | null;
  readonly error: string | null;
  readonly extractedAt: string;
  readonly stagedAt: string | null;
  readonly landedAt: string | null;
  readonly finishedAt: string | null;
}

export interface LoadFilter {
  readonly runIds?: readonly string[];
  readonly table?: string;
  readonly window?: string;
  readonly statuses?: readonly LoadStatus[];
  /** Newest first; all of them otherwise. */
  readonly limit?: number;
}

/** Loads of the ledger, the newest run first, then by table and window. */
export async function readLoads(
  warehouse: Warehouse,
  project: Project,
  filter: LoadFilter = {},
): Promise<readonly Load[]> {
  const conditions = filterConditions(filter);
  const { rows } = await warehouse.execute(
    `SELECT RUN_ID, TABLE_NAME, WINDOW_ID, MODE, STATUS, ROWS_EXTRACTED, ROWS_LANDED, ROWS_APPLIED, ROWS_REJECTED, ERROR,
       EXTRACTED_AT, STAGED_AT, LANDED_AT, FINISHED_AT
     FROM ${opsSchema(project)}.LOADS
     WHERE ${conditions.sql}
     ORDER BY RUN_ID DESC, TABLE_NAME, WINDOW_ID
     ${filter.limit === undefined ? '' : `LIMIT ${Math.max(0, Math.trunc(filter.limit))}`}`,
    { binds: conditions.binds },
  );
  return rows.map(loadOf);
}

/**
 * Puts failed loads back in the queue: their files are still in S3. Takes effect when the task graph runs next.
 *
 * @returns how many
 */
export async function retryLoads(
  warehouse: Warehouse,
  project: Project,
  filter: Omit<LoadFilter, 'statuses' | 'limit'> = {},
): Promise<number> {
  const conditions = filterConditions({ ...filter, statuses: ['failed'] });
  const { rowsAffected } = await warehouse.execute(
    `UPDATE ${opsSchema(project)}.LOADS
     SET STATUS = 'staged', ERROR = NULL, ROWS_LANDED = NULL, FINISHED_AT = NULL
     WHERE ${conditions.sql}`,
    { binds: conditions.binds },
  );
  return rowsAffected;
}

/** A file of a load, by the table and window it is of. */
export interface LoadFile {
  readonly table: string;
  readonly window: string;
  /** Key in the bucket. */
  readonly file: string;
}

/** Files of the loads that stand like this, newest run first, at most so many. */
export async function readLoadFiles(
  warehouse: Warehouse,
  project: Project,
  statuses: readonly LoadStatus[],
  limit: number,
): Promise<readonly LoadFile[]> {
  const conditions = filterConditions({ statuses });
  const { rows } = await warehouse.execute(
    `SELECT TABLE_NAME, WINDOW_ID, FILE FROM ${opsSchema(project)}.LOAD_FILES
     WHERE ${conditions.sql} ORDER BY RUN_ID DESC, FILE LIMIT ${Math.max(0, Math.trunc(limit))}`,
    { binds: conditions.binds },
  );
  return rows.map((row) => ({
    table: String(row.TABLE_NAME),
    window: String(row.WINDOW_ID),
    file: String(row.FILE),
  }));
}

function filterConditions({ runIds, table, window, statuses }: LoadFilter): { sql: string; binds: Bind[] } {
  const among = (column: string, values: readonly string[] | undefined) =>
    values === undefined
      ? []
      : [
          values.length === 0
            ? { sql: 'FALSE', binds: [] }
            : { sql: `${column} IN (${values.map(() => '?').join(', ')})`, binds: values },
        ];
  const conditions = [
    ...among('RUN_ID', runIds),
    ...among('TABLE_NAME', table === undefined ? undefined : [table]),
    ...among('WINDOW_ID', window === undefined ? undefined : [window]),
    ...among('STATUS', statuses),
  ];
  return {
    sql: conditions.length === 0 ? 'TRUE' : conditions.map(({ sql }) => sql).join(' AND '),
    binds: conditions.flatMap(({ binds }) => binds),
  };
}

function loadOf(row: Readonly<Record<string, WarehouseValue>>): Load {
  return {
    runId: String(row.RUN_ID),
    table: String(row.TABLE_NAME),
    window: String(row.WINDOW_ID),
    mode: String(row.MODE),
    status: statusOf(row.STATUS),
    rowsExtracted: Number(row.ROWS_EXTRACTED),
    rowsLanded: countOf(row.ROWS_LANDED),
    rowsApplied: countOf(row.ROWS_APPLIED),
    rowsRejected: countOf(row.ROWS_REJECTED),
    error: textOf(row.ERROR),
    extractedAt: String(row.EXTRACTED_AT),
    stagedAt: textOf(row.STAGED_AT),
    landedAt: textOf(row.LANDED_AT),
    finishedAt: textOf(row.FINISHED_AT),
  };
}

const statuses: readonly LoadStatus[] = ['staged', 'landed', 'applied', 'held', 'superseded', 'failed'];

function statusOf(value: WarehouseValue | undefined): LoadStatus {
  return statuses.find((status) => status === value) ?? 'failed';
}

function countOf(value: WarehouseValue | undefined): number | null {
  return value === null || value === undefined ? null : Number(value);
}

function textOf(value: WarehouseValue | undefined): string | null {
  return value === null || value === undefined ? null : String(value);
}
