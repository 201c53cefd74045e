import { Random } from './random.ts';

/** Calendar days as `2011-12-09`; no clock and no zone is in them. */

const DAY_MS = 86_400_000;
/** How busy each weekday is, Sunday first. On Saturdays the shop writes no invoices. */
const WEEKDAYS = [0.72, 1.05, 1.12, 1.05, 1.2, 0.9, 0];
/** How busy each month is, January first: gifts sell before Christmas. */
const MONTHS = [0.75, 0.72, 0.85, 0.75, 0.88, 0.85, 0.85, 0.85, 1.15, 1.3, 1.75, 1.35];

/** Yesterday where the shop is. */
export function yesterday(now: Date = new Date()): string {
  const today = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Europe/London' }).format(now);
  return addDays(today, -1);
}

function addDays(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
}

/** Days since 2000-01-01, for invoice numbers. */
export function dayNumber(day: string): number {
  return Math.round((Date.parse(`${day}T00:00:00Z`) - Date.UTC(2000, 0, 1)) / DAY_MS);
}

/** Shares `rows` among `days` days that end with `until`, as the shop's year goes; they add up to `rows` exactly. */
export function planDays(
  seed: number,
  until: string,
  days: number,
  rows: number,
): readonly { readonly day: string; readonly rows: number }[] {
  const range = Array.from({ length: days }, (_, index) => addDays(until, index + 1 - days));
  const busy = range.map((day) => busyness(seed, day));
  const total = busy.reduce((sum, weight) => sum + weight, 0);
  let weightSoFar = 0;
  let rowsSoFar = 0;
  return range.map((day, index) => {
    weightSoFar += busy[index] ?? 0;
    // Rounding the running sum, not each day, is what makes the days add up.
    const due = total === 0 ? 0 : Math.round((rows * weightSoFar) / total);
    const share = due - rowsSoFar;
    rowsSoFar = due;
    return { day, rows: share };
  });
}

function busyness(seed: number, day: string): number {
  if (isHoliday(day)) return 0;
  const date = new Date(`${day}T00:00:00Z`);
  const noise = 0.75 + 0.5 * new Random(seed, 'busy', day).next();
  return (WEEKDAYS[date.getUTCDay()] ?? 1) * (MONTHS[date.getUTCMonth()] ?? 1) * noise;
}

/** From Christmas Eve to 3 January, and from Good Friday to Easter Monday, nobody is there. */
function isHoliday(day: string): boolean {
  const monthAndDay = day.slice(5);
  if (monthAndDay >= '12-24' || monthAndDay <= '01-03') return true;
  const easter = easterSunday(Number(day.slice(0, 4)));
  return day >= addDays(easter, -2) && day <= addDays(easter, 1);
}

/** Gregorian Easter by Butcher's rule (Meeus, Astronomical Algorithms, chapter 8). */
function easterSunday(year: number): string {
  const a = year % 19;
  const b = Math.floor(year / 100);
  const c = year % 100;
  const g = Math.floor((8 * b + 13) / 25);
  const h = (19 * a + b - Math.floor(b / 4) - g + 15) % 30;
  const l = (32 + 2 * (b % 4) + 2 * Math.floor(c / 4) - h - (c % 4)) % 7;
  const m = Math.floor((a + 11 * h + 19 * l) / 433);
  const month = Math.floor((h + l - 7 * m + 90) / 25);
  const day = (h + l - 7 * m + 33 * month + 19) % 32;
  return `${year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
}
