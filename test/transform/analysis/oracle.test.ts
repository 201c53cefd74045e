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

test('the types that are told of calculations and everyday functions are those of the server', async () => {
  const expressions = [
    ...['n / i', 'n * i', 'n + i', 'n - n', 'i % 3', '100.0 * n / i', '-n', 'abs(n)', 'mod(n, i)'],
    ...['round(n / i, 3)', 'round(n)', 'round(n, 1)', 'round(n, 7)', 'round(c, 1)', 'trunc(n, 1)'],
    ...['trunc(n)', 'trunc(d, month)', 'ceil(n)', 'floor(n, 1)', 'floor(c)', 'div0(n, i)', 'div0null(n, i)'],
    ...['coalesce(n, 0)', 'nvl(n, i)', 'nullif(n, 0)', 'zeroifnull(n)', 'iff(f, n, null)', 'nvl2(n, n, 0)'],
    ...['case when f then n end', 'case i when 1 then 1 else 2.5 end', 'least(n, i)', "decode(i, 1, 'a', b)"],
    ...['sum(n)', 'sum(c)', 'sum(iff(f, 1, 0))', 'avg(n)', 'avg(i)', 'avg(c)', 'avg(n / i)', 'median(n)'],
    ...['count(*)', 'count(distinct i)', 'count_if(f)', 'min(n)', 'max(d)', 'stddev(n)', 'square(n)'],
    ...[
      'datediff(day, d, d)',
      'dateadd(day, 1, d)',
      'dateadd(hour, 1, d)',
      'date_trunc(month, d)',
      'last_day(d)',
    ],
    ...["split_part(b, '-', 1)", 'concat(b, b)', 'b || b', 'length(b)', 'hash(b)', 'x:a', 'x:a::int'],
    ...[
      'row_number() over (order by n)',
      'lag(n) over (order by d)',
      'avg(n) over ()',
      'to_number(b, 10, 2)',
    ],
  ];
  const from = '(select t.*, a as i, 1::number(20, 3) as n, 1::float as c from t)';
  for (const expression of expressions) {
    const sql = `select ${expression} as v from ${from}`;
    const [server] = (await warehouse.execute(sql)).columns;
    const [told] = analyzeSql(sql, catalog).columns;
    const { type, precision, scale } = told?.type ?? {};
    const exact = server?.type === 'FIXED';
    expect([expression, type, ...(exact ? [precision, scale] : [])]).toEqual([
      expression,
      server?.type,
      ...(exact ? [server.precision, server.scale] : []),
    ]);
  }
});
