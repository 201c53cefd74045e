import { afterAll, beforeAll, expect, test } from 'vitest';
import { type SnowflakeServer, startSnowflake } from '../../../lib/local/snowflake/index.ts';
import { type Client, login, runAll } from './driver.ts';

let server: SnowflakeServer;
let client: Client;

beforeAll(async () => {
  server = await startSnowflake({ memory: true });
  client = await login(server);
  await runAll(client, [
    'create database d',
    'create table t (a int, b text)',
    'create view v as select a from t where b is not null',
  ]);
});

afterAll(async () => {
  await client.close();
  await server.stop();
});

const query = 'select v.a, count(*) as n from v join t using (a) group by 1';

test('a plan names what comes out and the tables that are read, also behind views', async () => {
  expect(
    (await client.rows(`explain ${query}`)).map((row) => [row.operation, row.objects, row.expressions]),
  ).toEqual([
    ['GlobalStats', null, null],
    ['Result', null, 'A, N'],
    ['TableScan', 'D.PUBLIC.T', null],
  ]);
  expect(JSON.parse(String(await client.value(`explain using json ${query}`)))).toMatchObject({
    Operations: [
      [
        { id: 0, operation: 'Result' },
        { objects: ['D.PUBLIC.T'], parentOperators: [0] },
      ],
    ],
  });
  expect(await client.value(`explain using text ${query}`)).toContain('->TableScan  D.PUBLIC.T');
});

test('what could not run cannot be explained', async () => {
  expect((await client.error('explain select missing from t')).message).toContain(
    "invalid identifier 'MISSING'",
  );
  expect((await client.error('explain select * from nowhere')).message).toContain('does not exist');
  expect((await client.error('explain insert into t values (1, 2)')).message).toContain('EXPLAIN of INSERT');
});
