import { ListMultipartUploadsCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { SourceConnection, TableInput } from '../../lib/config/index.ts';
import {
  ExtractError,
  type ExtractRetry,
  extractTables,
  openSource,
  readContract,
  SourceError,
} from '../../lib/extract/index.ts';
import { newRunId, openStaging } from '../../lib/staging/index.ts';
import { freshBucket } from '../support/index.ts';
import { createGate } from './gate.ts';
import { full, openWorkbench, projectOf, type Workbench } from './workbench.ts';

let workbench: Workbench;

beforeAll(async () => {
  workbench = await openWorkbench();
  await workbench.sql('CREATE TABLE films (id integer); INSERT INTO films VALUES (1), (2)');
});
afterAll(() => workbench.close());

const limits = { maxConnections: 2, statementTimeoutSeconds: 30 };

async function failureOf(work: Promise<unknown>): Promise<unknown> {
  return await work.then(
    () => expect.unreachable('it should have failed'),
    (error: unknown) => error,
  );
}

async function connectingTo(changes: Partial<SourceConnection>): Promise<unknown> {
  const source = openSource({ ...workbench.connection, ...changes }, limits);
  const failure = await failureOf(source.query('SELECT 1'));
  await source.close();
  return failure;
}

test.each<[Partial<SourceConnection>, string, string | undefined]>([
  [{ password: 'canary-of-a-password' }, 'SOURCE_LOGIN_REFUSED', '28P01'],
  [{ database: 'nowhere' }, 'SOURCE_NO_DATABASE', '3D000'],
  [{ port: 1 }, 'SOURCE_UNREACHABLE', undefined],
  [{ host: 'no-such-host.invalid' }, 'SOURCE_UNREACHABLE', undefined],
])('connecting with %o is %s', async (changes, code, sqlState) => {
  const failure = await connectingTo(changes);
  const { user, host, port, database } = { ...workbench.connection, ...changes };
  expect(failure).toBeInstanceOf(SourceError);
  expect(failure).toMatchObject({ code, sqlState, kind: 'outside', scope: 'source' });
  expect(String(failure)).toContain(`${user}@${host}:${port}/${database}`);
  expect(JSON.stringify(failure) + String(failure)).not.toContain('canary-of-a-password');
});

test('a server without room for all connections is read with those it gives', async () => {
  await workbench.sql(`CREATE ROLE narrow LOGIN PASSWORD 'narrow' CONNECTION LIMIT 1;
    GRANT SELECT ON films TO narrow`);
  const source = openSource({ ...workbench.connection, user: 'narrow', password: 'narrow' }, limits);
  const tables: Record<string, TableInput> = {};
  for (const name of ['a', 'b', 'c']) tables[name] = full({ source: { table: 'films' } });
  const project = projectOf(tables);
  const contracts = [];
  for (const table of project.tables) contracts.push(await readContract(source, table));
  const manifests = await extractTables({
    source,
    staging: workbench.staging,
    project,
    tables: project.tables,
    contracts,
    runId: newRunId(),
  });
  await source.close();
  expect(manifests.map(({ totalRows }) => totalRows)).toEqual([2, 2, 2]);
});

test('a window whose connection is killed begins again, in a new snapshot, and is told', async () => {
  const gate = await createGate(workbench.connection, 'killed', 50_000);
  const retries: ExtractRetry[] = [];
  const extracting = workbench.extract({ killed: full() }, { onRetry: (retry) => retries.push(retry) });
  await gate.reached();
  await gate.terminateWaiting();
  await gate.open();
  const [manifest] = await extracting;
  await gate.close();

  expect(retries).toMatchObject([
    { table: 'killed', window: 'full', attempt: 1, error: { retryable: true, scope: 'source' } },
  ]);
  expect(manifest).toMatchObject({ totalRows: 50_000 });
  const lines = (await workbench.csv(manifest)).split('\n');
  expect(lines).toHaveLength(50_002);
  expect(new Set(lines).size).toBe(50_002);
  expect(await workbench.staging.list('data/killed/')).toHaveLength(1);
});

test('a run that is stopped in the middle leaves no manifest, no file and no parts, and says how to go on', async () => {
  const gate = await createGate(workbench.connection, 'stopped', 900_000);
  const bucket = await freshBucket();
  const staging = openStaging(bucket);
  const stop = new AbortController();
  const project = projectOf({ stopped: full() });
  const contracts = await Promise.all(project.tables.map((table) => readContract(workbench.source, table)));
  const extracting = failureOf(
    extractTables({
      source: workbench.source,
      staging,
      project,
      tables: project.tables,
      contracts,
      runId: newRunId(),
      signal: stop.signal,
    }),
  );
  await gate.reached();
  const client = new S3Client({ ...bucket, forcePathStyle: true });
  const unfinished = async (): Promise<number> =>
    (await client.send(new ListMultipartUploadsCommand({ Bucket: bucket.bucket }))).Uploads?.length ?? 0;
  await expect.poll(unfinished).toBe(1);

  stop.abort();
  expect(await extracting).toBeInstanceOf(ExtractError);
  expect(await extracting).toMatchObject({
    code: 'EXTRACT_STOPPED',
    message: 'The extract was stopped after 0 of 1 windows',
    hint: expect.stringContaining('same command again'),
    manifests: [],
  });
  expect(await unfinished()).toBe(0);
  expect(await staging.list('')).toEqual([]);
  await gate.open();
  await gate.close();
  client.destroy();
  staging.close();
});

test('a run that is stopped before it begins reads nothing', async () => {
  const signal = AbortSignal.abort();
  expect(await failureOf(workbench.extract({ films: full() }, { signal }))).toMatchObject({
    code: 'EXTRACT_STOPPED',
  });
});

test('S3 that refuses ends the run at once', async () => {
  const bucket = await freshBucket();
  const staging = openStaging({
    ...bucket,
    credentials: { ...bucket.credentials, secretAccessKey: 'wrong' },
  });
  const retries: ExtractRetry[] = [];
  const project = projectOf({ films: full() });
  const contracts = await Promise.all(project.tables.map((table) => readContract(workbench.source, table)));
  const failure = await failureOf(
    extractTables({
      source: workbench.source,
      staging,
      project,
      tables: project.tables,
      contracts,
      runId: newRunId(),
      onRetry: (retry) => retries.push(retry),
    }),
  );
  expect(failure).toMatchObject({ code: 'STAGING_REFUSED', kind: 'outside', manifests: [] });
  expect(retries).toEqual([]);
  staging.close();
});

test('a table that may not be read, or whose rows fail, stops alone', async () => {
  await workbench.sql(`CREATE VIEW broken AS SELECT 1 / (3 - n) AS value FROM generate_series(1, 5) AS n`);
  const failure = await failureOf(workbench.extract({ broken: full(), films: full() }));
  expect(failure).toMatchObject({
    code: 'SOURCE_VALUE',
    message: expect.stringMatching(/^broken full: .*SQLSTATE 22012: division by zero/),
    manifests: [{ table: 'films', totalRows: 2 }],
  });
  expect(await workbench.staging.list('data/broken/')).toEqual([]);

  await workbench.sql(`CREATE ROLE reader LOGIN PASSWORD 'reader'; CREATE TABLE closed (id integer);
    GRANT SELECT ON films TO reader`);
  const source = openSource({ ...workbench.connection, user: 'reader', password: 'reader' }, limits);
  const project = projectOf({ closed: full(), films: full() });
  const contracts = await Promise.all(project.tables.map((table) => readContract(source, table)));
  const refused = await failureOf(
    extractTables({
      source,
      staging: workbench.staging,
      project,
      tables: project.tables,
      contracts,
      runId: newRunId(),
    }),
  );
  await source.close();
  expect(refused).toMatchObject({
    code: 'SOURCE_NOT_ALLOWED',
    hint: expect.stringContaining('SELECT'),
    manifests: [{ table: 'films' }],
  });
});

test('a statement that takes too long is tried twice, then says what to do', async () => {
  const slow = await openWorkbench({ statementTimeoutSeconds: 0.3 });
  await slow.sql('CREATE VIEW slow AS SELECT pg_sleep(10)::text AS value');
  const retries: ExtractRetry[] = [];
  const failure = await failureOf(
    slow.extract({ slow: full() }, { onRetry: (retry) => retries.push(retry) }),
  );
  expect(failure).toMatchObject({
    code: 'SOURCE_TIMEOUT',
    hint: expect.stringContaining('statementTimeoutSeconds'),
  });
  expect(retries).toMatchObject([{ attempt: 1, attempts: 2, error: { sqlState: '57014' } }]);
  await slow.close();
});
