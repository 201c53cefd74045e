import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { beforeAll, describe, expect, test } from 'vitest';
import { connectWarehouse } from '../../../lib/snowflake/index.ts';
import type { SiteData, SiteNode } from '../../../lib/transform/docs/data-types.ts';
import { type DocsReport, generateDocs } from '../../../lib/transform/docs/generate.ts';
import { build, freshness } from '../../../lib/transform/index.ts';
import { freshSnowflake, temporaryFolder } from '../../support/index.ts';
import { dbtProject, shop } from '../support/projects.ts';

/** Folder of dbt's published schemas (`schemas/dbt` of dbt-core), which are not part of this project. */
const schemas = process.env.SLUICE_DBT_SCHEMAS;
const { connection } = await freshSnowflake();
const artifactsDirectory = temporaryFolder();
const secret = 'hunter2-and-more';

const directory = dbtProject({
  'dbt_project.yml': `name: shop
models:
  shop:
    +materialized: table
    +persist_docs: { relation: true, columns: true }
`,
  'models/overview.md': '{% docs __overview__ %}\n# The shop\n{% enddocs %}',
  'models/schema.yml': `
sources:
  - name: elsewhere
    database: NOBODYS
    tables: [{ name: things }]
  - name: raw
    description: What the till writes.
    schema: RAW
    tables:
      - name: orders
        loaded_at_field: loaded_at
        freshness: { warn_after: { count: 1, period: hour }, error_after: { count: 9, period: day } }
        columns:
          - { name: id, data_tests: [not_null] }
          - { name: customer, meta: { masked: hash } }
groups:
  - name: finance
    owner: { name: Ann, email: ann@example.com }
models:
  - name: orders
    description: One row an order.
    config: { group: finance, access: private, tags: [daily], meta: { tier: 1 } }
    columns:
      - name: id
        description: Number of the order.
        data_tests: [unique, not_null]
      - name: pounds
        description: In pounds.
        data_tests: [{ accepted_values: { arguments: { values: [7] } } }]
      - name: gone
        description: Was once here.
  - name: totals
    config: { group: finance }
    description: "{{ doc('__overview__') }}"
exposures:
  - name: report
    label: Weekly report
    type: dashboard
    url: https://example.com/report
    owner: { name: Bob }
    depends_on: [ref('totals')]
unit_tests:
  - name: adds_up
    model: totals
    given: [{ input: ref('orders'), rows: [{ id: 1, pounds: 2 }, { id: 2, pounds: 3 }] }]
    expect: { rows: [{ orders: 2, pounds: 5 }] }
`,
  'models/orders.sql': `select id, customer, amount / 100 as pounds, loaded_at as "Loaded At",
    '{{ env_var('SHOP_API_TOKEN') }}' as word
from {{ source('raw', 'orders') }}`,
  'models/totals.sql': 'select count(id) as orders, {{ total("pounds") }} as pounds from {{ ref("orders") }}',
  'models/unbuilt.sql': "{{ config(docs={'node_color': 'tomato'}) }} select 1 as id",
  'models/hidden.sql': "{{ config(materialized='ephemeral', docs={'show': false}) }} select 1 as id",
  'macros/total.sql': '{% macro total(column) %}sum({{ column }}){% endmacro %}',
});

const options = {
  directory,
  project: shop,
  connect: () => connectWarehouse(connection),
  artifactsDirectory,
  env: { SHOP_API_TOKEN: secret },
};
let report: DocsReport;
let site: SiteData;

function json(folder: string, name: string): Record<string, Record<string, Record<string, unknown>>> {
  return JSON.parse(readFileSync(join(folder, name), 'utf8'));
}

/** The data that a page holds. */
function dataOf(page: string): SiteData {
  const found = /<script type="application\/json" id="site-data">(.*?)<\/script>/s.exec(
    readFileSync(page, 'utf8'),
  );
  return JSON.parse(found?.[1] ?? 'null');
}

function node(id: string, data = site): SiteNode {
  const found = data.nodes.find((one) => one.id === id);
  if (found === undefined) throw new Error(`no ${id} among ${data.nodes.map((one) => one.id).join(', ')}`);
  return found;
}

beforeAll(async () => {
  const warehouse = await connectWarehouse(connection);
  for (const sql of [
    'CREATE DATABASE SHOP',
    'CREATE SCHEMA SHOP.RAW',
    "CREATE TABLE SHOP.RAW.ORDERS (ID NUMBER(10,0), CUSTOMER VARCHAR(64) COMMENT 'Who', AMOUNT NUMBER(10,2), LOADED_AT TIMESTAMP_NTZ(6))",
    "INSERT INTO SHOP.RAW.ORDERS SELECT 1, 'ann', 700, DATEADD('hour', -2, SYSDATE())",
    "INSERT INTO SHOP.RAW.ORDERS SELECT 2, 'bob', 900, DATEADD('hour', -3, SYSDATE())",
  ]) {
    await warehouse.execute(sql);
  }
  await build({ ...options, exclude: ['unbuilt', 'accepted_values_orders_pounds__7'] });
  await freshness(options);
  await build({ ...options, select: ['test_type:generic'], resourceTypes: ['test'] });
  report = await generateDocs(options);
  site = dataOf(report.page);
  await warehouse.close();
});

test('says what was written and what the warehouse lacks', () => {
  expect(report).toEqual({
    page: join(artifactsDirectory, 'index.html'),
    manifest: join(artifactsDirectory, 'manifest.json'),
    catalog: join(artifactsDirectory, 'catalog.json'),
    relations: { expected: 5, found: 3 },
    problems: [expect.stringMatching(/^The catalog of NOBODYS cannot be read: .*NOBODYS/s)],
  });
});

test('catalog.json has the columns, comments and sizes of what is in the warehouse', () => {
  const { nodes, sources, errors } = json(artifactsDirectory, 'catalog.json');
  expect(errors).toEqual(report.problems);
  expect(Object.keys(nodes ?? {}).sort()).toEqual(['model.shop.orders', 'model.shop.totals']);
  expect(nodes?.['model.shop.orders']).toMatchObject({
    unique_id: 'model.shop.orders',
    metadata: {
      type: 'BASE TABLE',
      database: 'SHOP',
      schema: 'DEV',
      name: 'ORDERS',
      comment: 'One row an order.',
    },
    stats: {
      row_count: { id: 'row_count', label: 'Row Count', value: 2, include: true },
      has_stats: { value: true, include: false },
    },
  });
  expect(Object.values(nodes?.['model.shop.orders']?.columns ?? {})).toEqual([
    { type: 'NUMBER', index: 1, name: 'ID', comment: 'Number of the order.' },
    { type: 'TEXT', index: 2, name: 'CUSTOMER', comment: null },
    { type: 'NUMBER', index: 3, name: 'POUNDS', comment: 'In pounds.' },
    { type: 'TIMESTAMP_NTZ', index: 4, name: 'Loaded At', comment: null },
    { type: 'TEXT', index: 5, name: 'WORD', comment: null },
  ]);
  expect(sources?.['source.shop.raw.orders']?.columns).toMatchObject({ CUSTOMER: { comment: 'Who' } });
});

describe.skipIf(schemas === undefined || !existsSync(schemas))("dbt's own schemas", () => {
  test.each([
    ['catalog.json', 'catalog/v1.json'],
    ['manifest.json', 'manifest/v12.json'],
  ])('%s is valid against %s', (name, schema) => {
    const ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: false });
    const validate = ajv.compile(JSON.parse(readFileSync(join(schemas ?? '', schema), 'utf8')));
    validate(json(artifactsDirectory, name));
    expect(validate.errors?.slice(0, 10) ?? []).toEqual([]);
  });
});

test('manifest.json holds the compiled SQL, as after a compile of dbt', () => {
  const { nodes } = json(artifactsDirectory, 'manifest.json');
  expect(nodes?.['model.shop.totals']).toMatchObject({
    compiled: true,
    compiled_code: 'select count(id) as orders, sum(pounds) as pounds from SHOP.DEV.orders',
  });
});

describe('the data of the page', () => {
  test('shows columns as the project writes them, with the types of the warehouse', () => {
    const columns = node('model.shop.orders').columns.map(({ name, type, found }) => [name, type, found]);
    expect(columns).toEqual([
      ['id', 'NUMBER(10,0)', true],
      ['customer', 'VARCHAR', true],
      ['pounds', expect.stringMatching(/^NUMBER/), true],
      ['Loaded At', 'TIMESTAMP_NTZ(6)', true],
      ['word', 'VARCHAR', true],
      ['gone', null, false],
    ]);
  });

  test('joins tests and their last results to nodes and columns', () => {
    const [id] = node('model.shop.orders').columns;
    expect(id?.tests.map((test) => node(test).test?.name)).toEqual(['unique', 'not_null']);
    expect(node(id?.tests[0] ?? '').result).toMatchObject({ status: 'pass', health: 'good', failures: 0 });
    const values = site.nodes.find(({ name }) => name === 'accepted_values_orders_pounds__7');
    expect(values).toMatchObject({
      test: { column: 'pounds', arguments: ['values: [7]'] },
      result: { health: 'bad', failures: 1 },
    });
    expect(site.run).toMatchObject({ command: 'build', target: 'dev' });
  });

  test('has the rest: freshness, groups, exposures, unit tests, macros, overview, settings', () => {
    expect(node('source.shop.raw.orders')).toMatchObject({
      label: 'raw.orders',
      freshness: { health: 'warn', warnAfter: '1 hour', errorAfter: '9 days' },
      columns: [
        { name: 'id' },
        { name: 'customer', type: 'VARCHAR(64)', meta: { masked: 'hash' } },
        { name: 'amount' },
        { name: 'loaded_at' },
      ],
    });
    expect(node('model.shop.orders')).toMatchObject({
      group: 'finance',
      access: 'private',
      tags: ['daily'],
      meta: { tier: 1 },
      relation: { sql: 'SHOP.DEV.orders', type: 'table', rows: 2, bytes: null },
    });
    expect(site.groups).toEqual([
      { name: 'finance', owner: 'Ann', email: 'ann@example.com', description: '' },
    ]);
    expect(node('exposure.shop.report')).toMatchObject({
      label: 'Weekly report',
      owner: 'Bob',
      parents: ['model.shop.totals'],
    });
    expect(site.nodes.find(({ kind }) => kind === 'unit_test')?.rawCode).toContain("input: ref('orders')");
    expect(site.macros.map(({ id }) => id)).toEqual(['macro.shop.total']);
    expect(node('model.shop.totals').macros).toEqual(['macro.shop.total']);
    expect(site.project.overview).toBe('# The shop');
  });

  test('leaves out what the project hides, and takes its colours', () => {
    expect(site.nodes.map(({ name }) => name)).not.toContain('hidden');
    expect(node('model.shop.unbuilt').color).toBe('tomato');
    expect(node('model.shop.orders').color).toBeNull();
  });

  test('follows columns to where they come from', () => {
    const named = site.columnEdges.map(
      ([from, a, to, b, how]) => `${site.nodes[from]?.name}.${a} ${how} ${site.nodes[to]?.name}.${b}`,
    );
    expect(named).toEqual(
      expect.arrayContaining([
        'orders.amount computed orders.pounds',
        'orders.loaded_at copied orders.Loaded At',
        'orders.pounds computed totals.pounds',
      ]),
    );
    expect(node('model.shop.totals').columns.map(({ expression }) => expression)).toEqual([
      'count(id)',
      'sum(pounds)',
    ]);
  });
});

test('no secret stands in anything that was written', () => {
  for (const name of ['index.html', 'manifest.json', 'catalog.json']) {
    expect(readFileSync(join(artifactsDirectory, name), 'utf8')).not.toContain(secret);
  }
});

test('asks no warehouse for an empty catalog, and shows the SQL of an earlier compile without compiling', async () => {
  const output = temporaryFolder();
  const second = await generateDocs({
    ...options,
    connect: () => Promise.reject(new Error('nobody may ask')),
    output,
    compile: false,
    emptyCatalog: true,
  });
  expect(second.page).toBe(join(output, 'index.html'));
  expect(json(output, 'catalog.json')).toMatchObject({ nodes: {}, sources: {} });
  const totals = node('model.shop.totals', dataOf(second.page));
  expect(totals).toMatchObject({
    compiledCode: expect.stringContaining('sum(pounds)'),
    relation: { type: null, rows: null },
  });
  expect(totals.columns.map(({ name }) => name)).toEqual(['orders', 'pounds']);
});

test('says what does not compile, and shows all the rest', async () => {
  const broken = dbtProject({
    'dbt_project.yml': 'name: shop',
    'models/good.sql': 'select 1 as id',
    'models/bad.sql':
      '{% if execute %}{{ exceptions.raise_compiler_error("not today") }}{% endif %}select 1 as id',
  });
  const output = temporaryFolder();
  const { problems, page } = await generateDocs({
    ...options,
    directory: broken,
    artifactsDirectory: output,
  });
  expect(problems).toEqual([expect.stringMatching(/^model bad: .*not today/s)]);
  expect(node('model.shop.good', dataOf(page)).compiledCode).toBe('select 1 as id');
});
