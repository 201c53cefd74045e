import { describe, expect, test } from 'vitest';
import { messagesOf, parsed, problemsOf, sqlNode } from '../support/parsing.ts';

const files = {
  'dbt_project.yml': `name: p
models: {other: {+tags: [of_root]}}
data_tests: {other: {deep: {+severity: warn}}}`,
  'dbt_packages/other/dbt_project.yml': 'name: other\nmodels: {other: {+materialized: table}}',
  'dbt_packages/other/models/deep/own.sql': "select * from {{ source('raw', 'orders') }}",
  'dbt_packages/other/models/deep/s.yml': `
models: [{name: own, columns: [{name: id, data_tests: [not_null]}]}]
sources:
  - name: raw
    schema: theirs
    loader: them
    tables:
      - {name: orders, description: orders of theirs, columns: [{name: id, data_tests: [unique]}]}
      - {name: films}`,
};

describe('a project says of its packages', () => {
  test('what their models are', () => {
    const project = parsed({
      ...files,
      'models/s.yml': `models:
  - {name: own2, description: ours, config: {materialized: view}, columns: [{name: id, data_tests: [unique]}]}`,
      'dbt_packages/other/models/own2.sql': 'select 1 as id',
    });
    const model = sqlNode(project, 'model.other.own2');
    expect(model).toMatchObject({ description: 'ours', tags: ['of_root'], config: { materialized: 'view' } });
    const [unique] = [...project.nodes.values()].filter(({ name }) => name === 'unique_own2_id');
    expect(unique).toMatchObject({
      packageName: 'p',
      dependsOn: ['model.other.own2'],
      test: { attachedNode: 'model.other.own2' },
    });
  });

  test('where their sources are, with `overrides`', () => {
    const project = parsed({
      ...files,
      'models/s.yml': `sources:
  - name: raw
    overrides: other
    schema: ours
    tables: [{name: orders, identifier: T_ORDERS, columns: [{name: key, data_tests: [not_null]}]}]`,
    });
    expect(project.nodes.get('source.other.raw.orders')).toMatchObject({
      schema: 'ours',
      identifier: 'T_ORDERS',
      loader: 'them',
      description: 'orders of theirs',
      patchedIn: 'p://models/s.yml',
    });
    expect(project.nodes.get('source.other.raw.films')).toMatchObject({
      schema: 'ours',
      identifier: 'films',
    });
    const tests = [...project.nodes.values()].filter(({ resourceType }) => resourceType === 'test');
    expect(tests.map(({ name }) => name).sort()).toEqual([
      'not_null_own_id',
      'source_not_null_raw_orders_key',
    ]);
  });

  test('how hard their tests are', () => {
    const project = parsed(files);
    const [found] = [...project.nodes.values()].filter(({ name }) => name === 'not_null_own_id');
    expect(found).toMatchObject({
      originalPath: 'models/deep/s.yml',
      fqn: ['other', 'deep', 'not_null_own_id'],
      config: { severity: 'warn' },
    });
  });

  test('what is not there, and is told so', () => {
    expect(
      messagesOf({
        ...files,
        'models/s.yml':
          'sources: [{name: rav, overrides: other, schema: x, tables: []}]\nmodels: [{name: owm}]',
      }),
    ).toEqual([
      'Warning: models/s.yml:1: the source "rav" of the package "other" is overridden, and is not there.',
      'Warning: models/s.yml:2: "owm" is described, but there is no such model.',
    ]);
  });
});

test('a seed that is listed among the models keeps its tests', () => {
  const project = parsed({
    'seeds/lands.csv': 'code\ngb\n',
    'models/s.yml': 'models: [{name: lands, columns: [{name: code, data_tests: [unique]}]}]',
  });
  const [unique] = [...project.nodes.values()].filter(({ resourceType }) => resourceType === 'test');
  expect(unique).toMatchObject({ name: 'unique_lands_code', dependsOn: ['seed.p.lands'] });
});

test('variables of a package are its own, then the project’s for it', () => {
  const project = parsed({
    'dbt_project.yml': 'name: p\nvars: {size: 1, other: {size: 2}}',
    'models/a.sql': "{{ config(meta={'size': var('size')}) }} select 1",
    'dbt_packages/other/dbt_project.yml':
      'name: other\nvars: {size: 3, shape: round, other: {shape: square}}',
    'dbt_packages/other/models/b.sql':
      "{{ config(meta={'size': var('size'), 'shape': var('shape')}) }} select 1",
  });
  expect(sqlNode(project, 'model.p.a').meta).toEqual({ size: 1 });
  expect(sqlNode(project, 'model.other.b').meta).toEqual({ size: 2, shape: 'square' });
});

test('secrets of the environment are nothing for models', () => {
  const problems = problemsOf(
    { 'models/a.sql': "select '{{ env_var('DBT_ENV_SECRET_KEY', 'x') }}'" },
    { env: { DBT_ENV_SECRET_KEY: 'hush' } },
  );
  expect(problems).toEqual([
    'models/a.sql:1 | The environment variable "DBT_ENV_SECRET_KEY" is a secret, and may only be used in packages.yml. | Give it another name if it is none: what templates make ends up in SQL, logs and artifacts.',
  ]);
  expect(problems.join()).not.toContain('hush');
});
