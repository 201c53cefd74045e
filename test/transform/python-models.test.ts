import { beforeAll, beforeEach, expect, test } from 'vitest';
import { compile } from '../../lib/transform/index.ts';
import { freshSnowflake, temporaryFolder } from '../support/index.ts';
import { dbtProject, shop as project } from './support/projects.ts';
import { type WarehouseProjects, warehouseProjects } from './support/warehouse-project.ts';

const { connection } = await freshSnowflake();
let shop: WarehouseProjects;

beforeAll(async () => {
  shop = await warehouseProjects(connection);
  return () => shop.warehouse.close();
});

beforeEach(() => shop.run('CREATE OR REPLACE DATABASE SHOP'));

const files = {
  'models/a.sql': 'select 1 as id',
  'models/py.py': 'def model(dbt, session):\n    return dbt.ref("a")',
  'models/below.sql': "select * from {{ ref('py') }}",
};

test('building a model in Python is an error of that node, and the others are built', async () => {
  const report = await shop.build(files);
  expect(report.published).toBe(false);
  expect(report.problems.join()).toContain('model py is written in Python, and models in Python are not run');
  expect(report.models.map(({ name, status }) => [name, status])).toEqual([
    ['a', 'success'],
    ['py', 'error'],
    ['below', 'skipped'],
  ]);
});

test('a model in Python compiles to its text', async () => {
  const { nodes } = await compile({
    directory: dbtProject(files),
    project,
    connect: () => Promise.reject(new Error('nothing of it asks the warehouse')),
    artifactsDirectory: temporaryFolder(),
    threads: 1,
  });
  expect(nodes.find(({ name }) => name === 'py')).toMatchObject({
    sql: files['models/py.py'],
    path: expect.stringMatching(/compiled\/p\/models\/py\.py$/),
  });
});
