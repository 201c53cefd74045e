import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type SnowflakeServer, startSnowflake } from '../../../lib/local/snowflake/index.ts';
import { type Client, login, runAll } from './driver.ts';

let server: SnowflakeServer;
let client: Client;

beforeAll(async () => {
  server = await startSnowflake({ memory: true });
  client = await login(server);
});

afterAll(async () => {
  await client.close();
  await server.stop();
});

beforeEach(async () => {
  await runAll(client, [
    'create or replace database d',
    "create table t (a int, \"b\" text default 'x') comment = 'kept'",
    "insert into t values (1, 'one')",
  ]);
});

test('a table comes back with its rows, columns and comment', async () => {
  await client.rows('drop table t');
  expect((await client.error('select * from t')).message).toContain('does not exist');
  expect(await client.value('undrop table t')).toBe('Table T successfully restored.');
  await client.rows('insert into t (a) values (2)');
  expect(await client.rows('select * from t order by a')).toEqual([
    { A: 1, b: 'one' },
    { A: 2, b: 'x' },
  ]);
  expect(await client.rows("show tables like 'T'")).toMatchObject([{ comment: 'kept' }]);
});

test('the last one of a name comes back, and none takes the place of another', async () => {
  await runAll(client, ['drop table t', 'create table t as select 2 as second', 'drop table t']);
  await client.rows('undrop table t');
  expect(await client.rows('select * from t')).toEqual([{ SECOND: 2 }]);
  expect((await client.error('undrop table t')).message).toContain('already exists');
  await runAll(client, ['alter table t rename to other']);
  expect((await client.error('undrop table t')).message).toContain('does not exist');
});

test('a dynamic table comes back dynamic', async () => {
  await runAll(client, [
    "create dynamic table n target_lag = '1 hour' warehouse = w as select count(*) as n from t",
    'drop dynamic table n',
    'undrop dynamic table n',
    'insert into t (a) values (2)',
    'alter dynamic table n refresh',
  ]);
  expect(await client.value('select n from n')).toBe(2);
});

test('what is temporary, not retained, or went with its schema, is gone', async () => {
  await runAll(client, [
    'create temporary table brief (a int)',
    'drop table brief',
    'create table forgotten (a int) data_retention_time_in_days = 0',
    'drop table forgotten',
    'create schema s',
    'create table s.inside (a int)',
    'drop table s.inside',
    'drop schema s',
    'create schema s',
    'use schema public',
  ]);
  for (const name of ['brief', 'forgotten', 's.inside']) {
    expect((await client.error(`undrop table ${name}`)).message, name).toContain('does not exist');
  }
  expect((await client.error('undrop schema s')).message).toContain('UNDROP schema');
});

test('a drop that is rolled back was none', async () => {
  await client.rows('drop table t');
  await runAll(client, [
    'create table u (a int)',
    'begin',
    'insert into u values (1)',
    'rollback',
    'undrop table t',
  ]);
  expect(await client.value('select count(*) from t')).toBe(1);
});
