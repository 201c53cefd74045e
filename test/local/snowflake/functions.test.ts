import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type SnowflakeServer, startSnowflake } from '../../../lib/local/snowflake/index.ts';
import { CASES } from './cases.ts';
import { type Client, login } from './driver.ts';

let server: SnowflakeServer;
let client: Client;

beforeAll(async () => {
  server = await startSnowflake({ memory: true });
  client = await login(server);
});

afterAll(async () => {
  await client.close();
  await server.stop();
});

test.each(CASES)('%s', async (expression, expected) => {
  expect(await client.value(`select (${expression})::varchar as v`)).toBe(expected);
});

test('aggregates', async () => {
  const rows =
    await client.rows(`select listagg(x, ',') within group (order by x desc) as l, array_agg(x) within group (order by x) as a,
      median(n)::varchar as m, avg(n)::varchar as v, count_if(n > 1) as c, min_by(x, n) as mb, boolor_agg(n > 1) as b, mode(n) as mo,
      sum(n / 2)::varchar as s
    from (values ('a', 1), ('b', 2), ('b', 2)) v(x, n)`);
  expect(rows).toEqual([
    {
      L: 'b,b,a',
      A: ['a', 'b', 'b'],
      M: '2.000',
      V: '1.666667',
      C: 2,
      MB: 'a',
      B: true,
      MO: 2,
      S: '2.500000',
    },
  ]);
});

test('windows, QUALIFY and GROUP BY ALL', async () => {
  expect(
    await client.rows(
      'select a, row_number() over (order by a desc) as rn from (values (1), (2), (null)) v(a) qualify rn <= 2',
    ),
  ).toEqual([
    { A: null, RN: 1 },
    { A: 2, RN: 2 },
  ]);
  expect(
    await client.rows(
      'select a % 2 as k, count(*) as n from (values (1), (2), (3)) v(a) group by all order by k',
    ),
  ).toEqual([
    { K: 0, N: 1 },
    { K: 1, N: 2 },
  ]);
});

test('NULL sorts as the largest value', async () => {
  const order = async (direction: string) =>
    (await client.rows(`select a from (values (1), (null), (2)) v(a) order by a ${direction}`)).map(
      (row) => row.A,
    );
  expect(await order('')).toEqual([1, 2, null]);
  expect(await order('desc')).toEqual([null, 2, 1]);
});

test('stars with EXCLUDE, REPLACE, RENAME and ILIKE', async () => {
  const from = 'from (select 1 as a, 2 as ab, 3 as c)';
  expect(await client.rows(`select * exclude (a, c) ${from}`)).toEqual([{ AB: 2 }]);
  expect(await client.rows(`select * replace (a + 1 as a) rename (c as z) ${from}`)).toEqual([
    { A: 2, AB: 2, Z: 3 },
  ]);
  expect(await client.rows(`select * ilike '%B%' ${from}`)).toEqual([{ AB: 2 }]);
});

test('FLATTEN of arrays and objects, also outer', async () => {
  const rows = await client.rows(`select t.id, f.index, f.key, f.value::varchar as value, f.path
    from (select 1 as id, parse_json('[10, 20]') as v union all select 2, parse_json('{"k": "x"}') union all select 3, null) t,
    lateral flatten(input => t.v, outer => true) f order by t.id, f.index`);
  expect(rows).toEqual([
    { ID: 1, INDEX: 0, KEY: null, VALUE: '10', PATH: '[0]' },
    { ID: 1, INDEX: 1, KEY: null, VALUE: '20', PATH: '[1]' },
    { ID: 2, INDEX: null, KEY: 'k', VALUE: 'x', PATH: 'k' },
    { ID: 3, INDEX: null, KEY: null, VALUE: null, PATH: null },
  ]);
});

test('FLATTEN of a constant keeps its order', async () => {
  const rows = await client.rows(
    "select value::int as v from table(flatten(input => parse_json('[3, 1, 2]')))",
  );
  expect(rows).toEqual([{ V: 3 }, { V: 1 }, { V: 2 }]);
});

test('PIVOT, UNPIVOT and GENERATOR', async () => {
  expect(
    await client.rows(
      `select * from (values (1, 'x', 10), (1, 'y', 20), (2, 'x', 5)) v(id, k, n) pivot(sum(n) for k in ('x', 'y')) as p order by id`,
    ),
  ).toEqual([
    { ID: 1, "'x'": 10, "'y'": 20 },
    { ID: 2, "'x'": 5, "'y'": null },
  ]);
  expect(
    await client.rows(
      'select * from (select 1 as id, 10 as x, 20 as y) unpivot(val for name in (x, y)) order by name',
    ),
  ).toEqual([
    { ID: 1, NAME: 'X', VAL: 10 },
    { ID: 1, NAME: 'Y', VAL: 20 },
  ]);
  expect(await client.rows('select seq4() as n from table(generator(rowcount => 3)) order by n')).toEqual([
    { N: 0 },
    { N: 1 },
    { N: 2 },
  ]);
});

test('variables, and RESULT_SCAN of the last statement', async () => {
  await client.rows("set (first, second) = (5, 'text')");
  expect(await client.rows('select $first + 1 as a, $second as b, $first as c')).toEqual([
    { A: 6, B: 'text', C: 5 },
  ]);
  await client.rows("show roles like 'SYSADMIN'");
  expect(await client.rows('select "name" from table(result_scan(last_query_id()))')).toEqual([
    { name: 'SYSADMIN' },
  ]);
});

test('any text comes back as it was, bound or written as a literal', async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: 'grapheme' }), async (text) => {
      const written = `'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
      expect(await client.rows(`select ? as bound, ${written} as written`, [text])).toEqual([
        { BOUND: text, WRITTEN: text },
      ]);
    }),
    { numRuns: 60 },
  );
});

test('any decimal comes back digit for digit, and its sum is exact', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.bigInt({ min: -(10n ** 17n), max: 10n ** 17n }), { minLength: 1, maxLength: 5 }),
      async (units) => {
        const decimal = (value: bigint) => {
          const digits = String(value < 0n ? -value : value).padStart(4, '0');
          return `${value < 0n ? '-' : ''}${digits.slice(0, -3)}.${digits.slice(-3)}`;
        };
        const rows = units.map((value) => `(${decimal(value)}::number(38,3))`).join(', ');
        const total = units.reduce((sum, value) => sum + value, 0n);
        expect(await client.value(`select sum(x)::varchar from (values ${rows}) v(x)`)).toBe(decimal(total));
      },
    ),
    { numRuns: 40 },
  );
});
