import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { createLogger } from '../../lib/observe/index.ts';
import {
  loadPending,
  provisionProject,
  type RunContext,
  type RunEvent,
  runPipeline,
} from '../../lib/run/index.ts';
import { connectWarehouse } from '../../lib/snowflake/index.ts';
import { openStaging } from '../../lib/staging/index.ts';
import type { HttpFault } from '../support/http-proxy.ts';
import { temporaryFolder } from '../support/index.ts';
import { createRandom } from '../support/random.ts';
import { FaultyServers } from './faulty-servers.ts';
import { brokenInvariants } from './invariants.ts';
import { type Ended, outcomeOf as endOf } from './outcome.ts';
import { createShop, runSql, shopContext, shopDays } from './shop.ts';

const folder = temporaryFolder();
const directory = join(folder, 'project');
let servers: FaultyServers;
let changes = 0;
/** Every line of the logs, and every error, of all runs. */
const logged: string[] = [];
const said: string[] = [];
const logger = createLogger({ level: 'debug', write: (line) => logged.push(line) });

beforeAll(async () => {
  mkdirSync(directory);
  servers = await FaultyServers.start(join(folder, 'servers'));
  await createShop(servers.direct.source);
  await provisionProject(contextWith());
  expect(await outcomeOf(runPipeline(contextWith(), shopDays))).toEqual({ code: 'done', text: '' });
});
afterEach(() => servers.calm());
afterAll(() => servers.stop());

function contextWith(options: { proxied?: boolean; onEvent?: (event: RunEvent) => void } = {}): RunContext {
  const { proxied = false, onEvent } = options;
  const connections = proxied ? servers.proxied : servers.direct;
  return shopContext({
    directory,
    database: 'SHOP',
    logger,
    connections,
    ...(onEvent === undefined ? {} : { onEvent }),
  });
}

async function outcomeOf(running: ReturnType<typeof runPipeline>): Promise<Ended> {
  const ended = await endOf(running);
  said.push(ended.text);
  return ended;
}

/** Something that the next run has to bring. */
async function changeSource(): Promise<void> {
  changes += 1;
  await runSql(
    servers.direct.source,
    `INSERT INTO sales VALUES (${100 + changes}, '2024-03-02 15:00', ${changes}, NULL);
     UPDATE orders SET state = 'state ${changes}', changed_at = timestamptz '2024-03-03Z' + interval '${changes} minutes'`,
  );
}

async function expectWhole(): Promise<void> {
  expect(await brokenInvariants(contextWith(), shopDays)).toEqual([]);
}

/** The fault for so many of a hundred requests, drawn by a seed. */
function someOf(seed: number, percent: number, ...faults: readonly HttpFault[]): () => HttpFault | undefined {
  const random = createRandom(seed);
  return () => (random.percent(percent) ? random.pick(faults) : undefined);
}

function errorOfS3(status: number, code: string): HttpFault {
  return { answer: status, body: `<?xml version="1.0"?><Error><Code>${code}</Code></Error>` };
}

test.each<[string, HttpFault]>([
  ['503', errorOfS3(503, 'SlowDown')],
  ['429', errorOfS3(429, 'TooManyRequests')],
  ['a connection that is reset', 'reset'],
  ['a reply that is lost', 'lose the reply'],
  ['an answer that is cut', 'cut the answer'],
])('S3 that does this to an eighth of all requests costs time and nothing else: %s', async (_, fault) => {
  await changeSource();
  servers.s3Proxy.onRequest = someOf(8, 12, fault);
  expect(await outcomeOf(runPipeline(contextWith({ proxied: true }), shopDays))).toMatchObject({
    code: 'done',
  });
  await expectWhole();
});

test('a bit that flips on the way to S3 fails the run, and nothing of it is visible', async () => {
  await changeSource();
  const before = await visibleRuns();
  servers.s3Proxy.onRequest = ({ line }) => (/^PUT .*\/data\//.test(line) ? 'flip a byte' : undefined);
  const { code, text } = await outcomeOf(runPipeline(contextWith({ proxied: true }), shopDays));
  expect(code).toBe('STAGING_CORRUPT');
  expect(text).toMatch(/PutObject of s3:\/\/staging\/data\//);
  expect(await visibleRuns()).toEqual(before);
  await servers.calm();
  await runPipeline(contextWith(), shopDays);
  await expectWhole();
});

test.each<HttpFault>(['flip a byte of the answer', 'cut the answer'])(
  'Snowflake that reads a file wrong (%s) loads nothing of its window, and says which',
  async (fault) => {
    await changeSource();
    servers.stageProxy.onRequest = ({ line }) => (/^GET .*\/data\/sales\//.test(line) ? fault : undefined);
    const { code, text } = await outcomeOf(runPipeline(contextWith(), shopDays));
    expect(code).toBe('problems');
    expect(text).toMatch(/^sales 2024-03-01 failed: Failure using stage area\. Cause: \[/);
    await servers.calm();
    expect(await outcomeOf(runPipeline(contextWith(), shopDays))).toEqual({ code: 'done', text: '' });
    await expectWhole();
  },
);

test.each<[string, number, HttpFault]>([
  ['503', 20, { answer: 503, body: {} }],
  ['a connection that is reset', 20, 'reset'],
  ['a reply that is lost', 20, 'lose the reply'],
  [
    'a session that has expired',
    10,
    { answer: 200, body: { success: false, code: '390112', message: 'expired', data: null } },
  ],
])(
  'Snowflake that does this now and then costs time, and runs nothing twice: %s',
  { timeout: 120_000 },
  async (_, percent, fault) => {
    await changeSource();
    const draw = someOf(11, percent, fault);
    servers.snowflakeProxy.onRequest = ({ path }) => (path.startsWith('/queries/') ? draw() : undefined);
    expect(await outcomeOf(runPipeline(contextWith({ proxied: true }), shopDays))).toMatchObject({
      code: 'done',
    });
    await expectWhole();
  },
);

test('a network to Snowflake that is cut after the extract: what is staged is loaded later, without reading it again', async () => {
  await changeSource();
  const onEvent = (event: RunEvent): void => {
    if (event.type === 'step' && event.step === 'load' && event.state === 'started')
      servers.snowflakeProxy.onRequest = () => 'reset';
  };
  const { code } = await outcomeOf(runPipeline(contextWith({ proxied: true, onEvent }), shopDays));
  expect(code).toBe('SNOWFLAKE_UNREACHABLE');
  await servers.calm();
  expect((await loadPending(contextWith(), 60)).problems).toEqual([]);
  await expectWhole();
});

test('a column that could not be added to Snowflake arrives with the next run', async () => {
  await changeSource();
  await runSql(
    servers.direct.source,
    `ALTER TABLE sales ADD COLUMN added text; UPDATE sales SET added = 'x'`,
  );
  const refusal = {
    success: false,
    code: '003001',
    message: 'Insufficient privileges',
    data: { sqlState: '42501' },
  };
  servers.snowflakeProxy.onRequest = ({ body }) =>
    body.includes('MIGRATIONS') ? { answer: 200, body: refusal } : undefined;
  const { code } = await outcomeOf(runPipeline(contextWith({ proxied: true }), shopDays));
  expect(code).not.toBe('done');
  await servers.calm();
  expect(await outcomeOf(runPipeline(contextWith(), shopDays))).toEqual({ code: 'done', text: '' });
  await expectWhole();
});

test('a warehouse whose quota is used up needs a person, and says so', async () => {
  servers.snowflakeProxy.onRequest = ({ body }) =>
    body.includes('DAYS')
      ? {
          answer: 200,
          body: {
            success: false,
            code: '090073',
            message:
              "Warehouse 'SHOP_WH' cannot be resumed because resource monitor 'M' has exceeded its quota.",
            data: {},
          },
        }
      : undefined;
  const { text } = await outcomeOf(runPipeline(contextWith({ proxied: true }), shopDays));
  expect(text).toContain('has exceeded its quota');
  await servers.calm();
  await runPipeline(contextWith(), shopDays);
  await expectWhole();
});

test('two runs at once both go through, and every row is there once', async () => {
  await changeSource();
  const both = [runPipeline(contextWith(), shopDays), runPipeline(contextWith(), shopDays)];
  expect(await Promise.all(both.map(outcomeOf))).toEqual([
    { code: 'done', text: '' },
    { code: 'done', text: '' },
  ]);
  await expectWhole();
});

test('no secret is in any log, error, object or artifact of all these runs', async () => {
  // One more run, with everything that can go wrong told.
  servers.s3Proxy.onRequest = someOf(3, 10, 'reset', 'flip a byte', errorOfS3(403, 'AccessDenied'));
  const { text } = await outcomeOf(runPipeline(contextWith({ proxied: true }), shopDays));
  await servers.calm();
  const staging = openStaging(servers.direct.staging);
  const objects = await staging.list('');
  const bodies = await Promise.all(
    objects.map(async ({ key }) => {
      const bytes = await staging.get(key);
      return key.endsWith('.gz') ? gunzipSync(bytes).toString() : bytes.toString();
    }),
  );
  staging.close();
  const files = readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'));
  expect(objects.length).toBeGreaterThan(50);
  expect(files.length).toBeGreaterThan(5);
  expect(logged.length).toBeGreaterThan(0);
  expect(servers.secrets).toHaveLength(3);
  for (const secret of servers.secrets) {
    for (const place of [...bodies, ...files, ...logged, ...said, text]) {
      expect(place.includes(secret), place.slice(0, 200)).toBe(false);
    }
  }
});

/** Runs of which rows are visible. */
async function visibleRuns(): Promise<unknown> {
  const warehouse = await connectWarehouse(servers.direct.snowflake);
  const { rows } = await warehouse.execute('SELECT DISTINCT _RUN_ID FROM SHOP.RAW.SALES ORDER BY 1');
  await warehouse.close();
  return rows;
}
