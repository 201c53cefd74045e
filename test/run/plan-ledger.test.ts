import { DeleteObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { daily, defineProject, parseProject } from '../../lib/config/index.ts';
import { silentLogger } from '../../lib/observe/index.ts';
import { extractStep, planStep, provisionProject, type RunContext } from '../../lib/run/index.ts';
import { awaitLoads, connectWarehouse, triggerLoad, type Warehouse } from '../../lib/snowflake/index.ts';
import { freshServers, temporaryFolder, withClient } from '../support/index.ts';

let context: RunContext;
let warehouse: Warehouse;

beforeAll(async () => {
  const directory = temporaryFolder();
  const { connections } = await freshServers();
  const project = parseProject(
    defineProject({ name: 'shop', tables: { sales: daily({ column: 'at', lookbackDays: 0 }) } }),
    { directory, file: 'sluice.config.ts' },
  );
  context = { project, directory, connections, artifactsDirectory: directory, logger: silentLogger };
  await withClient(connections.source, (client) =>
    client.query(`CREATE TABLE sales (n integer, at timestamp);
      INSERT INTO sales SELECT n, timestamp '2024-03-01' + n * interval '6 hours' FROM generate_series(0, 39) AS n`),
  );
});
afterAll(() => warehouse.close());

async function ledgerOf(day: string) {
  const [plan] = await planStep(context, { from: day, to: day, withLedger: true });
  return plan?.ledger;
}

test('a plan names the days that no run reads any more, and the windows whose files are gone', async () => {
  expect(await ledgerOf('2024-03-01')).toEqual({ overdue: [], filesGone: [] });
  await provisionProject(context);
  expect(await ledgerOf('2024-03-01')).toEqual({ overdue: [], filesGone: [] });
  warehouse = await connectWarehouse({
    ...context.connections.snowflake,
    database: context.project.snowflake.database,
  });
  for (const day of ['2024-03-02', '2024-03-04']) {
    const manifests = await extractStep(context, { from: day, to: day });
    await awaitLoads(warehouse, context.project, manifests, { timeoutSeconds: 60 });
  }
  expect(await ledgerOf('2024-03-07')).toEqual({
    overdue: ['2024-03-03', '2024-03-05', '2024-03-06'],
    filesGone: [],
  });
  expect(await ledgerOf('2024-03-01')).toEqual({ overdue: [], filesGone: [] });

  await warehouse.execute('ALTER TASK OPS.IMPORT SUSPEND');
  const manifests = await extractStep(context, { from: '2024-03-06', to: '2024-03-06' });
  const { bucket, ...connection } = context.connections.staging;
  const client = new S3Client({ ...connection, forcePathStyle: true });
  await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: manifests[0]?.files[0]?.key }));
  client.destroy();
  await warehouse.execute('ALTER TASK OPS.IMPORT RESUME');
  await triggerLoad(warehouse, context.project);
  const [failed] = await awaitLoads(warehouse, context.project, manifests, { timeoutSeconds: 60 });
  expect(failed?.status).toBe('failed');
  expect(await ledgerOf('2024-03-07')).toEqual({
    overdue: ['2024-03-03', '2024-03-05', '2024-03-06'],
    filesGone: ['2024-03-06'],
  });
});
