import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { DynamicTable } from '../../../lib/local/snowflake/catalog/dynamic.ts';
import { dynamicTablesExtension } from '../../../lib/local/snowflake/dynamic/index.ts';
import { type Clock, Refresher } from '../../../lib/local/snowflake/dynamic/refresher.ts';
import { nextRefresh } from '../../../lib/local/snowflake/dynamic/schedule.ts';
import { Engine } from '../../../lib/local/snowflake/engine.ts';
import { type SnowflakeServer, startSnowflake } from '../../../lib/local/snowflake/index.ts';
import { coreHandlers } from '../../../lib/local/snowflake/statements/index.ts';
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
    'create or replace database shop',
    'create table orders (id int, amount number(10,2))',
    'insert into orders values (1, 2.5), (2, 7.5)',
  ]);
});

const totals = (name = 'totals', options = "target_lag = '1 hour' warehouse = wh") =>
  `create dynamic table ${name} ${options} as select count(*) as n, sum(amount) as total from orders`;

describe('a dynamic table', () => {
  test('holds the rows of its query when it was made, and again when it is refreshed', async () => {
    expect(await client.value(totals())).toBe('Dynamic table TOTALS successfully created.');
    expect(await client.rows('select * from totals')).toEqual([{ N: 2, TOTAL: 10 }]);
    await client.rows('insert into orders values (3, 1)');
    expect(await client.rows('select * from totals')).toEqual([{ N: 2, TOTAL: 10 }]);
    await client.rows('alter dynamic table totals refresh');
    expect(await client.rows('select * from totals')).toEqual([{ N: 3, TOTAL: 11 }]);
  });

  test('that is initialized by schedule cannot be read before its first refresh', async () => {
    await client.rows(totals('later', "target_lag = 'downstream' warehouse = wh initialize = on_schedule"));
    expect((await client.error('select * from later')).message).toContain(
      "Dynamic Table 'SHOP.PUBLIC.LATER' is not initialized",
    );
    await client.rows('alter dynamic table later refresh');
    expect(await client.rows('select n from later')).toEqual([{ N: 2 }]);
  });

  test('refreshes what it reads first, through views too', async () => {
    await runAll(client, [
      totals('first', "target_lag = 'DOWNSTREAM' warehouse = wh"),
      'create view between as select n + 1 as n from first',
      "create dynamic table last target_lag = '5 minutes' warehouse = wh as select n * 10 as n from between",
      'delete from orders',
    ]);
    expect(await client.value('select n from last')).toBe(30);
    await client.rows('alter dynamic table last refresh');
    expect(await client.value('select n from first')).toBe(0);
    expect(await client.value('select n from last')).toBe(10);
  });

  test('keeps its columns when SELECT * gains one, and fails when one is gone', async () => {
    await runAll(client, [
      "create dynamic table copy target_lag = '1 day' warehouse = wh as select * from orders",
      'alter table orders add column note text',
      'alter dynamic table copy refresh',
    ]);
    expect(await client.rows('select * from copy order by id')).toEqual([
      { ID: 1, AMOUNT: 2.5 },
      { ID: 2, AMOUNT: 7.5 },
    ]);
    await client.rows('alter table orders drop column amount');
    expect((await client.error('alter dynamic table copy refresh')).message).toContain("'AMOUNT'");
    expect(await client.value('select count(amount) from copy')).toBe(2);
  });

  test('is shown with its lag, warehouse, mode and state', async () => {
    await client.rows(
      totals('shown', "target_lag = '2 hours' warehouse = big refresh_mode = incremental comment = 'all'"),
    );
    const shown = () => client.rows("show dynamic tables like 'SHOWN' in schema shop.public");
    expect(await shown()).toMatchObject([
      {
        name: 'SHOWN',
        schema_name: 'PUBLIC',
        rows: 1,
        target_lag: '2 hours',
        refresh_mode: 'INCREMENTAL',
        warehouse: 'BIG',
        comment: 'all',
        scheduling_state: 'ACTIVE',
        data_timestamp: expect.any(Date),
      },
    ]);
    await runAll(client, [
      "alter dynamic table shown set target_lag = '3 hours' warehouse = small",
      'alter dynamic table shown suspend',
      "comment on dynamic table shown is 'some'",
    ]);
    expect(await shown()).toMatchObject([
      { target_lag: '3 hours', warehouse: 'SMALL', comment: 'some', scheduling_state: 'SUSPENDED' },
    ]);
    await client.rows('alter dynamic table shown resume');
    expect(await shown()).toMatchObject([{ scheduling_state: 'ACTIVE' }]);
    const kinds = await client.rows('show objects in schema shop.public');
    expect(kinds.map((row) => [row.name, row.kind, row.is_dynamic])).toEqual([
      ['ORDERS', 'TABLE', 'N'],
      ['SHOWN', 'TABLE', 'Y'],
    ]);
    expect(
      await client.value("select is_dynamic from information_schema.tables where table_name = 'SHOWN'"),
    ).toBe('YES');
    expect((await client.rows('describe dynamic table shown')).map((row) => [row.name, row.type])).toEqual([
      ['N', 'NUMBER(18,0)'],
      ['TOTAL', 'NUMBER(38,2)'],
    ]);
  });

  test('takes no rows and no columns but those of its query', async () => {
    await client.rows(totals());
    for (const sql of [
      'insert into totals values (1, 2)',
      'update totals set n = 1',
      'delete from totals',
      'truncate table totals',
      'alter table totals add column x int',
      'alter dynamic table totals drop column n',
    ]) {
      expect((await client.error(sql)).message, sql).toContain('is a dynamic table');
    }
  });

  test('is replaced by its like only, and dropped', async () => {
    await client.rows(totals());
    expect((await client.error('create or replace table totals (a int)')).message).toContain(
      'already exists as DYNAMIC_TABLE',
    );
    expect((await client.error(totals('orders').replace('create', 'create or replace'))).message).toContain(
      'already exists as TABLE',
    );
    await client.rows(
      "create or replace dynamic table totals target_lag = '1 hour' warehouse = wh as select 1 as one",
    );
    expect(await client.rows('select * from totals')).toEqual([{ ONE: 1 }]);
    expect(await client.value('drop dynamic table totals')).toBe('TOTALS successfully dropped.');
    expect((await client.error('drop dynamic table totals')).message).toContain('does not exist');
    await client.rows('drop dynamic table if exists totals');
  });

  test('OR ALTER changes options and leaves the rows, or makes it anew for another query', async () => {
    const sql = (lag: string, query: string) =>
      `create or alter dynamic table totals target_lag = '${lag}' warehouse = wh as ${query}`;
    await client.rows(sql('1 hour', 'select count(*) as n from orders'));
    await client.rows('insert into orders values (3, 1)');
    await client.rows(sql('2 hours', 'select count(*) as n from orders'));
    expect(await client.value('select n from totals')).toBe(2);
    expect(await client.rows('show dynamic tables')).toMatchObject([{ target_lag: '2 hours' }]);
    await client.rows(sql('2 hours', 'select sum(id) as s from orders'));
    expect(await client.value('select s from totals')).toBe(6);
  });

  test('is cloned with its rows, suspended', async () => {
    await client.rows(totals());
    await client.rows('create dynamic table copy clone totals');
    expect(await client.rows('select * from copy')).toEqual([{ N: 2, TOTAL: 10 }]);
    expect(await client.rows("show dynamic tables like 'COPY'")).toMatchObject([
      { scheduling_state: 'SUSPENDED' },
    ]);
  });

  test.each([
    ["target_lag = '10 seconds' warehouse = wh", 'the shortest lag is 1 minute'],
    ["target_lag = 'often' warehouse = wh", "invalid value 'often'"],
    ["target_lag = '1 hour'", 'Missing option(s): [WAREHOUSE]'],
    ['warehouse = wh', 'Missing option(s): [TARGET_LAG]'],
    ["target_lag = '1 hour' warehouse = wh refresh_mode = now", "invalid value 'NOW'"],
  ])('with %s is refused', async (options, expected) => {
    expect((await client.error(totals('wrong', options))).message).toContain(expected);
  });
});

describe('the schedule', () => {
  const dynamic: DynamicTable = {
    query: 'select 1',
    text: '',
    targetLag: '5 minutes',
    warehouse: 'WH',
    refreshMode: 'AUTO',
    schedulingState: 'ACTIVE',
    dataTimestamp: '2026-01-01T00:00:00.000Z',
    failures: 0,
  };
  const five = Date.parse('2026-01-01T00:05:00.000Z');

  test('refreshes when the rows are as old as the target lag', () => {
    expect(nextRefresh({ dynamic, triedAt: undefined })).toBe(five);
    expect(nextRefresh({ dynamic, triedAt: five })).toBe(five + 300_000);
    expect(nextRefresh({ dynamic: { ...dynamic, dataTimestamp: null }, triedAt: undefined })).toBe(0);
  });

  test('leaves alone what is suspended, failed too often, or is refreshed from below', () => {
    for (const change of [
      { schedulingState: 'SUSPENDED' },
      { failures: 5 },
      { targetLag: 'DOWNSTREAM' },
    ] as const) {
      expect(nextRefresh({ dynamic: { ...dynamic, ...change }, triedAt: undefined })).toBeUndefined();
    }
  });
});

/** A clock that stands still until it is told to go on. */
class HandClock implements Clock {
  #ahead = 0;
  #timers: { at: number; work: () => void }[] = [];

  now(): number {
    return Date.now() + this.#ahead;
  }

  after(ms: number, work: () => void): () => void {
    const timer = { at: this.now() + ms, work };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((one) => one !== timer);
    };
  }

  goOn(ms: number): void {
    this.#ahead += ms;
    const due = this.#timers.filter(({ at }) => at <= this.now());
    this.#timers = this.#timers.filter(({ at }) => at > this.now());
    for (const { work } of due) work();
  }
}

describe('a server whose clock goes on', () => {
  test('refreshes by itself, records it, and gives up after five failures', async () => {
    const clock = new HandClock();
    const refresher = new Refresher(clock);
    const engine = await Engine.open({ account: 'a', user: 'U', log: () => undefined }, coreHandlers, [
      dynamicTablesExtension(refresher),
    ]);
    await engine.start();
    const session = await engine.openSession({
      user: 'U',
      role: 'ACCOUNTADMIN',
      warehouse: null,
      database: null,
      schema: null,
    });
    const run = async (sql: string) =>
      (
        await engine.executor.run(session, sql, [], {
          time: new Date(),
          signal: new AbortController().signal,
        })
      ).rows;
    for (const sql of [
      'create database shop',
      'create table orders (id int)',
      "create dynamic table n target_lag = '1 minute' warehouse = wh as select count(*) as n from orders",
      'insert into orders values (1), (2)',
    ]) {
      await run(sql);
    }
    await refresher.look();
    expect(await run('select n from n')).toEqual([['0']]);
    clock.goOn(61_000);
    await refresher.look();
    expect(await run('select n from n')).toEqual([['2']]);
    await run('drop table orders');
    for (let minute = 0; minute < 7; minute += 1) {
      clock.goOn(61_000);
      await refresher.look();
    }
    const history = await run(
      "select state from table(information_schema.dynamic_table_refresh_history(name => 'N'))",
    );
    expect(history.map(([state]) => state)).toEqual([...Array(5).fill('FAILED'), 'SUCCEEDED']);
    expect((await run('show dynamic tables'))[0]).toContain('SUSPENDED');
    expect(await run('select n from n')).toEqual([['2']]);
    await engine.stop();
  });
});
