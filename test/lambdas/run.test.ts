import { Metrics } from '@aws-lambda-powertools/metrics';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { provisionPart } from '../../lambdas/provision.ts';
import { SluiceError } from '../../lib/config/index.ts';
import { manifestPrefix, openStaging } from '../../lib/staging/index.ts';
import { functionOf } from './invoke.ts';
import { runMachine } from './machine.ts';
import { openShop, writeModels } from './shop.ts';

const shop = await openShop();
// SNS has no server here.
const sns = mockClient(SNSClient);

beforeAll(async () => {
  vi.stubEnv('SLUICE_TOPIC_ARN', 'arn:aws:sns:eu-west-1:123456789012:topic');
  const provision = functionOf(provisionPart, shop.services);
  await provision({ RequestType: 'Create', ResourceProperties: { Part: 'integration' } });
  const { Data } = await provision({ RequestType: 'Create', ResourceProperties: { Part: 'objects' } });
  const staging = openStaging(shop.connections.staging);
  await staging.ensureNotification(manifestPrefix(''), Data?.NotificationChannel ?? '');
  staging.close();
});

beforeEach(() => {
  sns.reset();
  sns.on(PublishCommand).resolves({});
});

const day = { asOf: '2011-12-10T05:00:00.000Z', scheduled: true };
const goodDay = [
  'Plan',
  'Extract',
  'Load',
  'All extracted and applied',
  'Freshness',
  'Fresh enough',
  'Build',
  'Publish',
  'Notify',
  'Succeeded',
];

const ofMachine = (states: readonly string[]) =>
  states.filter((name) => !['Extract windows', 'More to extract', 'Extracted', 'Given up'].includes(name));

const days = () => shop.query('SELECT TO_VARCHAR(DAY) AS DAY, SALES, AMOUNT FROM SHOP.DEV.DAYS ORDER BY 1');

function told(): { subject: string; message: string } {
  const [call] = sns.commandCalls(PublishCommand);
  const { Subject = '', Message = '' } = call?.args[0].input ?? {};
  return { subject: Subject, message: Message };
}

test('a good day: everything is extracted, applied, built and published', async () => {
  const measured = vi.spyOn(Metrics.prototype, 'addMetric');
  const run = await runMachine(shop, day);
  const metrics = new Map(measured.mock.calls.map(([name, , value]) => [name, value]));
  measured.mockRestore();
  expect(run.status).toBe('Succeeded');
  expect(ofMachine(run.states)).toEqual(goodDay);
  expect(await days()).toEqual([
    { DAY: '2011-12-08', SALES: 1, AMOUNT: 1.5 },
    { DAY: '2011-12-09', SALES: 2, AMOUNT: 6.25 },
  ]);
  expect(sns.commandCalls(PublishCommand)).toHaveLength(0);
  expect(Object.fromEntries(metrics)).toEqual({
    BytesStaged: expect.any(Number),
    // Three sales of two days, two products and two orders.
    RowsExtracted: 7,
    RowsApplied: 7,
    RowsRejected: 0,
    RowsUnaccounted: 0,
    LoadLag: expect.any(Number),
    SourcesStale: 0,
    RunsSucceeded: 1,
  });
});

test('the same day again leaves one copy', async () => {
  const run = await runMachine(shop, day);
  expect(run.status).toBe('Succeeded');
  expect(await shop.query('SELECT COUNT(*) AS N FROM SHOP.RAW.SALES')).toEqual([{ N: 3 }]);
});

test('a table with a cursor goes on where it had come to, and the newest of a row counts', async () => {
  await shop.source("UPDATE orders SET state = 'paid', changed_at = '2011-12-10 09:00Z' WHERE id = 1");
  await shop.source("INSERT INTO orders VALUES (3, 'new', '2011-12-10 09:30Z')");
  const run = await runMachine(shop, day);
  expect(run.status).toBe('Succeeded');
  expect(await shop.query('SELECT ID, STATE FROM SHOP.RAW.ORDERS ORDER BY 1')).toEqual([
    { ID: 1, STATE: 'paid' },
    { ID: 2, STATE: 'new' },
    { ID: 3, STATE: 'new' },
  ]);
  const [load] = await shop.query(
    "SELECT CURSOR_LOW, CURSOR_HIGH FROM SHOP.OPS.LOADS WHERE TABLE_NAME = 'orders' AND STATUS = 'applied' ORDER BY RUN_ID DESC LIMIT 1",
  );
  // From ten minutes before what was read last.
  expect(load).toEqual({ CURSOR_LOW: '2011-12-09 10:50:00+00', CURSOR_HIGH: '2011-12-10 09:30:00+00' });
});

test('an empty day is a success with nothing in it', async () => {
  const run = await runMachine(shop, { asOf: '2011-12-20T05:00:00.000Z', scheduled: true });
  expect(run.status).toBe('Succeeded');
  expect(
    await shop.query(
      "SELECT WINDOW_ID, STATUS, ROWS_APPLIED FROM SHOP.OPS.LOADS WHERE WINDOW_ID IN ('2011-12-18', '2011-12-19') ORDER BY 1",
    ),
  ).toEqual([
    { WINDOW_ID: '2011-12-18', STATUS: 'applied', ROWS_APPLIED: 0 },
    { WINDOW_ID: '2011-12-19', STATUS: 'applied', ROWS_APPLIED: 0 },
  ]);
});

test('a backfill goes through the same machine, some windows a call, and goes on where the time ended', async () => {
  const run = await runMachine(shop, {
    ...day,
    scheduled: false,
    from: '2011-01-01',
    to: '2011-12-09',
    tables: ['sales'],
  });
  expect(run.status).toBe('Succeeded');
  // 343 days in pieces of two.
  expect(run.states.filter((name) => name === 'Extract windows')).toHaveLength(172);
  expect(
    await shop.query(
      "SELECT COUNT(DISTINCT WINDOW_ID) AS N FROM SHOP.OPS.LOADS WHERE TABLE_NAME = 'sales' AND WINDOW_ID BETWEEN '2011-01-01' AND '2011-12-09' AND STATUS = 'applied'",
    ),
  ).toEqual([{ N: 343 }]);
  expect(await shop.query('SELECT COUNT(*) AS N FROM SHOP.RAW.SALES')).toEqual([{ N: 3 }]);
}, 180_000);

test('an extract that fails and heals is tried again', async () => {
  let refused = 0;
  const flaky = {
    ...shop.services,
    source: async () => {
      refused += 1;
      if (refused <= 2) throw outside(true);
      return shop.connections.source;
    },
  };
  const run = await runMachine(shop, day, { services: { extract: flaky } });
  expect(run.status).toBe('Succeeded');
  expect(run.retries['Extract windows']).toBe(2);
});

test('an extract that does not heal is reported, and what the others staged is loaded', async () => {
  await shop.source('ALTER TABLE products RENAME TO products_away');
  await shop.source('UPDATE sales SET amount = 5 WHERE id = 3');
  const run = await runMachine(shop, day);
  await shop.source('ALTER TABLE products_away RENAME TO products');
  expect(run.status).toMatch(/The notification says what failed/);
  expect(run.states).not.toContain('Build');
  expect(run.retries['Extract windows']).toBeUndefined();
  expect(told().subject).toBe('Sluice SHOP: run 2011-12-09 failed in load');
  expect(told().message).toMatch(
    /- products from .* was not extracted\. SOURCE_NO_TABLE: .*"public"\."products"/,
  );
  expect(await shop.query('SELECT AMOUNT FROM SHOP.RAW.SALES WHERE ID = 3')).toEqual([{ AMOUNT: 5 }]);
});

test('stale data is not built', async () => {
  writeModels(shop.services.project.models.path, {
    'marts/sources.yml': `version: 2
sources:
  - name: raw
    schema: "{{ var('raw_schema', 'RAW') }}"
    loaded_at_field: sold_at
    tables:
      - name: sales
        freshness:
          error_after: { count: 1, period: day }
`,
  });
  const run = await runMachine(shop, day);
  expect(run.status).toMatch(/The notification says what failed/);
  expect(run.states).toContain('Stale');
  expect(run.states).not.toContain('Build');
  expect(told().subject).toBe('Sluice SHOP: run 2011-12-09 failed in freshness');
  expect(told().message).toMatch(/- Source raw\.sales: error, \d+ seconds old/);
  writeModels(shop.services.project.models.path, {
    'marts/sources.yml': `version: 2
sources:
  - name: raw
    schema: "{{ var('raw_schema', 'RAW') }}"
    tables:
      - name: sales
`,
  });
});

test('a model whose test fails is not published: readers keep what they had', async () => {
  const before = await days();
  await shop.source("INSERT INTO sales VALUES (4, '2011-12-09 12:00', NULL)");
  writeModels(shop.services.project.models.path, {
    'marts/days.sql':
      "select cast(sold_at as date) as day, count(*) as sales, max(amount) as amount from {{ source('raw', 'sales') }} group by 1, id\n",
  });
  const run = await runMachine(shop, day);
  expect(run.status).toMatch(/The notification says what failed/);
  expect(run.states).toContain('Not published');
  expect(told().subject).toBe('Sluice SHOP: run 2011-12-09 failed in build');
  expect(told().message).toMatch(/- Test not_null_days_amount: 1 rows/);
  expect(await days()).toEqual(before);
});

test('a run that cannot be planned is reported, too', async () => {
  const run = await runMachine(shop, { ...day, from: '2011-12-09', to: '2011-12-01' });
  expect(run.status).toMatch(/The notification says what failed/);
  expect(run.states).toEqual(['Plan', 'Plan failed', 'Report the failure', 'Failed']);
  expect(told().subject).toBe('Sluice SHOP: run 2011-12-09 failed in plan');
  expect(told().message).toContain('RANGE_EMPTY');
});

function outside(retryable: boolean): SluiceError {
  return new SluiceError({
    code: 'SOURCE_UNREACHABLE',
    kind: 'outside',
    message: 'The source does not answer.',
    hint: 'Wait.',
    retryable,
  });
}
