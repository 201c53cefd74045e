import { describe, expect, test } from 'vitest';
import { parsed, problemsOf, sqlNode } from '../support/parsing.ts';

const groups =
  'groups: [{name: finance, owner: {name: F, email: f@example.com}}, {name: sales, owner: {email: s@example.com}}]';

describe('groups and access', () => {
  test('a private model is read within its group, and its tests belong to it', () => {
    const project = parsed({
      'models/ledger.sql': "{{ config(access='private', group='finance') }} select 1 as id",
      'models/report.sql': "{{ config(group='finance') }} select * from {{ ref('ledger') }}",
      'models/s.yml': `${groups}
models: [{name: ledger, columns: [{name: id, data_tests: [unique]}]}]
exposures: [{name: board, type: dashboard, owner: {name: A}, config: {group: finance}, depends_on: [ref('ledger')]}]`,
    });
    expect(project.groups.map(({ uniqueId }) => uniqueId)).toEqual(['group.p.finance', 'group.p.sales']);
    const [unique] = [...project.nodes.values()].filter(({ resourceType }) => resourceType === 'test');
    expect(unique).toMatchObject({ name: 'unique_ledger_id', group: 'finance' });
    expect(sqlNode(project, 'model.p.report').dependsOn).toEqual(['model.p.ledger']);
  });

  test('what access forbids is an error where it is read', () => {
    const yaml = `${groups}
models:
  - {name: ledger, config: {access: private, group: finance}}
  - {name: outsider, config: {group: sales}}
  - {name: lost, group: finanse}
  - {name: odd, access: secret}
  - {name: passing, access: public, config: {materialized: ephemeral}}`;
    expect(
      problemsOf({
        'models/ledger.sql': 'select 1 as id',
        'models/outsider.sql': "select *\nfrom {{ ref('ledger') }}",
        'models/nobody.sql': "select * from {{ ref('ledger') }}",
        'models/lost.sql': 'select 1 as id',
        'models/odd.sql': 'select 1 as id',
        'models/passing.sql': 'select 1 as id',
        'models/s.yml': yaml,
      }),
    ).toEqual([
      'models/nobody.sql:1 | model nobody reads ledger, which is private to the group "finance", and is in no group itself. | Put both into one group, or make ledger protected or public.',
      'models/outsider.sql:2 | model outsider reads ledger, which is private to the group "finance", and is in the group "sales" itself. | Put both into one group, or make ledger protected or public.',
      'models/s.yml:5 | model lost is in the group "finanse", and no schema file defines it. | Did you mean "finance"?',
      'models/s.yml:6 | the access of model odd is "secret", which is none of private, protected, public. | ',
      'models/s.yml:7 | model passing is ephemeral, so it cannot be public: nothing of it is in the warehouse. | Materialize it as a view or a table, or make it protected.',
    ]);
  });

  test('a package that restricts access shows others its public models only', () => {
    const files = (restrict: boolean) => ({
      'dbt_packages/other/dbt_project.yml': `name: other\nrestrict-access: ${restrict}`,
      'dbt_packages/other/models/open.sql': "{{ config(access='public') }} select 1 as id",
      'dbt_packages/other/models/own.sql': "select * from {{ ref('open') }}",
      'models/a.sql': "select * from {{ ref('open') }} union all select * from {{ ref('other', 'own') }}",
    });
    expect(problemsOf(files(false))).toEqual([]);
    expect(problemsOf(files(true))).toEqual([
      'models/a.sql:1 | model a reads own, which is protected: only the package "other" itself may read it. | That package restricts access (`restrict-access: true`); read one of its public models.',
    ]);
  });
});

describe('exposures', () => {
  test('are part of the graph, with the configs of their tree', () => {
    const project = parsed({
      'dbt_project.yml': 'name: p\nexposures: {p: {+meta: {shown: true}, +tags: [bi]}}',
      'models/a.sql': 'select 1 as id',
      'models/s.yml': `
sources: [{name: raw, tables: [{name: t}]}]
exposures:
  - name: board
    type: dashboard
    owner: {email: a@example.com}
    tags: [weekly]
    depends_on: [ref('a'), "source('raw', 't')"]
  - {name: 'off', type: ml, owner: {name: A}, config: {enabled: false}}`,
    });
    const board = project.definitions.get('exposure.p.board');
    expect(board).toMatchObject({ tags: ['bi', 'weekly'], meta: { shown: true } });
    expect(project.graph.parents('exposure.p.board')).toEqual(['model.p.a', 'source.p.raw.t']);
    expect(project.graph.children('model.p.a')).toEqual(['exposure.p.board']);
    expect(project.definitions.has('exposure.p.off')).toBe(false);
    expect(project.disabled.map(({ uniqueId }) => uniqueId)).toEqual(['exposure.p.off']);
  });

  test('that name nothing, or too little, are said to', () => {
    expect(
      problemsOf({
        'models/a.sql': 'select 1 as id',
        'models/s.yml': `exposures:
  - {name: one, type: dashbord, owner: {}}
  - {name: off, type: ml}
  - {name: two, type: notebook, maturity: vast, owner: {name: A}, depends_on: [a, ref('b'), metric('m')]}
groups: [{name: g}, {name: g, owner: {name: G}}]`,
      }),
    ).toEqual([
      'models/s.yml:3 | the `name` of an entry of `exposures` is no text, but false. | YAML reads on, off, yes and no as true and false: quote the name.',
      'models/s.yml:5 | the group "g" needs an `owner` with a name or an email. | ',
      'models/s.yml:5 | the group "g" is defined twice. | The other place is models/s.yml:5.',
      'models/s.yml:2 | the exposure "one" needs a `type` of dashboard, notebook, analysis, ml, application, and says "dashbord". | Did you mean "dashboard"?',
      'models/s.yml:2 | the exposure "one" needs an `owner` with a name or an email. | ',
      'models/s.yml:4 | the exposure "two" needs a `maturity` of low, medium, high, and says "vast". | ',
      "models/s.yml:4 | the exposure \"two\" depends on `a`, which names nothing. | An entry is ref('model'), source('source', 'table') or metric('metric').",
      'models/s.yml:4 | exposure two reads "b", and there is no such model, seed or snapshot. | Did you mean "a"?',
      'models/s.yml:4 | exposure two reads the metric "m", and no schema file defines it. | ',
    ]);
  });
});
