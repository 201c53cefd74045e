import type { Table } from '../config/index.ts';
import type { ManifestWindow } from '../staging/index.ts';
import { typeOfPlacing } from './placing.ts';
import { quoteTable } from './quote.ts';
import { rowsOfWindows } from './rows-of-window.ts';
import type { Source } from './source.ts';

/** How many rows each window has in the source now, counted, by window id. */
export async function countWindows(
  source: Source,
  table: Table,
  windows: readonly ManifestWindow[],
): Promise<ReadonlyMap<string, number>> {
  const rowsOf = await rowsOfWindows(source, table, await typeOfPlacing(source, table), windows);
  const counts = new Map<string, number>();
  for (const window of windows) {
    const condition = rowsOf(window);
    const where = condition === undefined ? '' : ` WHERE ${condition}`;
    const [row] = await source.query<{ rows: string }>(
      `SELECT count(*) AS rows FROM ${quoteTable(table.source)}${where}`,
    );
    counts.set(window.id, Number(row?.rows ?? 0));
  }
  return counts;
}
