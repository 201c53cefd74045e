import pg from 'pg';
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { SourceConnection } from '../../lib/config/index.ts';
import { type ExtractRetry, openSource } from '../../lib/extract/index.ts';
import { createGate } from '../extract/gate.ts';
import { full, openWorkbench, type Workbench, type WorkbenchOptions } from '../extract/workbench.ts';
import { freshDatabase, startTcpProxy, type TcpProxy, withClient } from '../support/index.ts';

const rows = 20_000;

let connection: SourceConnection;
let proxy: TcpProxy;
let workbench: Workbench;

beforeAll(async () => {
  connection = await freshDatabase();
  await withClient(connection, (client) =>
    client.query(
      `CREATE TABLE plain AS SELECT n, md5(n::text) AS text FROM generate_series(1, ${rows}) AS n`,
    ),
  );
});
beforeEach(async () => {
  proxy = await startTcpProxy(connection);
});
afterEach(async () => {
  await workbench.close();
  await proxy.close();
});

async function openThroughProxy(options: WorkbenchOptions = {}): Promise<void> {
  const { host, port } = proxy;
  workbench = await openWorkbench({ ...options, connection: { ...connection, host, port } });
}

/** Extracts a table of `rows` rows, and checks that each of them is there once and nothing else. */
async function extractWhole(name: string, onRetry?: (retry: ExtractRetry) => void): Promise<ExtractRetry[]> {
  const retries: ExtractRetry[] = [];
  const [manifest] = await workbench.extract(
    { [name]: full() },
    {
      onRetry: (retry) => {
        retries.push(retry);
        onRetry?.(retry);
      },
    },
  );
  expect(manifest?.totalRows).toBe(rows);
  const lines = (await workbench.csv(manifest)).trimEnd().split('\n').slice(1);
  expect(lines).toHaveLength(rows);
  expect(new Set(lines).size).toBe(rows);
  const objects = await workbench.staging.list('');
  expect(objects.map(({ key }) => key)).toEqual([
    ...(manifest?.files.map(({ key }) => key) ?? []),
    `manifests/${name}/full/${manifest?.runId}.json`,
  ]);
  return retries;
}

test.each([
  [
    '40001',
    'SOURCE_RECOVERY_CONFLICT',
    'canceling statement due to conflict with recovery',
    'hot_standby_feedback',
  ],
  ['57014', 'SOURCE_TIMEOUT', 'canceling statement due to statement timeout', 'statementTimeoutSeconds'],
  ['53200', 'SOURCE_OUT_OF_MEMORY', 'out of memory', 'maxConnections'],
  ['55P03', 'SOURCE_LOCKED', 'canceling statement due to lock timeout', 'ALTER'],
  ['57P01', 'SOURCE_CONNECTION_LOST', 'terminating connection due to administrator command', 'new snapshot'],
])(
  '%s in the middle of a COPY (%s) costs an attempt and says what to do',
  async (state, code, message, hint) => {
    await openThroughProxy();
    const name = `fails_with_${state.toLowerCase()}`;
    const lock = `hashtext('${state}')`;
    const holder = new pg.Client(connection);
    await holder.connect();
    await holder.query(`SELECT pg_advisory_lock(${lock})`);
    // Raised by the query itself, for as long as the lock is held.
    await workbench.sql(`
    CREATE FUNCTION raise_${name}(n int) RETURNS int LANGUAGE plpgsql AS $$ BEGIN
      IF n = ${rows / 2} AND NOT pg_try_advisory_xact_lock_shared(${lock}) THEN
        RAISE EXCEPTION '${message}' USING ERRCODE = '${state}';
      END IF;
      RETURN n;
    END $$;
    CREATE VIEW ${name} AS SELECT raise_${name}(n) AS n, text FROM plain`);
    let released: Promise<unknown> | undefined;
    const retries = await extractWhole(name, () => {
      released ??= holder.query(`SELECT pg_advisory_unlock(${lock})`);
    });
    await released;
    await holder.end();
    expect(retries[0]).toMatchObject({
      attempt: 1,
      error: { code, sqlState: state, retryable: true, hint: expect.stringContaining(hint) },
    });
    expect(retries[0]?.error.message).toContain(message);
  },
);

test.each([0, 60, 700, 50_000, 400_000])(
  'a network that breaks two connections after %d bytes costs attempts and nothing else',
  async (cutAfter) => {
    proxy.onConnection = (number) => (number <= 2 ? { cutAfter } : undefined);
    await openThroughProxy({ maxConnections: 1 });
    await extractWhole('plain');
    expect(proxy.connections).toBeGreaterThan(2);
  },
);

test('a network that goes silent in the middle of a COPY is given up, and the window is read again', async () => {
  proxy.onConnection = (number) => (number === 1 ? { stallAfter: 100_000 } : undefined);
  await openThroughProxy({ maxConnections: 1, statementTimeoutSeconds: 1, silenceSeconds: 0.5 });
  const retries = await extractWhole('plain');
  expect(retries).toMatchObject([{ attempt: 1, error: { code: 'SOURCE_CONNECTION_LOST' } }]);
});

test('a server that refuses connections for a while is waited for', async () => {
  proxy.onConnection = (number) => (number <= 2 ? 'refuse' : undefined);
  await openThroughProxy();
  expect(await extractWhole('plain')).toEqual([]);
});

test('no more connections are opened than allowed, whatever goes wrong with them', async () => {
  proxy.onConnection = (number) => (number % 3 === 0 ? { cutAfter: 20_000 } : undefined);
  await openThroughProxy({ maxConnections: 3 });
  const tables = Object.fromEntries(
    Array.from({ length: 12 }, (_, at) => [`t${at}`, full({ source: { table: 'plain' } })]),
  );
  const manifests = await workbench.extract(tables);
  expect(manifests.map(({ totalRows }) => totalRows)).toEqual(Array.from({ length: 12 }, () => rows));
  expect(proxy.mostOpen).toBeLessThanOrEqual(3);
});

test('a table that an ALTER holds is waited for until the lock timeout, and then read again', async () => {
  await openThroughProxy({ lockTimeoutSeconds: 0.2 });
  await workbench.sql(`CREATE TABLE held AS SELECT * FROM plain`);
  // Its shape is known: only the rows are waited for.
  const contracts = await workbench.contracts({ held: full() });
  const holder = new pg.Client(connection);
  await holder.connect();
  await holder.query('BEGIN; LOCK TABLE held IN ACCESS EXCLUSIVE MODE');
  let released: Promise<unknown> | undefined;
  const retries: ExtractRetry[] = [];
  const [manifest] = await workbench.extract(
    { held: full() },
    {
      contracts,
      onRetry: (retry) => {
        retries.push(retry);
        released ??= holder.query('COMMIT');
      },
    },
  );
  await released;
  await holder.end();
  expect(manifest?.totalRows).toBe(rows);
  expect(retries).toMatchObject([{ table: 'held', error: { code: 'SOURCE_LOCKED', sqlState: '55P03' } }]);
});

test('a password that is rotated during a run is read again, once', async () => {
  await openThroughProxy();
  await workbench.sql(`CREATE ROLE rotating LOGIN PASSWORD 'first'`);
  let renewed = 0;
  const renewPassword = async (): Promise<string> => {
    renewed += 1;
    return 'second';
  };
  const login = { user: 'rotating', password: 'first', renewPassword };
  const source = openSource({ ...connection, ...login }, { maxConnections: 2, statementTimeoutSeconds: 10 });
  const endSessions = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'rotating'`;
  expect(await source.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
  await workbench.sql(`ALTER ROLE rotating PASSWORD 'second'; ${endSessions}`);
  expect(await source.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
  expect(renewed).toBe(1);
  await workbench.sql(`ALTER ROLE rotating PASSWORD 'third'; ${endSessions}`);
  await expect(source.query('SELECT 1')).rejects.toMatchObject({ code: 'SOURCE_LOGIN_REFUSED' });
  expect(renewed).toBe(2);
  await source.close();
});

test('a column that is added while a run reads comes with the next run; this one keeps what it began with', async () => {
  await openThroughProxy({ maxConnections: 1 });
  await workbench.sql('CREATE TABLE growing AS SELECT n FROM plain');
  const gate = await createGate(connection, 'first', 1_000);
  const tables = { first: full(), growing: full() };
  const contracts = await workbench.contracts(tables);
  const extracting = workbench.extract(tables, { contracts });
  await gate.reached();
  // Waits for the run, whose snapshot it would break.
  const altering = workbench.sql("ALTER TABLE growing ADD COLUMN added text DEFAULT 'x'");
  await gate.open();
  const [, manifest] = await extracting;
  await altering;
  await gate.close();
  expect(manifest).toMatchObject({ totalRows: rows, columns: [{ name: 'n' }] });

  const told: string[] = [];
  const [, again] = await workbench.extract(tables, {
    contracts,
    onDrift: (table, changes) => told.push(...changes.map((change) => `${table}.${change.column}`)),
  });
  expect(told).toEqual(['growing.added']);
  expect(again).toMatchObject({ totalRows: rows, columns: [{ name: 'n' }] });
});
