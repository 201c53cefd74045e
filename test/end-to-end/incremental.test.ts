import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { defineProject, incremental, parseProject } from '../../lib/config/index.ts';
import { type LocalServers, startLocal } from '../../lib/local/index.ts';
import { silentLogger } from '../../lib/observe/index.ts';
import { extractStep, provisionProject, type RunContext, reconcile } from '../../lib/run/index.ts';
import { awaitLoads, connectWarehouse, type Warehouse } from '../../lib/snowflake/index.ts';
import { temporaryFolder, withClient } from '../support/index.ts';

let servers: LocalServers;
let context: RunContext;
let warehouse: Warehouse;

beforeAll(async () => {
  const state = temporaryFolder();
  servers = await startLocal({ state });
  const project = parseProject(
    defineProject({
      name: 'shop',
      tables: { customers: incremental({ cursor: 'updated_at', key: ['shop', 'id'] }) },
    }),
    { directory: state, file: 'sluice.config.ts' },
  );
  context = {
    project,
    directory: state,
    connections: servers.connections,
    artifactsDirectory: join(state, 'artifacts'),
    logger: silentLogger,
  };
  await sql(
    `CREATE TABLE customers (shop text, id integer, name text, updated_at timestamptz, PRIMARY KEY (shop, id))`,
  );
  await provisionProject(context);
  warehouse = await connectWarehouse({
    ...servers.connections.snowflake,
    database: project.snowflake.database,
  });
});

afterAll(async () => {
  await warehouse.close();
  await servers.stop();
});

async function sql(text: string): Promise<void> {
  await withClient(servers.connections.source, (client) => client.query(text));
}

/** One run; returns the rows it read. */
async function run(): Promise<number | undefined> {
  const manifests = await extractStep(context, {});
  const loads = await awaitLoads(warehouse, context.project, manifests, { timeoutSeconds: 60 });
  expect(loads.map(({ status }) => status)).toEqual(['applied']);
  return manifests[0]?.totalRows;
}

async function raw(): Promise<readonly string[]> {
  const { rows } = await warehouse.execute('SELECT SHOP, ID, NAME FROM RAW.CUSTOMERS ORDER BY SHOP, ID');
  return rows.map(({ SHOP, ID, NAME }) => `${SHOP} ${ID} ${NAME}`);
}

test('rows are merged on their key, the newest version counts, and rows that commit late are found', {
  timeout: 120_000,
}, async () => {
  expect(await run()).toBe(0);
  await sql(`INSERT INTO customers VALUES
    ('a', 1, 'Ada', '2024-03-01 09:00Z'), ('b', 1, 'Bea', '2024-03-01 09:30Z'), ('a', 2, 'Cid', '2024-03-01 12:00Z')`);
  expect(await run()).toBe(3);
  expect(await raw()).toEqual(['a 1 Ada', 'a 2 Cid', 'b 1 Bea']);

  // One changed, one new, and one that was written before the last mark and committed after it.
  await sql(`UPDATE customers SET name = 'Ada L.', updated_at = '2024-03-01 13:00Z' WHERE shop = 'a' AND id = 1;
    INSERT INTO customers VALUES ('b', 2, 'Dan', '2024-03-01 13:00Z'), ('b', 3, 'Eve', '2024-03-01 11:55Z')`);
  expect(await run()).toBe(4);
  expect(await raw()).toEqual(['a 1 Ada L.', 'a 2 Cid', 'b 1 Bea', 'b 2 Dan', 'b 3 Eve']);

  // Older versions have been merged away, which is no difference.
  const windows = await reconcile(context, {});
  expect(windows.map(({ source, status }) => ({ source, status }))).toEqual(
    windows.map(() => ({ source: null, status: 'equal' })),
  );
  expect(windows).toHaveLength(3);

  // Nothing new: what lies within the overlap is read again and changes nothing.
  expect(await run()).toBe(2);
  expect(await raw()).toEqual(['a 1 Ada L.', 'a 2 Cid', 'b 1 Bea', 'b 2 Dan', 'b 3 Eve']);
});
