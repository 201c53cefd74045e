import { expect, test } from 'vitest';
import { manifest } from '../../../lib/transform/artifacts/manifest.ts';
import { parsed, problemsOf, sqlNode } from '../support/parsing.ts';

const twice = {
  'models/bigquery/x.sql': 'select 1 as big',
  'models/snowflake/x.sql': 'select 2 as snow',
  'models/reader.sql': "select * from {{ ref('x') }}",
};

const bigQueryOff = {
  'dbt_project.yml': 'name: p\nmodels: {p: {bigquery: {+enabled: false}}}',
  'a config in the file': '{{ config(enabled=target.type == "bigquery") }} select 1 as big',
};

test.each([
  ['dbt_project.yml', { ...twice, 'dbt_project.yml': bigQueryOff['dbt_project.yml'] }],
  ['its own config', { ...twice, 'models/bigquery/x.sql': bigQueryOff['a config in the file'] }],
])('a model that %s disables leaves its name to another', (_, files) => {
  const project = parsed({
    ...files,
    'models/s.yml':
      'models: [{name: x, description: The x., columns: [{name: snow, data_tests: [unique, not_null]}]}]',
  });
  const enabled = sqlNode(project, 'model.p.x');
  expect(enabled).toMatchObject({ originalPath: 'models/snowflake/x.sql', description: 'The x.' });
  expect(sqlNode(project, 'model.p.reader').dependsOn).toEqual(['model.p.x']);
  expect(project.bodies.get('model.p.x')?.file).toBe('models/snowflake/x.sql');
  expect([...project.nodes.values()].filter(({ resourceType }) => resourceType === 'test')).toHaveLength(2);
  expect(project.disabled.map(({ originalPath }) => originalPath)).toEqual(['models/bigquery/x.sql']);
});

test('every node of a name that is disabled stands in the manifest', () => {
  const project = parsed({
    ...twice,
    'models/reader.sql': 'select 1 as id',
    'dbt_project.yml': 'name: p\nmodels: {p: {bigquery: {+enabled: false}, snowflake: {+enabled: false}}}',
  });
  const invocation = { id: 'i', startedAt: new Date('2026-11-21T09:00:00Z'), env: {} };
  expect(manifest(project, invocation).disabled).toMatchObject({
    'model.p.x': [
      { original_file_path: 'models/bigquery/x.sql' },
      { original_file_path: 'models/snowflake/x.sql' },
    ],
  });
});

test('what is enabled twice clashes, whatever it is', () => {
  expect(
    problemsOf({
      ...twice,
      'seeds/a/codes.csv': 'id\n1',
      'seeds/b/codes.csv': 'id\n2',
      'tests/a/holds.sql': 'select 1 as id',
      'tests/b/holds.sql': 'select 1 as id',
      'snapshots/one.sql':
        "{% snapshot kept %}{{ config(unique_key='id', strategy='check', check_cols=['id']) }} select 1 as id{% endsnapshot %}",
      'snapshots/two.sql':
        "{% snapshot kept %}{{ config(unique_key='id', strategy='check', check_cols=['id']) }} select 1 as id{% endsnapshot %}",
    }),
  ).toEqual([
    'seeds/b/codes.csv: | there are two seeds named "codes". | The other one is seeds/a/codes.csv; only one of them can be enabled.',
    'models/snowflake/x.sql: | there are two models named "x". | The other one is models/bigquery/x.sql; only one of them can be enabled.',
    'snapshots/two.sql: | there are two snapshots named "kept". | The other one is snapshots/one.sql; only one of them can be enabled.',
    'tests/b/holds.sql: | there are two tests named "holds". | The other one is tests/a/holds.sql; only one of them can be enabled.',
  ]);
});
