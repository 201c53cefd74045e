import type { Table } from '../config/index.ts';
import type { ManifestWindow } from '../staging/index.ts';
import { placingColumn, typeOfPlacing } from './placing.ts';
import { quoteIdentifier, quoteLiteral, quoteTable } from './quote.ts';
import { rowsOfWindows } from './rows-of-window.ts';
import type { Source } from './source.ts';
import type { DayRange } from './windows.ts';

/** What a run would read, found without reading it. */

interface WindowEstimate {
  readonly window: ManifestWindow;
  /** The planner's guess; good when the table has been analyzed. */
  readonly rows: number;
  /** Of the rows as they lie in memory, before compression. */
  readonly bytes: number;
}

/** How many rows each window has, by the source's planner: milliseconds a window, whatever its size. */
export async function estimateWindows(
  source: Source,
  table: Table,
  windows: readonly ManifestWindow[],
): Promise<readonly WindowEstimate[]> {
  const rowsOf = await rowsOfWindows(source, table, await typeOfPlacing(source, table), windows);
  const estimates: WindowEstimate[] = [];
  for (const window of windows) {
    const condition = rowsOf(window);
    const where = condition === undefined ? '' : ` WHERE ${condition}`;
    const [row] = await source.query<{
      'QUERY PLAN': readonly [{ Plan: { 'Plan Rows': number; 'Plan Width': number } }];
    }>(`EXPLAIN (FORMAT JSON) SELECT * FROM ${quoteTable(table.source)}${where}`);
    const { 'Plan Rows': rows = 0, 'Plan Width': width = 0 } = row?.['QUERY PLAN'][0].Plan ?? {};
    estimates.push({ window, rows, bytes: rows * width });
  }
  return estimates;
}

/**
 * The first and last business day of a `daily` table that have rows, by two looks into the index of the column. Infinite
 * dates are no days. Undefined when there are no rows.
 */
export async function readDayRange(source: Source, table: Table): Promise<DayRange | undefined> {
  const { mode } = table;
  if (mode.kind !== 'daily') return undefined;
  const column = quoteIdentifier(mode.column);
  const isInstant = (await typeOfPlacing(source, table)) === 'timestamptz';
  const day = isInstant ? `(${column} AT TIME ZONE ${quoteLiteral(mode.timezone)})::date` : `${column}::date`;
  const finite = `FROM ${quoteTable(table.source)} WHERE ${column} > '-infinity' AND ${column} < 'infinity'`;
  const [row] = await source.query<{ first: string | null; last: string | null }>(
    `SELECT (SELECT ${day} ${finite} ORDER BY ${column} LIMIT 1)::text AS first,
            (SELECT ${day} ${finite} ORDER BY ${column} DESC LIMIT 1)::text AS last`,
  );
  return row?.first == null || row.last === null ? undefined : { from: row.first, to: row.last };
}

/** Rows that fall into no window, because the column that places them is NULL, infinite or no number; by its index, too. */
export async function countUndatedRows(source: Source, table: Table): Promise<number> {
  const placing = placingColumn(table);
  if (placing === undefined) return 0;
  const column = quoteIdentifier(placing);
  const type = await typeOfPlacing(source, table);
  const endless = /^(date|timestamp|timestamptz)$/.test(type)
    ? ` OR ${column} = 'infinity' OR ${column} = '-infinity'`
    : type === 'numeric'
      ? ` OR ${column} = 'NaN'`
      : '';
  const [row] = await source.query<{ rows: string }>(
    `SELECT count(*) AS rows FROM ${quoteTable(table.source)} WHERE ${column} IS NULL${endless}`,
  );
  return Number(row?.rows ?? 0);
}

/** The source's own clock: what decides which business day is over. */
export async function readClock(source: Source): Promise<Date> {
  const [row] = await source.query<{ now: Date }>('SELECT now()');
  return row?.now ?? new Date();
}
