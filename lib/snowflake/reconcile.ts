import type { Project, Table } from '../config/index.ts';
import { opsSchema, tableIn } from './template-values.ts';
import type { Warehouse, WarehouseValue } from './warehouse.ts';

/** How many rows of a window are where; all equal, but for rejected ones, when nothing was lost or doubled. */
export interface WindowCounts {
  readonly table: string;
  readonly window: string;
  /** The run that is visible; null for rows in RAW that no applied load accounts for. */
  readonly runId: string | null;
  /** The oldest transaction of the source that was not over when that run read it; null where its manifest does not say. */
  readonly oldestTransaction: string | null;
  /** Rows that the manifest says Postgres sent, and the sum over its files. */
  readonly extracted: number;
  readonly staged: number;
  readonly landed: number;
  readonly applied: number;
  readonly rejected: number;
  /** Rows that were applied and removed again, because their keys had vanished in the source. */
  readonly deleted: number;
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
       visible.ROWS_VISIBLE, removed.ROWS_DELETED, manifests.OLDEST_TRANSACTION
     FROM (
       SELECT loads.RUN_ID, loads.WINDOW_ID, loads.ROWS_EXTRACTED, loads.ROWS_LANDED, loads.ROWS_APPLIED, loads.ROWS_REJECTED,
         loads.MANIFEST_FILE, COALESCE(SUM(files.ROWS_EXTRACTED), 0) AS ROWS_STAGED
       FROM ${ops}.LOADS AS loads
       LEFT JOIN ${ops}.FILES AS files
         ON files.RUN_ID = loads.RUN_ID AND files.TABLE_NAME = loads.TABLE_NAME AND files.WINDOW_ID = loads.WINDOW_ID
       WHERE loads.TABLE_NAME = ? AND loads.STATUS = 'applied'
       GROUP BY loads.RUN_ID, loads.WINDOW_ID, loads.ROWS_EXTRACTED, loads.ROWS_LANDED, loads.ROWS_APPLIED, loads.ROWS_REJECTED,
         loads.MANIFEST_FILE
     ) AS ledger
     FULL OUTER JOIN (
       SELECT _RUN_ID, _WINDOW, COUNT(*) AS ROWS_VISIBLE FROM ${tableIn(project, 'raw', table)} GROUP BY _RUN_ID, _WINDOW
     ) AS visible
       ON visible._RUN_ID = ledger.RUN_ID AND visible._WINDOW = ledger.WINDOW_ID
     LEFT JOIN (
       SELECT RUN_ID, WINDOW_ID, SUM(ROWS_DELETED) AS ROWS_DELETED FROM ${ops}.DELETES WHERE TABLE_NAME = ?
       GROUP BY RUN_ID, WINDOW_ID
     ) AS removed
       ON removed.RUN_ID = ledger.RUN_ID AND removed.WINDOW_ID = ledger.WINDOW_ID
     LEFT JOIN (
       SELECT _FILE, MAX(MANIFEST:source.oldestTransaction::VARCHAR) AS OLDEST_TRANSACTION FROM ${ops}.MANIFESTS GROUP BY _FILE
     ) AS manifests
       ON manifests._FILE = ledger.MANIFEST_FILE
     ORDER BY WINDOW_ID`,
    { binds: [table.name, table.name] },
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
      deleted: count('ROWS_DELETED'),
      raw: count('ROWS_VISIBLE'),
    };
    const equal =
      counts.extracted === counts.staged &&
      counts.extracted === counts.landed &&
      counts.extracted === counts.applied + counts.rejected &&
      (merges ? counts.raw <= counts.applied : counts.raw === counts.applied - counts.deleted);
    return {
      table: table.name,
      window: String(row.WINDOW_ID),
      runId: textOrNull(row.RUN_ID),
      oldestTransaction: textOrNull(row.OLDEST_TRANSACTION),
      ...counts,
      status: equal ? 'equal' : 'different',
    };
  });
}

function textOrNull(value: WarehouseValue | undefined): string | null {
  return typeof value === 'string' ? value : null;
}
