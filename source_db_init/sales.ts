import { dayNumber } from './calendar.ts';
import { Random } from './random.ts';
import { type Invoice, type Line, Till } from './till.ts';

/** Sales as the text that Postgres' COPY reads. */

/** Columns in the order of `salesText`. */
export const SALES_COLUMNS =
  'invoiceno, stockcode, description, quantity, invoicedate, unitprice, customerid, country';

/** Share of a day's rows written before the full hour, from 7 to 20 o'clock: lunch is when the shop is busiest. */
const HOURS = [0, 0.002, 0.018, 0.081, 0.172, 0.278, 0.423, 0.556, 0.681, 0.824, 0.925, 0.978, 0.993, 1];
const OPENS_AT = 7;
const CHUNK_CHARACTERS = 1 << 16;
/** One day in so many has an adjustment of the books. */
const ADJUSTED_EVERY = 13;

/** The sales of one day: exactly `rows` lines of text, in chunks. The same arguments give the same text. */
export function* salesText(seed: number, day: string, rows: number): Generator<string> {
  const till = new Till(seed, day, rows);
  const clock = new Random(seed, 'clock', day);
  const number = dayNumber(day);
  const adjustments = rows >= 100 && number % ADJUSTED_EVERY === 0 ? [...till.adjustments()] : [];
  let written = 0;
  let invoices = 0;
  let chunk = '';
  while (written < rows) {
    const adjustment = written >= rows / 2 ? adjustments.shift() : undefined;
    const invoice = adjustment ?? till.next(rows - written);
    invoices += 1;
    const minute = minuteOf(written / rows);
    // A long invoice now and then takes the till more than a minute.
    const splitAt = invoice.lines.length > 20 && clock.chance(0.007) ? invoice.lines.length >> 1 : undefined;
    const invoiceNumber = `${invoice.letter}${number}${String(invoices).padStart(4, '0')}`;
    for (const [index, line] of invoice.lines.entries()) {
      const late = splitAt !== undefined && index >= splitAt ? 1 : 0;
      chunk += rowText(invoiceNumber, invoice, line, `${day} ${timeText(minute + late)}`);
    }
    written += invoice.lines.length;
    if (chunk.length >= CHUNK_CHARACTERS) {
      yield chunk;
      chunk = '';
    }
  }
  if (chunk !== '') yield chunk;
}

/** No value holds a tab, a newline or a backslash (a test says so), so nothing has to be escaped. */
function rowText(invoiceNumber: string, invoice: Invoice, line: Line, time: string): string {
  return `${invoiceNumber}\t${line.code}\t${line.description ?? '\\N'}\t${line.quantity}\t${time}\t${line.price}\t${invoice.customer ?? '\\N'}\t${invoice.country}\n`;
}

/** Minute of the day at which that share of the day's rows is written. */
function minuteOf(progress: number): number {
  const next = Math.max(
    1,
    HOURS.findIndex((share) => share > progress),
  );
  const before = HOURS[next - 1] ?? 0;
  const after = HOURS[next] ?? 1;
  return Math.floor(60 * (OPENS_AT + next - 1 + (progress - before) / (after - before)));
}

function timeText(minute: number): string {
  return `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}:00`;
}
