import { Metrics } from '@aws-lambda-powertools/metrics';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { planRun } from '../../lambdas/plan.ts';
import type { RunInput } from '../../lambdas/start.ts';
import type { Invocation } from '../../lambdas/support/handler.ts';
import { daily, full, incremental, parseProject } from '../../lib/config/index.ts';
import { planWindows } from '../../lib/extract/index.ts';
import { silentLogger } from '../../lib/observe/index.ts';

const project = parseProject(
  {
    name: 'shop',
    tables: { sales: daily({ column: 'at', timezone: 'Europe/London', lookbackDays: 2 }), films: full() },
  },
  { directory: '/project', file: 'sluice.config.ts' },
);
const invocation: Invocation = {
  services: {
    project,
    directory: '/project',
    artifactsDirectory: '/tmp',
    staging: { bucket: 'b', region: 'r' },
    source: () => Promise.reject(new Error('a plan asks nobody')),
    snowflake: () => Promise.reject(new Error('a plan asks nobody')),
  },
  logger: silentLogger,
  metrics: new Metrics(),
  signal: new AbortController().signal,
  remainingSeconds: 60,
};
const plan = (input: Partial<RunInput>) => planRun({ input, execution: 'name' }, invocation);

test('a daily run: a piece for each window, lookback included, and each table without days once', async () => {
  const { items, scheduled } = await plan({ asOf: '2011-12-10T05:00:00Z', scheduled: true });
  expect(scheduled).toBe(true);
  expect(items).toMatchObject([
    { table: 'sales', from: '2011-12-07', to: '2011-12-07' },
    { table: 'sales', from: '2011-12-08', to: '2011-12-08' },
    { table: 'sales', from: '2011-12-09', to: '2011-12-09' },
    { table: 'films' },
  ]);
});

test('a run that starts late is still of its own day', async () => {
  const { items } = await plan({ asOf: '2011-12-10T05:00:00Z' });
  expect(items.at(2)).toEqual({ table: 'sales', from: '2011-12-09', to: '2011-12-09' });
});

test('tables can be named; one that there is not is refused', async () => {
  expect((await plan({ asOf: '2011-12-10T05:00:00Z', tables: ['films'] })).items).toHaveLength(1);
  await expect(plan({ tables: ['film'] })).rejects.toMatchObject({ code: 'TABLE_UNKNOWN' });
});

test('a backfill of any length: every window in one piece, few pieces, and a state that Step Functions holds', async () => {
  const day = fc.integer({ min: 0, max: 20_000 });
  await fc.assert(
    fc.asyncProperty(day, fc.integer({ min: 0, max: 9_000 }), async (first, length) => {
      const from = new Date(first * 86_400_000).toISOString().slice(0, 10);
      const to = new Date((first + length) * 86_400_000).toISOString().slice(0, 10);
      const state = await plan({ from, to, tables: ['sales'] });
      const [sales] = project.tables;
      if (sales === undefined) throw new Error('no table');
      const pieces = state.items.map((item) => planWindows(sales, item).map(({ id }) => id));
      expect(pieces.flat()).toEqual(planWindows(sales, { from, to }).map(({ id }) => id));
      expect(pieces.length).toBeLessThanOrEqual(200);
      // 256 KiB hold the pieces, and once more the names of all windows that were staged.
      const staged = pieces.map((windows) => ({ runId: '20111209T125000123Z-4f1c09ab', windows }));
      expect(JSON.stringify([state, state.items, staged]).length).toBeLessThan(200_000);
    }),
    { numRuns: 30 },
  );
});

test('a backfill that is too long is refused, with what to do instead', async () => {
  await expect(plan({ from: '1950-01-01', to: '2011-12-09' })).rejects.toMatchObject({
    code: 'BACKFILL_TOO_LONG',
    hint: expect.stringContaining('Start several'),
  });
});

test('a table with a cursor goes on where Snowflake has come to; nobody is asked where there is none', async () => {
  await expect(plan({ asOf: '2011-12-10T05:00:00Z' })).resolves.toBeDefined();
  const withCursor = parseProject(
    { name: 'shop', tables: { orders: incremental({ cursor: 'updated_at', key: 'id' }) } },
    { directory: '/project', file: 'sluice.config.ts' },
  );
  await expect(
    planRun(
      { input: {}, execution: 'name' },
      { ...invocation, services: { ...invocation.services, project: withCursor } },
    ),
  ).rejects.toThrow('a plan asks nobody');
});
