import { SluiceError } from '../../../config/index.ts';
import type { TimeWindow } from '../../flags.ts';

/** What a batch of a microbatch model may span. */
export type BatchSize = 'hour' | 'day' | 'month' | 'year';

export const batchSizes: readonly BatchSize[] = ['hour', 'day', 'month', 'year'];

const written =
  /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,6}))?)?)?\s*(Z|[+-]\d\d:?\d\d)?$/;

/**
 * A day, or a day and a time: `2026-01-31`, `2026-01-31 12:00:00`. Without a zone it is UTC.
 *
 * @returns undefined for anything else, and for a day that no calendar has
 */
export function parseInstant(text: string): Date | undefined {
  const match = written.exec(text.trim());
  if (match === null) return undefined;
  const [, year, month, day, hour = '00', minute = '00', second = '00', fraction = '', zone = 'Z'] = match;
  const offset = zone === 'Z' ? 'Z' : zone.replace(/^([+-]\d\d):?(\d\d)$/, '$1:$2');
  const time = new Date(
    `${year}-${month}-${day}T${hour}:${minute}:${second}.${fraction.padEnd(3, '0').slice(0, 3)}${offset}`,
  );
  const isDay = new Date(`${year}-${month}-${day}T00:00:00Z`).getUTCDate() === Number(day);
  return Number.isNaN(time.getTime()) || !isDay ? undefined : time;
}

/** A time as the flags of a run hold it. @throws SluiceError EVENT_TIME_INVALID */
export function eventTime(text: string, what: string): string {
  return instantOf(text, what).toISOString();
}

/** @throws SluiceError EVENT_TIME_INVALID */
export function instantOf(text: string, what: string): Date {
  const instant = parseInstant(text);
  if (instant !== undefined) return instant;
  throw invalid(`${what} is "${text}".`, 'Write a day or a time in UTC: 2026-01-31 or 2026-01-31T12:00:00.');
}

/**
 * The span of a sample: `3 days`, `12 hours`, back from now.
 *
 * @throws SluiceError EVENT_TIME_INVALID
 */
export function sampleWindow(text: string, now: Date): TimeWindow {
  const [, count, grain] = /^\s*(\d{1,6})\s+([a-z]+?)s?\s*$/i.exec(text) ?? [];
  const size = batchSizes.find((known) => known === grain?.toLowerCase());
  if (count === undefined || size === undefined) {
    throw invalid(
      `The sample is "${text}".`,
      'Write how far it goes back, `3 days`, or its bounds: `{start: 2026-01-01, end: 2026-01-08}`.',
    );
  }
  return { start: shifted(now, size, -Number(count)).toISOString(), end: now.toISOString() };
}

/** The same time some hours, days, months or years away; a day that the month lacks is its last one. */
function shifted(time: Date, size: BatchSize, by: number): Date {
  if (size === 'hour') return new Date(time.getTime() + by * 3_600_000);
  if (size === 'day') return new Date(time.getTime() + by * 86_400_000);
  const months = size === 'month' ? by : by * 12;
  const result = new Date(time);
  result.setUTCDate(1);
  result.setUTCMonth(result.getUTCMonth() + months);
  const lastDay = new Date(Date.UTC(result.getUTCFullYear(), result.getUTCMonth() + 1, 0)).getUTCDate();
  result.setUTCDate(Math.min(time.getUTCDate(), lastDay));
  return result;
}

/** The beginning of the hour, day, month or year that a time is in. */
export function truncated(time: Date, size: BatchSize): Date {
  const [year, month, day] = [time.getUTCFullYear(), time.getUTCMonth(), time.getUTCDate()];
  switch (size) {
    case 'hour':
      return new Date(Date.UTC(year, month, day, time.getUTCHours()));
    case 'day':
      return new Date(Date.UTC(year, month, day));
    case 'month':
      return new Date(Date.UTC(year, month, 1));
    case 'year':
      return new Date(Date.UTC(year, 0, 1));
  }
}

/** The beginning of the hour, day, month or year that is `by` after the one that a time is in. */
export function nextBeginning(time: Date, size: BatchSize, by = 1): Date {
  return shifted(truncated(time, size), size, by);
}

/** A time as SQL gets it: `2026-01-31 12:00:00+00:00`. */
export function sqlInstant(time: Date): string {
  const [day = '', clock = ''] = time.toISOString().slice(0, -1).split('T');
  return `${day} ${clock.replace(/\.000$/, '')}+00:00`;
}

function invalid(message: string, hint: string): SluiceError {
  return new SluiceError({ code: 'EVENT_TIME_INVALID', kind: 'usage', message, hint });
}
