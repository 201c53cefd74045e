import type { Project, Table } from '../config/index.ts';
import { opsSchema, tableIn } from './template-values.ts';
import type { Warehouse } from './warehouse.ts';

/** How many rows of a window are where; all equal, but for rejected ones, when nothing was lost or doubled. */
export interface WindowCounts {
  readonly table: string;
  readonly window: string;
  /** The run that is visible; null for rows in RAW that no applied load accounts for. */
  readonly runId: string | null;
  /** Rows that the manifest says Postgres sent, and the sum over its files. */
  readonly extracted: number;
  readonly staged: number;
  readonly landed: number;
  readonly applied: number;
  readonly rejected: number;
  /** Rows in RAW of this run and window. */
  readonly raw: number;
  readonly status: 'equal' | 'different';
}

/**
 * Counts of every window that is visible, from the ledger and from RAW itself.
 * A table that merges keeps only the newest version of a key, so `raw` may be smaller there.
 */
export async function reconcileTable(
  warehouse: Warehouse,
  project: Project,
  table: Table,
): Promise<readonly WindowCounts[]> {
  const ops = opsSchema(project);
  const { rows } = await warehouse.execute(
    `SELECT
       COALESCE(ledger.WINDOW_ID, visible._WINDOW) AS WINDOW_ID,
       ledger.RUN_ID,
       ledger.ROWS_EXTRACTED, ledger.ROWS_STAGED, ledger.ROWS_LANDED, ledger.ROWS_APPLIED, ledger.ROWS_REJECTED,
       visible.ROWS_VISIBLE
     FROM (
       SELECT loads.RUN_ID, loads.WINDOW_ID, loads.ROWS_EXTRACTED, loads.ROWS_LANDED, loads.ROWS_APPLIED, loads.ROWS_REJECTED,
         COALESCE(SUM(files.ROWS_EXTRACTED), 0) AS ROWS_STAGED
       FROM ${ops}.LOADS AS loads
       LEFT JOIN ${ops}.FILES AS files
         ON files.RUN_ID = loads.RUN_ID AND files.TABLE_NAME = loads.TABLE_NAME AND files.WINDOW_ID = loads.WINDOW_ID
       WHERE loads.TABLE_NAME = ? AND loads.STATUS = 'applied'
       GROUP BY loads.RUN_ID, loads.WINDOW_ID, loads.ROWS_EXTRACTED, loads.ROWS_LANDED, loads.ROWS_APPLIED, loads.ROWS_REJECTED
     ) AS ledger
     FULL OUTER JOIN (
       SELECT _RUN_ID, _WINDOW, COUNT(*) AS ROWS_VISIBLE FROM ${tableIn(project, 'raw', table)} GROUP BY _RUN_ID, _WINDOW
     ) AS visible
       ON visible._RUN_ID = ledger.RUN_ID AND visible._WINDOW = ledger.WINDOW_ID
     ORDER BY WINDOW_ID`,
    { binds: [table.name] },
  );
  const merges = table.mode.kind === 'incremental';
  return rows.map((row) => {
    const count = (name: string) => Number(row[name] ?? 0);
    const counts = {
      extracted: count('ROWS_EXTRACTED'),
      staged: count('ROWS_STAGED'),
      landed: count('ROWS_LANDED'),
      applied: count('ROWS_APPLIED'),
      rejected: count('ROWS_REJECTED'),
      raw: count('ROWS_VISIBLE'),
    };
    const equal =
      counts.extracted === counts.staged &&
      counts.extracted === counts.landed &&
      counts.extracted === counts.applied + counts.rejected &&
      (merges ? counts.raw <= counts.applied : counts.raw === counts.applied);
    return {
      table: table.name,
      window: String(row.WINDOW_ID),
      runId: typeof row.RUN_ID === 'string' ? row.RUN_ID : null,
      ...counts,
      status: equal ? 'equal' : 'different',
    };
  });
}
