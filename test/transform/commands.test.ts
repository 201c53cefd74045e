import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { connectWarehouse, type Warehouse } from '../../lib/snowflake/index.ts';
import { build, list, prune, retry, show, type TransformOptions } from '../../lib/transform/index.ts';
import { freshSnowflake, temporaryFolder } from '../support/index.ts';
import { dbtProject, shop } from './support/projects.ts';

const { connection } = await freshSnowflake();
let warehouse: Warehouse;

beforeAll(async () => {
  warehouse = await connectWarehouse(connection);
});

beforeEach(async () => {
  await warehouse.execute('CREATE OR REPLACE DATABASE SHOP');
});

function optionsOf(directory: string, more: Partial<TransformOptions> = {}): TransformOptions {
  return {
    directory,
    project: shop,
    connect: () => connectWarehouse(connection),
    artifactsDirectory: temporaryFolder(),
    ...more,
  };
}

async function values(sql: string): Promise<unknown[][]> {
  const { rows } = await warehouse.execute(sql);
  return rows.map((row) => Object.values(row));
}

describe('list', () => {
  const fixture = resolve(import.meta.dirname, 'fixtures/shop');

  test('names what is selected, parents first, in words that select it again', () => {
    const { nodes } = list({
      directory: fixture,
      project: shop,
      select: ['+customers'],
      resourceTypes: ['source', 'model'],
    });
    expect(nodes.map(({ selector }) => selector)).toEqual([
      'source:shop.raw.orders',
      'shop.staging.stg_orders',
      'shop.staging.paid_orders',
      'shop.marts.customers',
    ]);
    const again = list({ directory: fixture, project: shop, select: nodes.map(({ selector }) => selector) });
    const kinds = new Set(['source', 'model']);
    expect(again.nodes.filter(({ resourceType }) => kinds.has(resourceType))).toEqual(nodes);
  });

  test('says what selects nothing', () => {
    const report = list({ directory: fixture, project: shop, select: ['nobody'] });
    expect(report).toEqual({ nodes: [], unmatched: ['nobody'] });
  });
});

describe('show', () => {
  const directory = dbtProject({
    'seeds/fruit.csv': 'id,name\n1,apple\n2,pear\n3,plum\n',
    'models/long.sql': "select * from {{ ref('fruit') }} where length(name) > 4 order by id",
  });

  test('selects the first rows of a model over what is published, and makes nothing', async () => {
    const options = optionsOf(directory);
    await build({ ...options, resourceTypes: ['seed'] });
    const report = await show({ ...options, select: ['long'], limit: 2 });
    expect(report.rows).toEqual([{ ID: 1, NAME: 'apple' }]);
    expect(report.columns).toEqual(['ID', 'NAME']);
    expect(
      await values("SELECT TABLE_NAME FROM SHOP.INFORMATION_SCHEMA.TABLES WHERE TABLE_SCHEMA = 'DEV'"),
    ).toEqual([['FRUIT']]);
    const seed = await show({ ...options, select: ['fruit'], limit: 2 });
    expect(seed.rows).toHaveLength(2);
  });

  test('asks for one node', async () => {
    await expect(show({ ...optionsOf(directory), select: ['fruit', 'long'], limit: 1 })).rejects.toThrow(
      'One node can be shown, and 2 are selected.',
    );
  });
});

describe('retry', () => {
  const files = {
    'models/a.sql': "{{ config(materialized='table') }} select 1 as n, seq_of_runs.nextval as made",
    'models/b.sql': "select n / {{ 'zero' }} as n from {{ ref('a') }}",
    'models/c.sql': "{{ config(materialized='table') }} select * from {{ ref('b') }}",
    'models/schema.yml': 'models: [{name: c, columns: [{name: n, tests: [not_null]}]}]',
    'dbt_project.yml': "name: p\non-run-start: ['create sequence if not exists SHOP.PUBLIC.seq_of_runs']\n",
  };

  async function failed(): Promise<TransformOptions> {
    const a = files['models/a.sql'].replace('seq_of_runs', 'SHOP.PUBLIC.seq_of_runs');
    // What is wrong with b is found before it runs, unless it is not looked for.
    const options = { ...optionsOf(dbtProject({ ...files, 'models/a.sql': a })), check: false };
    const report = await build(options);
    expect(report.models.map(({ name, status }) => [name, status])).toEqual([
      ['a', 'success'],
      ['b', 'error'],
      ['c', 'skipped'],
    ]);
    return options;
  }

  test('goes on from what failed, with the candidates of what passed, and publishes all of it', async () => {
    const options = await failed();
    writeFileSync(join(options.directory, 'models/b.sql'), "select n / 1 as n from {{ ref('a') }}");
    const report = await retry(options);
    expect(report.problems).toEqual([]);
    expect(report.published).toBe(true);
    expect(report.models.map(({ name }) => name)).toEqual(['b', 'c']);
    expect(await values('SELECT N, MADE FROM SHOP.DEV.A')).toEqual([[1, 1]]);
    expect(await values('SELECT N FROM SHOP.DEV.C')).toEqual([[1]]);
    const artifact = JSON.parse(readFileSync(join(options.artifactsDirectory, 'run_results.json'), 'utf8'));
    expect(artifact.results.map((result: { status: string }) => result.status)).toEqual([
      'success',
      'success',
      'success',
      'pass',
    ]);
    await expect(retry(options)).rejects.toThrow('The last run, `build`, passed.');
  });

  test('makes again what passed and was changed since, and what lost its candidates', async () => {
    const options = await failed();
    writeFileSync(join(options.directory, 'models/b.sql'), "select n / 1 as n from {{ ref('a') }}");
    writeFileSync(
      join(options.directory, 'models/a.sql'),
      "{{ config(materialized='table') }} select 8 as n",
    );
    const changed = await retry(options);
    expect(changed.models.map(({ name }) => name)).toEqual(['a', 'b', 'c']);
    expect(await values('SELECT N FROM SHOP.DEV.C')).toEqual([[8]]);

    const other = await failed();
    writeFileSync(join(other.directory, 'models/b.sql'), "select n / 2 as n from {{ ref('a') }}");
    const [[candidate] = []] = await values(
      "SELECT SCHEMA_NAME FROM SHOP.INFORMATION_SCHEMA.SCHEMATA WHERE SCHEMA_NAME LIKE '%CANDIDATE%'",
    );
    await warehouse.execute(`DROP SCHEMA SHOP."${String(candidate)}"`);
    const all = await retry(other);
    expect(all.models.map(({ name }) => name)).toEqual(['a', 'b', 'c']);
    expect(all.published).toBe(true);
  });

  test('says that there was no run', async () => {
    await expect(retry(optionsOf(dbtProject({})))).rejects.toMatchObject({ code: 'ARTIFACTS_MISSING' });
  });
});

describe('prune', () => {
  test('lists what no node makes, and drops it when asked to; sources and other schemas stay', async () => {
    const options = optionsOf(
      dbtProject({
        'models/a.sql': "select * from {{ source('dev', 'given') }}",
        'models/sources.yml': 'sources: [{name: dev, schema: DEV, tables: [{name: given}]}]',
      }),
    );
    for (const sql of [
      'CREATE SCHEMA SHOP.DEV',
      'CREATE SCHEMA SHOP.OTHER',
      'CREATE TABLE SHOP.DEV.GIVEN (N INT)',
      'CREATE TABLE SHOP.DEV."old One" (N INT)',
      'CREATE VIEW SHOP.DEV.OLD_VIEW AS SELECT 1 AS N',
      'CREATE TABLE SHOP.OTHER.OLD (N INT)',
    ]) {
      await warehouse.execute(sql);
    }
    await build(options);
    const names = async () =>
      (
        await values(
          "SELECT TABLE_NAME FROM SHOP.INFORMATION_SCHEMA.TABLES WHERE TABLE_SCHEMA IN ('DEV', 'OTHER') ORDER BY 1",
        )
      ).flat();
    const listed = await prune({ ...options, drop: false });
    expect(listed.relations.toSorted((a, b) => a.kind.localeCompare(b.kind))).toEqual([
      { relation: 'SHOP.DEV."old One"', kind: 'table', dropped: false },
      { relation: 'SHOP.DEV.OLD_VIEW', kind: 'view', dropped: false },
    ]);
    expect(await names()).toEqual(['A', 'GIVEN', 'OLD', 'OLD_VIEW', 'old One']);
    const dropped = await prune({ ...options, drop: true });
    expect(dropped.relations.every((relation) => relation.dropped)).toBe(true);
    expect(await names()).toEqual(['A', 'GIVEN', 'OLD']);
  });
});

test('prune lists the candidates of builds that did not pass, and drops them when asked to', async () => {
  const options = optionsOf(
    dbtProject({ 'models/a.sql': 'select 1 as n', 'tests/no.sql': "select * from {{ ref('a') }}" }),
    {
      runId: 'failed',
    },
  );
  expect((await build(options)).published).toBe(false);
  const candidates = { relation: '"SHOP"."DEV__CANDIDATE_FAILED"', kind: 'schema' };
  expect((await prune({ ...options, drop: false })).relations).toEqual([{ ...candidates, dropped: false }]);
  expect((await prune({ ...options, drop: true })).relations).toEqual([{ ...candidates, dropped: true }]);
  expect((await prune({ ...options, drop: false })).relations).toEqual([]);
});

describe('a test that fails', () => {
  test('shows rows, keeps all of them when asked to, and says how to run it again', async () => {
    const options = optionsOf(
      dbtProject({
        'models/a.sql': 'select column1 as n, column2 as note from values (1, null), (2, null), (3, 4)',
        'models/schema.yml': `models:
  - name: a
    columns: [{name: note, tests: [{not_null: {config: {store_failures: true}}}]}]`,
      }),
    );
    const report = await build(options);
    expect(report.published).toBe(false);
    const [problem = ''] = report.problems;
    expect(problem).toContain('got 2 results, configured to fail if != 0\n    {"N":1,"NOTE":null}\n');
    expect(problem).toContain('all of them: "SHOP"."DEV_DBT_TEST__AUDIT"."NOT_NULL_A_NOTE"');
    expect(problem).toContain(
      'again: sluice retry, or on what is published: sluice test --select not_null_a_note',
    );
    expect(await values('SELECT N FROM SHOP.DEV_DBT_TEST__AUDIT.NOT_NULL_A_NOTE ORDER BY 1')).toEqual([
      [1],
      [2],
    ]);
  });
});
