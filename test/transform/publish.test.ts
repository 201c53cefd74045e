import { beforeAll, beforeEach, expect, test } from 'vitest';
import { connectWarehouse, type Warehouse } from '../../lib/snowflake/index.ts';
import { build, type TransformOptions } from '../../lib/transform/index.ts';
import { freshSnowflake, temporaryFolder } from '../support/index.ts';
import { dbtProject, shop } from './support/projects.ts';

const { connection } = await freshSnowflake();
let warehouse: Warehouse;
let directory: string;
let options: TransformOptions;

beforeAll(async () => {
  warehouse = await connectWarehouse(connection);
  directory = dbtProject({
    'models/a.sql': "{{ config(materialized='table') }} select * from {{ source('raw', 'numbers') }}",
    'models/b.sql': "select n * 2 as n from {{ ref('a') }}",
    'models/c.sql':
      "{{ config(materialized='incremental', unique_key='n') }} select n, '{{ is_incremental() }}' as added from {{ ref('b') }}",
    'models/s.yml':
      'sources: [{name: raw, schema: RAW, tables: [{name: numbers}]}]\nmodels: [{name: b, columns: [{name: n, tests: [not_null]}]}]',
  });
});

beforeEach(async () => {
  for (const sql of [
    'CREATE OR REPLACE DATABASE SHOP',
    'CREATE SCHEMA SHOP.RAW',
    'CREATE TABLE SHOP.RAW.NUMBERS AS SELECT 1 AS N UNION ALL SELECT 2',
  ]) {
    await warehouse.execute(sql);
  }
  options = {
    directory,
    project: shop,
    connect: () => connectWarehouse(connection),
    artifactsDirectory: temporaryFolder(),
    threads: 2,
  };
});

async function published(): Promise<unknown> {
  const read = async (sql: string) => (await warehouse.execute(sql)).rows.map((row) => Object.values(row));
  return {
    a: await read('SELECT * FROM SHOP.DEV.A ORDER BY 1'),
    b: await read('SELECT * FROM SHOP.DEV.B ORDER BY 1'),
    c: await read('SELECT N FROM SHOP.DEV.C ORDER BY 1'),
  };
}

/** Sessions that count the statements of a build, and break all at once after `limit` of them. */
function counting(limit: number) {
  const state = { statements: 0, tables: [] as string[] };
  const connect = async (): Promise<Warehouse> => {
    const session = await connectWarehouse(connection);
    return {
      async execute(sql, settings) {
        if (state.statements >= limit) throw new Error('the machine is gone');
        state.statements++;
        return await session.execute(sql, settings);
      },
      close: () => session.close(),
    };
  };
  return { state, connect };
}

test('a build that breaks off after any of its statements, and is run again, ends in the same tables', async () => {
  await build(options);
  await warehouse.execute('INSERT INTO SHOP.RAW.NUMBERS VALUES (3)');
  const whole = counting(Number.POSITIVE_INFINITY);
  expect((await build({ ...options, connect: whole.connect })).published).toBe(true);
  const expected = await published();
  expect(expected).toEqual({ a: [[1], [2], [3]], b: [[2], [4], [6]], c: [[2], [4], [6]] });
  for (let limit = 0; limit < whole.state.statements; limit++) {
    const broken = counting(limit);
    const report = await build({ ...options, connect: broken.connect }).catch(() => undefined);
    expect(report?.published ?? false).toBe(false);
    // Whatever was reached, every relation is there for readers.
    await published();
    expect((await build(options)).published).toBe(true);
    expect(await published()).toEqual(expected);
  }
}, 300_000);

test('grants on what is published outlive a build', async () => {
  await build(options);
  await warehouse.execute('CREATE ROLE IF NOT EXISTS READER');
  await warehouse.execute('GRANT SELECT ON TABLE SHOP.DEV.A TO ROLE READER');
  await warehouse.execute('GRANT SELECT ON VIEW SHOP.DEV.B TO ROLE READER');
  await build(options);
  for (const relation of ['TABLE SHOP.DEV.A', 'VIEW SHOP.DEV.B']) {
    const { rows } = await warehouse.execute(`SHOW GRANTS ON ${relation}`);
    expect(rows).toContainEqual(expect.objectContaining({ privilege: 'SELECT', grantee_name: 'READER' }));
  }
});

test('a warehouse that cannot be reached ends the build, and nothing waits for it', async () => {
  const connect = () => Promise.reject(new Error('no route to host'));
  await expect(build({ ...options, connect })).rejects.toThrow('no route to host');
});

test('templates that ask for a published name are shown what the run has built, and views read what is published', async () => {
  const report = await build({
    ...options,
    directory: dbtProject({
      'models/a.sql': "{{ config(materialized='table') }} select 1 as n, 2 as m",
      'models/b.sql': `-- depends_on: {{ ref('a') }}
{% set a = adapter.get_relation(target.database, target.schema, 'A') %}
{% set all = adapter.list_relations_without_caching(api.Relation.create(database=target.database, schema=target.schema)) if execute else [] %}
select {% for column in adapter.get_columns_in_relation(a) %}{{ column.name }} + {% endfor %} 0 as total, {{ all | length }} as others
from {{ a }}`,
    }),
    check: false,
  });
  expect(report.problems).toEqual([]);
  const { rows } = await warehouse.execute('SELECT TOTAL, OTHERS > 0 AS SOME FROM SHOP.DEV.B');
  expect(rows).toEqual([{ TOTAL: 3, SOME: true }]);
  const [ddl] = (await warehouse.execute("SELECT GET_DDL('VIEW', 'SHOP.DEV.B') AS DDL")).rows;
  expect(String(ddl?.DDL)).toMatch(/from SHOP\.DEV\.A/i);
});
