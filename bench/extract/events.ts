import pg from 'pg';
import type { SourceConnection } from '../../lib/config/index.ts';

/**
 * A table whose values cost the server more to write as text than us to compress: JSON, arrays, floating point, instants. One
 * connection keeps one core of the server busy, and ours is idle meanwhile. Every value follows from the row's number.
 */
export async function createEvents(source: SourceConnection, table: string, rows: number): Promise<void> {
  const client = new pg.Client(source);
  await client.connect();
  try {
    await client.query(`
      CREATE TABLE ${table} (
        id bigint NOT NULL, at timestamptz NOT NULL, kind text NOT NULL, amount double precision, readings double precision[],
        payload jsonb
      )`);
    await client.query(
      `INSERT INTO ${table}
       SELECT n, timestamptz '2011-01-01 00:00Z' + n * interval '1.234567 seconds', 'kind ' || h % 7, sqrt(h),
         ARRAY[sqrt(h), ln(1 + h), h / 7.0, h / 11.0],
         jsonb_build_object('customer', h % 5900, 'total', (h % 100000) / 100.0, 'lines', ARRAY[h % 11, h % 13, h % 17])
       FROM (SELECT n, abs(hashint8(n)::bigint) AS h FROM generate_series(1, $1::bigint) AS n) AS numbered`,
      [rows],
    );
    await client.query(`VACUUM (ANALYZE, FREEZE) ${table}`);
    await client.query('CHECKPOINT');
  } finally {
    await client.end();
  }
}
