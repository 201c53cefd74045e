import { describe, expect, test } from 'vitest';
import { ProjectError } from '../../../lib/transform/index.ts';
import { type ParsedProject, parseProject } from '../../../lib/transform/parse/project.ts';
import type { Data } from '../../../lib/transform/values.ts';
import { dbtProject } from '../support/projects.ts';

function parse(files: Record<string, string>, vars: Record<string, Data> = {}): ParsedProject {
  return parseProject({
    directory: dbtProject(files),
    vars,
    env: { SHOP_ENV: 'from the environment' },
    scope: {
      target: { name: 'dev', database: 'D', schema: 'DEV', warehouse: 'W', role: 'R', threads: 1 },
      invocationId: 'i',
      startedAt: new Date('2026-11-21T09:00:00Z'),
      fullRefresh: false,
      command: 'build',
      say: () => undefined,
      graph: () => ({}),
    },
  });
}

function problemsOf(files: Record<string, string>): string[] {
  try {
    parse(files);
  } catch (error) {
    if (error instanceof ProjectError) {
      return error.problems.map(({ file, line, message, hint }) =>
        [`${file}:${line ?? ''}`, message.split('\n')[0], hint?.trim() ?? ''].join(' | '),
      );
    }
    throw error;
  }
  return [];
}

function model(project: ParsedProject, name: string) {
  const node = project.nodes.get(`model.p.${name}`);
  if (node === undefined || node.resourceType === 'source') throw new Error(`no model ${name}`);
  return node;
}

describe('what a node reads', () => {
  test('is found through macros, without hints', () => {
    const project = parse({
      'models/a.sql': 'select 1 as x',
      'models/b.sql': '{{ outer() }}',
      'macros/m.sql':
        "{% macro outer() %}{{ inner('a') }}{% endmacro %}{% macro inner(n) %}select * from {{ ref(n) }}{% endmacro %}",
    });
    expect(model(project, 'b').dependsOn).toEqual(['model.p.a']);
    expect(model(project, 'b').dependsOnMacros).toEqual(
      expect.arrayContaining(['macro.p.inner', 'macro.p.outer']),
    );
  });

  test('does not include what stands under `if execute`, and what is asked of the warehouse comes to nothing', () => {
    const project = parse({
      'models/a.sql': 'select 1 as x',
      'models/b.sql': `
        {% set rows = run_query('select 1') %}
        {% for row in rows.rows %}{{ ref('never') }}{% endfor %}
        {% for column in adapter.get_columns_in_relation(ref('a')) %}{{ column.name }}{% endfor %}
        {% if execute %}{{ ref('never') }}{% endif %} {{ rows.columns[0].values()[0] }}`,
    });
    expect(model(project, 'b').dependsOn).toEqual(['model.p.a']);
  });
});

describe('configs, names and variables', () => {
  test('go from the project over the schema file to the model', () => {
    const project = parse({
      'dbt_project.yml': `
name: p
vars: {size: 3}
models:
  p:
    +materialized: table
    marts: {+schema: marts, +tags: [one]}
`,
      'models/marts/m.sql':
        "{{ config(alias='n', tags='two', meta={'size': var('size')}) }} select '{{ env_var('SHOP_ENV') }}'",
      'models/schema.yml': 'models: [{name: m, description: d, config: {tags: [three]}}]',
    });
    const node = model(project, 'm');
    expect(node).toMatchObject({
      database: 'D',
      schema: 'DEV_marts',
      alias: 'n',
      tags: ['one', 'three', 'two'],
      meta: { size: 3 },
      description: 'd',
      fqn: ['p', 'marts', 'm'],
    });
    expect(node.config.materialized).toBe('table');
  });

  test('a project replaces the macros that name relations', () => {
    const project = parse({
      'models/m.sql': "{{ config(schema='exact') }} select 1",
      'macros/names.sql':
        '{% macro generate_schema_name(custom, node) %}{{ custom or target.schema }}{% endmacro %}' +
        '{% macro generate_alias_name(custom, node) %}{{ node.name }}_{{ node.resource_type }}{% endmacro %}',
    });
    expect(model(project, 'm')).toMatchObject({ schema: 'exact', alias: 'm_model' });
  });

  test('a disabled model is not there, and neither are its tests', () => {
    const project = parse(
      {
        'models/a.sql': "{{ config(enabled=var('on')) }} select 1 as x",
        'models/s.yml': 'models: [{name: a, columns: [{name: x, tests: [unique]}]}]',
      },
      { on: false },
    );
    expect([...project.nodes.keys()]).toEqual([]);
    expect(project.disabled).toHaveLength(2);
  });

  test('yaml values that are one expression keep their type', () => {
    const project = parse(
      {
        'dbt_project.yml':
          'name: p\nmodels: {p: {+enabled: "{{ var(\'on\') }}", +meta: {n: "{{ var(\'n\') | as_number }}"}}}',
        'models/a.sql': 'select 1',
      },
      { on: true, n: '12' },
    );
    expect(model(project, 'a').config).toMatchObject({ enabled: true, meta: { n: 12 } });
  });
});

test('all that is wrong is said at once, with file, line and what was meant', () => {
  expect(
    problemsOf({
      'models/orders.sql': 'select 1 as id',
      'models/a.sql': "select *\nfrom {{ ref('order') }}",
      'models/b.sql': "select * from {{ source('raw', 'orderz') }}",
      'models/c.sql': "{{ config(materialized='tabel') }} select 1",
      'models/d.sql': "select * from {{ ref('e') }}",
      'models/e.sql': "select * from {{ ref('d') }}",
      'models/sub/orders.sql': 'select 2 as id',
      'models/schema.yml': `
models:
  - name: orders
    columns:
      - name: id
        tests:
          - uniqe
          - accepted_values: oops
sources:
  - name: raw
    tables:
      - name: orders
`,
    }),
  ).toEqual([
    'models/schema.yml:8 | the arguments of the test accepted_values are not a record. | ',
    'models/schema.yml:7 | there is no generic test "uniqe". | Did you mean "unique"?',
    'models/sub/orders.sql: | there are two models named "orders". | The other one is models/orders.sql; only one of them can be enabled.',
    'models/a.sql:2 | model a reads "order", and there is no such model, seed or snapshot. | Did you mean "orders"?',
    'models/b.sql:1 | model b reads the source "raw.orderz", and no schema file describes it. | Did you mean "raw.orders"?',
    'models/c.sql: | model c is to be materialized as "tabel", and nothing knows how. | Did you mean "table"?',
    expect.stringMatching(/circle: d -> e -> d .*\| Take one of the refs out/),
  ]);
});

test('an error in a macro names file, line and the way there', () => {
  const [problem] = problemsOf({
    'models/a.sql': 'select\n  {{ outer() }}',
    'macros/m.sql': '{% macro outer() %}\n{{ exceptions.raise_compiler_error("not today") }}\n{% endmacro %}',
  });
  expect(problem).toBe('macros/m.sql:2 | not today. | The project raises this itself: see the macro named.');
});

test('a template that does not parse, a missing dbt_project.yml and broken yaml are problems with a place', () => {
  expect(problemsOf({ 'models/a.sql': 'select\n{% if x %}' })[0]).toMatch(/^models\/a\.sql:2/);
  expect(problemsOf({ 'models/s.yml': 'models:\n  - name: a\n  name: b' })[0]).toMatch(/^models\/s\.yml:\d/);
  expect(problemsOf({ 'dbt_project.yml': 'version: 1' })[0]).toContain('`name` is missing');
});

test('a test is of the column that it stands under, unless its arguments name another', () => {
  const project = parse({
    'models/a.sql': 'select 1 as x, 2 as y',
    'models/s.yml': `models:
  - name: a
    columns:
      - name: x
        data_tests:
          - not_null: {column_name: y}
          - unique: {arguments: {column_name: y}}
    data_tests: [{accepted_values: {column_name: y, values: [2]}}]`,
  });
  const tests = [...project.nodes.values()].filter(({ resourceType }) => resourceType === 'test');
  expect(tests.map(({ name }) => name).sort()).toEqual([
    'accepted_values_a_y__2',
    'not_null_a_x',
    'unique_a_y',
  ]);
});

test('a template of a schema file that fails is one problem, and nothing else is missing for it', () => {
  expect(
    problemsOf({
      'models/a.sql': "select * from {{ source('raw', 'orders') }}",
      'models/s.yml': 'sources: [{name: raw, schema: "{{ var(\'gone\') }}", tables: [{name: orders}]}]',
    }),
  ).toEqual([
    expect.stringMatching(
      /^models\/s.yml:1 \| The variable "gone" is not set \(in `\{\{ var\('gone'\) \}\}`\)/,
    ),
  ]);
});

test('templates in what is said of columns are rendered, but for descriptions and tests', () => {
  const project = parse({
    'models/a.sql': 'select 1 as x',
    'models/s.yml': `models:
  - name: a
    columns:
      - name: "{{ 'x' }}"
        data_type: "{{ 'UInt8' if target.type in ['clickhouse'] else 'integer' }}"
        description: "{{ doc('x') }}"
        meta: {owner: "{{ target.name }}"}
        tags: ["of_{{ target.name }}"]
        constraints: [{type: check, expression: "x > {{ 1 + 1 }}"}]
        data_tests: [{accepted_values: {values: ["{{ 'one' }}"]}}]`,
    'models/d.md': '{% docs x %}The x.{% enddocs %}',
  });
  expect(model(project, 'a').columns).toMatchObject([
    {
      name: 'x',
      dataType: 'integer',
      description: 'The x.',
      meta: { owner: 'dev' },
      tags: ['of_dev'],
      constraints: [{ type: 'check', expression: 'x > 2' }],
    },
  ]);
});
