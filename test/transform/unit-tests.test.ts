import { beforeAll, beforeEach, expect, test } from 'vitest';
import { connectWarehouse, type Warehouse } from '../../lib/snowflake/index.ts';
import {
  type BuildReport,
  build,
  test as runTests,
  type TransformOptions,
} from '../../lib/transform/index.ts';
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

const files = {
  'models/totals.sql': `
    with paid as (select * from {{ source('raw', 'orders') }} where status = '{{ var("status", "paid") }}')
    select customer, sum(amount) as total, max({{ rate() }}) as rate from paid
    left join {{ ref('names') }} using (customer)
    {% if is_incremental() %}where customer not in (select customer from {{ this }}){% endif %}
    group by customer`,
  'models/names.sql': "select 'ann' as customer, 'Ann' as name",
  'macros/rate.sql':
    '{% macro rate() %}{% if execute %}{{ exceptions.raise_compiler_error("not in a unit test") }}{% endif %}{% endmacro %}',
  'models/sources.yml': 'sources: [{name: raw, tables: [{name: orders}]}]',
  'tests/fixtures/orders.csv': 'customer,status,amount\nann,paid,1.5\nann,paid,2\nbob,open,3\n',
};

function options(unitTests: string, more: Readonly<Record<string, string>> = {}): TransformOptions {
  return {
    directory: dbtProject({ ...files, 'models/unit.yml': `unit_tests:\n${unitTests}`, ...more }),
    project: shop,
    connect: () => connectWarehouse(connection),
    artifactsDirectory: temporaryFolder(),
  };
}

function statuses(report: BuildReport): unknown[] {
  return report.tests.map(({ name, status }) => [name, status]).sort();
}

const given = `
      - input: source('raw', 'orders')
        format: csv
        fixture: orders
      - {input: ref('names'), rows: [{customer: ann, name: Ann}]}`;

test('compares what a model makes of given rows, in any order, with nothing built', async () => {
  const report = await runTests(
    options(`
  - name: sums
    model: totals
    overrides: {macros: {rate: 7}}
    given:${given}
    expect: {rows: [{customer: ann, total: 3.5, rate: 7}]}
  - name: open_ones
    model: totals
    overrides: {macros: {rate: 7}, vars: {status: open}}
    given:${given}
    expect: {format: csv, rows: "total,customer\\n3,bob\\n"}
  - name: only_new
    model: totals
    overrides: {macros: {rate: 7, is_incremental: true}}
    given:${given}
      - {input: this, format: sql, rows: "select 'ann' as customer"}
    expect: {rows: []}`),
  );
  expect(report.problems).toEqual([]);
  expect(statuses(report)).toEqual([
    ['only_new', 'pass'],
    ['open_ones', 'pass'],
    ['sums', 'pass'],
  ]);
});

test('a unit test that fails shows what is missing and what is too much', async () => {
  const report = await runTests(
    options(`
  - name: sums
    model: totals
    overrides: {macros: {rate: 7}}
    given:${given}
    expect: {rows: [{customer: ann, total: 4}, {customer: ann, total: 3.5}]}`),
  );
  expect(report.tests[0]).toMatchObject({ name: 'sums', status: 'fail', failures: 1 });
  expect(report.tests[0]?.error).toContain('expected, and not there:\n    - {"CUSTOMER":"ann","TOTAL":4}');
  expect(report.tests[0]?.error).not.toContain('there, and not expected');
});

test('an unknown column, and a parent without rows, are named', async () => {
  const report = await runTests(
    options(`
  - name: wrong_column
    model: totals
    overrides: {macros: {rate: 7}}
    given:${given}
    expect: {rows: [{sum: 4}]}
  - name: no_rows
    model: totals
    overrides: {macros: {rate: 7}}
    given: [{input: ref('names'), rows: [{customer: ann}]}]
    expect: {rows: []}`),
  );
  expect(statuses(report)).toEqual([
    ['no_rows', 'error'],
    ['wrong_column', 'fail'],
  ]);
  expect(report.problems.join()).toContain('model totals has no column SUM; it has CUSTOMER, TOTAL, RATE');
  expect(report.problems.join()).toContain('unit_test no_rows gives no rows for source raw.orders');
});

test('in a build it runs before its model, and keeps it from being built', async () => {
  const built = options(
    `
  - name: is_two
    model: a
    given: [{input: ref('ones'), rows: [{n: 1}]}]
    expect: {rows: [{n: 3}]}`,
    {
      'models/totals.sql': 'select 1 as n',
      'models/ones.sql': 'select 1 as n',
      'models/a.sql': "select n + 1 as n from {{ ref('ones') }}",
    },
  );
  const report = await build(built);
  expect(report.published).toBe(false);
  expect(statuses(report)).toEqual([['is_two', 'fail']]);
  expect(report.models.find(({ name }) => name === 'a')?.status).toBe('skipped');
});

test('a schema file says where rows of a wrong shape stand', async () => {
  const wrong = options(`
  - name: shapeless
    model: totals
    given: [{rows: []}]
    expect: {rows: []}`);
  await expect(build(wrong)).rejects.toThrow(
    /models\/unit\.yml:\d: an entry of `given` of the unit test "shapeless" has no `input`\./,
  );
});

test('a macro of a package that is given a value leaves the other macros of the package what they are', async () => {
  const report = await runTests(
    options(
      `
  - name: zoned
    model: zoned
    overrides: {macros: {clocks.now: "'noon'", other.thing: 1}}
    given: []
    expect: {rows: [{now: noon, zone: UTC, twice: noonnoon}]}`,
      {
        'models/totals.sql': 'select 1 as n',
        'models/zoned.sql':
          "select {{ clocks.now() }} as now, '{{ clocks.zone() }}' as zone, {{ clocks.twice() }} as twice",
        'dbt_packages/clocks/dbt_project.yml': 'name: clocks',
        'dbt_packages/clocks/macros/clocks.sql': `{% macro now() %}current_time(){% endmacro %}
{% macro zone() %}UTC{% endmacro %}
{% macro twice() %}{{ clocks.now() }} || {{ clocks.now() }}{% endmacro %}`,
      },
    ),
  );
  expect(report.problems).toEqual([]);
  expect(statuses(report)).toEqual([['zoned', 'pass']]);
});
