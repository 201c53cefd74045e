import { afterEach, beforeAll, expect, test } from 'vitest';
import {
  extractStep,
  loadPending,
  loadStep,
  planStep,
  provisionProject,
  type RunContext,
} from '../../lib/run/index.ts';
import { connectWarehouse } from '../../lib/snowflake/index.ts';
import { setClock } from '../support/clock.ts';
import { freshBucket, freshDatabase, freshServers, temporaryFolder } from '../support/index.ts';
import { brokenInvariants } from './invariants.ts';
import { startRunProcess } from './run-process.ts';
import { createShop, runSql, shopContext, shopDays } from './shop.ts';
import { type SnowflakeProcess, startSnowflakeProcess } from './snowflake-process.ts';

let context: RunContext;

beforeAll(async () => {
  const { connections } = await freshServers();
  context = shopContext({ directory: temporaryFolder(), connections, database: 'SHOP' });
  await createShop(connections.source);
  await provisionProject(context);
});
afterEach(() => {
  setClock(0);
});

/** One run in a process whose clock is off. */
async function runWithClock(minutesAhead: number): Promise<void> {
  const { directory, connections, project } = context;
  const { database } = project.snowflake;
  const input = { directory, database, servers: { connections }, days: shopDays, minutesAhead };
  expect(await startRunProcess().run(input)).toEqual({ code: 'done', text: '' });
}

test('of two runs of a window the one with the newer snapshot counts, whatever their clocks say', async () => {
  await runWithClock(10);
  await runSql(
    context.connections.source,
    `UPDATE sales SET amount = 100; DELETE FROM products WHERE code = 'a'`,
  );
  await runWithClock(-10);
  expect(await brokenInvariants(context, shopDays)).toEqual([]);
});

test.each([-30, 30])(
  'which days a run reads is told by the clock of the source, with ours %d hours off',
  async (hours) => {
    setClock(hours * 60);
    const [plan] = await planStep(context, { tables: ['sales'] });
    setClock(0);
    const london = new Intl.DateTimeFormat('en-CA', { timeZone: 'Europe/London' });
    const daysAgo = (days: number): string => london.format(Date.now() - days * 86_400_000);
    expect(plan?.windows.map(({ window }) => window)).toEqual([daysAgo(2), daysAgo(1)]);
  },
);

test('a window that is announced again after 64 days, when Snowflake has forgotten its files, is known to the ledger', async () => {
  const source = await freshDatabase();
  await createShop(source);
  const staging = await freshBucket();
  const folder = temporaryFolder();
  const directory = temporaryFolder();
  const openAt = async (minutesAhead: number): Promise<[SnowflakeProcess, RunContext]> => {
    const snowflake = await startSnowflakeProcess({ directory: folder, s3: staging, minutesAhead });
    const connections = { source, staging, snowflake: snowflake.connection };
    return [snowflake, shopContext({ directory, connections, database: 'SHOP', onlyTable: 'orders' })];
  };
  const [before, now] = await openAt(0);
  await provisionProject(now);
  const [manifest] = await extractStep(now, {});
  expect((await loadPending(now, 60)).loads).toMatchObject([{ status: 'applied', rowsApplied: 2 }]);
  await before.dispose();

  const [after, later] = await openAt(65 * 24 * 60);
  await runSql(source, `INSERT INTO orders VALUES (3, 'new', '2024-03-03 10:00Z')`);
  const [newer] = await extractStep(later, {});
  // As the pipe would: by now it has forgotten the files, too, and would take what an event names.
  const warehouse = await connectWarehouse(later.connections.snowflake);
  for (const [file, text] of [
    ['again', JSON.stringify(manifest)],
    ['newer', JSON.stringify(newer)],
  ]) {
    await warehouse.execute('INSERT INTO SHOP.OPS.MANIFESTS (MANIFEST, _FILE) SELECT PARSE_JSON(?), ?', {
      binds: [text ?? '', `manifests/orders/${file}.json`],
    });
  }
  await warehouse.execute('EXECUTE TASK SHOP.OPS.IMPORT');
  await warehouse.close();
  const loads = await loadStep(later, newer === undefined ? [] : [newer]);
  expect(loads).toMatchObject([{ status: 'applied' }]);
  const copies = after.statements.filter((sql) => sql.startsWith('COPY INTO "SHOP"."LANDING"'));
  expect(copies).toHaveLength(1);
  expect(copies[0]).not.toContain(manifest?.files[0]?.key);
  await after.dispose();
});

test('a clock that S3 does not accept is named', async () => {
  setClock(60);
  await expect(extractStep(context, shopDays)).rejects.toMatchObject({
    code: 'STAGING_CLOCK',
    hint: expect.stringContaining('NTP'),
  });
});
