import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { build, test as runTests, sampleWindow } from '../../lib/transform/index.ts';
import { dbtProject } from './support/projects.ts';
import { shopWarehouse } from './support/warehouse.ts';

const shop = await shopWarehouse();

describe('--fail-fast', () => {
  test('begins nothing more once a node has failed, and says so of the rest', async () => {
    const directory = dbtProject({
      'models/a.sql': "{{ exceptions.raise_compiler_error('no') if execute }}",
      'models/b.sql': 'select 1 as x',
      'models/c.sql': "select * from {{ ref('b') }}",
    });
    const report = await build(shop.options(directory, { failFast: true, threads: 1, check: false }));
    expect(report.models.map(({ name, status, error }) => [name, status, error?.split('\n')[0]])).toEqual([
      ['a', 'error', expect.stringContaining('no')],
      ['b', 'skipped', 'model a did not pass'],
      ['c', 'skipped', 'model a did not pass'],
    ]);
    const going = await build(shop.options(directory, { threads: 1, check: false }));
    expect(going.models.map(({ status }) => status).sort()).toEqual(['error', 'success', 'success']);
  });
});

describe('--no-audit', () => {
  const files = {
    'models/a.sql': "{{ config(materialized='table') }} select column1 as n from values (1), (1)",
    'models/b.sql': "select * from {{ ref('a') }}",
    'models/log.sql':
      "{{ config(materialized='incremental') }} select 1 as n, '{{ is_incremental() }}' as added",
    'models/schema.yml': 'models: [{name: a, columns: [{name: n, tests: [unique]}]}]',
  };

  test('builds straight into the published schemas, where what failed is too', async () => {
    const options = shop.options(dbtProject(files), { audit: false });
    const report = await build(options);
    expect(report.published).toBe(true);
    expect(report.candidates).toEqual([]);
    expect(report.problems).toHaveLength(1);
    expect(report.failure?.hint).toContain('sluice retry');
    expect(await shop.relations('DEV')).toEqual(['A', 'LOG']);
    expect(
      await shop.values(
        "SELECT SCHEMA_NAME FROM SHOP.INFORMATION_SCHEMA.SCHEMATA WHERE SCHEMA_NAME LIKE '%CANDIDATE%'",
      ),
    ).toEqual([]);
    await build({ ...options, select: ['log'] });
    expect(await shop.values('SELECT ADDED FROM SHOP.DEV.LOG ORDER BY 1')).toEqual([['False'], ['True']]);
  });
});

describe('--empty', () => {
  test('runs the SQL over no rows, but for what asks for the relation itself', async () => {
    const directory = dbtProject({
      'seeds/fruit.csv': 'id,name\n1,apple\n2,pear\n',
      'models/a.sql': "{{ config(materialized='table') }} select * from {{ ref('fruit') }}",
      'models/b.sql':
        "{{ config(materialized='table') }} select a.id from {{ ref('a') }} a join {{ source('dev', 'given') }} using (id)",
      'models/whole.sql': "{{ config(materialized='table') }} select * from {{ ref('fruit').render() }}",
      'models/sources.yml': 'sources: [{name: dev, schema: DEV, tables: [{name: given}]}]',
      'models/schema.yml': `
unit_tests:
  - name: b_joins
    model: b
    given: [{input: ref('a'), rows: [{id: 7, name: x}]}, {input: "source('dev', 'given')", rows: [{id: 7}]}]
    expect: {rows: [{id: 7}]}`,
    });
    await shop.run('CREATE SCHEMA SHOP.DEV', 'CREATE TABLE SHOP.DEV.GIVEN AS SELECT 1 AS ID');
    const report = await build(shop.options(directory, { empty: true }));
    expect(report.problems).toEqual([]);
    const counts = Object.fromEntries(report.models.map(({ name, rows }) => [name, rows]));
    expect(counts).toEqual({ fruit: 2, a: 0, b: 0, whole: 2 });
    expect(report.tests.map(({ name, status }) => [name, status])).toEqual([['b_joins', 'pass']]);
  });
});

describe('--sample', () => {
  const files = {
    'models/sources.yml': `
sources:
  - name: raw
    tables: [{name: sales, config: {event_time: sold_at}}, {name: shops}]`,
    'models/sold.sql':
      "{{ config(materialized='table') }} select s.id from {{ source('raw', 'sales') }} s, {{ source('raw', 'shops') }}",
    'models/schema.yml': `
models: [{name: sold, columns: [{name: id, tests: [{relationships: {to: "source('raw', 'sales')", field: id}}]}]}]`,
  };

  test('limits what has an event_time to its span, for models and not for tests', async () => {
    await shop.run(
      'CREATE SCHEMA SHOP.RAW',
      "CREATE TABLE SHOP.RAW.SALES AS SELECT COLUMN1 AS ID, COLUMN2::TIMESTAMP_NTZ AS SOLD_AT FROM VALUES (1, '2026-01-01 23:59:59'), (2, '2026-01-02'), (3, '2026-01-03 12:00'), (4, '2026-01-04')",
      'CREATE TABLE SHOP.RAW.SHOPS AS SELECT 1 AS N',
    );
    const directory = dbtProject(files);
    const sample = { start: '2026-01-02T00:00:00.000Z', end: '2026-01-04T00:00:00.000Z' };
    const options = shop.options(directory, { sample, vars: { raw_schema: 'RAW' } });
    const report = await build(options);
    expect(report.problems).toEqual([]);
    expect(await shop.values('SELECT ID FROM SHOP.DEV.SOLD ORDER BY 1')).toEqual([[2], [3]]);
    const sql = readFileSync(join(options.artifactsDirectory, 'compiled/p/models/sold.sql'), 'utf8');
    expect(sql).toContain(
      "(select * from SHOP.raw.sales where sold_at >= '2026-01-02 00:00:00+00:00' and sold_at < '2026-01-04 00:00:00+00:00') s, SHOP.raw.shops",
    );
  });

  test('goes back from now', () => {
    const now = new Date('2026-03-31T12:00:00Z');
    expect(sampleWindow('3 days', now)).toEqual({
      start: '2026-03-28T12:00:00.000Z',
      end: now.toISOString(),
    });
    expect(sampleWindow('1 month', now).start).toBe('2026-02-28T12:00:00.000Z');
    expect(sampleWindow('12 HOURS', now).start).toBe('2026-03-31T00:00:00.000Z');
    expect(() => sampleWindow('3 weeks', now)).toThrowError(
      expect.objectContaining({ code: 'EVENT_TIME_INVALID' }),
    );
  });
});

describe('--warn-error', () => {
  const files = {
    'models/a.sql': 'select null as n',
    'models/schema.yml':
      'models: [{name: a, columns: [{name: n, tests: [{not_null: {config: {severity: warn}}}]}]}]',
    'models/b.sql': "{{ exceptions.warn('look at this') }} select 1 as x",
  };

  test('makes a test that warns fail, and a warning of a template an error', async () => {
    const directory = dbtProject(files);
    const all = { error: 'all', warn: [], silence: [] } as const;
    const messages: string[] = [];
    const onMessage = (message: string) => messages.push(message);
    const quiet = await build(shop.options(directory, { onMessage }));
    expect(quiet.published).toBe(true);
    expect(quiet.tests[0]?.status).toBe('warn');
    expect(messages).toContain('Warning: look at this');

    const strict = await build(
      shop.options(directory, { select: ['a'], warnError: { ...all, warn: ['JinjaLogWarning'] } }),
    );
    expect(strict.published).toBe(false);
    expect(strict.tests[0]?.status).toBe('fail');
    const named = shop.options(directory, {
      warnError: { error: ['JinjaLogWarning'], warn: [], silence: [] },
    });
    await expect(build(named)).rejects.toThrow('look at this');
    messages.length = 0;
    const silent = shop.options(directory, {
      onMessage,
      warnError: { error: [], warn: [], silence: ['JinjaLogWarning'] },
    });
    expect((await build(silent)).published).toBe(true);
    expect(messages).toEqual([]);
  });

  test('makes a criterion that selects nothing an error', async () => {
    const directory = dbtProject(files);
    const options = shop.options(directory, {
      select: ['no_such'],
      warnError: { error: ['NoNodesForSelectionCriteria'], warn: [], silence: [] },
    });
    await expect(build(options)).rejects.toMatchObject({ code: 'WARNING_IS_ERROR', kind: 'usage' });
  });
});

describe('--store-failures', () => {
  test('keeps what tests find, unless their config says otherwise', async () => {
    const directory = dbtProject({
      'models/a.sql': 'select 1 as m, null as n union all select null, 1',
      'models/schema.yml': `models:
  - name: a
    columns:
      - {name: m, tests: [{not_null: {config: {severity: warn}}}]}
      - {name: n, tests: [{not_null: {config: {severity: warn, store_failures: false}}}]}`,
    });
    const options = shop.options(directory, { storeFailures: true });
    expect((await build(options)).published).toBe(true);
    expect(await shop.relations('DEV_DBT_TEST__AUDIT')).toEqual(['NOT_NULL_A_M']);
    await shop.run('DROP TABLE SHOP.DEV_DBT_TEST__AUDIT.NOT_NULL_A_M');
    await runTests({ ...options, storeFailures: false });
    expect(await shop.relations('DEV_DBT_TEST__AUDIT')).toEqual([]);
  });
});

test('kinds of nodes can be left out', async () => {
  const directory = dbtProject({
    'seeds/fruit.csv': 'id\n1\n',
    'models/a.sql': "select * from {{ ref('fruit') }}",
    'models/schema.yml': 'models: [{name: a, columns: [{name: id, tests: [unique]}]}]',
  });
  const kinds = async (more: object) => {
    const { models, tests } = await build(shop.options(directory, more));
    return [...models, ...tests].map(({ name }) => name);
  };
  expect(await kinds({ resourceTypes: ['seed', 'test'], excludeResourceTypes: ['test'] })).toEqual(['fruit']);
  expect(await kinds({ excludeResourceTypes: ['seed', 'unit_test'] })).toEqual(['a', 'unique_a_id']);
  expect(await kinds({ resourceTypes: ['all'] })).toEqual(['fruit', 'a', 'unique_a_id']);
});
