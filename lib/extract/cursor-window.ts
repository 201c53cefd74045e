import { SluiceError, type Table } from '../config/index.ts';
import type { ManifestWindow } from '../staging/index.ts';
import { typeOfPlacing } from './placing.ts';
import { quoteIdentifier, quoteLiteral, quoteTable } from './quote.ts';
import type { Queryable } from './source.ts';

type CursorKind = 'instant' | 'local' | 'day' | 'number';

const kindByType: Readonly<Record<string, CursorKind>> = {
  timestamptz: 'instant',
  timestamp: 'local',
  date: 'day',
  int2: 'number',
  int4: 'number',
  int8: 'number',
  numeric: 'number',
};

/** How far before the last high mark a run reads again, unless told: ten minutes, or a thousand numbers of a sequence. */
const defaultOverlap = { seconds: 600, numbers: 1000 };

/**
 * The next window of an `incremental` table: `(low, high]` of its cursor. High is the greatest value there is before the rows
 * are read, but nothing later than the source's own clock, so that one row of the future does not hide all others. Low is
 * where the last window ended, less the overlap: a transaction that commits late brings rows that are older than what was
 * read already, and reading a row twice changes nothing.
 *
 * @param last high mark of the last window that was applied; null reads everything
 */
export async function planCursorWindow(
  source: Queryable,
  table: Table,
  last: string | null,
): Promise<ManifestWindow> {
  const { mode } = table;
  if (mode.kind !== 'incremental') throw new TypeError(`${table.name} has no cursor`);
  const type = await typeOfPlacing(source, table);
  const kind = kindByType[type];
  if (kind === undefined) throw notACursor(table, mode.cursor, type);
  const column = quoteIdentifier(mode.cursor);
  const [row] = await source.query<{ low: string | null; high: string | null }>(
    `SELECT (${lowOf(kind, mode.overlap)})::text AS low,
       coalesce(CASE WHEN newest IS NOT NULL THEN least(newest, ${latestOf(kind, mode.timezone)}) END, $1::${type})::text AS high
     FROM (SELECT max(${column}) AS newest FROM ${quoteTable(table.source)} WHERE ${placed(column, type)}) AS seen`,
    [last],
  );
  const { low = null, high = null } = row ?? {};
  if (high === null) return { id: 'empty', start: null, end: null, timezone: null };
  return { id: `${low ?? 'start'}..${high}`, start: low, end: high, timezone: null };
}

/** SQL of where a window begins. */
function lowOf(kind: CursorKind, overlap: number | undefined): string {
  const seconds = overlap ?? defaultOverlap.seconds;
  switch (kind) {
    case 'instant':
      return `$1::timestamptz - ${seconds} * interval '1 second'`;
    case 'local':
      return `$1::timestamp - ${seconds} * interval '1 second'`;
    case 'day':
      // The last day was not over when it was read.
      return `$1::date - ${Math.max(1, Math.ceil(seconds / 86_400))}`;
    case 'number':
      return `$1::numeric - ${overlap ?? defaultOverlap.numbers}`;
  }
}

/** SQL of the latest that a cursor may be: the clock. */
function latestOf(kind: CursorKind, timezone: string): string {
  switch (kind) {
    case 'instant':
      return 'now()';
    case 'local':
      return `now() AT TIME ZONE ${quoteLiteral(timezone)}`;
    case 'day':
      return `(now() AT TIME ZONE ${quoteLiteral(timezone)})::date`;
    case 'number':
      return 'newest';
  }
}

/** SQL that leaves out what is no place in the order: infinity, and the number that is none. */
function placed(column: string, type: string): string {
  if (type === 'numeric') return `${column} < 'NaN'`;
  return kindByType[type] === 'number' ? 'TRUE' : `${column} < 'infinity'`;
}

function notACursor(table: Table, column: string, type: string): SluiceError {
  return new SluiceError({
    code: 'WINDOW_COLUMN_TYPE',
    kind: 'usage',
    message: `Column "${column}" of ${table.name} cannot be a cursor: it is ${type === '' ? 'not there, or of a type of its own' : type}`,
    hint: 'incremental() needs a column of type timestamptz, timestamp, date, smallint, integer, bigint or numeric.',
    details: { table: table.name, column },
  });
}
