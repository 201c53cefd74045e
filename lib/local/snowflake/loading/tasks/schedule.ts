import { compilationError } from '../../../../sql/index.ts';

/** When a task is to run by itself. */
export type Schedule =
  | { readonly kind: 'every'; readonly seconds: number }
  | {
      readonly kind: 'cron';
      readonly fields: readonly ReadonlySet<number>[];
      readonly anyDay: readonly [boolean, boolean];
      readonly lastDay: boolean;
      readonly zone: string;
    };

const UNIT_SECONDS: Readonly<Record<string, number>> = {
  SECOND: 1,
  S: 1,
  MINUTE: 60,
  M: 60,
  HOUR: 3600,
  H: 3600,
};
const LONGEST_SECONDS = 11_520 * 60;
const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const DAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];
const RANGES: readonly (readonly [from: number, to: number, names: readonly string[]])[] = [
  [0, 59, []],
  [0, 23, []],
  [1, 31, []],
  [1, 12, MONTHS],
  [0, 7, DAYS],
];
/** How far ahead a run is looked for: a 29th of February is at most eight years away. */
const HORIZON_DAYS = 366 * 8 + 2;

/** Reads `'5 MINUTES'` or `'USING CRON 0 5 * * 1-5 Europe/London'`. */
export function parseSchedule(text: string): Schedule {
  const every = /^\s*(\d+)\s*(SECOND|MINUTE|HOUR|S|M|H)S?\s*$/i.exec(text);
  if (every) {
    const seconds = Number(every[1]) * (UNIT_SECONDS[(every[2] ?? '').toUpperCase()] ?? 0);
    if (seconds < 1 || seconds > LONGEST_SECONDS)
      throw invalid(text, 'an interval of 1 second to 11520 minutes');
    return { kind: 'every', seconds };
  }
  const cron = /^\s*USING\s+CRON\s+(\S+)\s+(\S+)\s+(\S+)\s+(\S+)\s+(\S+)\s+(\S+)\s*$/i.exec(text);
  if (cron === null)
    throw invalid(text, "'n MINUTES' or 'USING CRON <minute> <hour> <day> <month> <weekday> <zone>'");
  const [, ...parts] = cron;
  const zone = parts[5] ?? 'UTC';
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
  } catch {
    throw invalid(text, `a time zone where '${zone}' stands`);
  }
  const lastDay = parts[2]?.toUpperCase() === 'L';
  const fields = RANGES.map((range, index) =>
    index === 2 && lastDay ? new Set<number>() : readField(parts[index] ?? '', range, text),
  );
  return { kind: 'cron', fields, anyDay: [parts[2] === '*', parts[4] === '*'], lastDay, zone };
}

function readField(
  field: string,
  [low, high, names]: (typeof RANGES)[number],
  text: string,
): ReadonlySet<number> {
  const numberOf = (word: string): number => {
    const named = names.indexOf(word.toUpperCase());
    const number = named >= 0 ? named + (names === MONTHS ? 1 : 0) : Number(word);
    if (!/^\d+$/.test(word) && named < 0) throw invalid(text, `a number where '${word}' stands`);
    if (number < low || number > high)
      throw invalid(text, `a number from ${low} to ${high} where '${word}' stands`);
    return number;
  };
  const values = new Set<number>();
  for (const part of field.split(',')) {
    const [range = '', step] = part.split('/');
    const [from, to] = range === '*' ? [low, high] : range.split('-').map(numberOf);
    const first = from ?? low;
    const last = to ?? (step === undefined ? first : high);
    const by = step === undefined ? 1 : Number(step);
    if (!Number.isInteger(by) || by < 1) throw invalid(text, `a step where '${step}' stands`);
    for (let value = first; value <= last; value += by) values.add(value);
  }
  // Sunday is 0 and 7.
  if (names === DAYS && values.has(7)) values.add(0);
  return values;
}

function invalid(text: string, expected: string): Error {
  return compilationError(`invalid SCHEDULE '${text}': expected ${expected}.`, '001007');
}

/** The first moment after `after` that the schedule names; undefined when there is none in eight years. */
export function nextRun(schedule: Schedule, after: Date): Date | undefined {
  if (schedule.kind === 'every') return new Date(after.getTime() + schedule.seconds * 1000);
  const local = new Intl.DateTimeFormat('en-US', {
    timeZone: schedule.zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
  });
  // Whole minutes of real time are tried, so an hour that a zone skips is skipped and one that it repeats runs once.
  let at = Math.floor(after.getTime() / 60_000) * 60_000 + 60_000;
  const end = at + HORIZON_DAYS * 86_400_000;
  const ranBefore = after.getTime();
  while (at < end) {
    const { year, month, day, hour, minute } = partsOf(local, at);
    if (!dayMatches(schedule, year, month, day)) {
      at += (1440 - hour * 60 - minute > 120 ? 1440 - hour * 60 - minute - 120 : 1) * 60_000;
    } else if (!schedule.fields[1]?.has(hour)) {
      at += (60 - minute) * 60_000;
    } else if (schedule.fields[0]?.has(minute) && !repeatsHour(local, at, ranBefore)) {
      return new Date(at);
    } else {
      at += 60_000;
    }
  }
  return undefined;
}

/** True when the same local minute has passed an hour before and was run then: clocks were set back. */
function repeatsHour(local: Intl.DateTimeFormat, at: number, ranBefore: number): boolean {
  const earlier = at - 3_600_000;
  if (earlier > ranBefore) return false;
  const now = partsOf(local, at);
  const before = partsOf(local, earlier);
  return now.hour === before.hour && now.day === before.day;
}

interface LocalParts {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
}

function partsOf(local: Intl.DateTimeFormat, at: number): LocalParts {
  const found = { year: 0, month: 0, day: 0, hour: 0, minute: 0 };
  for (const { type, value } of local.formatToParts(at)) {
    if (type in found) found[type as keyof typeof found] = Number(value);
  }
  return found;
}

/** Cron's rule: when both days are given, either will do. */
function dayMatches(
  schedule: Extract<Schedule, { kind: 'cron' }>,
  year: number,
  month: number,
  day: number,
): boolean {
  if (!schedule.fields[3]?.has(month)) return false;
  const weekday = new Date(Date.UTC(year, month - 1, day)).getUTCDay();
  const lastOfMonth = new Date(Date.UTC(year, month, 0)).getUTCDate();
  const dayHits = schedule.lastDay ? day === lastOfMonth : (schedule.fields[2]?.has(day) ?? false);
  const weekdayHits = schedule.fields[4]?.has(weekday) ?? false;
  const [anyDay, anyWeekday] = schedule.anyDay;
  if (anyDay || anyWeekday) return (anyDay || dayHits) && (anyWeekday || weekdayHits);
  return dayHits || weekdayHits;
}
