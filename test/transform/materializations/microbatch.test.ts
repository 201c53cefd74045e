import { beforeEach, expect, test } from 'vitest';
import { freshSnowflake } from '../../support/index.ts';
import { warehouseProjects } from '../support/warehouse-project.ts';

const { connection } = await freshSnowflake();
const { rows, run, build, sent } = await warehouseProjects(connection);

/** Midnight of a day relative to today, as SQL. */
const day = (back: number) => `DATEADD('day', -${back}, DATE_TRUNC('day', SYSDATE()))`;

beforeEach(async () => {
  await run(
    'CREATE OR REPLACE DATABASE SHOP',
    'CREATE SCHEMA SHOP.RAW',
    'CREATE TABLE SHOP.RAW.EVENTS (ID INT, AT TIMESTAMP_NTZ, SIZE INT)',
    `INSERT INTO SHOP.RAW.EVENTS SELECT 1, ${day(3)}, 10 UNION ALL SELECT 2, DATEADD('hour', 5, ${day(3)}), 20
      UNION ALL SELECT 3, DATEADD('minute', 1439, ${day(2)}), 30 UNION ALL SELECT 4, ${day(1)}, 40 UNION ALL SELECT 5, ${day(0)}, 50`,
  );
  sent();
});

const begin = new Date(Date.now() - 4 * 86_400_000).toISOString().slice(0, 10);

function project(config = ''): Record<string, string> {
  return {
    'models/daily.sql': `{{ config(materialized='incremental', incremental_strategy='microbatch', event_time='at',
      begin='${begin}', batch_size='day'${config}) }}
      select id, at, size, count(*) over () as in_batch from {{ source('raw', 'events') }}`,
    'models/s.yml': 'sources: [{name: raw, schema: RAW, tables: [{name: events, config: {event_time: at}}]}]',
  };
}

const daily = () => rows('SELECT ID, SIZE, IN_BATCH FROM SHOP.DEV.DAILY ORDER BY ID');

test('each batch computes and replaces its own time, from begin on and then back by lookback', async () => {
  const report = await build(project(', lookback=1'));
  expect(report.problems).toEqual([]);
  const first = [
    [1, 10, 2],
    [2, 20, 2],
    [3, 30, 1],
    [4, 40, 1],
    [5, 50, 1],
  ];
  expect(await daily()).toEqual(first);
  // Within the lookback rows change, come and go; before it nothing is looked at.
  await run(
    'UPDATE SHOP.RAW.EVENTS SET SIZE = SIZE + 1',
    `INSERT INTO SHOP.RAW.EVENTS SELECT 6, DATEADD('hour', 1, ${day(1)}), 60`,
    'DELETE FROM SHOP.RAW.EVENTS WHERE ID = 5',
  );
  expect((await build(project(', lookback=1'))).problems).toEqual([]);
  expect(await daily()).toEqual([
    [1, 10, 2],
    [2, 20, 2],
    [3, 30, 1],
    [4, 41, 2],
    [6, 60, 2],
  ]);
  expect((await build(project(), { fullRefresh: true })).problems).toEqual([]);
  expect(await daily()).toEqual([
    [1, 11, 2],
    [2, 21, 2],
    [3, 31, 1],
    [4, 41, 2],
    [6, 60, 2],
  ]);
});

test('a batch deletes and inserts in one transaction, by times that name their zone', async () => {
  await build(project());
  sent();
  await build(project(', lookback=0'));
  const today = new Date().toISOString().slice(0, 10);
  const own = sent().filter((sql) => /^(begin|delete|insert|commit)\b/i.test(sql));
  expect(own.map((sql) => sql.split(/\s+/, 1)[0]?.toLowerCase())).toEqual([
    'begin',
    'delete',
    'insert',
    'commit',
  ]);
  expect(own[1]).toContain(`DBT_INTERNAL_TARGET.at >= to_timestamp_tz('${today} 00:00:00+00:00')`);
});

test('predicates of the model bound the delete as well', async () => {
  await build(project());
  await run('UPDATE SHOP.DEV.DAILY SET SIZE = -1');
  await build(project(', lookback=0, incremental_predicates=["DBT_INTERNAL_TARGET.size >= 0"]'));
  expect(await rows('SELECT ID, SIZE FROM SHOP.DEV.DAILY WHERE ID = 5 ORDER BY SIZE')).toEqual([
    [5, -1],
    [5, 50],
  ]);
});

test('batches that run at the same time keep out of each other', async () => {
  const report = await build(project(', lookback=3, concurrent_batches=true'), { threads: 4 });
  expect(report.problems).toEqual([]);
  await run('UPDATE SHOP.RAW.EVENTS SET SIZE = SIZE * 2');
  await build(project(', lookback=3, concurrent_batches=true'), { threads: 4 });
  expect(await daily()).toEqual([
    [1, 20, 2],
    [2, 40, 2],
    [3, 60, 1],
    [4, 80, 1],
    [5, 100, 1],
  ]);
  expect(
    await rows("SELECT TABLE_NAME FROM SHOP.INFORMATION_SCHEMA.TABLES WHERE TABLE_SCHEMA = 'DEV'"),
  ).toEqual([['DAILY']]);
});
