import { beforeAll, beforeEach, expect, test } from 'vitest';
import { freshSnowflake } from '../support/index.ts';
import { type WarehouseProjects, warehouseProjects } from './support/warehouse-project.ts';

const { connection } = await freshSnowflake();
let shop: WarehouseProjects;

beforeAll(async () => {
  shop = await warehouseProjects(connection);
  return () => shop.warehouse.close();
});

beforeEach(() => shop.run('CREATE OR REPLACE DATABASE SHOP', 'CREATE SCHEMA SHOP.LOG'));

const models = {
  'models/a.sql': "{{ config(materialized='table') }} select 1 as id",
  'models/s.yml':
    'sources: [{name: log, tables: [{name: runs}]}]\nmodels: [{name: a, columns: [{name: id, data_tests: [unique]}]}]',
};

test('hooks of a run read models and sources', async () => {
  const report = await shop.build({
    ...models,
    'dbt_project.yml': `name: p
on-run-start: create table if not exists {{ source('log', 'runs') }} (n int)
on-run-end: insert into {{ source('log', 'runs') }} select count(*) from {{ ref('a') }}`,
  });
  expect(report.problems).toEqual([]);
  expect(await shop.rows('SELECT N FROM SHOP.LOG.RUNS')).toEqual([[1]]);
});

test('a hook that reads what is not there says so', async () => {
  await expect(
    shop.build({ ...models, 'dbt_project.yml': "name: p\non-run-start: select * from {{ ref('b') }}" }),
  ).rejects.toThrow('a hook of the run reads "b", and there is no such model or source, or it is disabled');
});

test('the query comment stands on each statement of a node, at its end', async () => {
  const comment = (text: string) => ({ ...models, 'dbt_project.yml': `name: p\nquery-comment: ${text}` });
  shop.sent();
  await shop.build(comment('"{{ node.resource_type }} {{ node.name }} to {{ target.name }}"'));
  const made = shop.sent().find((sql) => /create or replace\s+transient table/i.test(sql));
  expect(made?.split('\n').at(-1)).toBe('/* model a to dev */');
  await shop.build(comment('{comment: "{{ say(node) }}", append: false}'));
  expect(shop.sent().some((sql) => sql.includes('say'))).toBe(false);
  const report = await shop.build({
    ...comment('{comment: "{{ say(node) }}", append: false}'),
    'macros/m.sql': '{% macro say(node) %}by {{ node.unique_id }}{% endmacro %}',
  });
  expect(report.problems).toEqual([]);
  expect(shop.sent().some((sql) => sql.startsWith('/* by model.p.a */\n'))).toBe(true);
});

test('a query comment that ends itself is an error of the node', async () => {
  const report = await shop.build({ ...models, 'dbt_project.yml': "name: p\nquery-comment: 'a */ b'" });
  expect(report.problems.join()).toContain('has "*/" in it, which would end it');
});

test('hooks at the end see what readers see, once it is published', async () => {
  const report = await shop.build({
    ...models,
    'dbt_project.yml': `name: p
on-run-end: "{% for place in database_schemas %}create table shop.log.seen as select count(*) as n from {{ place[0] }}.{{ place[1] }}.a where '{{ ref('a') }}' not like '%CANDIDATE%'{% endfor %}"`,
  });
  expect(report).toMatchObject({ problems: [], published: true });
  expect(await shop.rows('SELECT N FROM SHOP.LOG.SEEN')).toEqual([[1]]);
});

test('a hook at the end that fails is the failure of a run that is published all the same', async () => {
  const project = { ...models, 'dbt_project.yml': 'name: p\non-run-end: select * from no_such_table' };
  await expect(shop.build(project)).rejects.toMatchObject({
    code: 'HOOK_FAILED',
    kind: 'work',
    message: expect.stringContaining('on-run-end of p failed, after the run: '),
    hint: expect.stringContaining('What was built is published.'),
  });
  expect(
    await shop.rows("SELECT COUNT(*) FROM SHOP.INFORMATION_SCHEMA.TABLES WHERE TABLE_NAME = 'A'"),
  ).toEqual([[1]]);
});

test('hooks at the end run after a failure as well, over what was built and not published', async () => {
  const report = await shop.build({
    ...models,
    'tests/never.sql': "select * from {{ ref('a') }}",
    'dbt_project.yml': `name: p
on-run-end: "create table shop.log.seen as select count(*) as n from {{ ref('a') }} where '{{ ref('a') }}' like '%CANDIDATE%'"`,
  });
  expect(report.published).toBe(false);
  expect(await shop.rows('SELECT N FROM SHOP.LOG.SEEN')).toEqual([[1]]);
});
