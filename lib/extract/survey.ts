import type { Table } from '../config/index.ts';
import type { ManifestWindow } from '../staging/index.ts';
import { readColumns } from './catalog.ts';
import { quoteIdentifier, quoteLiteral, quoteTable } from './quote.ts';
import { rowsOfWindows } from './rows-of-window.ts';
import type { Source } from './source.ts';
import type { DayRange } from './windows.ts';

/** What a run would read, found without reading it. */

interface WindowEstimate {
  readonly window: ManifestWindow;
  /** The planner's guess; good when the table has been analyzed. */
  readonly rows: number;
}

/** How many rows each window has, by the source's planner: milliseconds a window, whatever its size. */
export async function estimateWindows(
  source: Source,
  table: Table,
  windows: readonly ManifestWindow[],
): Promise<readonly WindowEstimate[]> {
  const rowsOf = await rowsOfWindows(source, table, await typeOfDates(source, table), windows);
  const estimates: WindowEstimate[] = [];
  for (const window of windows) {
    const condition = rowsOf(window);
    const where = condition === undefined ? '' : ` WHERE ${condition}`;
    const [row] = await source.query<{ 'QUERY PLAN': readonly [{ Plan: { 'Plan Rows': number } }] }>(
      `EXPLAIN (FORMAT JSON) SELECT 1 FROM ${quoteTable(table.source)}${where}`,
    );
    estimates.push({ window, rows: row?.['QUERY PLAN'][0].Plan['Plan Rows'] ?? 0 });
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
  const isInstant = (await typeOfDates(source, table)) === 'timestamptz';
  const day = isInstant ? `(${column} AT TIME ZONE ${quoteLiteral(mode.timezone)})::date` : `${column}::date`;
  const finite = `FROM ${quoteTable(table.source)} WHERE ${column} > '-infinity' AND ${column} < 'infinity'`;
  const [row] = await source.query<{ first: string | null; last: string | null }>(
    `SELECT (SELECT ${day} ${finite} ORDER BY ${column} LIMIT 1)::text AS first,
            (SELECT ${day} ${finite} ORDER BY ${column} DESC LIMIT 1)::text AS last`,
  );
  return row?.first == null || row.last === null ? undefined : { from: row.first, to: row.last };
}

/** Rows of a `daily` table that fall into no window, because their date is NULL or infinite; by its index, too. */
export async function countUndatedRows(source: Source, table: Table): Promise<number> {
  const { mode } = table;
  if (mode.kind !== 'daily') return 0;
  const column = quoteIdentifier(mode.column);
  const [row] = await source.query<{ rows: string }>(
    `SELECT count(*) AS rows FROM ${quoteTable(table.source)}
     WHERE ${column} IS NULL OR ${column} = 'infinity' OR ${column} = '-infinity'`,
  );
  return Number(row?.rows ?? 0);
}

/** The source's own clock: what decides which business day is over. */
export async function readClock(source: Source): Promise<Date> {
  const [row] = await source.query<{ now: Date }>('SELECT now()');
  return row?.now ?? new Date();
}

export async function typeOfDates(source: Source, table: Table): Promise<string> {
  const { mode } = table;
  if (mode.kind !== 'daily') return '';
  const column = (await readColumns(source, table)).find(({ name }) => name === mode.column);
  return column?.plainType ?? '';
}
