import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { beforeAll, describe, expect, test } from 'vitest';
import { freshSnowflake, temporaryFolder } from '../support/index.ts';
import { warehouseProjects } from './support/warehouse-project.ts';

/** Folder of dbt's published schemas, as in artifacts.test.ts. */
const schemas = process.env.SLUICE_DBT_SCHEMAS;
const { connection } = await freshSnowflake();
const artifactsDirectory = temporaryFolder();
const manifest = (): Record<string, Record<string, Record<string, unknown>>> =>
  JSON.parse(readFileSync(join(artifactsDirectory, 'manifest.json'), 'utf8'));

/** A project with one of everything that a schema file may define. */
const files = {
  'dbt_project.yml': `
name: p
models: {p: {+docs: {node_color: green}, marts: {+materialized: table, +tags: [mart]}}}
exposures: {p: {+meta: {shown: true}}}`,
  'seeds/lands.csv': 'code,name\ngb,UK\nfr,France\n',
  'models/staging/stg_sales.sql': "select 1 as id, 'gb' as land, 10.5::number(10, 2) as amount",
  'models/marts/sales_v1.sql': "select id, land from {{ ref('stg_sales') }}",
  'models/marts/sales_v2.sql':
    "{{ config(materialized='incremental', unique_key='id', on_schema_change='append_new_columns') }} select id, amount, land from {{ ref('stg_sales') }}",
  'models/marts/ledger.sql':
    "select s.id, l.name from {{ ref('sales') }} s join {{ ref('lands') }} l on l.code = s.land",
  'models/marts/report.sql':
    "select count(*) as n from {{ ref('ledger') }} union all select count(*) from {{ ref('sales', v=1) }}",
  'analyses/look.sql': "select * from {{ ref('report') }}",
  'models/docs.md': '{% docs sale %}One *sale*.{% enddocs %}',
  'models/s.yml': `
groups: [{name: finance, owner: {name: F, email: f@example.com}}]
models:
  - name: sales
    latest_version: 2
    access: public
    config: {contract: {enforced: true}}
    columns:
      - {name: id, data_type: int, description: "{{ doc('sale') }}", constraints: [{type: not_null}], data_tests: [unique]}
      - {name: land, data_type: varchar, data_tests: [{relationships: {arguments: {to: ref('lands'), field: code}}}]}
    versions:
      - {v: 1, config: {alias: sales_before}}
      - {v: 2, columns: [{include: all}, {name: amount, data_type: "numeric(10, 2)"}]}
  - {name: ledger, access: private, group: finance, columns: [{name: name, data_tests: [not_null]}]}
  - {name: report, config: {group: finance, meta: {a: 1}}}
unit_tests:
  - name: joins
    model: ledger
    given:
      - {input: "ref('sales', v=2)", rows: [{id: 1, land: gb}, {id: 2, land: xx}]}
      - {input: ref('lands')}
    expect: {rows: [{id: 1, name: UK}]}
  - name: keeps
    model: sales
    versions: {include: [1]}
    given: [{input: ref('stg_sales'), rows: [{id: 5, land: fr}]}]
    expect: {rows: [{id: 5, land: fr}]}
exposures:
  - {name: board, type: dashboard, owner: {name: A}, depends_on: [ref('sales')]}
semantic_models:
  - {name: sales, model: ref('sales'), entities: [{name: sale, type: primary, expr: id}], measures: [{name: total, agg: sum, expr: amount}]}
metrics: [{name: total, label: Total, type: simple, type_params: {measure: total}}]
`,
  'macros/m.yml': 'macros: [{name: shout, description: louder, arguments: [{name: x, type: text}]}]',
  'macros/m.sql':
    '{% macro shout(x) %}{{ louder(x) }}{% endmacro %}{% macro louder(x) %}upper({{ x }}){% endmacro %}',
};

let problems: readonly string[];

beforeAll(async () => {
  const shop = await warehouseProjects(connection);
  await shop.run('CREATE DATABASE SHOP');
  // Twice, so that what is incremental adds to what it has.
  for (let run = 0; run < 2; run++) {
    problems = (await shop.build(files, { artifactsDirectory })).problems;
    if (problems.length > 0) break;
  }
  rows = await shop.rows(
    'SELECT (SELECT COUNT(*) FROM SHOP.DEV.SALES_V2), (SELECT COUNT(*) FROM SHOP.DEV.SALES_BEFORE), (SELECT SUM(N) FROM SHOP.DEV.REPORT)',
  );
  await shop.warehouse.close();
});
let rows: unknown[][];

test('a project with one of everything is built', () => {
  expect(problems).toEqual([]);
  expect(rows.map((row) => row.map(Number))).toEqual([[1, 1, 2]]);
});

describe('its manifest', () => {
  test('says who reads whom', () => {
    const { parent_map, group_map, child_map } = manifest();
    expect(parent_map?.['model.p.report']).toEqual(['model.p.ledger', 'model.p.sales.v1']);
    expect(parent_map?.['exposure.p.board']).toEqual(['model.p.sales.v2']);
    expect(parent_map?.['metric.p.total']).toEqual(['semantic_model.p.sales']);
    expect(child_map?.['model.p.report']).toEqual(['analysis.p.look']);
    expect(group_map?.finance).toEqual(
      expect.arrayContaining([
        'model.p.ledger',
        'model.p.report',
        expect.stringMatching(/^test\.p\.not_null_ledger_name\./),
      ]),
    );
  });

  test('says what the nodes are', () => {
    const { nodes, macros, unit_tests } = manifest();
    expect(nodes?.['model.p.sales.v2']).toMatchObject({
      name: 'sales',
      version: 2,
      latest_version: 2,
      access: 'public',
      contract: { enforced: true, checksum: expect.stringMatching(/^[0-9a-f]{64}$/) },
      docs: { show: true, node_color: 'green' },
      primary_key: ['id'],
      columns: {
        id: { description: 'One *sale*.', doc_blocks: ['doc.p.sale'], constraints: [{ type: 'not_null' }] },
      },
    });
    expect(macros?.['macro.p.shout']).toMatchObject({
      description: 'louder',
      depends_on: { macros: ['macro.p.louder'] },
      arguments: [{ name: 'x', type: 'text' }],
    });
    expect(unit_tests?.['unit_test.p.sales.keeps_v1']).toMatchObject({
      version: 1,
      versions: { include: [1] },
    });
  });

  test.skipIf(schemas === undefined || !existsSync(schemas))("is valid against dbt's schema", () => {
    const ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: false });
    const schema = JSON.parse(readFileSync(join(schemas ?? '', 'manifest/v12.json'), 'utf8'));
    const validate = ajv.compile(schema);
    validate(manifest());
    expect(validate.errors?.slice(0, 10) ?? []).toEqual([]);
  });
});
