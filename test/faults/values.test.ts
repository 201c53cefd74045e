import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  daily,
  defineProject,
  full,
  type ProjectInput,
  parseProject,
  type SourceConnection,
} from '../../lib/config/index.ts';
import { ExtractError } from '../../lib/extract/index.ts';
import { silentLogger } from '../../lib/observe/index.ts';
import { extractStep, loadStep, provisionProject, type RunContext } from '../../lib/run/index.ts';
import { connectWarehouse, type Load, type Warehouse } from '../../lib/snowflake/index.ts';
import { type FreshServers, freshServers, temporaryFolder, withClient } from '../support/index.ts';

let servers: FreshServers;
let warehouse: Warehouse;

beforeAll(async () => {
  servers = await freshServers();
  warehouse = await connectWarehouse(servers.connections.snowflake);
});
afterAll(() => warehouse.close());

/** A database of its own in this encoding, with these tables. */
async function databaseIn(encoding: string, sql: string): Promise<SourceConnection> {
  const { source } = servers.connections;
  const database = `${source.database}_${encoding.toLowerCase()}`;
  await withClient(source, (client) =>
    client.query(
      `CREATE DATABASE ${database} ENCODING '${encoding}' LOCALE_PROVIDER libc LOCALE 'C' TEMPLATE template0`,
    ),
  );
  const connection = { ...source, database };
  await withClient(connection, (client) => client.query(sql));
  return connection;
}

function projectOver(source: SourceConnection, name: string, tables: ProjectInput['tables']): RunContext {
  const directory = temporaryFolder();
  const input = defineProject({ name, tables, staging: { prefix: `${name}/` } });
  return {
    project: parseProject(input, { directory, file: 'sluice.config.ts' }),
    directory,
    connections: { ...servers.connections, source },
    artifactsDirectory: join(directory, 'artifacts'),
    logger: silentLogger,
  };
}

async function run(context: RunContext, days: { from?: string; to?: string } = {}): Promise<readonly Load[]> {
  await provisionProject(context);
  return await loadStep(context, await extractStep(context, days), 60);
}

test('days of 23 and 25 hours, and a leap day, have every row once', async () => {
  const { source } = servers.connections;
  // Every quarter of an hour over both changes of the clock, and over the end of February.
  await withClient(source, (client) =>
    client.query(`CREATE TABLE moments AS SELECT row_number() OVER () AS id, at FROM (
      SELECT generate_series(timestamptz '2024-03-30 12:00Z', '2024-04-01 12:00Z', interval '15 minutes') AS at
      UNION ALL SELECT generate_series(timestamptz '2024-10-26 12:00Z', '2024-10-28 12:00Z', interval '15 minutes')
      UNION ALL SELECT generate_series(timestamptz '2024-02-28 12:00Z', '2024-03-01 12:00Z', interval '15 minutes')) AS t`),
  );
  const context = projectOver(source, 'clock-changes', {
    moments: daily({ column: 'at', timezone: 'Europe/London' }),
  });
  const loads = await run(context, { from: '2024-02-28', to: '2024-11-01' });
  const counts = new Map(loads.map(({ window, rowsApplied }) => [window, rowsApplied]));
  expect(['2024-02-29', '2024-03-31', '2024-10-27'].map((day) => counts.get(day))).toEqual([96, 92, 100]);
  const { rows } = await warehouse.execute(
    'SELECT COUNT(*) AS N, COUNT(DISTINCT ID) AS IDS FROM CLOCK_CHANGES.RAW.MOMENTS',
  );
  expect(rows).toEqual([{ N: 3 * 193, IDS: 3 * 193 }]);
});

test('bytes that are no UTF-8 stop their own table, by name, and no other', async () => {
  const source = await databaseIn(
    'SQL_ASCII',
    `CREATE TABLE broken (id int, note text); INSERT INTO broken VALUES (1, 'fine'), (2, E'caf\\xe9');
     CREATE TABLE fine (id int, note text); INSERT INTO fine VALUES (1, E'caf\\xc3\\xa9')`,
  );
  const context = projectOver(source, 'ascii', { broken: full(), fine: full() });
  await provisionProject(context);
  const failure = await extractStep(context, {}).catch((error: unknown) => error);
  expect(failure).toMatchObject({
    code: 'SOURCE_INVALID_TEXT',
    message: expect.stringMatching(/^broken full: .*22021: invalid byte sequence for encoding "UTF8": 0xe9/),
    hint: expect.stringContaining('Correct it in the source'),
    manifests: [{ table: 'fine' }],
  });
  const loads = await loadStep(context, failure instanceof ExtractError ? failure.manifests : [], 60);
  expect(loads).toMatchObject([{ table: 'fine', status: 'applied' }]);
  expect((await warehouse.execute('SELECT NOTE FROM ASCII.RAW.FINE')).rows).toEqual([{ NOTE: 'café' }]);
  expect((await warehouse.execute('SELECT COUNT(*) AS N FROM ASCII.RAW.BROKEN')).rows).toEqual([{ N: 0 }]);
});

test('text of a database in LATIN1 arrives as it reads', async () => {
  const source = await databaseIn(
    'LATIN1',
    `CREATE TABLE notes (id int, note text); INSERT INTO notes VALUES (1, 'caf' || chr(233)), (2, chr(255) || '"' || chr(163))`,
  );
  const context = projectOver(source, 'latin', { notes: full() });
  expect((await run(context)).map(({ status }) => status)).toEqual(['applied']);
  const { rows } = await warehouse.execute('SELECT NOTE FROM LATIN.RAW.NOTES ORDER BY ID');
  expect(rows).toEqual([{ NOTE: 'café' }, { NOTE: 'ÿ"£' }]);
});

test('a row of 200 MB is read in bounded memory', async () => {
  const { source, staging } = servers.connections;
  await withClient(source, (client) =>
    client.query(`CREATE TABLE huge (id int, note text);
      INSERT INTO huge VALUES (1, 'small'), (2, repeat('0123456789abcdef', 200 * 65536))`),
  );
  const child = spawn(process.execPath, [join(import.meta.dirname, 'extract-memory.ts')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  child.stdin.end(JSON.stringify({ source, staging, table: 'huge' }));
  const said = text(child.stdout);
  await once(child, 'exit');
  const { rows, growthMebibytes } = JSON.parse(await said);
  expect(rows).toBe(2);
  expect(growthMebibytes).toBeLessThan(150);
});
