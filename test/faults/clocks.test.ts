import { afterEach, beforeAll, expect, test, vi } from 'vitest';
import { extractStep, planStep, provisionProject, type RunContext } from '../../lib/run/index.ts';
import { freshServers, temporaryFolder } from '../support/index.ts';
import { brokenInvariants } from './invariants.ts';
import { startRunProcess } from './run-process.ts';
import { createShop, runSql, shopContext, shopDays } from './shop.ts';

let context: RunContext;

beforeAll(async () => {
  const { connections } = await freshServers();
  context = shopContext({ directory: temporaryFolder(), connections, database: 'SHOP' });
  await createShop(connections.source);
  await provisionProject(context);
});
afterEach(() => {
  vi.useRealTimers();
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
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + hours * 3_600_000 });
    const [plan] = await planStep(context, { tables: ['sales'] });
    vi.useRealTimers();
    const london = new Intl.DateTimeFormat('en-CA', { timeZone: 'Europe/London' });
    const daysAgo = (days: number): string => london.format(Date.now() - days * 86_400_000);
    expect(plan?.windows.map(({ window }) => window)).toEqual([daysAgo(2), daysAgo(1)]);
  },
);

test('a clock that S3 does not accept is named', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 3_600_000 });
  await expect(extractStep(context, shopDays)).rejects.toMatchObject({
    code: 'STAGING_CLOCK',
    hint: expect.stringContaining('NTP'),
  });
});
