import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { type SnowflakeServer, startSnowflake } from '../../../lib/local/snowflake/index.ts';
import { type Client, login, runAll } from './driver.ts';

let server: SnowflakeServer;
const clients: Client[] = [];

async function session(): Promise<Client> {
  const client = await login(server, { database: 'D' });
  clients.push(client);
  return client;
}

beforeAll(async () => {
  server = await startSnowflake({ memory: true });
});

beforeEach(async () => {
  await runAll(await session(), [
    'create or replace database d',
    'create table n (k int, v int)',
    'insert into n values (1, 0), (2, 0), (3, 0)',
  ]);
});

afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.close()));
});

afterAll(() => server.stop());

test('DML counts what it changed', async () => {
  const client = await session();
  expect(await client.rows('update n set v = k * 10 where k > 1')).toEqual([
    { 'number of rows updated': 2, 'number of multi-joined rows updated': 0 },
  ]);
  expect(await client.rows('delete from n using (select 1 as gone) g where n.k = g.gone')).toEqual([
    { 'number of rows deleted': 1 },
  ]);
  expect((await client.statement('insert into n select k + 10, v from n')).getNumUpdatedRows()).toBe(2);
  expect(
    await client.rows('update n set v = s.x from (select 2 as k, 99 as x) s where s.k = n.k'),
  ).toMatchObject([{ 'number of rows updated': 1 }]);
  expect(await client.rows('select * from n order by k')).toEqual([
    { K: 2, V: 99 },
    { K: 3, V: 30 },
    { K: 12, V: 20 },
    { K: 13, V: 30 },
  ]);
});

test('MERGE updates, deletes and inserts, and refuses to change a row twice', async () => {
  const client = await session();
  const merged =
    await client.rows(`merge into n as t using (select column1 as k, column2 as v from values (1, 5), (2, -1), (9, 9)) as s on t.k = s.k
    when matched and s.v < 0 then delete
    when matched then update set v = s.v, k = t.k
    when not matched then insert (k, v) values (s.k, s.v)`);
  expect(merged).toEqual([
    { 'number of rows inserted': 1, 'number of rows updated': 1, 'number of rows deleted': 1 },
  ]);
  expect(await client.rows('select * from n order by k')).toEqual([
    { K: 1, V: 5 },
    { K: 3, V: 0 },
    { K: 9, V: 9 },
  ]);
  expect(
    await client.error(
      'merge into n using (select 1 as k from values (1), (2)) s on n.k = s.k when matched then update set v = 1',
    ),
  ).toMatchObject({ code: '100090' });
});

test('array binds insert all rows of one statement', async () => {
  const client = await session();
  await client.rows('create table bulk (a int, b varchar, c float)');
  const rows = Array.from({ length: 2000 }, (_, index) => [index, `it's ${index}`, index / 2]);
  const statement = await client.statement('insert into bulk values (?, ?, ?)', rows);
  expect(statement.getNumUpdatedRows()).toBe(2000);
  expect(await client.rows('select count(*) as n, sum(a) as a, max(b) as b, sum(c) as c from bulk')).toEqual([
    { N: 2000, A: 1999000, B: "it's 999", C: 999500 },
  ]);
});

test('a failed statement leaves its transaction as it was', async () => {
  const [client, other] = [await session(), await session()];
  await runAll(client, ['begin', 'insert into n values (4, 0)']);
  expect(await client.error("insert into n select 'x'::int, 0")).toMatchObject({ code: '100038' });
  expect(await client.error('select * from nope')).toMatchObject({ code: '002003' });
  expect(await client.value('select count(*) from n')).toBe(4);
  expect(await other.value('select count(*) from n')).toBe(3);
  await client.rows('commit');
  expect(await other.value('select count(*) from n')).toBe(4);
});

test('a statement in a transaction sees what others have committed', async () => {
  const [client, other] = [await session(), await session()];
  await client.rows('create table m (a int)');
  await runAll(client, ['begin', 'insert into n values (4, 0)']);
  await other.rows('insert into m values (1)');
  expect(await client.value('select count(*) from m')).toBe(1);
  expect(await client.value('select count(*) from n')).toBe(4);
  await client.rows('rollback');
  expect(await client.value('select count(*) from n')).toBe(3);
});

test('DDL commits the open transaction', async () => {
  const [client, other] = [await session(), await session()];
  await runAll(client, ['begin', 'insert into n values (4, 0)', 'create table m (a int)', 'rollback']);
  expect(await other.value('select count(*) from n')).toBe(4);
});

test('writers of one table wait for each other and none is lost', async () => {
  const writers = await Promise.all(Array.from({ length: 8 }, session));
  await Promise.all(
    writers.map(async (writer, index) => {
      for (let round = 0; round < 3; round += 1) {
        await writer.rows('update n set v = v + 1');
        await runAll(writer, [
          'begin',
          'update n set v = v + 1 where k = 1',
          `insert into n values (${100 + index}, 0)`,
          'commit',
        ]);
        await writer.rows('create or replace table shared as select * from n');
      }
    }),
  );
  const client = await session();
  expect(await client.rows('select v from n where k <= 2 order by k')).toEqual([{ V: 48 }, { V: 24 }]);
  expect(await client.value('select count(*) from n where k >= 100')).toBe(24);
});

test('a circle of waits is broken', async () => {
  const [a, b] = [await session(), await session()];
  await runAll(a, ['create table m as select * from n', 'begin', 'update n set v = 1']);
  await runAll(b, ['begin', 'update m set v = 1']);
  const waits = a.rows('update m set v = 2');
  const error = await b.error('update n set v = 2');
  expect(error).toMatchObject({ code: '000625' });
  await b.rows('rollback');
  expect(await waits).toMatchObject([{ 'number of rows updated': 3 }]);
  await a.rows('commit');
});

test('what was committed survives kill -9', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'sluice-snowflake-'));
  const index = resolve(import.meta.dirname, '../../../lib/local/snowflake/index.ts');
  const program = `
    const { startSnowflake } = await import(${JSON.stringify(index)});
    const server = await startSnowflake({ directory: ${JSON.stringify(directory)} });
    process.stdout.write(JSON.stringify({ url: server.url, account: server.account, username: server.username, password: server.password }) + '\\n');
    setInterval(() => undefined, 1000);`;
  try {
    const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = await once(child.stdout, 'data');
    const first = await login({ ...server, ...JSON.parse(String(line)) });
    await runAll(first, [
      'create database kept',
      'create table t (a number(10,2), v variant)',
      "insert into t select 1.25, parse_json('[1]')",
      'create view w as select a from t',
    ]);
    await runAll(first, ['begin', 'insert into t (a) values (2)']);
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
    const again = await startSnowflake({ directory });
    try {
      const second = await login(again, { database: 'KEPT' });
      expect(await second.rows('select a, v from t')).toEqual([{ A: 1.25, V: [1] }]);
      expect(await second.rows('select a from w')).toEqual([{ A: 1.25 }]);
      expect(await second.rows('show tables')).toMatchObject([{ name: 'T', database_name: 'KEPT' }]);
      await second.close();
    } finally {
      await again.stop();
    }
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
});

test('a result of some hundred thousand rows arrives whole', async () => {
  const client = await session();
  const rows = await client.rows(
    "select seq4() as id, 'row ' || seq4() as name from table(generator(rowcount => 200000)) order by id",
  );
  expect(rows.length).toBe(200_000);
  expect(rows[199_999]).toEqual({ ID: 199_999, NAME: 'row 199999' });
});
