import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import type { SourceConnection } from '../../lib/config/index.ts';
import { planDays } from '../../source_db_init/calendar.ts';
import { appendSales, generateSales, initializeSource } from '../../source_db_init/index.ts';
import { salesText } from '../../source_db_init/sales.ts';
import { freshDatabase, withClient } from '../support/index.ts';

let connection: SourceConnection;
beforeAll(async () => {
  connection = await freshDatabase();
  await initializeSource(connection);
});

async function one(text: string): Promise<Record<string, number>> {
  return await withClient(connection, async (client) => (await client.query(text)).rows[0]);
}

function digest(seed: number, day: string, rows: number): string {
  return createHash('sha256')
    .update([...salesText(seed, day, rows)].join(''))
    .digest('hex');
}

describe('sales of a day', () => {
  test('are the same bytes for the same seed, and others for another', () => {
    expect(digest(7, '2024-03-05', 2000)).toBe(digest(7, '2024-03-05', 2000));
    expect(digest(8, '2024-03-05', 2000)).not.toBe(digest(7, '2024-03-05', 2000));
    expect(digest(7, '2024-03-06', 2000)).not.toBe(digest(7, '2024-03-05', 2000));
  });

  test('are exactly as many as asked for, in order of time, within the day, with nothing to escape', () => {
    fc.assert(
      fc.property(
        fc.integer(),
        fc.integer({ min: 0, max: 9000 }),
        fc.integer({ min: 0, max: 700 }),
        (seed, offset, rows) => {
          const day = new Date(Date.UTC(2005, 0, 1) + offset * 86_400_000).toISOString().slice(0, 10);
          const text = [...salesText(seed, day, rows)].join('');
          const lines = text.split('\n').slice(0, -1);
          expect(lines).toHaveLength(rows);
          expect(text.replaceAll('\\N', '')).not.toContain('\\');
          const fields = lines.map((line) => line.split('\t'));
          expect(fields.every((row) => row.length === 8)).toBe(true);
          const times = [...new Map(fields.map((row) => [row[0], row[4] ?? ''])).values()];
          expect(times).toEqual(times.toSorted());
          expect(times.every((time) => time.startsWith(`${day} `) && time.endsWith(':00'))).toBe(true);
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('a plan of days', () => {
  test('adds up, ends with its last day, and leaves out Saturdays, Christmas and Easter', () => {
    const plan = planDays(1, '2012-01-10', 400, 100_000);
    expect(plan).toHaveLength(400);
    expect(plan.at(-1)?.day).toBe('2012-01-10');
    expect(plan.reduce((sum, day) => sum + day.rows, 0)).toBe(100_000);
    const empty = plan.filter((day) => day.rows === 0).map((day) => day.day);
    expect(empty).toContain('2011-01-15');
    expect(empty).toEqual(
      expect.arrayContaining(['2011-04-22', '2011-04-24', '2011-04-25', '2011-12-25', '2012-01-02']),
    );
    expect(plan.find((day) => day.day === '2011-06-15')?.rows).toBeGreaterThan(0);
  });
});

describe('generated sales', () => {
  beforeAll(async () => {
    expect(await generateSales(connection, { days: 120, rows: 60_000, seed: 1, until: '2011-12-09' })).toBe(
      60_000,
    );
  });

  test('have the shares of the real set', async () => {
    const shares = await one(`
      SELECT avg((invoiceno LIKE 'C%')::int)::float AS cancelled, avg((customerid IS NULL)::int)::float AS no_customer,
        avg((description IS NULL)::int)::float AS no_description, avg((description <> trim(description))::int)::float AS padded,
        avg((description LIKE '%,%')::int)::float AS comma, avg((quantity < 0)::int)::float AS negative,
        1 - (SELECT count(*) FROM (SELECT DISTINCT * FROM ecommerce_sales) AS d)::float / count(*) AS duplicate,
        avg((country = 'United Kingdom')::int)::float AS home
      FROM ecommerce_sales`);
    // The real set's: 0.0171, 0.2493, 0.0027, 0.2094, 0.0089, 0.0196, 0.0097, 0.9143.
    const limits = {
      cancelled: [0.014, 0.02],
      no_customer: [0.22, 0.29],
      no_description: [0.0018, 0.0036],
      padded: [0.18, 0.25],
      comma: [0.004, 0.015],
      negative: [0.015, 0.025],
      duplicate: [0.006, 0.015],
      home: [0.88, 0.96],
    } as const;
    for (const [name, [low, high]] of Object.entries(limits)) {
      expect(shares[name], name).toBeGreaterThan(low);
      expect(shares[name], name).toBeLessThan(high);
    }
  });

  test('have its odd habits', async () => {
    const habits = await one(`
      SELECT count(*) FILTER (WHERE description LIKE '%"%')::int AS quotes,
        count(*) FILTER (WHERE description LIKE '%£%')::int AS pounds,
        count(*) FILTER (WHERE description ~ '^ .* $')::int AS both_ends,
        count(*) FILTER (WHERE unitprice = 0)::int AS free, count(*) FILTER (WHERE unitprice < 0)::int AS negative,
        count(*) FILTER (WHERE invoiceno LIKE 'A%')::int AS adjustments,
        count(*) FILTER (WHERE stockcode = 'POST')::int AS postage,
        (count(DISTINCT stockcode) - count(DISTINCT lower(stockcode)))::int AS twins,
        count(*) FILTER (WHERE date_part('second', invoicedate) <> 0)::int AS with_seconds,
        count(*) FILTER (WHERE extract(isodow FROM invoicedate) = 6)::int AS saturdays
      FROM ecommerce_sales`);
    for (const name of [
      'quotes',
      'pounds',
      'both_ends',
      'free',
      'negative',
      'adjustments',
      'postage',
      'twins',
    ]) {
      expect(habits[name], name).toBeGreaterThan(0);
    }
    expect([habits.with_seconds, habits.saturdays]).toEqual([0, 0]);
  });

  test('are replaced by the next, with their index', async () => {
    expect(await generateSales(connection, { days: 7, rows: 500, seed: 2, until: '2011-12-09' })).toBe(500);
    const state = await one(`
      SELECT count(*)::int AS rows, (SELECT count(*)::int FROM pg_indexes WHERE tablename = 'ecommerce_sales') AS indexes
      FROM ecommerce_sales`);
    expect(state).toEqual({ rows: 500, indexes: 1 });
  });

  test('take one more day, which can be repeated', async () => {
    const day = { day: '2011-12-11', rows: 300, seed: 2 };
    expect(await appendSales(connection, day)).toBe(300);
    expect(await appendSales(connection, day)).toBe(300);
    const state = await one(`
      SELECT count(*)::int AS rows, count(*) FILTER (WHERE invoicedate >= '2011-12-11')::int AS added FROM ecommerce_sales`);
    expect(state).toEqual({ rows: 800, added: 300 });
  });
});
