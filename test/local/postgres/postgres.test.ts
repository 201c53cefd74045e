import { expect, test } from 'vitest';
import { freshDatabase, withClient } from '../../support/index.ts';

test('it is a real Postgres in UTF-8, whose order and case mapping are the same on every machine', async () => {
  const connection = await freshDatabase();
  const rows = await withClient(connection, async (client) => {
    const result = await client.query(`
      SELECT current_setting('server_encoding') AS encoding, datlocprovider AS provider, datlocale AS locale,
             upper('straße é') AS upper, 'Z' < 'a' AS by_code_point, current_setting('server_version_num')::int >= 180000 AS recent
      FROM pg_database WHERE datname = current_database()`);
    return result.rows;
  });
  expect(rows).toEqual([
    {
      encoding: 'UTF8',
      provider: 'b',
      locale: 'C.UTF-8',
      upper: 'STRAßE É',
      by_code_point: true,
      recent: true,
    },
  ]);
});
