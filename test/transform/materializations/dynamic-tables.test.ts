import { beforeEach, expect, test } from 'vitest';
import { freshSnowflake } from '../../support/index.ts';
import { warehouseProjects } from '../support/warehouse-project.ts';

const { connection } = await freshSnowflake();
const { rows, records, run, build, sent } = await warehouseProjects(connection);

beforeEach(async () => {
  await run(
    'CREATE OR REPLACE DATABASE SHOP',
    'CREATE SCHEMA SHOP.RAW',
    'CREATE TABLE SHOP.RAW.ORDERS (ID INT, AMOUNT INT)',
    'INSERT INTO SHOP.RAW.ORDERS VALUES (1, 10), (2, 20)',
    'CREATE ROLE IF NOT EXISTS READER',
  );
  sent();
});

const hourly = "target_lag='1 hour'";

/** A project with a dynamic table over a table, and a second one over the first. */
function project(
  config = hourly,
  query = 'select count(*) as n, sum(amount) as total',
): Record<string, string> {
  return {
    'models/orders.sql': "{{ config(materialized='table') }} select * from SHOP.RAW.ORDERS",
    'models/totals.sql': `{{ config(materialized='dynamic_table', snowflake_warehouse='wh', ${config}) }} ${query} from {{ ref('orders') }}`,
    'models/above.sql':
      "{{ config(materialized='dynamic_table', target_lag='downstream', snowflake_warehouse='wh') }} select n * 2 as twice from {{ ref('totals') }}",
    'models/schema.yml': `
models:
  - name: totals
    description: all of "it's" orders
    columns: [{name: n, description: how many, tests: [not_null]}]`,
  };
}

const shown = async (name: string) =>
  (await records(`SHOW DYNAMIC TABLES LIKE '${name}' IN SCHEMA SHOP.DEV`))[0];

test('a dynamic table is built, tested and published over published names', async () => {
  const report = await build(
    project(`${hourly}, refresh_mode='FULL', persist_docs={'relation': true, 'columns': true}`),
  );
  expect(report.problems).toEqual([]);
  expect(report.published).toBe(true);
  expect(await rows('SELECT * FROM SHOP.DEV.TOTALS')).toEqual([[2, 30]]);
  expect(await rows('SELECT * FROM SHOP.DEV.ABOVE')).toEqual([[4]]);
  expect(await shown('TOTALS')).toMatchObject({
    target_lag: '1 hour',
    warehouse: 'WH',
    refresh_mode: 'FULL',
    scheduling_state: 'ACTIVE',
    comment: 'all of "it\'s" orders',
  });
  expect(await shown('ABOVE')).toMatchObject({ target_lag: 'DOWNSTREAM' });
  expect(
    await rows(
      "SELECT COLUMN_NAME, COMMENT FROM SHOP.INFORMATION_SCHEMA.COLUMNS WHERE TABLE_NAME = 'TOTALS' AND TABLE_SCHEMA = 'DEV' ORDER BY 1",
    ),
  ).toEqual([
    ['N', 'how many'],
    ['TOTAL', null],
  ]);
  // It reads what is published: a refresh after the candidates are gone shows it.
  await run('INSERT INTO SHOP.DEV.ORDERS VALUES (3, 5)', 'ALTER DYNAMIC TABLE SHOP.DEV.ABOVE REFRESH');
  expect(await rows('SELECT * FROM SHOP.DEV.TOTALS')).toEqual([[3, 35]]);
  expect(await rows('SELECT * FROM SHOP.DEV.ABOVE')).toEqual([[6]]);
});

test('candidates do not refresh by themselves', async () => {
  await build(project());
  const candidates = sent().filter((sql) => /^create .*dynamic table.*__CANDIDATE_/is.test(sql));
  expect(candidates).toHaveLength(2);
  for (const sql of candidates) expect(sql).toMatch(/target_lag = 'downstream'/i);
});

test('a later build leaves the table in place, with its grants, and refreshes it', async () => {
  await build(project());
  await run(
    'GRANT SELECT ON TABLE SHOP.DEV.TOTALS TO ROLE READER',
    'INSERT INTO SHOP.RAW.ORDERS VALUES (3, 5)',
  );
  const before = await shown('TOTALS');
  sent();
  await build(project());
  expect(sent().filter((sql) => /DYNAMIC TABLE "SHOP"."DEV"."TOTALS"/.test(sql))).toEqual([
    'ALTER DYNAMIC TABLE "SHOP"."DEV"."TOTALS" REFRESH',
  ]);
  expect(await rows('SELECT * FROM SHOP.DEV.TOTALS')).toEqual([[3, 35]]);
  expect((await shown('TOTALS'))?.created_on).toEqual(before?.created_on);
});

test('changed options are altered in place', async () => {
  await build(project());
  const before = await shown('TOTALS');
  await build(project("target_lag='2 hours'"));
  expect(await shown('TOTALS')).toMatchObject({ target_lag: '2 hours', created_on: before?.created_on });
});

const most = 'select count(*) as n, max(amount) as most';

test('another query, another refresh mode and --full-refresh make it anew, and its grants stay', async () => {
  await build(project());
  await run('GRANT SELECT ON TABLE SHOP.DEV.TOTALS TO ROLE READER');
  await build(project(hourly, most));
  expect(await rows('SELECT MOST FROM SHOP.DEV.TOTALS')).toEqual([[20]]);
  await build(project(`${hourly}, refresh_mode='incremental'`, most));
  expect(await shown('TOTALS')).toMatchObject({ refresh_mode: 'INCREMENTAL' });
  sent();
  await build(project(`${hourly}, refresh_mode='incremental'`, most), {
    fullRefresh: true,
  });
  expect(sent().filter((sql) => /^create or replace dynamic table SHOP.DEV.totals/is.test(sql))).toHaveLength(
    1,
  );
  expect(await records('SHOW GRANTS ON TABLE SHOP.DEV.TOTALS')).toContainEqual(
    expect.objectContaining({ privilege: 'SELECT', grantee_name: 'READER' }),
  );
});

test('on_configuration_change continue leaves it as it is, and fail publishes nothing', async () => {
  await build(project());
  const messages: string[] = [];
  const going = await build(project("target_lag='2 hours', on_configuration_change='continue'"), {
    onMessage: (message) => messages.push(message),
  });
  expect(going.published).toBe(true);
  expect(await shown('TOTALS')).toMatchObject({ target_lag: '1 hour' });
  expect(messages.join('\n')).toContain('The configuration of SHOP.DEV.totals has changed (target_lag)');
  await run('INSERT INTO SHOP.RAW.ORDERS VALUES (3, 5)');
  await expect(build(project("target_lag='2 hours', on_configuration_change='fail'"))).rejects.toThrow(
    'on_configuration_change is fail',
  );
  expect(await rows('SELECT COUNT(*) FROM SHOP.DEV.ORDERS')).toEqual([[2]]);
  // What was built is nobody's any more, and the next build drops it.
  await build(project());
  expect(
    await rows(
      "SELECT SCHEMA_NAME FROM SHOP.INFORMATION_SCHEMA.SCHEMATA WHERE SCHEMA_NAME LIKE '%CANDIDATE%'",
    ),
  ).toEqual([]);
});

test('one that is initialized by schedule is tested all the same, audited or not', async () => {
  const files = {
    'models/m.sql':
      "{{ config(materialized='dynamic_table', target_lag='1 hour', snowflake_warehouse='wh', initialize='on_schedule') }} select id from SHOP.RAW.ORDERS",
    'models/m.yml': 'models: [{name: m, columns: [{name: id, tests: [not_null]}]}]',
  };
  expect((await build(files)).problems).toEqual([]);
  const made = sent().filter((sql) => /^create .*dynamic table/i.test(sql));
  expect(made.map((sql) => /initialize = (\w+)/.exec(sql)?.[1])).toEqual(['ON_CREATE', 'ON_SCHEDULE']);
  await run('DROP DYNAMIC TABLE SHOP.DEV.M');
  const models = { audit: false, select: ['m'], resourceTypes: ['model'] } as const;
  expect((await build(files, models)).problems).toEqual([]);
  expect(await shown('M')).toMatchObject({ target_lag: '1 hour' });
});

test('a model changes from a table to a dynamic table, to a view and back', async () => {
  const model = (config: string) => ({
    'models/m.sql': `{{ config(${config}) }} select id from SHOP.RAW.ORDERS`,
  });
  const dynamic = "materialized='dynamic_table', target_lag='1 hour', snowflake_warehouse='wh'";
  for (const [config, kind] of [
    ["materialized='table'", 'BASE TABLE N'],
    [dynamic, 'BASE TABLE Y'],
    ["materialized='view'", 'VIEW N'],
    [dynamic, 'BASE TABLE Y'],
    ["materialized='table'", 'BASE TABLE N'],
  ] as const) {
    expect((await build(model(config))).problems).toEqual([]);
    expect(
      await rows(
        "SELECT TABLE_TYPE || ' ' || LEFT(IS_DYNAMIC, 1) FROM SHOP.INFORMATION_SCHEMA.TABLES WHERE TABLE_SCHEMA = 'DEV'",
      ),
    ).toEqual([[kind]]);
  }
});

test('a lag that is missing, and Iceberg, are refused with what to do', async () => {
  const { problems } = await build({
    'models/m.sql': "{{ config(materialized='dynamic_table', snowflake_warehouse='wh') }} select 1 as a",
    'models/i.sql': "{{ config(materialized='table', table_format='iceberg') }} select 1 as a",
    'models/v.sql': "{{ config(materialized='materialized_view') }} select 1 as a",
  });
  const messages = problems.join('\n');
  expect(messages).toContain('needs the config "target_lag"');
  expect(messages).toContain('Iceberg tables are not built by Sluice');
  expect(messages).toContain('use dynamic_table');
});
