import { beforeEach, describe, expect, test } from 'vitest';
import { freshSnowflake } from '../../support/index.ts';
import { warehouseProjects } from '../support/warehouse-project.ts';

const { connection } = await freshSnowflake();
const { rows, records, run, build, sent } = await warehouseProjects(connection);

beforeEach(async () => {
  await run(
    'CREATE OR REPLACE DATABASE SHOP',
    'CREATE SCHEMA SHOP.RAW',
    'CREATE TABLE SHOP.RAW.ITEMS (ID INT, NAME VARCHAR)',
    "INSERT INTO SHOP.RAW.ITEMS VALUES (1, 'one'), (2, 'two')",
    'CREATE ROLE IF NOT EXISTS READER',
    'CREATE ROLE IF NOT EXISTS WRITER',
  );
  sent();
});

const model = (config: string, sql = 'select id, name from SHOP.RAW.ITEMS') => ({
  'models/m.sql': `{{ config(${config}) }} ${sql}`,
});
const published = () => rows('SELECT * FROM SHOP.DEV.M ORDER BY 1');
const grantees = async (kind = 'TABLE') =>
  (await records(`SHOW GRANTS ON ${kind} SHOP.DEV.M`)).map(
    (grant) => `${grant.privilege} ${grant.grantee_name}`,
  );

describe('an incremental model', () => {
  const incremental = "materialized='incremental', unique_key='id'";

  test('fails where its columns change and on_schema_change is fail, and says which', async () => {
    await build(model(`${incremental}, on_schema_change='fail'`));
    const { problems } = await build(
      model(`${incremental}, on_schema_change='fail'`, "select id, 'x' as extra from SHOP.RAW.ITEMS"),
    );
    expect(problems.join()).toContain("new ['EXTRA'], gone ['NAME']");
    expect(await published()).toEqual([
      [1, 'one'],
      [2, 'two'],
    ]);
  });

  test('is made anew by --full-refresh, unless it says never, and always if it says so', async () => {
    const files = (config: string) => ({
      ...model(`${incremental}${config}`),
      'models/never.sql': `{{ config(${incremental}, full_refresh=false) }} select id, name from SHOP.RAW.ITEMS`,
    });
    await build(files(''));
    await run('DELETE FROM SHOP.RAW.ITEMS WHERE ID = 1');
    await build(files(''));
    expect(await rows('SELECT COUNT(*) FROM SHOP.DEV.M')).toEqual([[2]]);
    await build(files(''), { fullRefresh: true });
    expect(await rows('SELECT COUNT(*) FROM SHOP.DEV.M')).toEqual([[1]]);
    expect(await rows('SELECT COUNT(*) FROM SHOP.DEV.NEVER')).toEqual([[2]]);
    await run('DELETE FROM SHOP.RAW.ITEMS');
    await build(files(', full_refresh=true'));
    expect(await rows('SELECT COUNT(*) FROM SHOP.DEV.M')).toEqual([[0]]);
  });

  test('stays transient when only its config changes, until it is made anew', async () => {
    const kind = async () => (await records("SHOW TABLES LIKE 'M' IN SCHEMA SHOP.DEV"))[0]?.kind;
    await build(model(incremental));
    expect((await build(model(`${incremental}, transient=false`))).problems).toEqual([]);
    expect(await kind()).toBe('TRANSIENT');
    await build(model(`${incremental}, transient=false`), { fullRefresh: true });
    expect(await kind()).toBe('TABLE');
    await build(model(incremental));
    expect(await kind()).toBe('TRANSIENT');
  });

  test('refuses what cannot be meant', async () => {
    for (const [config, expected] of [
      ["incremental_strategy='upsert'", 'incremental_strategy "upsert" is unknown'],
      ["on_schema_change='append'", 'ignore, fail, append_new_columns, sync_all_columns'],
      ["incremental_strategy='delete+insert', tmp_relation_type='view'", 'can only be table'],
      ["tmp_relation_type='cte'", 'none of table, view'],
      ["merge_update_columns=['name'], merge_exclude_columns=['id']", 'say the same thing twice'],
    ]) {
      await build(model(incremental));
      // What can be seen without running is refused when the project is read.
      const problems = await build(model(`${incremental}, ${config}`)).then(
        (report) => report.problems.join(),
        (error: Error) => error.message,
      );
      expect(problems, config).toContain(expected);
    }
  });

  test('takes a strategy of the project', async () => {
    const files = {
      ...model(`${incremental}, incremental_strategy='keep_first'`),
      'macros/keep.sql': `{% macro get_incremental_keep_first_sql(arg_dict) %}
        merge into {{ arg_dict['target_relation'] }} as t using {{ arg_dict['temp_relation'] }} as s on t.id = s.id
        when not matched then insert (id, name) values (s.id, s.name)
      {% endmacro %}`,
    };
    await build(files);
    await run("UPDATE SHOP.RAW.ITEMS SET NAME = 'changed'", "INSERT INTO SHOP.RAW.ITEMS VALUES (3, 'three')");
    await build(files);
    expect(await published()).toEqual([
      [1, 'one'],
      [2, 'two'],
      [3, 'three'],
    ]);
  });

  test('leaves nothing behind of a strategy that fails halfway', async () => {
    const config = "materialized='incremental', incremental_strategy='delete+insert', unique_key='id'";
    await build(model(config));
    await run("UPDATE SHOP.RAW.ITEMS SET NAME = 'no number' WHERE ID = 2");
    const broken = {
      ...model(config),
      'macros/insert.sql': `{% macro get_insert_into_sql(target_relation, temp_relation, dest_columns) %}
        insert into {{ target_relation }} select id, name::int from {{ temp_relation }}
      {% endmacro %}`,
    };
    const { problems } = await build(broken, { audit: false });
    expect(problems.join()).toContain('is not recognized');
    expect(await published()).toEqual([
      [1, 'one'],
      [2, 'two'],
    ]);
  });
});

describe('grants', () => {
  test('of the config are granted where readers look, and revoked when they are no longer there', async () => {
    for (const [materialized, kind] of [
      ['table', 'TABLE'],
      ['view', 'VIEW'],
    ]) {
      const granted = (who: string) => model(`materialized='${materialized}', grants={'select': ${who}}`);
      await build(granted("['READER', 'WRITER']"));
      expect((await grantees(kind)).toSorted()).toEqual(['SELECT READER', 'SELECT WRITER']);
      await build(granted("['writer']"));
      expect(await grantees(kind)).toEqual(['SELECT WRITER']);
      await build(model(`materialized='${materialized}'`));
      expect(await grantees(kind)).toEqual(['SELECT WRITER']);
    }
  });

  test('of a hook reach what is published', async () => {
    for (const [materialized, kind] of [
      ['table', 'TABLE'],
      ['view', 'VIEW'],
      ['incremental', 'TABLE'],
    ]) {
      await run('DROP TABLE IF EXISTS SHOP.DEV.M').catch(() => run('DROP VIEW SHOP.DEV.M'));
      await build(
        model(`materialized='${materialized}', post_hook='grant select on {{ this }} to role reader'`),
      );
      expect(await grantees(kind), materialized).toEqual(['SELECT READER']);
    }
  });
});

describe('hooks', () => {
  test('run in order, before and after the model, with its own names', async () => {
    await run('CREATE TABLE SHOP.RAW.LOG (N INT AUTOINCREMENT, WHAT VARCHAR)');
    const note = (what: string) => `"insert into SHOP.RAW.LOG (what) select '${what}'"`;
    await build(
      model(`materialized='table',
        pre_hook=[${note('first')}, {"sql": ${note('outside')}, "transaction": False}],
        post_hook=[${note('then {{ this.identifier }}')}, after_commit(${note('last')})]`),
    );
    expect(await rows('SELECT WHAT FROM SHOP.RAW.LOG ORDER BY N')).toEqual([
      ['outside'],
      ['first'],
      ['then m'],
      ['last'],
    ]);
  });

  test('of a seed run too, with its grants and comments', async () => {
    await run('CREATE TABLE SHOP.RAW.LOG (WHAT VARCHAR)');
    await build({
      'seeds/s.csv': 'id,name\n1,one\n',
      'seeds/s.yml': `seeds:
  - name: s
    description: some rows
    config:
      pre-hook: insert into SHOP.RAW.LOG select 'before'
      post-hook: "insert into SHOP.RAW.LOG select 'after ' || count(*) from {{ this }}"
      grants: {select: [READER]}
      persist_docs: {relation: true}`,
    });
    expect(await rows('SELECT * FROM SHOP.RAW.LOG')).toEqual([['before'], ['after 1']]);
    const [seed] = await records("SHOW TABLES LIKE 'S' IN SCHEMA SHOP.DEV");
    expect(seed).toMatchObject({ comment: 'some rows', kind: 'TABLE' });
    expect(await records('SHOW GRANTS ON TABLE SHOP.DEV.S')).toMatchObject([{ grantee_name: 'READER' }]);
  });
});

test('a query tag of the config holds for its model alone', async () => {
  await build({
    ...model("materialized='table', query_tag=\"it's mine\""),
    'models/other.sql': "{{ config(materialized='table') }} select * from {{ ref('m') }}",
  });
  const tags = async (name: string) =>
    rows(
      `SELECT DISTINCT QUERY_TAG FROM TABLE(SHOP.INFORMATION_SCHEMA.QUERY_HISTORY()) WHERE QUERY_TEXT ILIKE 'create or replace transient table%.${name}%' AND START_TIME > DATEADD('second', -20, CURRENT_TIMESTAMP())`,
    );
  expect(await tags('m')).toContainEqual(["it's mine"]);
  const [[other] = []] = await tags('other');
  expect(JSON.parse(String(other))).toMatchObject({ project: 'p', node: 'model.p.other' });
});

test('a materialization of the project makes what it says', async () => {
  const report = await build({
    'macros/twice.sql': `{% materialization twice, adapter='snowflake' %}
      {%- set target_relation = this.incorporate(type='table') -%}
      {% call statement('main') -%}
        create or replace table {{ target_relation }} as (select * from ({{ sql }}) union all select * from ({{ sql }}))
      {%- endcall %}
      {{ return({'relations': [target_relation]}) }}
    {% endmaterialization %}`,
    ...model("materialized='twice'", 'select 7 as n'),
    'models/reads.sql': "select count(*) as n from {{ ref('m') }}",
  });
  expect(report.problems).toEqual([]);
  expect(await rows('SELECT * FROM SHOP.DEV.READS')).toEqual([[2]]);
});

test('a clustered, permanent table and a secure view keep that when they are published', async () => {
  await build({
    ...model("materialized='table', transient=false, cluster_by=['id'], automatic_clustering=true"),
    'models/v.sql': "{{ config(materialized='view', secure=true) }} select id from {{ ref('m') }}",
  });
  expect(await records("SHOW TABLES LIKE 'M' IN SCHEMA SHOP.DEV")).toMatchObject([
    { kind: 'TABLE', cluster_by: 'LINEAR(id)' },
  ]);
  expect(await records("SHOW VIEWS LIKE 'V' IN SCHEMA SHOP.DEV")).toMatchObject([{ is_secure: 'true' }]);
  expect(sent()).toContain('ALTER TABLE "SHOP"."DEV"."M" RESUME RECLUSTER');
});

test('comments of columns reach tables and views, also of views over what is not published yet', async () => {
  const report = await build({
    ...model("materialized='table', persist_docs={'relation': true, 'columns': true}"),
    'models/v.sql':
      "{{ config(materialized='view', persist_docs={'relation': true, 'columns': true}) }} select id, name from {{ ref('m') }}",
    'models/s.yml': `models:
  - {name: m, description: "a 'table'", columns: [{name: ID, description: "the \\\\ key"}]}
  - {name: v, description: a view, columns: [{name: name, description: $$ of it}]}`,
  });
  expect(report.problems).toEqual([]);
  const comments = await rows(
    "SELECT TABLE_NAME, COLUMN_NAME, COMMENT FROM SHOP.INFORMATION_SCHEMA.COLUMNS WHERE TABLE_SCHEMA = 'DEV' AND COMMENT IS NOT NULL ORDER BY 1, 2",
  );
  expect(comments).toEqual([
    ['M', 'ID', 'the \\ key'],
    ['V', 'NAME', '$$ of it'],
  ]);
  expect(
    await rows(
      "SELECT TABLE_NAME, COMMENT FROM SHOP.INFORMATION_SCHEMA.TABLES WHERE TABLE_SCHEMA = 'DEV' ORDER BY 1",
    ),
  ).toEqual([
    ['M', "a 'table'"],
    ['V', 'a view'],
  ]);
});

test('a macro of dbt-snowflake is wrapped by one of the project', async () => {
  const report = await build({
    ...model("materialized='table'"),
    'macros/wrapped.sql': `{% macro snowflake__create_table_as(temporary, relation, compiled_code, language='sql') %}
      {{ dbt.default__create_table_as(temporary, relation, "select *, 'wrapped' as by_whom from (" ~ compiled_code ~ ")") }}
    {% endmacro %}
    {% macro set_query_tag() %}
      {% do run_query("alter session set query_tag = 'of the project'") %}
      {{ return(dbt_snowflake.snowflake__set_query_tag()) }}
    {% endmacro %}`,
  });
  expect(report.problems).toEqual([]);
  expect(await published()).toEqual([
    [1, 'one', 'wrapped'],
    [2, 'two', 'wrapped'],
  ]);
});
