import type { Table } from '../config/index.ts';
import type { ManifestWindow } from '../staging/index.ts';
import { namesTransactions, readRelation, writtenSince } from './content-shape.ts';
import { typeOfPlacing } from './placing.ts';
import { quoteTable } from './quote.ts';
import { rowsOfWindows } from './rows-of-window.ts';
import type { Source } from './source.ts';

/** A window, and the oldest transaction that was not over when it was read. */
export interface ReadBefore {
  readonly window: ManifestWindow;
  readonly oldestTransaction: string | undefined;
}

export interface SourceCount {
  readonly rows: number;
  /** Of these, rows that were written after the window was read, or may have been. */
  readonly newRows: number;
}

/** How many rows each window has in the source now, counted, by window id. */
export async function countWindows(
  source: Source,
  table: Table,
  windows: readonly ReadBefore[],
): Promise<ReadonlyMap<string, SourceCount>> {
  const rowsOf = await rowsOfWindows(
    source,
    table,
    await typeOfPlacing(source, table),
    windows.map(({ window }) => window),
  );
  const { kind } = await readRelation(source, table);
  const counts = new Map<string, SourceCount>();
  for (const { window, oldestTransaction } of windows) {
    const condition = rowsOf(window);
    const where = condition === undefined ? '' : ` WHERE ${condition}`;
    const isNew = namesTransactions(kind) ? await writtenSince(source, oldestTransaction) : 'TRUE';
    const [row] = await source.query<{ rows: string; new_rows: string }>(
      `SELECT count(*) AS rows, count(*) FILTER (WHERE ${isNew}) AS new_rows FROM ${quoteTable(table.source)}${where}`,
    );
    counts.set(window.id, { rows: Number(row?.rows ?? 0), newRows: Number(row?.new_rows ?? 0) });
  }
  return counts;
}
