import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadProject } from '../../lib/config/index.ts';
import { type LocalServers, startLocal } from '../../lib/local/index.ts';
import { silentLogger } from '../../lib/observe/index.ts';
import {
  provisionProject,
  type RunContext,
  type RunOptions,
  reconcile,
  runPipeline,
} from '../../lib/run/index.ts';
import { connectWarehouse, type Warehouse } from '../../lib/snowflake/index.ts';
import { openStaging } from '../../lib/staging/index.ts';
import { initializeSource } from '../../source_db_init/index.ts';
import { projectCopy, temporaryFolder, withClient } from '../support/index.ts';

let servers: LocalServers;
let context: RunContext;
let warehouse: Warehouse;

beforeAll(async () => {
  const state = temporaryFolder();
  servers = await startLocal({ state });
  context = {
    ...(await loadProject(projectCopy())),
    connections: servers.connections,
    artifactsDirectory: join(state, 'artifacts'),
    logger: silentLogger,
  };
  await initializeSource(servers.connections.source);
  await provisionProject(context);
  warehouse = await connectWarehouse({
    ...servers.connections.snowflake,
    database: context.project.snowflake.database,
  });
});

afterAll(async () => {
  await warehouse.close();
  await servers.stop();
});

/** Sales of one invoice a row, at this time. */
async function sell(...rows: readonly (readonly [invoice: string, time: string])[]): Promise<void> {
  await withClient(servers.connections.source, async (client) => {
    for (const [invoice, time] of rows) {
      await client.query(
        `INSERT INTO ecommerce_sales (invoiceno, stockcode, description, quantity, invoicedate, unitprice, customerid, country)
         VALUES ($1, '22423', 'REGENCY CAKESTAND 3 TIER', 1, $2, 12.75, '17850', 'United Kingdom')`,
        [invoice, time],
      );
    }
  });
}

async function run(options: RunOptions) {
  const { report, problems } = await runPipeline(context, options);
  expect(problems).toEqual([]);
  return report;
}

/** Invoices in RAW with the run that brought them, by window. */
async function raw(): Promise<Readonly<Record<string, readonly string[]>>> {
  const { rows } = await warehouse.execute(
    'SELECT _WINDOW, INVOICENO, _RUN_ID FROM RAW.ECOMMERCE_SALES ORDER BY _WINDOW, INVOICENO',
  );
  const windows = Map.groupBy(rows, (row) => String(row._WINDOW));
  return Object.fromEntries(
    [...windows].map(([window, own]) => [window, own.map((row) => String(row.INVOICENO))]),
  );
}

test('days, one more day, the same day twice, a late row and an empty day', {
  timeout: 180_000,
}, async () => {
  await sell(['1', '2024-03-01 09:00'], ['2', '2024-03-01 23:59'], ['3', '2024-03-02 00:00']);
  const first = await run({ from: '2024-03-01', to: '2024-03-02' });
  expect(await raw()).toEqual({ '2024-03-01': ['1', '2'], '2024-03-02': ['3'] });

  const staging = openStaging(servers.connections.staging);
  const kept = JSON.parse((await staging.get(`runs/${first.runId}/report.json`)).toString());
  staging.close();
  expect(kept.report).toEqual(first);

  // One more day changes that day only.
  await sell(['4', '2024-03-03 10:00']);
  await run({ from: '2024-03-03', to: '2024-03-03', tables: ['ecommerce_sales'] });
  const { rows } = await warehouse.execute(
    "SELECT COUNT(*) AS UNTOUCHED FROM RAW.ECOMMERCE_SALES WHERE _RUN_ID = ? AND _WINDOW < '2024-03-03'",
    { binds: [first.runId] },
  );
  expect(rows[0]).toEqual({ UNTOUCHED: 3 });

  // The same day twice is there once; a late row arrives with its day.
  await sell(['5', '2024-03-02 18:00']);
  const before = await reconcile(context, { tables: ['ecommerce_sales'] });
  expect(
    before.map(({ window, source, raw: visible, status, explanation }) => [
      window,
      source,
      visible,
      status,
      explanation.late,
    ]),
  ).toEqual([
    ['2024-03-01', 2, 2, 'equal', 0],
    ['2024-03-02', 2, 1, 'explained', 1],
    ['2024-03-03', 1, 1, 'equal', 0],
  ]);
  await run({ from: '2024-03-02', to: '2024-03-03', tables: ['ecommerce_sales'] });
  expect(await raw()).toEqual({ '2024-03-01': ['1', '2'], '2024-03-02': ['3', '5'], '2024-03-03': ['4'] });

  // An empty day is a success with a manifest and no rows.
  const empty = await run({ from: '2024-03-04', to: '2024-03-04', tables: ['ecommerce_sales'] });
  expect(empty.tables).toMatchObject([
    { windows: 1, extracted: 0, staged: 0, landed: 0, applied: 0, rejected: 0 },
  ]);
  const loads = await warehouse.execute("SELECT STATUS FROM OPS.LOADS WHERE WINDOW_ID = '2024-03-04'");
  expect(loads.rows).toEqual([{ STATUS: 'applied' }]);

  // A row that is gone from the source is gone from its day.
  await withClient(servers.connections.source, (client) =>
    client.query("DELETE FROM ecommerce_sales WHERE invoiceno = '2'"),
  );
  await run({ from: '2024-03-01', to: '2024-03-01', tables: ['ecommerce_sales'] });
  expect(await raw()).toEqual({ '2024-03-01': ['1'], '2024-03-02': ['3', '5'], '2024-03-03': ['4'] });
});

test('a run without days reads yesterday and the lookback', { timeout: 120_000 }, async () => {
  const day = (ago: number): string => new Date(Date.now() - ago * 86_400_000).toISOString().slice(0, 10);
  await sell(['late', `${day(3)} 12:00`], ['old', `${day(9)} 12:00`], ['yesterday', `${day(1)} 12:00`]);
  const report = await run({ tables: ['ecommerce_sales'] });
  expect(report.tables).toMatchObject([{ windows: 4, extracted: 2, applied: 2 }]);
});
