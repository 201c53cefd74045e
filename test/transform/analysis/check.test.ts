import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { writeContract } from '../../../lib/config/index.ts';
import { connectWarehouse, type Warehouse } from '../../../lib/snowflake/index.ts';
import { build, compile, ProjectError, type TransformOptions } from '../../../lib/transform/index.ts';
import { freshSnowflake, temporaryFolder } from '../../support/index.ts';
import { dbtProject, shop } from '../support/projects.ts';

const { connection } = await freshSnowflake();
let warehouse: Warehouse;
/** Texts of the statements that a run sent. */
let sent: string[];

beforeAll(async () => {
  warehouse = await connectWarehouse(connection);
});

afterAll(() => warehouse.close());

beforeEach(async () => {
  sent = [];
  for (const sql of [
    'CREATE OR REPLACE DATABASE SHOP',
    'CREATE SCHEMA SHOP.RAW',
    'CREATE TABLE SHOP.RAW.ORDERS (ID NUMBER(10,0), CUSTOMER VARCHAR, PLACED_ON DATE, AMOUNT NUMBER(10,2))',
    "INSERT INTO SHOP.RAW.ORDERS VALUES (1, 'ann', '2024-01-01', 10.5)",
  ]) {
    await warehouse.execute(sql);
  }
});

const sources = 'sources: [{name: raw, schema: RAW, tables: [{name: orders}]}]';

function optionsOf(files: Readonly<Record<string, string>>): TransformOptions {
  return {
    directory: dbtProject({ 'models/sources.yml': sources, ...files }),
    project: shop,
    connect: async () => {
      const session = await connectWarehouse(connection);
      return {
        ...session,
        execute: (sql, ...rest) => {
          sent.push(sql);
          return session.execute(sql, ...rest);
        },
        close: () => session.close(),
      };
    },
    artifactsDirectory: temporaryFolder(),
  };
}

/** The problems that a build finds before anything runs: place, message and hint. */
async function problemsOf(options: TransformOptions): Promise<string[]> {
  const error: unknown = await build(options).catch((thrown: unknown) => thrown);
  if (!(error instanceof ProjectError)) throw error;
  expect(error.kind).toBe('usage');
  return error.problems.map(({ file, line, column, message, hint }) =>
    [`${file}:${line}:${column}`, message, hint?.trim()].join('\n'),
  );
}

describe('before a build sends anything', () => {
  test('all errors are told at once, with their place in the model and the line', async () => {
    const options = optionsOf({
      'models/a.sql': "select id, amount\nfrom {{ source('raw', 'orders') }}\nwhere custmer is not null\n",
      'models/b.sql':
        "{% set column = 'id' %}\nselect\n  a.{{ column }},\n  a.amuont as worth\nfrom {{ ref('a') }} as a\n",
      'models/c.sql': "select placed_on = 1 as x from {{ source('raw', 'orders') }}",
    });
    expect(await problemsOf(options)).toEqual([
      [
        'models/a.sql:3:7',
        'orders has no column custmer.\n  3 | where custmer is not null\n    |       ^',
        'Did you mean customer?',
      ].join('\n'),
      [
        'models/c.sql:1:18',
        "DATE and NUMBER(1,0) cannot be compared.\n  1 | select placed_on = 1 as x from {{ source('raw', 'orders') }}\n    |                  ^",
        'Convert one of them with a cast.',
      ].join('\n'),
      [
        'models/b.sql:4:3',
        'a has no column amuont.\n  4 |   a.amuont as worth\n    |   ^',
        'Did you mean amount?',
      ].join('\n'),
    ]);
    expect(sent.filter((sql) => !/^\s*(?:SELECT|ALTER SESSION|USE)\b/i.test(sql))).toEqual([]);
  });

  test('a name that a macro wrote is shown in the compiled SQL', async () => {
    const options = optionsOf({
      'macros/m.sql': '{% macro worth(column) %}{{ column }}_cents / 100{% endmacro %}',
      'models/a.sql': "select {{ worth('amount') }} as worth from {{ source('raw', 'orders') }}",
    });
    expect(await problemsOf(options)).toEqual([
      [
        'models/a.sql:undefined:undefined',
        'orders has no column amount_cents. (in the compiled SQL of model a)\n  1 | select amount_cents / 100 as worth from SHOP.RAW.orders\n    |        ^',
        'There are id, customer, placed_on, amount.',
      ].join('\n'),
    ]);
  });

  test('a snapshot, a singular test and an ephemeral model are looked at as well, each once', async () => {
    const options = optionsOf({
      'models/e.sql':
        "{{ config(materialized='ephemeral') }} select id, nope from {{ source('raw', 'orders') }}",
      'models/a.sql': "select id, amount from {{ ref('e') }}",
      'models/b.sql': "select id from {{ ref('e') }}",
      'snapshots/s.sql':
        "\n\n{% snapshot s %}\n{{ config(unique_key='id', strategy='check', check_cols='all') }}\nselect missing as id from {{ ref('b') }}\n{% endsnapshot %}",
      'models/after.sql': "select dbt_valid_from, dbt_valid_too from {{ ref('s') }}",
      'tests/t.sql': "select * from {{ ref('b') }} where wrong",
    });
    const places = (await problemsOf(options)).map((text) => text.split('\n').slice(0, 2).join(' '));
    expect(places.sort()).toEqual([
      'models/a.sql:1:12 e has no column amount.',
      'models/after.sql:1:24 s has no column dbt_valid_too.',
      'models/e.sql:1:51 orders has no column nope.',
      'snapshots/s.sql:5:8 b has no column missing.',
      'tests/t.sql:1:36 b has no column wrong.',
    ]);
  });

  test('tests of columns that are not there, and contracts that the SQL does not keep', async () => {
    const options = optionsOf({
      'models/a.sql': "select id, customer from {{ source('raw', 'orders') }}",
      'models/b.sql': "{{ config(contract={'enforced': true}) }} select id, customer from {{ ref('a') }}",
      'models/schema.yml': `models:
  - name: a
    columns:
      - name: id
        tests: [not_null, unique, {relationships: {arguments: {to: ref('b'), field: idd}}}]
      - name: custmer
        tests: [not_null]
      - name: "id || customer"
        tests: [unique]
  - name: b
    columns: [{name: id, data_type: number}, {name: worth, data_type: number}]
`,
    });
    expect((await problemsOf(options)).sort()).toEqual([
      'models/schema.yml:10:undefined\nmodel b does not keep its contract: its SQL does not give worth; its SQL gives customer, which the contract does not name.\nChange the SQL or the columns of the schema file.',
      'models/schema.yml:5:undefined\ntest relationships_a_id__idd__ref_b_: b has no column idd.\nDid you mean id?',
      'models/schema.yml:7:undefined\ntest not_null_a_custmer: a has no column custmer.\nDid you mean customer?',
    ]);
  });

  test('columns that a table would have twice are told', async () => {
    const options = optionsOf({
      'models/a.sql':
        "{{ config(materialized='table') }} select id, customer as id from {{ source('raw', 'orders') }}",
    });
    expect((await problemsOf(options))[0]).toContain('the column id would be there twice.');
  });

  test('a source that is not there is told, unless a hook may make it', async () => {
    const files = {
      'models/sources.yml': 'sources: [{name: raw, schema: RAW, tables: [{name: orders}, {name: orderz}]}]',
      'models/a.sql': "select * from {{ source('raw', 'orderz') }}",
    };
    expect((await problemsOf(optionsOf(files)))[0]).toContain('there is no table shop.raw.orderz.');
    const hook = "on-run-start: ['create table SHOP.RAW.ORDERZ as select 1 as x']";
    const report = await build(optionsOf({ ...files, 'dbt_project.yml': `name: p\n${hook}\n` }));
    expect(report.problems).toEqual([]);
  });

  test('what is not checked goes to the warehouse', async () => {
    const options = optionsOf({ 'models/a.sql': "select nope from {{ source('raw', 'orders') }}" });
    const report = await build({ ...options, check: false });
    expect(report.models.map(({ status }) => status)).toEqual(['error']);
  });
});

describe('what may be right runs', () => {
  test('SQL that depends on what the warehouse answers, and all that reads it', async () => {
    const report = await build(
      optionsOf({
        'models/a.sql':
          "{% set names = run_query('select column_name from SHOP.INFORMATION_SCHEMA.COLUMNS where table_name = \\'ORDERS\\'').columns[0].values() if execute else ['id'] %}\n-- depends_on: {{ source('raw', 'orders') }}\nselect {{ names | join(', ') }} from {{ source('raw', 'orders') }}",
        'models/b.sql': "select amount, placed_on from {{ ref('a') }}",
      }),
    );
    expect(report.problems).toEqual([]);
  });

  test('a column that only the table in the warehouse still has', async () => {
    const first = optionsOf({
      'models/a.sql':
        "{{ config(materialized='incremental', on_schema_change='append_new_columns') }} select id, 1 as old from {{ source('raw', 'orders') }}",
    });
    expect((await build(first)).published).toBe(true);
    const later = optionsOf({
      'models/a.sql':
        "{{ config(materialized='incremental', on_schema_change='append_new_columns') }} select id from {{ source('raw', 'orders') }} {% if is_incremental() %} where id > (select max(old) from {{ this }}) {% endif %}",
      'models/b.sql': "select id, old from {{ ref('a') }}",
    });
    expect((await build(later)).problems).toEqual([]);
    // Made from nothing in another schema, the column is not there.
    expect((await problemsOf({ ...later, target: 'prod' }))[0]).toContain('a has no column old.');
  });

  test('a parent that is not built has the columns that it has in the warehouse', async () => {
    const files = {
      'models/a.sql': "select id, amount from {{ source('raw', 'orders') }}",
      'models/b.sql': "select id, amount from {{ ref('a') }}",
    };
    expect((await build(optionsOf(files))).published).toBe(true);
    const changed = { ...files, 'models/a.sql': "select id from {{ source('raw', 'orders') }}" };
    expect((await build({ ...optionsOf(changed), select: ['b'] })).problems).toEqual([]);
    expect((await problemsOf(optionsOf(changed)))[0]).toContain('a has no column amount.');
  });
});

test('tables that Sluice loads are known from their contracts, without asking', async () => {
  const directory = temporaryFolder();
  mkdirSync(join(directory, 'contracts'), { recursive: true });
  writeContract(directory, {
    version: 1,
    table: 'orders',
    columns: [
      { name: 'id', target: 'ID', sourceType: 'integer', targetType: 'NUMBER(10,0)', nullable: false },
      { name: 'Mixed', target: 'Mixed', sourceType: 'text', targetType: 'VARCHAR', nullable: true },
    ],
  });
  const options = optionsOf({
    'models/a.sql': `select id, "Mixed", _loaded_at, _row from {{ source('raw', 'orders') }}`,
    'models/b.sql': "select mixed from {{ ref('a') }}",
  });
  const config = {
    ...shop,
    tables: [
      {
        name: 'orders',
        source: { schema: 'public', table: 'orders' },
        mode: { kind: 'full' },
        onReject: 'hold',
        mask: {},
        values: {},
      },
    ],
  } as const;
  const unreachable = () => Promise.reject(new Error('the warehouse was asked'));
  const error: unknown = await compile({
    ...options,
    project: config,
    configDirectory: directory,
    connect: unreachable,
    select: ['a'],
  });
  expect(error).toMatchObject({ nodes: [{ name: 'a' }] });
  await expect(compile({ ...options, project: config, configDirectory: directory })).rejects.toThrow(
    'Did you mean "Mixed"? It was made in quotes, with this spelling.',
  );
});

test('a seed has the columns of its file', async () => {
  const options = optionsOf({
    'seeds/countries.csv': 'code,Long Name,since\nGB,Great Britain,1707-05-01\n',
    'models/a.sql': `select code, "Long Name", since + 1 as next from {{ ref('countries') }} where since > 5`,
  });
  writeFileSync(join(options.directory, 'models/b.sql'), "select nam from {{ ref('countries') }}");
  const messages = (await problemsOf(options)).map((text) => text.split('\n')[1]);
  expect(messages).toEqual(['DATE and NUMBER(1,0) cannot be compared.', 'countries has no column nam.']);
});
