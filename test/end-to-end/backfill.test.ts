import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { daily, defineProject, parseProject } from '../../lib/config/index.ts';
import { type LocalServers, startLocal } from '../../lib/local/index.ts';
import { silentLogger } from '../../lib/observe/index.ts';
import { backfill, planBackfill, provisionProject, type RunContext } from '../../lib/run/index.ts';
import { connectWarehouse } from '../../lib/snowflake/index.ts';
import { temporaryFolder, withClient } from '../support/index.ts';

let servers: LocalServers;
let context: RunContext;

beforeAll(async () => {
  const state = temporaryFolder();
  servers = await startLocal({ state });
  context = {
    project: parseProject(defineProject({ name: 'shop', tables: { sales: daily({ column: 'at' }) } }), {
      directory: state,
      file: 'sluice.config.ts',
    }),
    directory: state,
    connections: servers.connections,
    artifactsDirectory: join(state, 'artifacts'),
    logger: silentLogger,
  };
  await withClient(servers.connections.source, (client) =>
    client.query(`CREATE TABLE sales (n integer, at timestamp);
      INSERT INTO sales SELECT n, timestamp '2024-01-01' + n * interval '6 hours' FROM generate_series(0, 279) AS n;
      CREATE INDEX ON sales (at); ANALYZE sales`),
  );
  await provisionProject(context);
});
afterAll(() => servers.stop());

test('a backfill that was stopped goes on with the days that are left, and a preview tells them', {
  timeout: 120_000,
}, async () => {
  const [before] = await planBackfill(context, {});
  expect(before).toMatchObject({ table: 'sales', loaded: 0 });
  expect(before?.windows.map(({ window }) => window)).toEqual(
    Array.from({ length: 70 }, (_, i) => new Date(Date.UTC(2024, 0, 1 + i)).toISOString().slice(0, 10)),
  );
  expect(before?.windows.every(({ rows, bytes }) => rows >= 1 && bytes >= rows * 12)).toBe(true);

  // Stopped once the first days have been loaded.
  const stop = new AbortController();
  const stopping: RunContext = {
    ...context,
    signal: stop.signal,
    onEvent: ({ type }) => type === 'loaded' && stop.abort(new Error('stopped')),
  };
  await expect(backfill(stopping, {})).rejects.toThrow('stopped');

  const [middle] = await planBackfill(context, {});
  expect(middle).toMatchObject({ loaded: 30 });
  expect(middle?.windows[0]?.window).toBe('2024-01-31');
  expect(await backfill(context, {})).toEqual({ windows: 40, rows: 160, problems: [] });
  expect(await planBackfill(context, {})).toEqual([{ table: 'sales', loaded: 70, windows: [] }]);
  expect(await backfill(context, {})).toEqual({ windows: 0, rows: 0, problems: [] });
  const range = { from: '2024-01-02', to: '2024-01-03' };
  expect(await backfill(context, { ...range, again: true })).toEqual({ windows: 2, rows: 8, problems: [] });

  const warehouse = await connectWarehouse({ ...servers.connections.snowflake, database: 'SHOP' });
  const { rows } = await warehouse.execute(
    'SELECT COUNT(*) AS ALL_ROWS, COUNT(DISTINCT N) AS N FROM RAW.SALES',
  );
  expect(rows).toEqual([{ ALL_ROWS: 280, N: 280 }]);
  await warehouse.close();
});
