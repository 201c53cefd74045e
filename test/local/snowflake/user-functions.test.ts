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
    'create table rates (currency text, rate number(10,4))',
    "insert into rates values ('EUR', 1.1), ('GBP', 1.25)",
    'create table sales (id int, currency text, amount number(10,2))',
    "insert into sales values (1, 'EUR', 10), (2, 'GBP', 20), (3, 'EUR', 5)",
    "create function doubled(x number) returns number as 'x * 2'",
    'create or replace function cents(amount float) returns number(16,0) language sql as $$ (amount * 100)::number(16,0) $$',
    "create function rate_of(c text) returns number(10,4) as 'select rate from rates where currency = c'",
    "create function sales_in(c text) returns table (id int, amount number(10,2)) as 'select id, amount from sales where currency = c'",
  ]);
});

afterAll(async () => {
  await client.close();
  await server.stop();
});

test('an expression over its parameters', async () => {
  expect(await client.rows('select doubled(id) as twice, cents(amount) as c from sales order by id')).toEqual(
    [
      { TWICE: 2, C: 1000 },
      { TWICE: 4, C: 2000 },
      { TWICE: 6, C: 500 },
    ],
  );
});

test('over aggregates, inside other functions, and in every clause', async () => {
  expect(await client.value('select doubled(sum(id)) from sales')).toBe(12);
  expect(await client.value('select doubled(doubled(max(id)) + 1) from sales where doubled(id) < 6')).toBe(
    10,
  );
  await client.rows(
    "create or replace function quadrupled(x number) returns number as 'doubled(doubled(x))'",
  );
  expect(await client.value('select quadrupled(3)')).toBe(12);
});

test('a query over tables of the function’s own schema, wherever it is called from', async () => {
  await runAll(client, ['create schema elsewhere', 'use schema elsewhere']);
  expect(
    await client.rows(
      'select id, amount * d.public.rate_of(currency) as usd from d.public.sales order by id',
    ),
  ).toEqual([
    { ID: 1, USD: 11 },
    { ID: 2, USD: 25 },
    { ID: 3, USD: 5.5 },
  ]);
  expect((await client.error('select rate_of(1)')).message).toContain('Unknown function RATE_OF');
  await client.rows('use schema public');
});

test('rows in FROM, also for each row before it', async () => {
  expect(await client.rows("select * from table(sales_in('EUR')) order by id")).toEqual([
    { ID: 1, AMOUNT: 10 },
    { ID: 3, AMOUNT: 5 },
  ]);
  expect(
    await client.rows(
      'select r.currency, sum(s.amount) as total from rates r, table(sales_in(r.currency)) s group by 1 order by 1',
    ),
  ).toEqual([
    { CURRENCY: 'EUR', TOTAL: 15 },
    { CURRENCY: 'GBP', TOTAL: 20 },
  ]);
});

test('is told from others by its arguments, shown, replaced and dropped', async () => {
  await client.rows("create function doubled(x text, y text) returns text as 'x || y || x'");
  expect(await client.value("select doubled('a', 'b')")).toBe('aba');
  expect((await client.error("create function doubled(x number) returns number as 'x'")).message).toContain(
    'already exists',
  );
  expect(
    (await client.rows("show user functions like 'DOUBLED%'")).map((row) => [row.name, row.arguments]),
  ).toEqual([
    ['DOUBLED', 'DOUBLED(NUMBER) RETURN NUMBER'],
    ['DOUBLED', 'DOUBLED(VARCHAR, VARCHAR) RETURN VARCHAR'],
  ]);
  await client.rows('drop function doubled(text, text)');
  expect((await client.error("select doubled('a', 'b')")).message).toContain('Unknown function DOUBLED');
  expect((await client.error('drop function doubled(text, text)')).message).toContain('does not exist');
  await client.rows('drop function if exists doubled(text, text)');
});

test('what it cannot be is refused', async () => {
  await client.rows("create or replace function round_and_round(x int) returns int as 'round_and_round(x)'");
  expect((await client.error('select round_and_round(1)')).message).toContain('calls itself');
  expect(
    (await client.error("create function js(x float) returns float language javascript as 'return X'"))
      .message,
  ).toContain('functions in JAVASCRIPT');
  expect((await client.error("create function bad(x float) returns float as 'x +'")).message).toContain(
    'syntax error',
  );
});
