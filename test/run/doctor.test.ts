import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  daily,
  defineProject,
  type Finding,
  full,
  incremental,
  parseProject,
  type SourceConnection,
} from '../../lib/config/index.ts';
import { silentLogger } from '../../lib/observe/index.ts';
import { doctor, provisionProject, type RunContext } from '../../lib/run/index.ts';
import { connectWarehouse, type Warehouse } from '../../lib/snowflake/index.ts';
import { openStaging } from '../../lib/staging/index.ts';
import { freshServers, temporaryFolder, withClient } from '../support/index.ts';

let context: RunContext;
let warehouse: Warehouse;
let guest: SourceConnection;

beforeAll(async () => {
  const directory = temporaryFolder();
  const { connections } = await freshServers();
  const project = parseProject(
    defineProject({
      name: 'shop',
      tables: {
        orders: daily({ column: 'placed_at' }),
        people: incremental({ cursor: 'updated_at', key: 'id', mask: { email: 'hash' } }),
        secrets: full(),
      },
      source: { maxConnections: 2 },
      staging: { prefix: 'shop/' },
    }),
    { directory, file: 'sluice.config.ts' },
  );
  const role = `guest_${connections.source.database}`;
  await withClient(connections.source, (client) =>
    client.query(`
      CREATE TABLE orders AS SELECT n AS id, timestamp '2024-01-01' + n * interval '1 second' AS placed_at
        FROM generate_series(1, 150000) AS n;
      CREATE TABLE people (id integer, email text, updated_at timestamptz);
      INSERT INTO people VALUES (1, 'ada.lovelace@example.com', now());
      CREATE TABLE secrets (id integer PRIMARY KEY);
      ANALYZE;
      CREATE ROLE ${role} LOGIN PASSWORD 'guest' CONNECTION LIMIT 1;
      GRANT SELECT ON orders, people TO ${role};
      ALTER TABLE people ENABLE ROW LEVEL SECURITY`),
  );
  const source = { ...connections.source, maskingKey: 'k'.repeat(32) };
  guest = { ...source, user: role, password: 'guest' };
  context = {
    project,
    directory,
    connections: { ...connections, source },
    artifactsDirectory: directory,
    logger: silentLogger,
  };
  await provisionProject(context);
  warehouse = await connectWarehouse({ ...connections.snowflake, database: project.snowflake.database });
}, 60_000);

afterAll(() => warehouse.close());

function named(findings: readonly Finding[], check: string): Finding | undefined {
  return findings.find((finding) => finding.check === check);
}

async function sql(text: string): Promise<void> {
  await withClient(context.connections.source, (client) => client.query(text));
}

test('everything is well: each step of a run is done, and nothing of it is left', async () => {
  const findings = await doctor(context);
  expect(findings.filter(({ ok }) => !ok)).toEqual([]);
  expect(findings.map(({ check }) => check)).toEqual([
    'source server',
    'source clock',
    'source settings',
    'source connections',
    ...['orders', 'people', 'secrets'].flatMap((table) => [
      `source table ${table}`,
      `source rows of ${table}`,
    ]),
    ...['put', 'head', 'get', 'list', 'overwrite', 'multipart'].map((step) => `bucket ${step}`),
    ...['login', 'warehouse', 'ledger', 'raw', 'storage', 'pipe', 'tasks', 'task run'].map(
      (step) => `snowflake ${step}`,
    ),
    ...['create schema', 'create table', 'clone', 'copy'].map((step) => `snowflake ${step}`),
    'bucket notification',
    'bucket clean-up',
  ]);
  expect(named(findings, 'source table people')?.message).toContain('1 masked columns');
  expect(JSON.stringify(findings)).not.toContain('ada.lovelace');

  const staging = openStaging(context.connections.staging);
  expect(await staging.list('')).toEqual([]);
  staging.close();
  const { rows } = await warehouse.execute(
    `SHOW SCHEMAS LIKE 'SLUICE_DOCTOR%' IN DATABASE ${context.project.snowflake.database}`,
  );
  expect(rows).toEqual([]);
});

describe('in the source', () => {
  test('a grant that is missing is named, and what goes wrong although it may be read: hidden rows, no index, a key that is none, too few connections', async () => {
    const before = await doctor({ ...context, connections: { ...context.connections, source: guest } });
    const denied = named(before, 'source table secrets');
    expect(denied).toMatchObject({ ok: false, message: expect.stringContaining('42501') });
    expect(denied?.fix).toBe(
      `GRANT USAGE ON SCHEMA "public" TO "${guest.user}"; GRANT SELECT ON "public"."secrets" TO "${guest.user}";`,
    );
    expect(named(before, 'source table orders')?.ok).toBe(true);
    expect(named(before, 'source connections')).toMatchObject({ ok: true, message: '1 of 2 connections' });
    expect(named(before, 'source rows of orders')?.advice).toBe(
      'Every window reads the whole table: CREATE INDEX CONCURRENTLY ON "public"."orders" ("placed_at");',
    );
    const people = named(before, 'source rows of people')?.advice ?? '';
    expect(people).toContain('BYPASSRLS');
    expect(people).toContain('CREATE UNIQUE INDEX CONCURRENTLY ON "public"."people" ("id");');

    await sql(`${denied?.fix} ALTER ROLE ${guest.user} BYPASSRLS CONNECTION LIMIT -1;
      CREATE INDEX ON orders (placed_at); CREATE UNIQUE INDEX ON people (id) INCLUDE (email)`);
    const after = await doctor({ ...context, connections: { ...context.connections, source: guest } });
    expect(
      after.filter(({ check, ok, advice }) => check.startsWith('source') && (!ok || advice !== undefined)),
    ).toEqual([]);
    expect(named(after, 'source connections')?.message).toContain('2 connections');
  });

  test('a column that is gone, and a server that is not there', async () => {
    await sql('ALTER TABLE secrets RENAME id TO number');
    const changed = named(await doctor(context), 'source table secrets');
    expect(changed).toMatchObject({
      ok: false,
      message: expect.stringContaining('"id" was dropped or renamed'),
    });
    expect(changed?.fix).toContain('contracts/secrets.json');
    await sql('ALTER TABLE secrets RENAME number TO id');

    const nowhere = { ...context.connections.source, password: 'wrong' };
    const findings = await doctor({ ...context, connections: { ...context.connections, source: nowhere } });
    expect(findings.filter(({ check }) => check.startsWith('source table'))).toEqual([]);
    expect(findings[0]).toMatchObject({ ok: false, fix: expect.stringContaining('password') });
    expect(named(findings, 'snowflake copy')?.ok).toBe(true);
  });
});

test('in the bucket: credentials that are refused stop what needs them, and say what to allow', async () => {
  const { staging } = context.connections;
  const wrong = { ...staging, credentials: { accessKeyId: 'nobody', secretAccessKey: 'nothing' } };
  const findings = await doctor({ ...context, connections: { ...context.connections, staging: wrong } });
  expect(named(findings, 'bucket put')).toMatchObject({
    ok: false,
    fix: `Allow the role s3:PutObject on arn:aws:s3:::${staging.bucket}/shop/*, and with a KMS key kms:GenerateDataKey and kms:Decrypt on it.`,
  });
  expect(named(findings, 'bucket get')).toBeUndefined();
  expect(named(findings, 'snowflake clone')?.ok).toBe(true);
  expect(named(findings, 'snowflake copy')).toBeUndefined();
});

test('in Snowflake: each statement that is told mends what it is told for', async () => {
  await warehouse.execute('ALTER PIPE OPS.MANIFESTS_PIPE SET PIPE_EXECUTION_PAUSED = TRUE');
  await warehouse.execute('DROP TABLE RAW.SECRETS');
  const findings = await doctor(context);
  expect(findings.filter(({ ok }) => !ok).map(({ check }) => check)).toEqual([
    'snowflake raw',
    'snowflake pipe',
  ]);
  const [statement] = /ALTER PIPE[^;]*/.exec(named(findings, 'snowflake pipe')?.fix ?? '') ?? [];
  await warehouse.execute(statement ?? '');
  expect(named(await doctor(context), 'snowflake pipe')?.ok).toBe(true);
});
