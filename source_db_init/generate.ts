import type { SourceConnection } from '../lib/config/index.ts';
import { planDays, yesterday } from './calendar.ts';
import { copyInto, replaceSales, withTransaction } from './connect.ts';
import { SALES_COLUMNS, salesText } from './sales.ts';

export interface SalesOptions {
  /** How many days, Saturdays and holidays included, on which nothing is sold. */
  readonly days: number;
  /** Rows in all. */
  readonly rows: number;
  readonly seed: number;
  /** The last day, e.g. `2011-12-09`; yesterday in London where it is absent. */
  readonly until?: string;
}

export interface DayOptions {
  readonly day: string;
  readonly rows: number;
  readonly seed: number;
}

const COPY = `COPY ecommerce_sales (${SALES_COLUMNS}) FROM STDIN`;

/**
 * Puts made-up sales in place of all there are: the same options give the same rows, byte for byte. Days that fall on a
 * Saturday or a holiday have none, so a range of nothing else has none at all. Returns the number of rows.
 */
export async function generateSales(connection: SourceConnection, options: SalesOptions): Promise<number> {
  return await replaceSales(connection, (client) => copyInto(client, COPY, allSales(options)));
}

/** Puts `rows` made-up sales in place of those of one day. Returns the number of rows. */
export async function appendSales(connection: SourceConnection, options: DayOptions): Promise<number> {
  return await withTransaction(connection, async (client) => {
    await client.query(
      "DELETE FROM ecommerce_sales WHERE invoicedate >= $1::date AND invoicedate < $1::date + interval '1 day'",
      [options.day],
    );
    return await copyInto(client, COPY, asStream(salesText(options.seed, options.day, options.rows)));
  });
}

async function* allSales(options: SalesOptions): AsyncGenerator<string> {
  const { days, rows, seed, until = yesterday() } = options;
  for (const day of planDays(seed, until, days, rows)) yield* salesText(seed, day.day, day.rows);
}

async function* asStream(chunks: Iterable<string>): AsyncGenerator<string> {
  yield* chunks;
}
