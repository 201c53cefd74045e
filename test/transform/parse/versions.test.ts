import { describe, expect, test } from 'vitest';
import { compile } from '../../../lib/transform/index.ts';
import { temporaryFolder } from '../../support/index.ts';
import { messagesOf, parsed, problemsOf, sqlNode } from '../support/parsing.ts';
import { dbtProject, shop } from '../support/projects.ts';

const files = {
  'models/orders_v1.sql': 'select 1 as id, 2 as old',
  'models/orders.v2.sql': 'select 1 as id, 3 as amount',
  'models/newest.sql': "select * from {{ ref('orders', v=2) }}",
  'models/reader.sql': "select * from {{ ref('orders') }} join {{ ref('orders', version='1') }} using (id)",
  'models/schema.yml': `
models:
  - name: orders
    latest_version: 2
    description: all orders
    config: {materialized: table, meta: {a: 1, b: 1}}
    columns:
      - {name: id, data_type: int, data_tests: [unique]}
      - {name: old}
    data_tests: [{not_empty: {}}]
    versions:
      - v: 1
        config: {alias: orders_before, meta: {b: 2}}
      - v: 2
        description: with amounts
        data_tests: []
        columns:
          - include: all
            exclude: [old]
          - {name: amount, data_tests: [not_null]}
      - v: 3
        defined_in: newest
        columns: [{include: [id]}]
`,
  'tests/generic/t.sql':
    '{% test not_empty(model) %}select 1 from {{ model }} having count(*) = 0{% endtest %}',
};

describe('versions of a model', () => {
  const project = parsed(files);

  test('are nodes of their own, named by dbt’s rules', () => {
    const found = [1, 2, 3].map((version) => sqlNode(project, `model.p.orders.v${version}`));
    expect(
      found.map(({ name, alias, fqn, originalPath }) => [name, alias, fqn.join('.'), originalPath]),
    ).toEqual([
      ['orders', 'orders_before', 'p.orders.v1', 'models/orders_v1.sql'],
      ['orders', 'orders_v2', 'p.orders.v2', 'models/orders.v2.sql'],
      ['orders', 'orders_v3', 'p.orders.v3', 'models/newest.sql'],
    ]);
    expect(found.map(({ modelVersion }) => modelVersion)).toEqual(
      [1, 2, 3].map((version) => ({ version, latest: 2 })),
    );
  });

  test('a ref without a version means the latest one', () => {
    expect(sqlNode(project, 'model.p.reader').dependsOn).toEqual(['model.p.orders.v2', 'model.p.orders.v1']);
    expect(sqlNode(project, 'model.p.orders.v3').dependsOn).toEqual(['model.p.orders.v2']);
  });

  test('have what the model says, but for what they say themselves', () => {
    const [first, second, third] = [1, 2, 3].map((version) => sqlNode(project, `model.p.orders.v${version}`));
    expect(first?.columns.map(({ name }) => name)).toEqual(['id', 'old']);
    expect(second?.columns.map(({ name }) => name)).toEqual(['id', 'amount']);
    expect(third?.columns.map(({ name }) => name)).toEqual(['id']);
    expect([first?.description, second?.description]).toEqual(['all orders', 'with amounts']);
    expect(first?.config).toMatchObject({ materialized: 'table', meta: { a: 1, b: 2 } });
    expect(second?.config.meta).toEqual({ a: 1, b: 1 });
  });

  test('have tests of their own', () => {
    const tests = [...project.nodes.values()].filter(({ resourceType }) => resourceType === 'test');
    expect(tests.map(({ name }) => name).sort()).toEqual([
      'not_empty_orders_v1_',
      'not_empty_orders_v3_',
      'not_null_orders_v2_amount',
      'unique_orders_v1_id',
      'unique_orders_v2_id',
      'unique_orders_v3_id',
    ]);
    expect(tests.find(({ name }) => name === 'unique_orders_v1_id')?.uniqueId).toMatch(
      /^test\.p\.unique_orders_v1_id\.[0-9a-f]{10}$/,
    );
  });
});

test('the newest version is the latest one unless it is told, and may keep its file', () => {
  const project = parsed({
    'models/m.sql': 'select 1 as id',
    'models/m_v9.sql': 'select 1 as id',
    'models/s.yml': 'models: [{name: m, versions: [{v: 9}, {v: 10}]}]',
  });
  expect(sqlNode(project, 'model.p.m.v10')).toMatchObject({ originalPath: 'models/m.sql', alias: 'm_v10' });
  expect(sqlNode(project, 'model.p.m.v9').modelVersion).toEqual({ version: 9, latest: 10 });
});

test('unit tests are for all versions, or for those they choose', () => {
  const unit = 'model: orders, given: [], expect: {rows: [{id: 1}]}';
  const project = parsed({
    ...files,
    'models/unit.yml': `unit_tests:
  - {name: every, ${unit}}
  - {name: some, versions: {exclude: [2]}, ${unit}}
  - {name: one, versions: {include: ['3']}, ${unit}}`,
  });
  const found = [...project.nodes.values()].filter(({ resourceType }) => resourceType === 'unit_test');
  expect(found.map(({ uniqueId }) => uniqueId.split('.').at(-1)).sort()).toEqual([
    'every_v1',
    'every_v2',
    'every_v3',
    'one_v3',
    'some_v1',
    'some_v3',
  ]);
  expect(sqlNode(project, 'unit_test.p.orders.one_v3').dependsOn).toEqual(['model.p.orders.v3']);
});

test('mistakes with versions are said with what there is', () => {
  expect(
    problemsOf({
      'models/m_v1.sql': 'select 1 as id',
      'models/m_v2.sql': 'select 1 as id',
      'models/n.sql': 'select 1 as id',
      'models/a.sql': "select * from {{ ref('m', v=3) }}",
      'models/b.sql': "select * from {{ ref('n', v=1) }}",
      'models/s.yml': `models:
  - name: m
    latest_version: 4
    versions:
      - v: 1
      - v: 2
        columns: [{include: all}, {include: [id]}]
      - v: 2
      - {}
unit_tests:
  - {name: u, model: m, versions: {include: [7]}, given: [], expect: {rows: [{id: 1}]}}`,
    }),
  ).toEqual([
    'models/s.yml:7 | `columns` of a version has `include` more than once. | ',
    'models/s.yml:9 | an entry of `versions` has no `v`. | ',
    'models/s.yml:2 | `latest_version` of m is 4, which is none of its versions. | There are 1, 2, 2.',
    'models/s.yml:8 | m has two versions 2. | ',
    'models/s.yml:11 | the unit test "u" names version 7 of "m", and there is no such version. | Its versions are 1, 2, 2.',
    'models/a.sql:1 | model a reads version 3 of "m", and there is no such version. | Its versions are 1, 2.',
    'models/b.sql:1 | model b reads version 1 of "n", and there is no such version. | It has no versions: leave `v` out.',
  ]);
});

test('who reads a version that is going away is told', () => {
  const messages = messagesOf({
    'models/m_v1.sql': 'select 1 as id',
    'models/m_v2.sql': 'select 1 as id',
    'models/a.sql': "select * from {{ ref('m', v=1) }} union all select * from {{ ref('m') }}",
    'models/s.yml': `models:
  - name: m
    latest_version: 2
    versions: [{v: 1, deprecation_date: 2026-11-20}, {v: 2, deprecation_date: "2027-01-01 10:00:00+01:00"}, {v: 3}]`,
  });
  expect(messages).toEqual([
    'Warning: models/s.yml:4: version 3 of "m" is described, but there is no file m_v3.sql.',
    'Warning: model m.v1 is deprecated since 2026-11-20; disable or remove it.',
    'Warning: model a reads model m.v1, which is deprecated since 2026-11-20; its latest version is 2.',
    'Warning: model a reads model m.v2, which will be deprecated on 2027-01-01; its latest version is 2.',
  ]);
});

test('a latest version without a file is missed where it is read', () => {
  expect(
    problemsOf({
      'models/m_v1.sql': 'select 1 as id',
      'models/a.sql': "select * from {{ ref('m') }}",
      'models/s.yml': 'models: [{name: m, versions: [{v: 1}, {v: 2}]}]',
    }),
  ).toEqual([
    'models/a.sql:1 | model a reads "m", and the latest version of it has no file. | Its versions are 1.',
  ]);
});

test('ephemeral versions stay apart in the SQL that reads them', async () => {
  const { nodes } = await compile({
    directory: dbtProject({
      'models/m_v1.sql': 'select 1 as id',
      'models/m_v2.sql': 'select 2 as id',
      'models/a.sql': "select * from {{ ref('m', v=1) }} union all select * from {{ ref('m') }}",
      'models/s.yml': 'models: [{name: m, config: {materialized: ephemeral}, versions: [{v: 1}, {v: 2}]}]',
    }),
    project: shop,
    artifactsDirectory: temporaryFolder(),
    connect: () => Promise.reject(new Error('no warehouse')),
  });
  const sql = nodes.find(({ name }) => name === 'a')?.sql ?? '';
  expect(sql).toMatch(/__dbt__cte__m_v1 as \(\s*select 1 as id/);
  expect(sql).toMatch(/__dbt__cte__m_v2 as \(\s*select 2 as id/);
  expect(sql).toContain('select * from __dbt__cte__m_v1 union all select * from __dbt__cte__m_v2');
});
