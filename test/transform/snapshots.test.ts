import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { connectWarehouse, type Warehouse } from '../../lib/snowflake/index.ts';
import { build } from '../../lib/transform/index.ts';
import { freshSnowflake, temporaryFolder } from '../support/index.ts';
import { dbtProject, shop } from './support/projects.ts';

const { connection } = await freshSnowflake();
let warehouse: Warehouse;

async function run(...statements: string[]): Promise<void> {
  for (const sql of statements) await warehouse.execute(sql);
}

async function values(sql: string): Promise<unknown[][]> {
  const { rows } = await warehouse.execute(sql);
  return rows.map((row) => Object.values(row));
}

beforeAll(async () => {
  warehouse = await connectWarehouse(connection);
});

beforeEach(async () => {
  await run(
    'CREATE OR REPLACE DATABASE SHOP',
    'CREATE SCHEMA SHOP.RAW',
    'CREATE TABLE SHOP.RAW.ORDERS (ID NUMBER(10,0), LINE NUMBER(10,0), STATUS VARCHAR, CHANGED_AT TIMESTAMP_NTZ)',
    `INSERT INTO SHOP.RAW.ORDERS VALUES
      (1, 1, 'open', '2026-01-01'), (2, 1, 'open', '2026-01-01'), (3, 1, 'open', '2026-01-01')`,
  );
});

const change = [
  "UPDATE SHOP.RAW.ORDERS SET STATUS = 'paid', CHANGED_AT = '2026-01-05' WHERE ID = 2",
  'DELETE FROM SHOP.RAW.ORDERS WHERE ID = 3',
  "INSERT INTO SHOP.RAW.ORDERS VALUES (4, 1, 'new', '2026-01-05')",
] as const;

/** Builds the project as often as asked, with what happens in between. */
async function snapshots(config: string, ...between: readonly (readonly string[])[]): Promise<void> {
  const directory = dbtProject({
    'snapshots/orders.sql': `{% snapshot orders_history %}
      {{ config(${config}) }}
      select * from SHOP.RAW.ORDERS
    {% endsnapshot %}`,
  });
  for (const [index, statements] of [[], ...between].entries()) {
    await run(...statements);
    const report = await build({
      directory,
      project: shop,
      connect: () => connectWarehouse(connection),
      artifactsDirectory: temporaryFolder(),
      runId: `run-${index}`,
    });
    expect(report.problems).toEqual([]);
    expect(report.published).toBe(true);
  }
}

const versions = `SELECT ID, STATUS, TO_VARCHAR(DBT_VALID_FROM, 'MM-DD'), TO_VARCHAR(DBT_VALID_TO, 'MM-DD')
  FROM SHOP.DEV.ORDERS_HISTORY ORDER BY ID, DBT_VALID_FROM`;

describe('a snapshot by timestamp', () => {
  test('keeps the versions of rows, and those of rows that are gone as they were', async () => {
    await snapshots("strategy='timestamp', unique_key='id', updated_at='changed_at'", change);
    expect(await values(versions)).toEqual([
      [1, 'open', '01-01', null],
      [2, 'open', '01-01', '01-05'],
      [2, 'paid', '01-05', null],
      [3, 'open', '01-01', null],
      [4, 'new', '01-05', null],
    ]);
  });

  test('changes nothing when nothing changed, and takes several columns as its key', async () => {
    await snapshots(
      "strategy='timestamp', unique_key=['id', 'line'], updated_at='changed_at'",
      change,
      [],
      [],
    );
    expect(await values('SELECT COUNT(*), COUNT(DISTINCT DBT_SCD_ID) FROM SHOP.DEV.ORDERS_HISTORY')).toEqual([
      [5, 5],
    ]);
  });

  test('closes what is gone, and marks the current versions by a date of the project', async () => {
    await snapshots(
      `strategy='timestamp', unique_key='id', updated_at='changed_at', hard_deletes='invalidate',
       dbt_valid_to_current="to_timestamp_ntz('9999-12-31')"`,
      change,
      [],
    );
    expect(
      await values(`SELECT ID, STATUS, YEAR(DBT_VALID_TO) = 9999 FROM SHOP.DEV.ORDERS_HISTORY
        ORDER BY ID, DBT_VALID_FROM`),
    ).toEqual([
      [1, 'open', true],
      [2, 'open', false],
      [2, 'paid', true],
      [3, 'open', false],
      [4, 'new', true],
    ]);
  });

  test('keeps a record of what is gone, and of its coming back', async () => {
    await snapshots(
      "strategy='timestamp', unique_key='id', updated_at='changed_at', hard_deletes='new_record', snapshot_meta_column_names={'dbt_is_deleted': 'gone'}",
      change,
      [],
      ["INSERT INTO SHOP.RAW.ORDERS VALUES (3, 1, 'back', '2099-01-01')"],
    );
    expect(
      await values(`SELECT STATUS, GONE, DBT_VALID_TO IS NULL FROM SHOP.DEV.ORDERS_HISTORY
        WHERE ID = 3 ORDER BY DBT_VALID_FROM`),
    ).toEqual([
      ['open', 'False', false],
      ['open', 'True', false],
      ['back', 'False', true],
    ]);
  });
});

describe('a snapshot by check', () => {
  test.each(["['status']", "'all'"])('of %s keeps the versions of rows that differ', async (columns) => {
    await snapshots(`strategy='check', unique_key='id', check_cols=${columns}`, change, []);
    expect(
      await values(
        'SELECT ID, STATUS, DBT_VALID_TO IS NULL FROM SHOP.DEV.ORDERS_HISTORY ORDER BY ID, DBT_VALID_FROM',
      ),
    ).toEqual([
      [1, 'open', true],
      [2, 'open', false],
      [2, 'paid', true],
      [3, 'open', true],
      [4, 'new', true],
    ]);
  });

  test('takes a column that is new along', async () => {
    await snapshots("strategy='check', unique_key='id', check_cols='all'", [
      'ALTER TABLE SHOP.RAW.ORDERS ADD COLUMN NOTE VARCHAR',
      "UPDATE SHOP.RAW.ORDERS SET NOTE = 'hello'",
    ]);
    expect(
      await values('SELECT ID, NOTE FROM SHOP.DEV.ORDERS_HISTORY WHERE DBT_VALID_TO IS NULL ORDER BY ID'),
    ).toEqual([
      [1, 'hello'],
      [2, 'hello'],
      [3, 'hello'],
    ]);
  });
});

test('a schema file gives a snapshot its relation, and the older settings its place', async () => {
  const directory = dbtProject({
    'models/o.sql': 'select * from SHOP.RAW.ORDERS',
    'snapshots/s.yml': `snapshots:
  - name: history
    relation: ref('o')
    config: {strategy: timestamp, unique_key: id, updated_at: changed_at, target_schema: KEPT}
    columns: [{name: id, data_tests: [not_null]}]`,
    'models/reads.sql': "select count(*) as n from {{ ref('history') }}",
  });
  const report = await build({
    directory,
    project: shop,
    connect: () => connectWarehouse(connection),
    artifactsDirectory: temporaryFolder(),
  });
  expect(report.problems).toEqual([]);
  expect(report.tests.map(({ status }) => status)).toEqual(['pass']);
  expect(await values('SELECT COUNT(*) FROM SHOP.KEPT.HISTORY')).toEqual([[3]]);
  expect(await values('SELECT N FROM SHOP.DEV.READS')).toEqual([[3]]);
});
