import { SluiceError, type Table } from '../config/index.ts';
import type { ManifestWindow } from '../staging/index.ts';

/** Business days, both included: `2011-12-01` to `2011-12-09` is nine days. */
export interface DayRange {
  readonly from: string;
  readonly to: string;
}

/**
 * The windows of a table. `daily`: one a business day of the range, half-open, from local midnight to the next, which is 23
 * or 25 hours where clocks change. `full`: one window, and the range is not looked at.
 * @throws SluiceError MODE_HAS_NO_DAYS for `incremental`: see `planCursorWindow`
 */
export function planWindows(table: Table, range: DayRange): readonly ManifestWindow[] {
  const { mode } = table;
  if (mode.kind === 'full') return [{ id: 'full', start: null, end: null, timezone: null }];
  if (mode.kind === 'incremental') throw noDays(table);
  const from = parseDay(range.from);
  const to = parseDay(range.to);
  if (from > to) {
    throw new SluiceError({
      code: 'RANGE_EMPTY',
      kind: 'usage',
      message: `The range of days ends (${range.to}) before it begins (${range.from})`,
      hint: 'Give the earlier day as --from and the later one as --to; both are included.',
    });
  }
  const windows: ManifestWindow[] = [];
  for (let day = from; day <= to; day++) {
    windows.push({
      id: formatDay(day),
      start: `${formatDay(day)}T00:00:00`,
      end: `${formatDay(day + 1)}T00:00:00`,
      timezone: mode.timezone,
    });
  }
  return windows;
}

/** What a scheduled run reads: the newest business day that is over, and the days before it that late rows fall into. */
export function defaultRange(table: Table, now: Date): DayRange {
  if (table.mode.kind !== 'daily') return { from: formatDay(0), to: formatDay(0) };
  const newest = parseDay(dayOf(now, table.mode.timezone)) - 1;
  return { from: formatDay(newest - table.mode.lookbackDays), to: formatDay(newest) };
}

/** The calendar day of an instant in a zone. */
function dayOf(instant: Date, timezone: string): string {
  const parts = new Intl.DateTimeFormat('en-u-ca-iso8601', {
    timeZone: timezone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  }).formatToParts(instant);
  const part = (type: string): string => parts.find((found) => found.type === type)?.value ?? '';
  return `${part('year')}-${part('month')}-${part('day')}`;
}

const dayMs = 86_400_000;

/** Days since 1970-01-01 of a calendar day, which has no zone. */
function parseDay(day: string): number {
  const ms = /^\d{4}-\d{2}-\d{2}$/.test(day) ? Date.parse(`${day}T00:00:00Z`) : Number.NaN;
  // Date.parse takes 2011-02-30 for 2 March.
  if (!Number.isNaN(ms) && formatDay(ms / dayMs) === day) return ms / dayMs;
  throw new SluiceError({
    code: 'DAY_INVALID',
    kind: 'usage',
    message: `"${day}" is not a day`,
    hint: 'Write days as YYYY-MM-DD, for instance 2011-12-09.',
  });
}

function formatDay(day: number): string {
  return new Date(day * dayMs).toISOString().slice(0, 10);
}

function noDays(table: Table): SluiceError {
  return new SluiceError({
    code: 'MODE_HAS_NO_DAYS',
    kind: 'usage',
    message: `Table ${table.name} is read by its cursor and not by days`,
    hint: 'Its next window follows from what was loaded last: `sluice run` or `sluice extract` without --from and --to.',
    details: { table: table.name },
  });
}
