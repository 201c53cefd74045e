import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { type Connections, contractFile, loadProject, readContract } from '../../lib/config/index.ts';
import { silentLogger } from '../../lib/observe/index.ts';
import { planStep, type RunContext, sourceRange } from '../../lib/run/index.ts';
import { initializeSource } from '../../source_db_init/index.ts';
import { freshBucket, freshDatabase, projectCopy, withClient } from '../support/index.ts';

let connections: Connections;

beforeAll(async () => {
  const source = await freshDatabase();
  await initializeSource(source);
  await withClient(source, async (client) => {
    await client.query(
      `INSERT INTO ecommerce_sales (invoiceno, stockcode, quantity, invoicedate, unitprice, country)
       SELECT day::text, 'A', 1, day, 1, 'United Kingdom'
       FROM generate_series(timestamp '2024-03-01 09:00', timestamp '2024-03-05 09:00', interval '1 day') AS day`,
    );
    await client.query('ANALYZE ecommerce_sales');
  });
  const nowhere = {
    account: 'none',
    username: 'none',
    authentication: { kind: 'password', password: 'none' },
  } as const;
  connections = { source, staging: await freshBucket(), snowflake: nowhere };
});

async function contextOf(directory: string): Promise<RunContext> {
  return {
    ...(await loadProject(directory)),
    connections,
    artifactsDirectory: join(directory, 'artifacts'),
    logger: silentLogger,
  };
}

test('a plan names the windows of the days, and estimates their rows', async () => {
  const context = await contextOf(projectCopy());
  const [sales] = await planStep(context, {
    from: '2024-03-01',
    to: '2024-03-02',
    tables: ['ecommerce_sales'],
  });
  expect(sales).toMatchObject({
    table: 'ecommerce_sales',
    mode: 'daily',
    undatedRows: 0,
    contract: 'recorded',
    changes: [],
  });
  expect(sales?.windows.map(({ window }) => window)).toEqual(['2024-03-01', '2024-03-02']);
});

test('the last day alone means that day; the first alone means up to yesterday', async () => {
  const context = await contextOf(projectCopy());
  const [day] = await planStep(context, { to: '2024-03-02', tables: ['ecommerce_sales'] });
  expect(day?.windows.map(({ window }) => window)).toEqual(['2024-03-02']);
  const [scheduled] = await planStep(context, { tables: ['ecommerce_sales'] });
  expect(scheduled?.windows).toHaveLength(4);
});

test('a table without a contract gets one; what changed in the source is told', async () => {
  const directory = projectCopy();
  const recorded = readContract(directory, 'films');
  rmSync(contractFile(directory, 'films'));
  const context = await contextOf(directory);
  expect(await planStep(context, { tables: ['films'] })).toMatchObject([{ contract: 'new' }]);
  expect(readContract(directory, 'films')).toEqual(recorded);

  await withClient(connections.source, (client) =>
    client.query('ALTER TABLE actors RENAME COLUMN actor_name TO name'),
  );
  expect(await planStep(context, { tables: ['actors'] })).toMatchObject([
    { table: 'actors', contract: 'changed' },
  ]);
});

test('the range of the source is from the first day with rows to the last', async () => {
  expect(await sourceRange(await contextOf(projectCopy()))).toEqual({ from: '2024-03-01', to: '2024-03-05' });
});

test('a table that the config does not have is refused with those it has', async () => {
  const context = await contextOf(projectCopy());
  await expect(planStep(context, { tables: ['film'] })).rejects.toMatchObject({
    code: 'TABLE_UNKNOWN',
    kind: 'usage',
    hint: expect.stringContaining('films'),
  });
});
