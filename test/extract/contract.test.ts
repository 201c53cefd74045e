import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Table } from '../../lib/config/index.ts';
import { readContract } from '../../lib/extract/index.ts';
import { full, openWorkbench, projectOf, type Workbench } from './workbench.ts';

let workbench: Workbench;

beforeAll(async () => {
  workbench = await openWorkbench();
});
afterAll(() => workbench.close());

function tableNamed(name: string, source?: { schema?: string; table?: string }): Table {
  const [table] = projectOf({ [name]: full(source === undefined ? {} : { source }) }).tables;
  if (table === undefined) throw new Error('the project has no table');
  return table;
}

test('the columns of the reference workload', async () => {
  await workbench.sql(`CREATE TABLE ecommerce_sales (
    invoiceno text NOT NULL, stockcode text NOT NULL, description text, quantity integer NOT NULL,
    invoicedate timestamp NOT NULL, unitprice numeric(10,3) NOT NULL, customerid integer, country text NOT NULL)`);
  const contract = await readContract(workbench.source, tableNamed('ecommerce_sales'));
  expect(contract).toMatchObject({ version: 1, table: 'ecommerce_sales' });
  expect(contract.columns.map(({ target, targetType, nullable }) => [target, targetType, nullable])).toEqual([
    ['INVOICENO', 'VARCHAR', false],
    ['STOCKCODE', 'VARCHAR', false],
    ['DESCRIPTION', 'VARCHAR', true],
    ['QUANTITY', 'NUMBER(10,0)', false],
    ['INVOICEDATE', 'TIMESTAMP_NTZ(6)', false],
    ['UNITPRICE', 'NUMBER(10,3)', false],
    ['CUSTOMERID', 'NUMBER(10,0)', true],
    ['COUNTRY', 'VARCHAR', false],
  ]);
});

test('generated columns are listed and dropped ones are not', async () => {
  await workbench.sql(`CREATE TABLE lines (quantity integer, gone text, price numeric(10,3),
    amount numeric(20,3) GENERATED ALWAYS AS (quantity * price) STORED); ALTER TABLE lines DROP gone;
    INSERT INTO lines VALUES (3, 1.5)`);
  const contract = await readContract(workbench.source, tableNamed('lines'));
  expect(contract.columns.map(({ name }) => name)).toEqual(['quantity', 'price', 'amount']);
  const [manifest] = await workbench.extract({ lines: full() });
  expect(await workbench.csv(manifest)).toBe('QUANTITY,PRICE,AMOUNT\n"3","1.500","4.500"\n');
});

test('names of types do not depend on the search path', async () => {
  await workbench.sql(`CREATE SCHEMA types; CREATE TYPE types.colour AS ENUM ('red');
    CREATE DOMAIN types."odd name" AS varchar(7); CREATE TABLE painted (c types.colour, n types."odd name")`);
  const { columns } = await readContract(workbench.source, tableNamed('painted'));
  expect(columns.map(({ sourceType }) => sourceType)).toEqual(['types.colour', 'character varying(7)']);
});

test.each([
  ['CREATE TABLE folding ("a" text, "A" text)', '"a" and "A" of folding would both be named A'],
  ['CREATE TABLE reserved (_file text)', '"_file" of reserved would be named _FILE'],
])('two columns that would be one in Snowflake are refused: %s', async (sql, message) => {
  await workbench.sql(sql);
  const name = sql.split(' ')[2] ?? '';
  await expect(readContract(workbench.source, tableNamed(name))).rejects.toMatchObject({
    code: 'CONTRACT_NAME_COLLISION',
    kind: 'usage',
    message: expect.stringContaining(message),
  });
});

test('a table that is not there is named, with one that is like it', async () => {
  await workbench.sql('CREATE TABLE customers (id integer)');
  await expect(readContract(workbench.source, tableNamed('custmers'))).rejects.toMatchObject({
    code: 'SOURCE_NO_TABLE',
    kind: 'usage',
    message: 'The source has no table or view "public"."custmers"',
    hint: expect.stringContaining('Did you mean "public"."customers"?'),
  });
});

test('a table without columns is nothing to move', async () => {
  await workbench.sql('CREATE TABLE bare ()');
  await expect(readContract(workbench.source, tableNamed('bare'))).rejects.toMatchObject({
    code: 'SOURCE_NO_COLUMNS',
  });
});
