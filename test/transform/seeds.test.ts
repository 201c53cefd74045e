import { beforeAll, beforeEach, expect, test } from 'vitest';
import { numberText } from '../../lib/transform/run/nodes/seed-columns.ts';
import { freshSnowflake } from '../support/index.ts';
import { type WarehouseProjects, warehouseProjects } from './support/warehouse-project.ts';

const { connection } = await freshSnowflake();
let shop: WarehouseProjects;

beforeAll(async () => {
  shop = await warehouseProjects(connection);
  return () => shop.warehouse.close();
});

beforeEach(() => shop.run('CREATE OR REPLACE DATABASE SHOP'));

// What dbt-core 1.10 makes of the same files, with agate.
test('blank lines are rows of NULLs, and numbers are read as dbt reads them', async () => {
  const report = await shop.build({
    'dbt_project.yml': 'name: p\nseeds: {p: {given: {+column_types: {amount: varchar}}}}',
    'seeds/sales.csv': 'id,amount,usd,share,name\n1,"1,000",$5,10%,"1,000 a"\n\n2,"-2,500.5",-$6,20%,b\n\n',
    'seeds/given.csv': 'amount\n"1,000"\n',
  });
  expect(report.problems).toEqual([]);
  const [{ schema } = { schema: '' }] = report.models.map(({ relation }) => ({
    schema: relation.split('.').slice(0, 2).join('.'),
  }));
  expect(await shop.rows(`SELECT * FROM ${schema}.SALES ORDER BY ID NULLS LAST`)).toEqual([
    [1, 1000, 5, 10, '1,000 a'],
    [2, -2500.5, -6, 20, 'b'],
    [null, null, null, null, null],
    [null, null, null, null, null],
  ]);
  expect(await shop.rows(`SELECT * FROM ${schema}.GIVEN`)).toEqual([['1,000']]);
});

test.each([
  [' 5 ', '5'],
  ['-$1,000', '-1000'],
  ['$-5', '-5'],
  ['€5', '5'],
  ['1.000,5', '1.0005'],
  ['10%', '10'],
  ['%', ''],
  ['a', 'a'],
])('the number in %j is %j', (text, number) => {
  expect(numberText(text)).toBe(number);
});
