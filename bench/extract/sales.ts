import pg from 'pg';
import type { SourceConnection } from '../../lib/config/index.ts';

/** The days that the rows are spread over, evenly: those of the reference workload. */
export const salesDays = { from: '2010-12-01', to: '2011-12-09', count: 374 };

/**
 * A table with the columns and habits of the reference workload. Every value follows from the row's number, so the same count
 * gives the same rows.
 */
export async function createSales(source: SourceConnection, table: string, rows: number): Promise<void> {
  const client = new pg.Client(source);
  await client.connect();
  try {
    await client.query(`
      CREATE TABLE ${table} (
        invoiceno text NOT NULL, stockcode text NOT NULL, description text, quantity integer NOT NULL,
        invoicedate timestamp NOT NULL, unitprice numeric(10,3) NOT NULL, customerid integer, country text NOT NULL
      )`);
    await client.query(
      `INSERT INTO ${table}
       SELECT
         CASE WHEN h % 50 = 0 THEN 'C' ELSE '' END || (536365 + n / 20),
         (10000 + h % 4070) || CASE WHEN h % 7 = 0 THEN 'a' ELSE '' END,
         CASE WHEN h % 370 = 0 THEN NULL ELSE
           (ARRAY['WHITE HANGING HEART T-LIGHT HOLDER', 'JUMBO BAG RED RETROSPOT ', 'SET OF 3 CAKE TINS, PANTRY DESIGN',
                  'LUNCH BAG "SUKI"', 'PACK OF 72 RETROSPOT CAKE CASES', ' ASSORTED COLOUR BIRD ORNAMENT'])[1 + h % 6]
             || ' ' || h % 4070 END,
         (h / 11) % 96 + 1,
         date_trunc('minute', timestamp '${salesDays.from}' + (n - 1) / $1::float8 * ${salesDays.count} * interval '1 day'),
         (h % 12000) / 1000.0,
         CASE WHEN h % 4 = 0 THEN NULL ELSE 12346 + h % 5900 END,
         CASE WHEN h % 10 = 0 THEN 'Germany' ELSE 'United Kingdom' END
       FROM (SELECT n, abs(hashint8(n)::bigint) AS h FROM generate_series(1, $1::bigint) AS n) AS numbered`,
      [rows],
    );
    await client.query(`CREATE INDEX ON ${table} (invoicedate)`);
    await client.query(`VACUUM (ANALYZE, FREEZE) ${table}`);
    await client.query('CHECKPOINT');
  } finally {
    await client.end();
  }
}
