import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { build, test as runTests } from '../../lib/transform/index.ts';
import { shop as config, dbtProject } from './support/projects.ts';
import { shopWarehouse } from './support/warehouse.ts';

const shop = await shopWarehouse();

test('a test of two models holds back what is below either of them', async () => {
  const directory = dbtProject({
    'models/a.sql': 'select 1 as n',
    'models/b.sql': 'select 2 as n',
    'models/below_a.sql': "select * from {{ ref('a') }}",
    'models/below_b.sql': "select * from {{ ref('b') }}",
    'models/other.sql': 'select 3 as n',
    'tests/same.sql': "select * from {{ ref('a') }} a join {{ ref('b') }} b on a.n <> b.n",
  });
  const report = await build(shop.options(directory, { check: false }));
  expect(Object.fromEntries(report.models.map(({ name, status }) => [name, status]))).toEqual({
    a: 'success',
    b: 'success',
    below_a: 'skipped',
    below_b: 'skipped',
    other: 'success',
  });
  expect(report.models.find(({ name }) => name === 'below_b')?.error).toBe('test same did not pass');
});

describe('what a test that fails shows', () => {
  const files = {
    'models/people.sql': "select id, email, upper(email) as loud, secret from {{ source('raw', 'users') }}",
    'models/schema.yml': `
sources: [{name: raw, tables: [{name: users}]}]
models:
  - name: people
    columns:
      - {name: secret, meta: {masked: true}}
      - {name: email, tests: [{not_null: {config: {where: "id < 9"}}}]}`,
    'tests/all_rows.sql': "select * from {{ ref('people') }}",
    'tests/counted.sql': "select email, count(*) as n from {{ ref('people') }} group by 1",
  };
  const masking = {
    ...config,
    tables: [
      {
        name: 'users',
        source: { schema: 'public', table: 'users' },
        mode: { kind: 'full' as const },
        onReject: 'hold' as const,
        mask: { email: 'hash' as const },
        values: {},
      },
    ],
  };

  test('is up to five rows without what nobody is to see', async () => {
    await shop.run(
      'CREATE SCHEMA SHOP.RAW',
      `CREATE TABLE SHOP.RAW.USERS AS SELECT COLUMN1 AS ID, COLUMN2 AS EMAIL, COLUMN3 AS SECRET FROM VALUES
        (1, 'f00d', 'a'), (2, NULL, 'b'), (3, 'cafe', 'c'), (4, 'beef', 'd'), (5, 'dead', 'e'), (6, 'babe', 'f')`,
    );
    const options = shop.options(dbtProject(files), { project: masking, vars: { raw_schema: 'RAW' } });
    const report = await build(options);
    const [failing] = report.tests.filter(({ name }) => name === 'all_rows');
    expect(failing?.failures).toBe(6);
    expect(failing?.examples).toHaveLength(5);
    expect(failing?.examples?.[1]).toEqual({ ID: 2, EMAIL: null, LOUD: null, SECRET: '***' });
    expect(failing?.examples?.[0]).toMatchObject({ ID: 1, EMAIL: '***', SECRET: '***' });
    const counted = report.tests.find(({ name }) => name === 'counted');
    expect(counted?.examples?.every(({ EMAIL }) => EMAIL === '***' || EMAIL === null)).toBe(true);
    for (const { error } of report.tests) expect(error ?? '').not.toMatch(/"EMAIL":"(?!\*\*\*")/);
    const results = readFileSync(`${options.artifactsDirectory}/run_results.json`, 'utf8');
    expect(results).not.toContain('beef"');
  });
});

describe('thresholds and counts', () => {
  const project = (tests: string) =>
    dbtProject({
      'models/a.sql':
        'select column1 as n, column2 as weight from values (1, 10), (1, 20), (2, 30), (null, 40)',
      'models/schema.yml': `models: [{name: a, columns: [{name: n, tests: ${tests}}]}]`,
    });
  const outcome = async (tests: string) => {
    const report = await build(shop.options(project(tests), { check: false }));
    expect(report.tests).toHaveLength(1);
    const [{ status, failures, error } = { status: undefined, failures: null, error: undefined }] =
      report.tests;
    return [status, failures, error?.split(': ')[1]?.split('\n')[0]];
  };

  test.each<[string, unknown[]]>([
    ['[{not_null: {config: {severity: warn}}}]', ['warn', 1, 'got 1 result, configured to warn if != 0']],
    [
      '[{not_null: {config: {error_if: ">1", warn_if: ">0"}}}]',
      ['warn', 1, 'got 1 result, configured to warn if >0'],
    ],
    ['[{not_null: {config: {error_if: ">1", warn_if: ">1"}}}]', ['pass', 1, undefined]],
    [
      '[{not_null: {config: {error_if: ">0", severity: warn}}}]',
      ['warn', 1, 'got 1 result, configured to warn if != 0'],
    ],
    [
      '[{accepted_values: {arguments: {values: [1]}}}]',
      ['fail', 1, 'got 1 result, configured to fail if != 0'],
    ],
    [
      '[{accepted_values: {arguments: {values: [7]}, config: {limit: 1}}}]',
      ['fail', 1, 'got 1 result, configured to fail if != 0'],
    ],
    [
      '[{unique: {config: {fail_calc: "sum(n_records)", error_if: ">2"}}}]',
      ['warn', 2, 'got 2 results, configured to warn if != 0'],
    ],
    ['[{not_null: {config: {where: "weight < 40"}}}]', ['pass', 0, undefined]],
  ])('%s', async (tests, expected) => {
    expect(await outcome(tests)).toEqual(expected);
  });
});

test('failures are kept in a view where the tested relation stays, and in a table of candidates', async () => {
  const directory = dbtProject({
    'models/a.sql': "{{ config(materialized='table') }} select null as n",
    'models/schema.yml':
      'models: [{name: a, columns: [{name: n, tests: [{not_null: {config: {severity: warn, store_failures_as: view}}}]}]}]',
  });
  const kind = async () =>
    (
      await shop.values(
        "SELECT TABLE_TYPE FROM SHOP.INFORMATION_SCHEMA.TABLES WHERE TABLE_SCHEMA = 'DEV_DBT_TEST__AUDIT'",
      )
    ).flat();
  await build(shop.options(directory));
  expect(await kind()).toEqual(['BASE TABLE']);
  await runTests(shop.options(directory));
  expect(await kind()).toEqual(['VIEW']);
  await build(shop.options(directory));
  expect(await kind()).toEqual(['BASE TABLE']);
});

test('hooks at the end are told of every node, whether it passed or not', async () => {
  const directory = dbtProject({
    'dbt_project.yml': `name: p
on-run-start: create table SHOP.PUBLIC.RUNS (WHAT VARCHAR)
on-run-end:
  - "{% for one in results %}insert into SHOP.PUBLIC.RUNS values ('{{ one.node.name }} {{ one.status }}');{% endfor %}"
  - "insert into SHOP.PUBLIC.RUNS values ('{{ schemas | join(',') }} {{ selected_resources | length }}')"
`,
    'models/a.sql': 'select 1 / no_such as n',
    'models/b.sql': "select * from {{ ref('a') }}",
  });
  const report = await build(shop.options(directory, { check: false }));
  expect(report.published).toBe(false);
  expect(await shop.values('SELECT WHAT FROM SHOP.PUBLIC.RUNS')).toEqual([
    ['a error'],
    ['b skipped'],
    ['DEV 2'],
  ]);
});
