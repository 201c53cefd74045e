import { afterAll, beforeAll, expect, test } from 'vitest';
import { type SnowflakeServer, startSnowflake } from '../../../lib/local/snowflake/index.ts';
import { type Client, login } from './driver.ts';

let server: SnowflakeServer;
let client: Client;

beforeAll(async () => {
  server = await startSnowflake({ memory: true });
  client = await login(server);
  await client.rows('create database d');
});

afterAll(async () => {
  await client.close();
  await server.stop();
});

test.each([
  ['selec 1', "syntax error line 1 at position 0 unexpected 'selec'"],
  ['select 1 +', "syntax error line 1 at position 10 unexpected '<EOF>'"],
  ['select\n  a from (select 1 as b)', "error line 2 at position 2\ninvalid identifier 'A'"],
  [
    'create table misread as\nselect 1 as a,\n  x.nope from (select 1 as b) x',
    "error line 3 at position 2\ninvalid identifier 'X.NOPE'",
  ],
])('an error says where: %s', async (sql, expected) => {
  expect((await client.error(sql)).message).toContain(expected);
});

test('an error of a view that is read says no place, since its text was not sent', async () => {
  await client.rows('create or replace table read_by_view (a int, b int)');
  await client.rows('create or replace view reads as select a, b from read_by_view');
  await client.rows('alter table read_by_view drop column b');
  expect((await client.error('select\n\n * from reads')).message).toContain(
    "error line 1 at position 0\ninvalid identifier 'B'",
  );
});
