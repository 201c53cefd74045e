import { SluiceError, type Table } from '../config/index.ts';
import type { ManifestWindow } from '../staging/index.ts';
import { quoteIdentifier, quoteLiteral } from './quote.ts';
import type { Queryable } from './source.ts';

/** SQL that is true for the rows of a window; undefined when they are all the rows there are. */
export type RowsOfWindow = (window: ManifestWindow) => string | undefined;

/**
 * How the windows of a table select their rows, by the type of the column that dates them:
 * `date`: the day; `timestamp`: wall-clock time from midnight to midnight; `timestamptz`: the instants of local midnight.
 * Of `incremental`, those whose cursor is greater than the window's start and not greater than its end. Bounds are constants,
 * so that an index on the column serves.
 * @param plainType of the column that places a row
 */
export async function rowsOfWindows(
  source: Queryable,
  table: Table,
  plainType: string,
  windows: readonly ManifestWindow[],
): Promise<RowsOfWindow> {
  const { mode } = table;
  if (mode.kind === 'full') return () => undefined;
  if (mode.kind === 'incremental') {
    return ({ start, end }) => upTo(quoteIdentifier(mode.cursor), plainType, start, end);
  }
  const column = quoteIdentifier(mode.column);
  if (plainType === 'date' || plainType === 'timestamp') {
    return ({ start, end }) => between(column, plainType, start ?? '', end ?? '');
  }
  if (plainType !== 'timestamptz') throw notADate(table, mode.column, plainType);
  const midnights = await localMidnights(
    source,
    mode.timezone,
    windows.flatMap(({ start, end }) => [start ?? '', end ?? '']),
  );
  return ({ start, end }) => between(column, plainType, midnights.get(start) ?? '', midnights.get(end) ?? '');
}

function between(column: string, type: string, start: string, end: string): string {
  const bound = (text: string): string => `${quoteLiteral(text)}::${type}`;
  return `${column} >= ${bound(start)} AND ${column} < ${bound(end)}`;
}

/** Null as start is the beginning of all; as end, that there is nothing. */
function upTo(column: string, type: string, start: string | null, end: string | null): string {
  if (end === null) return 'FALSE';
  // The types of whole numbers compare with each other, and share their indexes.
  const comparable = /^int[24]$/.test(type) ? 'int8' : type;
  const last = `${column} <= ${quoteLiteral(end)}::${comparable}`;
  return start === null ? last : `${column} > ${quoteLiteral(start)}::${comparable} AND ${last}`;
}

/**
 * The first instant of each day in a zone, by the source's own time zone data. Where clocks are set back over midnight there
 * are two; Postgres takes the later one, which would count the day's first hour to the day before.
 * @param days local ISO timestamps at midnight
 */
async function localMidnights(
  source: Queryable,
  timezone: string,
  days: readonly string[],
): Promise<ReadonlyMap<string | null, string>> {
  const rows = await source.query<{ day: string; midnight: string }>(
    `SELECT
       d.day,
       (CASE WHEN (later - interval '1 hour') AT TIME ZONE $1 >= d.day::timestamp
             THEN later - interval '1 hour' ELSE later END)::text AS midnight
     FROM unnest($2::text[]) AS d (day), LATERAL (SELECT d.day::timestamp AT TIME ZONE $1 AS later) AS l`,
    [timezone, [...new Set(days)]],
  );
  return new Map(rows.map(({ day, midnight }) => [day, midnight]));
}

function notADate(table: Table, column: string, type: string): SluiceError {
  return new SluiceError({
    code: 'WINDOW_COLUMN_TYPE',
    kind: 'usage',
    message: `Column "${column}" of ${table.name} cannot date its rows: it is ${type === '' ? 'of a type of its own' : type}`,
    hint: 'daily() needs a column of type date, timestamp or timestamptz.',
    details: { table: table.name, column },
  });
}
