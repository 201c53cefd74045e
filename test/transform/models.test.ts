import { resolve } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { connectWarehouse, type Warehouse } from '../../lib/snowflake/index.ts';
import { type BuildReport, build } from '../../lib/transform/index.ts';
import { parseProject } from '../../lib/transform/parse/project.ts';
import { freshSnowflake, temporaryFolder } from '../support/index.ts';
import { shop } from './support/projects.ts';

/** This project's own models, on a handful of rows that have every habit of the real ones. */
const directory = resolve(import.meta.dirname, '../../models');
const { connection } = await freshSnowflake();
let warehouse: Warehouse;
let report: BuildReport;

const loaded =
  '_RUN_ID VARCHAR, _WINDOW VARCHAR, _FILE VARCHAR, _ROW NUMBER(38,0), _LOADED_AT TIMESTAMP_TZ(6)';
const tables: Readonly<Record<string, { readonly columns: string; readonly rows: readonly string[] }>> = {
  ECOMMERCE_SALES: {
    columns:
      'INVOICENO VARCHAR, STOCKCODE VARCHAR, DESCRIPTION VARCHAR, QUANTITY NUMBER(10,0), INVOICEDATE TIMESTAMP_NTZ(6), UNITPRICE NUMBER(10,3), CUSTOMERID VARCHAR, COUNTRY VARCHAR',
    rows: [
      "'1', '85123A', ' LANTERN ', 6, '2011-01-01 10:00:00', 2.55, '17850', 'UK'",
      "'1', '85123a', 'lantern', 1, '2011-01-01 10:01:00', 2.555, '17850', 'UK'",
      "'2', '85123A', 'LANTERN', 4, '2011-01-02 10:00:00', 3, NULL, 'UK'",
      "'3', '85123A', 'damaged', -2, '2011-01-03 10:00:00', 0, NULL, 'UK'",
      "'4', '85123A', NULL, 5, '2011-01-04 10:00:00', 0, NULL, 'UK'",
      "'C5', '85123A', 'LANTERN', -1, '2011-01-05 10:00:00', 2.55, '17850', 'UK'",
      "'A6', 'B', 'Adjust bad debt', 1, '2011-01-06 10:00:00', -11062.06, NULL, 'UK'",
      "'7', 'POST', '  ', 1, '2011-01-07 10:00:00', 18, '17850', 'France'",
    ],
  },
  FILMS: {
    columns:
      'FILM_ID NUMBER(10,0), TITLE VARCHAR, RELEASE_DATE DATE, PRICE NUMBER(5,2), RATING VARCHAR, USER_RATING NUMBER(2,1)',
    rows: [4.5, 4.4, 3.9, 2.9].map(
      (rating, index) => `${index + 1}, 'F${index + 1}', '2020-01-01', 9.99, 'PG', ${rating}`,
    ),
  },
  ACTORS: { columns: 'ACTOR_ID NUMBER(10,0), ACTOR_NAME VARCHAR', rows: ["1, 'Zoe'", "2, 'Adam'"] },
  FILM_ACTORS: { columns: 'FILM_ID NUMBER(10,0), ACTOR_ID NUMBER(10,0)', rows: ['1, 1', '1, 2', '2, 1'] },
  FILM_CATEGORY: {
    columns: 'CATEGORY_ID NUMBER(10,0), FILM_ID NUMBER(10,0), CATEGORY_NAME VARCHAR',
    rows: ["1, 1, 'Drama'"],
  },
  USERS: {
    columns: 'ID NUMBER(10,0), FIRST_NAME VARCHAR, LAST_NAME VARCHAR, EMAIL VARCHAR, DATE_OF_BIRTH DATE',
    rows: ["1, 'A', 'B', 'a@example.com', '1990-01-01'"],
  },
};

async function rows(sql: string): Promise<unknown[][]> {
  return (await warehouse.execute(sql)).rows.map((row) => Object.values(row));
}

beforeAll(async () => {
  warehouse = await connectWarehouse(connection);
  await warehouse.execute('CREATE DATABASE SHOP');
  await warehouse.execute('CREATE SCHEMA SHOP.RAW');
  for (const [name, table] of Object.entries(tables)) {
    await warehouse.execute(`CREATE TABLE SHOP.RAW.${name} (${table.columns}, ${loaded})`);
    for (const [index, values] of table.rows.entries()) {
      await warehouse.execute(
        `INSERT INTO SHOP.RAW.${name} SELECT ${values}, 'r', 'w', 'f', ${index + 1}, CURRENT_TIMESTAMP()`,
      );
    }
  }
  report = await build({
    directory,
    project: shop,
    connect: () => connectWarehouse(connection),
    artifactsDirectory: temporaryFolder(),
  });
});

test('they build, and all of their tests pass', () => {
  expect(report.problems).toEqual([]);
  expect(report.published).toBe(true);
  expect(report.tests.every(({ status }) => status === 'pass')).toBe(true);
});

test('lines are classed by invoice, quantity and price', async () => {
  expect(
    await rows('SELECT INVOICE_NO, LINE_TYPE, ITEM_TYPE FROM SHOP.DEV.STG_SALES_LINES ORDER BY FILE_ROW'),
  ).toEqual([
    ['1', 'sale', 'product'],
    ['1', 'sale', 'product'],
    ['2', 'sale', 'product'],
    ['3', 'stock_correction', 'product'],
    ['4', 'free', 'product'],
    ['C5', 'cancellation', 'product'],
    ['A6', 'adjustment', 'bad_debt'],
    ['7', 'sale', 'postage'],
  ]);
});

test('an invoice is one row, and amounts are exact', async () => {
  expect(await rows("SELECT * FROM SHOP.DEV.INVOICES WHERE INVOICE_NO IN ('1', 'C5') ORDER BY 1")).toEqual([
    ['1', '17850', 'UK', '2011-01-01T10:00:00.000000', '2011-01-01T10:01:00.000000', 2, 7, 17.855, false],
    ['C5', '17850', 'UK', '2011-01-05T10:00:00.000000', '2011-01-05T10:00:00.000000', 1, -1, -2.55, true],
  ]);
  expect(await rows('SELECT SUM(AMOUNT) FROM SHOP.DEV.INVOICES')).toEqual([[-11016.755]]);
});

test('a product is one row a stock code, case kept, by the name that sales give it', async () => {
  expect(
    await rows(
      "SELECT STOCK_CODE, DESCRIPTION, UNITS_SOLD, UNITS_RETURNED, REVENUE, AVERAGE_PRICE FROM SHOP.DEV.PRODUCTS WHERE STOCK_CODE ILIKE '85123A' ORDER BY 1",
    ),
  ).toEqual([
    ['85123A', 'LANTERN', 10, 1, 24.75, 2.73],
    ['85123a', 'lantern', 1, 0, 2.555, 2.555],
  ]);
  expect(
    await rows("SELECT DESCRIPTION, ITEM_TYPE FROM SHOP.DEV.PRODUCTS WHERE STOCK_CODE = 'POST'"),
  ).toEqual([[null, 'postage']]);
});

test('films are rated in four categories, with their actors in one column', async () => {
  expect(await rows('SELECT FILM_ID, RATING_CATEGORY, ACTORS FROM SHOP.DEV.FILM_RATINGS ORDER BY 1')).toEqual(
    [
      [1, 'Excellent', 'Adam, Zoe'],
      [2, 'Good', 'Zoe'],
      [3, 'Average', null],
      [4, 'Poor', null],
    ],
  );
});

test('every model and every column that it makes is described', async () => {
  const project = parseProject({
    directory,
    vars: {},
    env: {},
    scope: {
      target: { name: 'dev', database: 'SHOP', schema: 'DEV', warehouse: 'W', role: 'R', threads: 1 },
      invocationId: 'i',
      startedAt: new Date(),
      fullRefresh: false,
      command: 'build',
      say: (message) => expect.fail(message),
      graph: () => ({}),
    },
  });
  for (const node of project.nodes.values()) {
    if (node.resourceType !== 'model') continue;
    const made = (await rows(`DESCRIBE TABLE SHOP.DEV.${node.alias}`)).map(([name]) =>
      String(name).toLowerCase(),
    );
    expect(node.columns.map(({ name }) => name)).toEqual(made);
    expect([node.description, ...node.columns.map(({ description }) => description)]).not.toContain('');
  }
});
