import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { defineProject, full, incremental, parseProject } from '../../lib/config/index.ts';
import { discoverTables, openSource } from '../../lib/extract/index.ts';
import { type LocalServers, startLocal } from '../../lib/local/index.ts';
import { createLogger } from '../../lib/observe/index.ts';
import {
  doctor,
  extractStep,
  planStep,
  provisionProject,
  type RunContext,
  reconcile,
  reconcileDeletes,
} from '../../lib/run/index.ts';
import { awaitLoads, connectWarehouse, type Warehouse } from '../../lib/snowflake/index.ts';
import { openStaging } from '../../lib/staging/index.ts';
import { temporaryFolder, withClient } from '../support/index.ts';

const maskingKey = 'a canary of a key that is long enough';
/** Values that must be found nowhere behind the source. */
const clear = ['canary.ada@example.com', 'Canary Street 5', '+44 20 7946 CANARY', 'Ada Canary'];

const log: string[] = [];
const state = temporaryFolder();
let servers: LocalServers;
let context: RunContext;
let warehouse: Warehouse;

beforeAll(async () => {
  const directory = temporaryFolder();
  servers = await startLocal({ state });
  const mask = { email: 'hash', street: 'redact', phone: 'partial', name: 'null' } as const;
  const project = parseProject(
    defineProject({
      name: 'people',
      tables: {
        people: full({ mask }),
        // Told apart by what is masked, and one that fails over a masked value.
        accounts: incremental({ cursor: 'at', key: 'email', mask: { email: 'hash' } }),
        failing: full({ mask: { email: 'hash' } }),
        // Compared inside the source, whose errors quote a value.
        breaking: full({ mask: { email: 'redact' } }),
      },
    }),
    { directory, file: 'sluice.config.ts' },
  );
  const { source } = servers.connections;
  context = {
    project,
    directory,
    connections: { ...servers.connections, source: { ...source, maskingKey } },
    artifactsDirectory: join(directory, 'artifacts'),
    logger: createLogger({ level: 'debug', write: (line) => log.push(line) }),
    onEvent: (event) => log.push(JSON.stringify(event)),
  };
  await withClient(source, (client) =>
    client.query(`CREATE TABLE people (id integer, email text, street text, phone text, name text);
      INSERT INTO people SELECT n, '${clear[0]}', '${clear[1]}', '${clear[2]}', '${clear[3]}' FROM generate_series(1, 3) AS n;
      CREATE TABLE accounts (email text, at timestamptz, plan text);
      INSERT INTO accounts VALUES ('${clear[0]}', '2024-01-01', 'old'), ('other@example.com', '2024-01-01', 'old');
      CREATE VIEW failing AS SELECT id, email, email::integer AS number FROM people;
      CREATE VIEW breaking AS SELECT id, email, email::integer AS number FROM people`),
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

async function run(): Promise<void> {
  const manifests = await extractStep(context, { tables: ['people', 'accounts'] });
  const loads = await awaitLoads(warehouse, context.project, manifests, { timeoutSeconds: 60 });
  expect(loads.map(({ status }) => status)).toEqual(['applied', 'applied']);
}

/** Everything that stands behind the source, as text. */
async function everything(): Promise<string> {
  const staging = openStaging(servers.connections.staging);
  const objects: string[] = [];
  for (const { key } of await staging.list('')) {
    const bytes = await staging.get(key);
    objects.push(key, key.endsWith('.gz') ? gunzipSync(bytes).toString() : bytes.toString());
  }
  staging.close();
  expect(objects.length).toBeGreaterThan(4);
  const { rows } = await warehouse.execute(
    `SELECT TABLE_SCHEMA, TABLE_NAME FROM INFORMATION_SCHEMA.TABLES WHERE TABLE_SCHEMA IN ('LANDING', 'RAW', 'OPS')`,
  );
  expect(rows.length).toBeGreaterThan(6);
  const tables: unknown[] = [];
  for (const row of rows) {
    tables.push((await warehouse.execute(`SELECT * FROM "${row.TABLE_SCHEMA}"."${row.TABLE_NAME}"`)).rows);
  }
  const files = readdirSync(context.directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'));
  return [...objects, ...files, ...log, JSON.stringify(tables)].join('\n');
}

test('the clear values of masked columns are in no file, log, manifest or table, and rows are merged by their hash', {
  timeout: 120_000,
}, async () => {
  await run();
  await withClient(servers.connections.source, (client) =>
    client.query(`UPDATE accounts SET plan = 'new', at = '2024-01-02' WHERE email = '${clear[0]}'`),
  );
  await run();
  const { rows } = await warehouse.execute('SELECT EMAIL, "PLAN" FROM RAW.ACCOUNTS ORDER BY "PLAN"');
  expect(rows.map((row) => [String(row.EMAIL).length, row.PLAN])).toEqual([
    [64, 'new'],
    [64, 'old'],
  ]);
  const people = await warehouse.execute('SELECT EMAIL, STREET, PHONE, NAME FROM RAW.PEOPLE');
  expect(new Set(people.rows.map((row) => JSON.stringify(row))).size).toBe(1);
  expect(people.rows[0]).toEqual({
    EMAIL: rows[0]?.EMAIL,
    STREET: 'REDACTED',
    PHONE: '****NARY',
    NAME: null,
  });

  for (const table of ['failing', 'breaking']) {
    for (const step of [
      () => extractStep(context, { tables: [table] }),
      () => reconcile(context, { tables: [table], from: '2024-01-01', to: '2024-01-01', checksum: true }),
    ]) {
      const failure: unknown = await step().catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(Error);
      log.push(inspect(failure, { depth: 10 }));
      context.logger.error('failed', { error: failure });
    }
  }

  // What only looks: every statement of it stands in the log of the source, too.
  await withClient(servers.connections.source, (client) =>
    client.query(`ALTER DATABASE source SET log_statement = 'all'; DELETE FROM accounts WHERE plan = 'old'`),
  );
  log.push(JSON.stringify(await planStep(context, { withLedger: true })));
  const windows = await reconcile(context, { tables: ['people', 'accounts'], checksum: true, columns: true });
  expect(windows.map(({ window, status }) => [window, status])).toContainEqual(['all', 'explained']);
  const deletes = await reconcileDeletes(context, { tables: ['accounts'], apply: true });
  expect(deletes).toMatchObject([{ vanished: 1, removed: 1 }]);
  log.push(JSON.stringify([windows, deletes, await doctor(context)]));
  const source = openSource(context.connections.source, { maxConnections: 1, statementTimeoutSeconds: 60 });
  log.push(JSON.stringify(await discoverTables(source)));
  await source.close();
  const sourceLog = readFileSync(join(state, 'postgres/postgres.log'), 'utf8');
  expect(sourceLog).toContain('DECLARE compared');
  expect(sourceLog).not.toContain(maskingKey);

  const found = await everything();
  for (const value of [...clear, maskingKey]) expect(found).not.toContain(value);
});
