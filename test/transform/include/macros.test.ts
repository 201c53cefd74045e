import { expect, test } from 'vitest';
import { build, compile } from '../../../lib/transform/index.ts';
import { dbtProject } from '../support/projects.ts';
import { shopWarehouse } from '../support/warehouse.ts';

const shop = await shopWarehouse();

/** What an expression prints in a model. */
async function printed(expression: string): Promise<string> {
  const directory = dbtProject({
    'models/m.sql': `{% set r = api.Relation.create(database='D', schema='S', identifier='t', type='table') %}{{ ${expression} }}`,
  });
  const { nodes } = await compile(shop.options(directory));
  return (nodes[0]?.sql ?? '').replaceAll(/\s+/g, ' ').trim();
}

test.each([
  ['drop_table(r)', 'drop table if exists D.S.t cascade'],
  ['dbt.drop_view(r)', 'drop view if exists D.S.t cascade'],
  ["get_rename_sql(r, 'u')", 'alter table D.S.t rename to D.S.u'],
  ["get_rename_sql(r.incorporate(type='view'), 'u')", 'alter view D.S.t rename to D.S.u'],
  ['get_rename_intermediate_sql(r)', 'alter table D.S.t__dbt_tmp rename to D.S.t'],
  ["information_schema_name('D')", 'D.information_schema'],
  ["get_limit_sql('select 1', 5)", 'select 1 limit 5'],
  ["unique_key_join_on(['a', 'b'], 'x', 'y')", 'x.a = y.a and x.b = y.b'],
  ["unique_key_is_null('a', 'x')", 'x.a is null'],
  ["unique_key_fields('a')", 'a as dbt_unique_key'],
  ["dates_in_range('20240228', '20240301')", "['20240228', '20240229', '20240301']"],
  ["partition_range('20240101,20240102')", "['20240101', '20240102']"],
  ["before_begin('select 1')", '{"sql": "select 1", "transaction": false}'],
  ['get_true_sql()', 'TRUE'],
  ['get_batch_size()', '10000'],
  ["create_or_replace_clone(r, 'D.P.t')", 'create or replace transient table D.S.t clone D.P.t'],
  ["get_csv_sql('a', 'b')", 'a; -- dbt seed -- b'],
  ['validation.any[list, basestring]([])', 'None'],
  ["render('{{ 1 + 1 }}')", '2'],
  ["try_or_compiler_error('no', get_true_sql)", 'TRUE'],
  ['adapter.get_hard_deletes_behavior({"invalidate_hard_deletes": true})', 'invalidate'],
])('%s', async (expression, text) => {
  expect(await printed(expression)).toBe(text);
});

test.each([
  ["adapter.dispatch('get_true_sql', 'no_package')()", 'TRUE'],
  ["adapter.dispatch('get_true_sql', packages=['dbt'])()", undefined],
])('a namespace that is no package is as good as none; %s', async (expression, text) => {
  const work = printed(expression);
  if (text === undefined) await expect(work).rejects.toThrow('gone from dbt');
  else expect(await work).toBe(text);
});

test('a variable holds a template, which is rendered where it is used', async () => {
  const directory = dbtProject({
    'dbt_project.yml': `name: p
vars:
  read_from: "{{ ref('a') }}"
  place: "{{ target.schema }}_x"
models: {p: {b: {+alias: "{{ 'c' if target.type == 'snowflake' else 'd' }}"}}}
`,
    'models/a.sql': 'select 1 as id',
    'models/b.sql': "select * from {{ var('read_from') }} -- {{ var('place') }}",
  });
  const { nodes } = await compile(shop.options(directory, { select: ['b'] }));
  expect(nodes.map(({ sql }) => sql)).toEqual(['select * from SHOP.DEV.a -- DEV_x']);
  const report = await build(shop.options(directory));
  expect(report.problems).toEqual([]);
  expect(await shop.relations('DEV')).toEqual(['A', 'C']);
});

test('a template replaces a name for the rest of its node', async () => {
  expect(await printed("context.update({'schema': 'other'}) or schema")).toBe('other');
});

test('asks what is in a database', async () => {
  const directory = dbtProject({
    'models/a.sql': "{{ config(materialized='table') }} select 1 as id",
    'models/b.sql': `-- depends on {{ ref('a') }}
{% set schemas = list_schemas(target.database).columns[0].values() if execute else [] %}
{% set there = check_schema_exists(information_schema_name(target.database), 'dev').columns[0].values()[0] if execute else 0 %}
{% set tables = list_relations_without_caching(this).columns[2].values() if execute else [] %}
{% set fresh = collect_freshness(ref('a'), 'current_timestamp()', none)['table'].column_names if execute else [] %}
select '{{ schemas | list | join(' ') }}' as schemas, {{ there }} as there, '{{ tables | join(' ') }}' as tables, {{ fresh | length }} as columns`,
  });
  const report = await build(shop.options(directory, { audit: false }));
  expect(report.problems).toEqual([]);
  const [[schemas, there, tables, columns] = []] = await shop.values('SELECT * FROM SHOP.DEV.B');
  expect(String(schemas).split(' ')).toEqual(expect.arrayContaining(['DEV', 'PUBLIC']));
  expect(String(tables).split(' ')).toContain('A');
  expect([there, columns]).toEqual([1, 2]);
});
