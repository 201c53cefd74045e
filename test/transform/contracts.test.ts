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
  shop.sent();
});

const contract = `
models:
  - name: orders
    config: {materialized: table, contract: {enforced: true}}
    constraints:
      - {type: primary_key, columns: [id], warn_unenforced: false}
      - {type: check, expression: "id > 0", warn_unsupported: false}
      - {type: foreign_key, name: of_customer, columns: [customer], to: ref('customers'), to_columns: [name], warn_unenforced: false}
    columns:
      - {name: id, data_type: int, constraints: [{type: not_null}]}
      - {name: amount, data_type: "numeric(10, 2)"}
      - {name: customer, data_type: varchar, quote: false}
  - name: customers
    config: {materialized: table, contract: {enforced: true}}
    columns: [{name: name, data_type: text, constraints: [{type: unique, warn_unenforced: false}]}]
`;

const files = {
  'models/customers.sql': "select 'ann' as name",
  'models/schema.yml': contract,
};

describe('a contract', () => {
  test('decides the types, the order and the constraints of a table', async () => {
    const report = await shop.build({
      ...files,
      'models/orders.sql': "select 'ann' as customer, 1.5 as amount, 1 as id",
    });
    expect(report.problems).toEqual([]);
    const columns = await shop.records('DESCRIBE TABLE SHOP.DEV.ORDERS');
    expect(columns.map(({ name, type, 'null?': nullable }) => [name, type, nullable])).toEqual([
      ['ID', 'NUMBER(38,0)', 'N'],
      ['AMOUNT', 'NUMBER(10,2)', 'Y'],
      ['CUSTOMER', 'VARCHAR(16777216)', 'Y'],
    ]);
    const created = shop.sent().find((sql) => /create or replace\s+transient table \S+\.orders/i.test(sql));
    expect(created).toContain('id int not null');
    expect(created).toContain('primary key (id)');
    expect(created).toMatch(
      /constraint of_customer foreign key \(customer\) references \S+\.customers \(name\)/,
    );
    expect(created).not.toContain('check');
  });

  test('that the SQL does not keep is an error before anything runs', async () => {
    const broken = { ...files, 'models/orders.sql': "select 'ann' as customer, 7 as surplus" };
    await expect(shop.build(broken)).rejects.toThrow(
      /model orders does not keep its contract: its SQL does not give .*id.*; its SQL gives surplus/,
    );
    expect(shop.sent()).toEqual([]);
  });

  test('that the warehouse finds broken is an error with all that differs, and nothing is made', async () => {
    const report = await shop.build(
      {
        ...files,
        'models/orders.sql': "select 'ann' as customer, 'much' as amount, 7 as surplus",
      },
      { check: false },
    );
    expect(report.failure?.code).toBeDefined();
    expect(report.problems.join('\n')).toContain(
      [
        '| column_name | definition_type | contract_type | mismatch_reason       |',
        '| ----------- | --------------- | ------------- | --------------------- |',
        '| AMOUNT      | TEXT            | FIXED         | data type mismatch    |',
        '| ID          |                 | FIXED         | missing in definition |',
        '| SURPLUS     | FIXED           |               | missing in contract   |',
      ].join('\n'),
    );
    expect(shop.sent().filter((sql) => /create .*table \S+\.orders/i.test(sql))).toEqual([]);
  });

  test('holds a view to its columns as well', async () => {
    const view = {
      'models/v.sql': 'select 1 as id',
      'models/schema.yml':
        'models: [{name: v, config: {contract: {enforced: true}}, columns: [{name: id, data_type: date}]}]',
    };
    const report = await shop.build(view, { check: false });
    expect(report.problems.join('\n')).toMatch(/\| ID +\| FIXED +\| DATE +\| data type mismatch \|/);
  });

  test('keeps a row out that a constraint of the warehouse refuses', async () => {
    const report = await shop.build({
      ...files,
      'models/orders.sql': "select 'ann' as customer, 1.5 as amount, cast(null as int) as id",
    });
    expect(report.problems.join('\n')).toMatch(/null/i);
    expect(report.published).toBe(false);
  });

  test('says of constraints that do less than one may expect', async () => {
    const messages: string[] = [];
    await shop.build(
      {
        'models/v.sql': "{{ config(materialized='table') }} select 1 as id",
        'models/schema.yml': `models:
  - name: v
    config: {contract: {enforced: true}}
    constraints: [{type: check, expression: "id > 0"}]
    columns: [{name: id, data_type: int, constraints: [{type: primary_key}]}]`,
      },
      { onMessage: (message) => messages.push(message) },
    );
    expect(messages).toEqual([
      expect.stringContaining('Snowflake does not enforce primary_key constraints'),
      expect.stringContaining('Snowflake has no check constraints'),
    ]);
  });
});
