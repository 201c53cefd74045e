import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connectWarehouse, type Warehouse } from '../../../lib/snowflake/index.ts';
import { analyzeSql, type TableColumn } from '../../../lib/transform/analysis/query/index.ts';
import { freshSnowflake } from '../../support/index.ts';
import { randomQuery } from './random-query.ts';
import { column, tables } from './support.ts';

const COLUMNS: Readonly<Record<string, readonly TableColumn[]>> = {
  T: [
    column('A', 'NUMBER(10,0)'),
    column('B', 'VARCHAR'),
    column('D', 'DATE'),
    column('X', 'VARIANT'),
    column('F', 'BOOLEAN'),
  ],
  U: [column('A', 'NUMBER(38,0)'), column('C', 'FLOAT'), column('D', 'TIMESTAMP_NTZ(9)')],
  W: [column('B', 'VARCHAR'), column('E', 'TIME')],
};
const { connection } = await freshSnowflake();
const catalog = tables(COLUMNS);
let warehouse: Warehouse;

beforeAll(async () => {
  warehouse = await connectWarehouse(connection);
  for (const sql of [
    'CREATE DATABASE ORACLE',
    'USE SCHEMA ORACLE.PUBLIC',
    'CREATE TABLE T (A NUMBER(10,0), B VARCHAR, D DATE, X VARIANT, F BOOLEAN)',
    'CREATE TABLE U (A NUMBER(38,0), C FLOAT, D TIMESTAMP_NTZ(9))',
    'CREATE TABLE W (B VARCHAR, E TIME)',
  ]) {
    await warehouse.execute(sql);
  }
});

afterAll(() => warehouse.close());

interface Answer {
  /** The server's error; undefined when it ran. */
  readonly error: string | undefined;
  readonly names: readonly string[];
}

async function ask(sql: string): Promise<Answer> {
  try {
    const { columns } = await warehouse.execute(sql);
    return { error: undefined, names: columns.map((one) => one.name) };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error), names: [] };
  }
}

test('what the server runs is not called wrong, and a column that it misses is', {
  timeout: 60_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(randomQuery, async (sql) => {
      const text = `select * from (${sql}) limit 0`;
      const answer = await ask(text);
      const { problems, columns, complete } = analyzeSql(text, catalog);
      const errors = problems.filter(({ severity }) => severity === 'error');
      if (answer.error === undefined) {
        expect(errors.map(({ message }) => message)).toEqual([]);
        if (complete) expect(columns.map((one) => one.name)).toEqual(answer.names);
      }
      if (answer.error?.includes('invalid identifier') === true) {
        expect(
          problems.map(({ code }) => code),
          answer.error,
        ).toContain('unknown-column');
      }
    }),
    { numRuns: 300 },
  );
});
