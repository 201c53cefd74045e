import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { beforeAll, describe, expect, test } from 'vitest';
import { connectWarehouse } from '../../lib/snowflake/index.ts';
import { build, type FreshnessReport, freshness } from '../../lib/transform/index.ts';
import { freshSnowflake, temporaryFolder } from '../support/index.ts';
import { shop } from './support/projects.ts';

/** Folder of dbt's published schemas (`schemas/dbt` of dbt-core), which are not part of this project. */
const schemas = process.env.SLUICE_DBT_SCHEMAS;
const { connection } = await freshSnowflake();
const artifactsDirectory = temporaryFolder();
let fresh: FreshnessReport;

function artifact(name: string): Record<string, unknown> {
  return JSON.parse(readFileSync(join(artifactsDirectory, name), 'utf8'));
}

beforeAll(async () => {
  const warehouse = await connectWarehouse(connection);
  for (const sql of [
    'CREATE DATABASE SHOP',
    'CREATE SCHEMA SHOP.RAW',
    'CREATE TABLE SHOP.RAW.ORDERS (ID NUMBER(10,0), CUSTOMER VARCHAR, STATUS VARCHAR, AMOUNT NUMBER(10,2), LOADED_AT TIMESTAMP_NTZ(6))',
    "INSERT INTO SHOP.RAW.ORDERS SELECT 1, 'ann', 'paid', 1, DATEADD('hour', -30, SYSDATE())",
    "INSERT INTO SHOP.RAW.ORDERS SELECT 2, 'bob', 'lost', 2, DATEADD('minute', -90, SYSDATE())",
    "INSERT INTO SHOP.RAW.ORDERS SELECT 2, 'bob', 'paid', 2, DATEADD('minute', -95, SYSDATE())",
  ]) {
    await warehouse.execute(sql);
  }
  const options = {
    directory: resolve(import.meta.dirname, 'fixtures/shop'),
    project: shop,
    connect: () => connectWarehouse(connection),
    artifactsDirectory,
  };
  await build(options);
  fresh = await freshness(options);
  await warehouse.close();
});

describe('freshness', () => {
  test('goes by the thresholds, with the filter and the query that a table has', () => {
    const found = fresh.freshness.map(({ table, status, ageSeconds }) => [
      table,
      status,
      Math.round((ageSeconds ?? 0) / 60),
    ]);
    expect(found.sort()).toEqual([
      ['old_orders', 'error', 1800],
      ['orders', 'warn', 90],
      ['recent_orders', 'warn', 90],
    ]);
    expect(fresh.failure).toMatchObject({ code: 'SOURCES_STALE', kind: 'work' });
    expect(fresh.failure?.message).toContain('raw.old_orders: the newest row is of');
  });

  test('is written to sources.json', () => {
    const { results } = artifact('sources.json') as { results: { unique_id: string; criteria: unknown }[] };
    expect(results.find(({ unique_id }) => unique_id === 'source.shop.raw.old_orders')?.criteria).toEqual({
      warn_after: { count: 1, period: 'hour' },
      error_after: { count: 1, period: 'day' },
      filter: 'id = 1',
    });
  });
});

test('manifest.json holds nodes, sources, macros and who reads whom', () => {
  const { nodes, sources, macros, parent_map, child_map } = artifact('manifest.json') as Record<
    string,
    Record<string, unknown>
  >;
  expect(Object.keys(sources ?? {})).toHaveLength(4);
  expect(macros?.['macro.helpers.shout']).toMatchObject({ package_name: 'helpers', name: 'shout' });
  expect(parent_map?.['model.shop.customers']).toEqual(['model.shop.paid_orders']);
  expect(child_map?.['model.shop.customers']).toContain('model.shop.big_customers');
  expect(nodes?.['model.shop.stg_orders']).toMatchObject({
    relation_name: 'SHOP.DEV.stg_orders',
    depends_on: {
      macros: expect.arrayContaining(['macro.helpers.shout', 'macro.shop.default__shout']),
      nodes: ['source.shop.raw.orders'],
    },
  });
});

const artifacts = [
  ['run_results.json', 'run-results/v6.json', ['metadata', 'results', 'elapsed_time']],
  ['sources.json', 'sources/v3.json', ['metadata', 'results', 'elapsed_time']],
  [
    'manifest.json',
    'manifest/v12.json',
    [
      'metadata',
      'nodes',
      'sources',
      'macros',
      'docs',
      'exposures',
      'metrics',
      'groups',
      'selectors',
      'disabled',
      'parent_map',
      'child_map',
      'group_map',
      'saved_queries',
      'semantic_models',
      'unit_tests',
    ],
  ],
] as const;

test.each(artifacts)('%s has what dbt requires', (name, _, required) => {
  expect(Object.keys(artifact(name))).toEqual(expect.arrayContaining([...required]));
});

describe.skipIf(schemas === undefined || !existsSync(schemas))("dbt's own schemas", () => {
  test.each(artifacts)('%s is valid against %s', (name, schema) => {
    const ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: false });
    const validate = ajv.compile(JSON.parse(readFileSync(join(schemas ?? '', schema), 'utf8')));
    validate(artifact(name));
    expect(validate.errors?.slice(0, 10) ?? []).toEqual([]);
  });
});
