import { beforeAll, expect, test } from 'vitest';
import type { SourceConnection } from '../../lib/config/index.ts';
import { initializeSource } from '../../source_db_init/index.ts';
import { freshDatabase, withClient } from '../support/index.ts';

let connection: SourceConnection;

beforeAll(async () => {
  connection = await freshDatabase();
  await initializeSource(connection);
  await initializeSource(connection);
});

async function query(text: string): Promise<unknown[]> {
  return await withClient(connection, async (client) => (await client.query(text)).rows);
}

test('the film catalogue has its 113 rows, also after a second time', async () => {
  expect(
    await query(`
      SELECT (SELECT count(*)::int FROM users) AS users, (SELECT count(*)::int FROM films) AS films,
        (SELECT count(*)::int FROM film_category) AS film_category, (SELECT count(*)::int FROM actors) AS actors,
        (SELECT count(*)::int FROM film_actors) AS film_actors`),
  ).toEqual([{ users: 14, films: 20, film_category: 39, actors: 20, film_actors: 20 }]);
});

test('there are films of every class of rating, one without an actor and one with two', async () => {
  const rows = await query(`
    SELECT count(*) FILTER (WHERE user_rating >= 4.5)::int AS excellent,
      count(*) FILTER (WHERE user_rating >= 4.0 AND user_rating < 4.5)::int AS good,
      count(*) FILTER (WHERE user_rating >= 3.0 AND user_rating < 4.0)::int AS average,
      count(*) FILTER (WHERE user_rating < 3.0)::int AS poor FROM films`);
  expect(rows).toEqual([{ excellent: 6, good: 5, average: 6, poor: 3 }]);
  const casts = await query(`
    SELECT actors, count(*)::int AS films FROM (
      SELECT count(actor_id)::int AS actors FROM films LEFT JOIN film_actors USING (film_id) GROUP BY film_id
    ) AS casts GROUP BY actors ORDER BY actors`);
  expect(casts).toEqual([
    { actors: 0, films: 1 },
    { actors: 1, films: 18 },
    { actors: 2, films: 1 },
  ]);
});

test('the sales table has the types of the real one, no key, and an index on the date', async () => {
  const columns = await query(`
    SELECT attname AS name, format_type(atttypid, atttypmod) AS type, attnotnull AS required
    FROM pg_attribute WHERE attrelid = 'ecommerce_sales'::regclass AND attnum > 0 ORDER BY attnum`);
  expect(columns).toEqual([
    { name: 'invoiceno', type: 'text', required: true },
    { name: 'stockcode', type: 'text', required: true },
    { name: 'description', type: 'text', required: false },
    { name: 'quantity', type: 'integer', required: true },
    { name: 'invoicedate', type: 'timestamp without time zone', required: true },
    { name: 'unitprice', type: 'numeric(10,3)', required: true },
    { name: 'customerid', type: 'text', required: false },
    { name: 'country', type: 'text', required: true },
  ]);
  expect(await query("SELECT indexdef FROM pg_indexes WHERE tablename = 'ecommerce_sales'")).toEqual([
    {
      indexdef:
        'CREATE INDEX ecommerce_sales_invoicedate ON public.ecommerce_sales USING btree (invoicedate)',
    },
  ]);
});
