import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { connectWarehouse, type Warehouse } from '../../lib/snowflake/index.ts';
import {
  build,
  compile,
  type NodeEvent,
  test as runTests,
  type TransformOptions,
} from '../../lib/transform/index.ts';
import { freshSnowflake, temporaryFolder } from '../support/index.ts';
import { dbtProject, shop } from './support/projects.ts';

const fixture = resolve(import.meta.dirname, 'fixtures/shop');
const { connection } = await freshSnowflake();
let warehouse: Warehouse;
let options: TransformOptions;
let events: NodeEvent[];

async function rows(sql: string): Promise<unknown[][]> {
  const { rows: found } = await warehouse.execute(sql);
  return found.map((row) => Object.values(row));
}

async function run(...statements: string[]): Promise<void> {
  for (const sql of statements) await warehouse.execute(sql);
}

beforeAll(async () => {
  warehouse = await connectWarehouse(connection);
});

beforeEach(async () => {
  await run(
    'CREATE OR REPLACE DATABASE SHOP',
    'CREATE SCHEMA SHOP.RAW',
    'CREATE TABLE SHOP.RAW.ORDERS (ID NUMBER(10,0), CUSTOMER VARCHAR, STATUS VARCHAR, AMOUNT NUMBER(10,2), LOADED_AT TIMESTAMP_NTZ(6))',
    `INSERT INTO SHOP.RAW.ORDERS SELECT COLUMN1, COLUMN2, COLUMN3, COLUMN4, DATEADD('minute', -5, SYSDATE()) FROM VALUES
      (1, 'ann', 'paid', 10.5), (2, 'ann', 'paid', 4.25), (3, 'bob', 'open', 7), (4, 'cy', 'paid', 3)`,
  );
  events = [];
  options = {
    directory: fixture,
    project: shop,
    connect: () => connectWarehouse(connection),
    artifactsDirectory: temporaryFolder(),
    onNode: (event) => events.push(event),
  };
});

async function schemas(): Promise<string[]> {
  const found = await rows(
    "SELECT SCHEMA_NAME FROM SHOP.INFORMATION_SCHEMA.SCHEMATA WHERE SCHEMA_NAME LIKE 'DEV%' ORDER BY 1",
  );
  return found.map(([name]) => String(name));
}

describe('a build that passes', () => {
  test('publishes tables and views that read published names, and leaves no candidate', async () => {
    const report = await build(options);
    expect(report.problems).toEqual([]);
    expect(report.published).toBe(true);
    expect(await rows('SELECT * FROM SHOP.DEV.CUSTOMERS ORDER BY 1')).toEqual([
      ['ann', 2, 14.75, 'dev'],
      ['cy', 1, 3, 'dev'],
    ]);
    expect(await rows('SELECT * FROM SHOP.DEV.STATUSES ORDER BY 1')).toEqual([
      ['ann', 0, 2],
      ['bob', 1, 0],
      ['cy', 0, 1],
    ]);
    expect(await rows('SELECT * FROM SHOP.DEV.BIG_CUSTOMERS')).toEqual([['ann']]);
    expect(await rows('SELECT ID, PAID FROM SHOP.DEV.STG_ORDERS ORDER BY 1')).toEqual([
      [1, 'YES!'],
      [2, 'YES!'],
      [3, 'NO!'],
      [4, 'YES!'],
    ]);
    expect(await schemas()).toEqual(['DEV']);
    expect(await rows('SELECT COUNT(*) FROM SHOP.DEV.RUNS')).toEqual([[1]]);
    expect(report.models.find(({ name }) => name === 'customers')).toMatchObject({
      relation: 'SHOP.DEV.customers',
      rows: 2,
      status: 'success',
    });
    expect(report.tests.map(({ status }) => status)).toEqual(Array(report.tests.length).fill('pass'));
    expect(report.tests).toHaveLength(10);
  });

  test('an incremental model adds to what is published, and --full-refresh makes it anew', async () => {
    await build(options);
    await run(
      "INSERT INTO SHOP.RAW.ORDERS VALUES (5, 'dee', 'open', 1, SYSDATE())",
      'UPDATE SHOP.RAW.ORDERS SET AMOUNT = 8 WHERE ID = 4',
    );
    await build({ ...options, select: ['stg_orders', 'order_log'] });
    expect(await rows('SELECT ID, AMOUNT, HOW FROM SHOP.DEV.ORDER_LOG ORDER BY 1')).toEqual([
      [1, 10.5, 'created'],
      [2, 4.25, 'created'],
      [3, 7, 'created'],
      [4, 8, 'added'],
      [5, 1, 'added'],
    ]);
    await build({ ...options, select: ['order_log'], fullRefresh: true });
    expect(await rows('SELECT DISTINCT HOW FROM SHOP.DEV.ORDER_LOG')).toEqual([['created']]);
  });

  test('what is not selected is read where it is published', async () => {
    await build(options);
    await run("INSERT INTO SHOP.RAW.ORDERS VALUES (5, 'dee', 'paid', 100, SYSDATE())");
    const report = await build({ ...options, select: ['big_customers'] });
    expect(report.models.map(({ name }) => name)).toEqual(['big_customers']);
    // `customers` was not built again, so dee is not in it yet.
    expect(await rows('SELECT * FROM SHOP.DEV.BIG_CUSTOMERS')).toEqual([['ann']]);
  });

  test('vars and the target are those of the call', async () => {
    const report = await build({ ...options, target: 'prod', vars: { smallest: 5 } });
    expect(report.published).toBe(true);
    expect(await rows('SELECT * FROM SHOP.PROD.CUSTOMERS')).toEqual([['ann', 1, 10.5, 'prod']]);
    expect(await schemas()).toEqual([]);
  });

  test('a relation may change from view to table and back', async () => {
    await build(options);
    await run(
      'DROP VIEW SHOP.DEV.BIG_CUSTOMERS',
      'CREATE TABLE SHOP.DEV.BIG_CUSTOMERS (X NUMBER)',
      'DROP TABLE SHOP.DEV.CUSTOMERS',
      'CREATE VIEW SHOP.DEV.CUSTOMERS AS SELECT 1 AS X',
    );
    expect((await build(options)).published).toBe(true);
    expect(await rows('SELECT * FROM SHOP.DEV.BIG_CUSTOMERS')).toEqual([['ann']]);
  });

  test('every statement of a node carries its tag', async () => {
    await build({ ...options, runId: 'tagged' });
    const found = await rows(
      "SELECT DISTINCT QUERY_TAG FROM TABLE(SHOP.INFORMATION_SCHEMA.QUERY_HISTORY()) WHERE QUERY_TEXT ILIKE '%create or replace transient table%customers%'",
    );
    expect(found.map(([tag]) => JSON.parse(String(tag)))).toContainEqual({
      project: 'shop',
      run: 'tagged',
      node: 'model.shop.customers',
    });
  });
});

describe('a build that fails', () => {
  test('at a test leaves what is published, keeps the candidate and says where; the next one cleans up', async () => {
    await build(options);
    const before = await rows('SELECT * FROM SHOP.DEV.CUSTOMERS ORDER BY 1');
    await run("INSERT INTO SHOP.RAW.ORDERS VALUES (1, 'eve', 'paid', 50, SYSDATE())");
    const report = await build({
      ...options,
      exclude: ['source:raw'],
      runId: '20261121T090000Z-aaaaaa',
    });
    expect(report.published).toBe(false);
    expect(report.failure).toMatchObject({ code: 'TESTS_FAILED', kind: 'work' });
    expect(report.failure?.message).toContain(
      'test unique_stg_orders_id (models/schema.yml:8): got 1 result, configured to fail if != 0',
    );
    expect(report.failure?.hint).toContain('"SHOP"."DEV__CANDIDATE_20261121T090000Z_AAAAAA"');
    expect(await rows('SELECT * FROM SHOP.DEV.CUSTOMERS ORDER BY 1')).toEqual(before);
    expect(report.models.find(({ name }) => name === 'customers')?.status).toBe('skipped');
    expect(
      await rows('SELECT COUNT(*) FROM "SHOP"."DEV__CANDIDATE_20261121T090000Z_AAAAAA"."STG_ORDERS"'),
    ).toEqual([[5]]);
    await run("DELETE FROM SHOP.RAW.ORDERS WHERE CUSTOMER = 'eve'");
    expect((await build(options)).published).toBe(true);
    expect(await schemas()).toEqual(['DEV']);
  });

  test('a warning does not keep it from being published', async () => {
    await run("INSERT INTO SHOP.RAW.ORDERS VALUES (6, 'fay', 'lost', 0, SYSDATE())");
    const report = await build(options);
    expect(report.published).toBe(true);
    const [warned] = report.tests.filter(({ status }) => status === 'warn');
    expect(warned).toMatchObject({
      name: 'accepted_values_stg_orders_status__paid__open',
      failures: 1,
      severity: 'warn',
    });
  });

  test('thresholds decide between passing, warning and failing', async () => {
    const negative = (id: number) =>
      `INSERT INTO SHOP.RAW.ORDERS VALUES (${id}, 'gil', 'open', -1, SYSDATE())`;
    const statusAfter = async (...ids: number[]) => {
      await run(...ids.map(negative));
      const report = await build({ ...options, vars: { smallest: -5 } });
      return report.tests.find(({ name }) => name.startsWith('not_negative'))?.status;
    };
    expect(await statusAfter()).toBe('pass');
    expect(await statusAfter(11)).toBe('warn');
    expect(await statusAfter(12)).toBe('fail');
  });

  test('at SQL that the warehouse refuses names the model, its file and the compiled SQL', async () => {
    await run('ALTER TABLE SHOP.RAW.ORDERS RENAME COLUMN AMOUNT TO PRICE');
    const report = await build({ ...options, check: false });
    expect(report.published).toBe(false);
    expect(report.failure).toMatchObject({ code: 'BUILD_FAILED', kind: 'usage' });
    const failed = report.models.find(({ name }) => name === 'stg_orders');
    expect(failed?.status).toBe('error');
    expect(failed?.error).toMatch(/^model stg_orders \(models\/staging\/stg_orders\.sql\): /);
    expect(failed?.error).toMatch(/AMOUNT/i);
    const [, path = ''] = /compiled SQL: ([^:\n]*)/.exec(failed?.error ?? '') ?? [];
    expect(readFileSync(path, 'utf8')).toContain('where amount >= 0');
    expect(events.filter(({ status }) => status === 'skipped').map(({ name }) => name)).toContain(
      'customers',
    );
  });

  test('at SQL with a syntax error shows the line of the compiled SQL', async () => {
    const directory = dbtProject({
      'models/a.sql': 'select\n  1 as x\n  2 as y\n',
    });
    const report = await build({ ...options, directory });
    expect(report.failure?.kind).toBe('usage');
    expect(report.problems[0]).toMatch(/unexpected '2'\.\n {2}compiled SQL: .*a\.sql:\d+:\d+\n/);
  });

  test('when it is interrupted leaves what is published', async () => {
    await build(options);
    const controller = new AbortController();
    const broken = build({
      ...options,
      signal: controller.signal,
      onNode: () => controller.abort(new Error('stop')),
    });
    await expect(broken).rejects.toThrow('stop');
    expect(await rows('SELECT COUNT(*) FROM SHOP.DEV.CUSTOMERS')).toEqual([[2]]);
    expect((await build(options)).published).toBe(true);
    expect(await schemas()).toEqual(['DEV']);
  });
});

test('tests alone run against what is published', async () => {
  await build(options);
  const passing = await runTests({ ...options, select: ['customers'] });
  expect(passing.tests.every(({ status }) => status === 'pass')).toBe(true);
  await run('UPDATE SHOP.DEV.CUSTOMERS SET AMOUNT = 0');
  const failing = await runTests({ ...options, select: ['customers'] });
  expect(failing.problems).toHaveLength(1);
  expect(failing.failure?.message).toContain('amounts_add_up');
  expect(await schemas()).toEqual(['DEV']);
});

test('seeds are tables of the types that their values have, or are given', async () => {
  const directory = dbtProject({
    'dbt_project.yml': 'name: p\nseeds: {p: {codes: {+column_types: {code: varchar}}}}',
    'seeds/codes.csv':
      'code,amount,day,at,on,note\n007,1.5,2026-01-02,2026-01-02 03:04:05,true,"a ""b"", c"\n008,2,,,false,\n',
    'models/m.sql': "select code, amount * 2 as twice, note from {{ ref('codes') }}",
    'models/s.yml': 'seeds: [{name: codes, columns: [{name: code, tests: [unique]}]}]',
  });
  const report = await build({ ...options, directory });
  expect(report.problems).toEqual([]);
  expect(await rows('SELECT * FROM SHOP.DEV.M ORDER BY 1')).toEqual([
    ['007', 3, 'a "b", c'],
    ['008', 4, null],
  ]);
  const types = (await rows('DESCRIBE TABLE SHOP.DEV.CODES')).map((column) =>
    String(column[1]).replace(/\(.*/, ''),
  );
  expect(types).toEqual(['VARCHAR', 'FLOAT', 'DATE', 'TIMESTAMP_NTZ', 'BOOLEAN', 'VARCHAR']);
});

test('compile writes the SQL over published names, and runs nothing', async () => {
  await build(options);
  const { nodes } = await compile({ ...options, select: ['customers'], exclude: ['resource_type:test'] });
  expect(nodes.map(({ uniqueId }) => uniqueId)).toEqual(['model.shop.customers']);
  expect(readFileSync(nodes[0]?.path ?? '', 'utf8')).toContain('from SHOP.DEV.stg_orders');
});

test('run_results.json and the compiled SQL are written', async () => {
  await build(options);
  const artifact = JSON.parse(readFileSync(join(options.artifactsDirectory, 'run_results.json'), 'utf8'));
  expect(artifact.metadata.dbt_schema_version).toBe('https://schemas.getdbt.com/dbt/run-results/v6.json');
  const result = artifact.results.find(
    (item: { unique_id: string }) => item.unique_id === 'model.shop.customers',
  );
  expect(result).toMatchObject({
    status: 'success',
    relation_name: 'SHOP.DEV.customers',
    compiled: true,
    failures: null,
  });
  expect(result.compiled_code).toContain('with __dbt__cte__paid_orders as (');
  expect(existsSync(join(options.artifactsDirectory, 'compiled/shop/models/marts/customers.sql'))).toBe(true);
});
