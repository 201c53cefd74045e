import { describe, expect, test } from 'vitest';
import { messagesOf, parsed, problemsOf, sqlNode } from '../support/parsing.ts';

describe('configs that cannot be followed', () => {
  test('are said before anything runs, all at once', () => {
    expect(
      problemsOf({
        'models/a.sql':
          "{{ config(enabled='yes', meta='x', on_schema_change='apend_new_columns') }} select 1 as id",
        'models/b.sql':
          "{{ config(materialized='incremental',\n  incremental_strategy='microbatch', begin='soon',\n  batch_size='week') }} select 1 as id",
        'models/c.sql': 'select 1 as id',
        'models/d.sql': 'select 1 as id',
        'models/e.sql':
          "{{ config(materialized='incremental', contract={'enforced': true}) }} select 1 as id",
        'models/s.yml': `models:
  - name: c
    config: {contract: {enforced: true}}
    constraints: [{type: primary_key, columns: [id]}, {type: uniqe}]
    columns: [{name: id, constraints: [{type: primary_key}]}, {name: n, data_type: int, constraints: [{type: primary_key}]}]
  - {name: d, config: {contract: {enforced: true}}}
  - {name: e, columns: [{name: id, data_type: int}]}
  - {name: a, columns: [{name: id, data_tests: [{unique: {config: {severity: fatal, store_failures_as: file}}}]}]}
snapshots:
  - {name: s, relation: ref('c'), config: {strategy: check, unique_key: id}}
  - {name: t, relation: ref('c'), config: {strategy: timestamp, check_cols: [id]}}`,
      }),
    ).toEqual([
      'models/a.sql:1 | model a has the config `enabled: yes`, which is neither true nor false. | ',
      'models/a.sql:1 | model a has the config `meta: x`, which is no record. | ',
      'models/a.sql:1 | model a has the `on_schema_change` "apend_new_columns", which is unknown. | Did you mean "append_new_columns"?',
      'models/b.sql:2 | model b is built in batches and needs `event_time`. | ',
      'models/b.sql:3 | model b has the `batch_size` "week", which is unknown. | There are hour, day, month, year.',
      'models/b.sql:2 | model b has `begin: soon`, which is no date. | Write it as 2024-01-31 or 2024-01-31T10:00:00.',
      'models/s.yml:2 | model c has a constraint of the whole model with the type "uniqe". | Did you mean "unique"?',
      'models/s.yml:2 | model c has a primary key on each of id, n. | A key of several columns is a constraint of the model: `{type: primary_key, columns: […]}`.',
      'models/s.yml:2 | model c has a primary key both on a column and on the model. | Leave one of them out.',
      'models/s.yml:2 | model c has an enforced contract, and no `data_type` for id. | ',
      'models/s.yml:6 | model d has an enforced contract, and no column is described. | List its columns with their data_type.',
      'models/e.sql:1 | model e is incremental with an enforced contract, and has `on_schema_change: ignore`. | Set it to append_new_columns or fail: anything else could break the contract.',
      'models/s.yml:10 | snapshot s is by check and needs `check_cols`. | A list of columns, or all.',
      'models/s.yml:11 | snapshot t needs a `strategy` and a `unique_key`. | strategy: timestamp (with updated_at) or check (with check_cols).',
      'models/s.yml:11 | snapshot t is by timestamp and needs `updated_at`. | The column that says when a row was last changed.',
      'models/s.yml:11 | snapshot t is by timestamp, and `check_cols` is only of use with strategy: check. | ',
      'models/s.yml:8 | test unique_a_id has the severity "fatal", which is neither warn nor error. | ',
      'models/s.yml:8 | test unique_a_id has the `store_failures_as` "file", which is unknown. | There are table, view, ephemeral.',
    ]);
  });
});

describe('dbt_project.yml', () => {
  test('holds nothing but what dbt knows', () => {
    expect(problemsOf({ 'dbt_project.yml': 'name: p\nmodls: {}\nmodel_paths: [models]\nteam: us' })).toEqual([
      'dbt_project.yml:2 | `modls` is nothing that a dbt_project.yml may hold. | Did you mean `models`?',
      'dbt_project.yml:3 | `model_paths` is nothing that a dbt_project.yml may hold. | Did you mean `model-paths`?',
      'dbt_project.yml:4 | `team` is nothing that a dbt_project.yml may hold. | ',
    ]);
  });

  test.each([
    ['">=1.8.0"', true],
    ['[">=1.0.0", "<2.0.0"]', true],
    ['">=1.3.0,<1.9.0"', false],
    ['"1.10.*"', true],
    ['"=1.9.4"', false],
    ['">2.0.0"', false],
    ['[">=1.10.0b1", "!=1.11.0"]', true],
  ])('asks for dbt %s', (required, met) => {
    const problems = problemsOf({ 'dbt_project.yml': `name: p\nrequire-dbt-version: ${required}` });
    expect(problems.length === 0).toBe(met);
    const unchecked = `name: p\nrequire-dbt-version: ${required}\nflags: {version_check: false}`;
    expect(problemsOf({ 'dbt_project.yml': unchecked })).toEqual([]);
  });

  test('of a package may ask for a version as well', () => {
    expect(
      problemsOf({ 'dbt_packages/new/dbt_project.yml': "name: new\nrequire-dbt-version: ['>=2.0.0']" }),
    ).toEqual([
      expect.stringMatching(
        /^dbt_packages\/new\/dbt_project.yml: \| new asks for dbt >=2.0.0, and what Sluice follows is dbt [\d.]+. \| Take/,
      ),
    ]);
  });
});

test('what is configured or said for nothing is told', () => {
  expect(
    messagesOf({
      'dbt_project.yml': `name: p
models:
  p: {+tags: [x], marts: {+materialized: table}, stagin: {+enabled: true, deep: {+meta: {a: 1}}}}
  other: {+enabled: true}
seeds: {p: {+quote_columns: true}}`,
      'models/marts/a.sql': 'select 1 as id',
      'models/s.yml': `models:
  - name: a
    colums: []
    team: ours
    columns: [{name: id, dat_type: int, data_test: [unique]}]
  - {name: gone}
modelz: []`,
    }),
  ).toEqual([
    'Warning: models/s.yml:7: `modelz` means nothing. Did you mean `models`?',
    'Warning: models/s.yml:3: `colums` of a means nothing. Did you mean `columns`?',
    'Warning: models/s.yml:5: `dat_type` of id means nothing. Did you mean `data_type`?',
    'Warning: models/s.yml:5: `data_test` of id means nothing. Did you mean `data_tests`?',
    'Warning: models/s.yml:6: "gone" is described, but there is no such model.',
    'Warning: dbt_project.yml: nothing stands under models.p.stagin, so its configs are of no use.',
    'Warning: dbt_project.yml: nothing stands under models.p.stagin.deep, so its configs are of no use.',
    'Warning: dbt_project.yml: nothing stands under models.other, so its configs are of no use.',
    'Warning: dbt_project.yml: nothing stands under seeds.p, so its configs are of no use.',
  ]);
});

test('.dbtignore takes files out of a project', () => {
  const project = parsed({
    '.dbtignore':
      '# drafts\n*_draft.sql\nmodels/old/\n!models/old/kept.sql\n/models/x.*\n**/deep/*.sql\nlogs/\n',
    'models/a.sql': 'select 1 as id',
    'models/b_draft.sql': 'not sql {{ at all',
    'models/old/c.sql': '{{',
    'models/old/kept.sql': 'select 1 as id',
    'models/x.sql': '{{',
    'models/sub/x.sql': 'select 1 as id',
    'models/sub/deep/y.sql': '{{',
    'models/target/z.sql': 'select 1 as id',
  });
  expect([...project.nodes.keys()].sort()).toEqual(['model.p.a', 'model.p.kept', 'model.p.x', 'model.p.z']);
});

test('configs replace, add up or merge by dbt’s rules', () => {
  const project = parsed({
    'dbt_project.yml': `
name: p
models:
  +persist_docs: {relation: true}
  +grants: {select: [a]}
  +docs: {show: false}
  p:
    +grants: {+select: b, insert: c}
    +docs: {node_color: red}
    +column_types: {a: int}
    m: {+persist_docs: {columns: true}, +packages: [x]}`,
    'models/m.sql':
      "{{ config(grants={'+select': ['d'], 'insert': ['e']}, column_types={'b': 'int'}, packages=['y']) }} select 1",
  });
  expect(sqlNode(project, 'model.p.m').config).toMatchObject({
    persist_docs: { columns: true },
    grants: { select: ['a', 'b', 'd'], insert: ['e'] },
    docs: { show: false, node_color: 'red' },
    column_types: { a: 'int', b: 'int' },
    packages: ['x', 'y'],
  });
  expect(sqlNode(project, 'model.p.m').config.persist_docs).toEqual({ columns: true });
});

describe('YAML as dbt reads it', () => {
  test('takes the last of two equal keys, and says so', () => {
    const files = {
      'models/a.sql': 'select 1 as id',
      'models/s.yml': 'models:\n  - name: a\n    description: one\n    description: two\n',
    };
    expect(sqlNode(parsed(files), 'model.p.a').description).toBe('two');
    expect(messagesOf(files)).toEqual([
      'Warning: models/s.yml:4: `description` stands there twice, and only the last one counts.',
    ]);
  });

  test('keeps what is said of columns under keys of the project’s own', () => {
    const project = parsed({
      'models/a.sql': 'select 1 as id',
      'models/s.yml': "models: [{name: a, columns: [{name: id, owner: us, level: '{{ 1 + 1 }}'}]}]",
    });
    expect(sqlNode(project, 'model.p.a').columns).toMatchObject([
      { name: 'id', extra: { owner: 'us', level: 2 } },
    ]);
  });

  test('renders texts wherever a key is a name, and drops the last line break of each', () => {
    const project = parsed(
      {
        'dbt_project.yml': `
name: p
seeds:
  p:
    lands:
      +column_types:
        description: |
          {% if var('wide') %} varchar(99) {% else %} varchar(9) {% endif %}
        code: |
          varchar(2)
`,
        'seeds/lands.csv': 'code,description\ngb,UK\n',
      },
      { vars: { wide: true } },
    );
    expect(sqlNode(project, 'seed.p.lands').config.column_types).toEqual({
      description: ' varchar(99) ',
      code: 'varchar(2)',
    });
  });
});
