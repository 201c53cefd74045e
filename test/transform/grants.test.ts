import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { freshSnowflake } from '../support/index.ts';
import { type WarehouseProjects, warehouseProjects } from './support/warehouse-project.ts';

const { connection } = await freshSnowflake();
let shop: WarehouseProjects;

beforeAll(async () => {
  shop = await warehouseProjects(connection);
  return () => shop.warehouse.close();
});

beforeEach(async () => {
  await shop.run('CREATE OR REPLACE DATABASE SHOP');
  // With a role go its grants.
  for (const role of ['READER', 'WRITER', 'AUDITOR', 'HAND'])
    await shop.run(`DROP ROLE IF EXISTS ${role}`, `CREATE ROLE ${role}`);
});

/** `PRIVILEGE ROLE` of what is granted on a published relation. */
async function grants(kind: 'TABLE' | 'VIEW', name: string): Promise<string[]> {
  const found = await shop.records(`SHOW GRANTS ON ${kind} SHOP.DEV.${name}`);
  return found
    .filter(({ privilege }) => privilege !== 'OWNERSHIP')
    .map(({ privilege, grantee_name: grantee }) => `${privilege} ${grantee}`)
    .sort();
}

function project(grantsOfModels: string): Record<string, string> {
  return {
    'dbt_project.yml': `name: p\nmodels: {p: {+grants: ${grantsOfModels}}}\nsnapshots: {p: {+grants: ${grantsOfModels}}}`,
    'models/t.sql': "{{ config(materialized='table') }} select 1 as id",
    'models/v.sql': "select * from {{ ref('t') }}",
    'models/i.sql': "{{ config(materialized='incremental', unique_key='id') }} select * from {{ ref('t') }}",
  };
}

const relations = [
  ['TABLE', 'T'],
  ['VIEW', 'V'],
  ['TABLE', 'I'],
] as const;

describe.each([
  ['published by clone', true],
  ['built in place', false],
])('grants of a config, %s', (_, audit) => {
  test('are what readers have: what is missing is granted, what is gone is revoked', async () => {
    expect(
      (await shop.build(project('{select: [reader, writer], insert: writer}'), { audit })).problems,
    ).toEqual([]);
    for (const [kind, name] of relations) {
      expect(await grants(kind, name), name).toEqual(['INSERT WRITER', 'SELECT READER', 'SELECT WRITER']);
    }
    expect((await shop.build(project('{select: [auditor, reader]}'), { audit })).problems).toEqual([]);
    // Snowflake drops the grants of what is replaced in place, and none are left to be revoked.
    for (const [kind, name] of audit ? relations : relations.slice(2)) {
      expect(await grants(kind, name), name).toEqual(['SELECT AUDITOR', 'SELECT READER']);
    }
  });

  test('are asked for, and not made again where they stand', async () => {
    await shop.build(project('{select: [reader]}'), { audit });
    shop.sent();
    await shop.build(project('{select: [reader]}'), { audit });
    const again = shop.sent().filter((sql) => /^(grant|revoke)\b[\s\S]*\bSHOP\.DEV\.I\b/i.test(sql));
    expect(again).toEqual([]);
  });
});

test('grants that were made by hand stay where the config says nothing of grants', async () => {
  const files = { 'models/t.sql': "{{ config(materialized='table') }} select 1 as id" };
  await shop.build(files);
  await shop.run('GRANT SELECT ON TABLE SHOP.DEV.T TO ROLE HAND');
  expect((await shop.build(files)).published).toBe(true);
  expect(await grants('TABLE', 'T')).toEqual(['SELECT HAND']);
});

test('a model adds to the grants of its folder with a plus', async () => {
  const files = project('{select: [reader]}');
  await shop.build({
    ...files,
    'models/t.sql': "{{ config(materialized='table', grants={'+select': ['writer']}) }} select 1 as id",
  });
  expect(await grants('TABLE', 'T')).toEqual(['SELECT READER', 'SELECT WRITER']);
});
