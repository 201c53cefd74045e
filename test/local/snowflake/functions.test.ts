import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type SnowflakeServer, startSnowflake } from '../../../lib/local/snowflake/index.ts';
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

/** Expressions whose value, as text, is Snowflake's. */
const CASES: readonly (readonly [string, string | null])[] = [
  // Exact numbers
  ['1/3', '0.333333'],
  ['10/4', '2.500000'],
  ['7::number(10,2) / 3', '2.33333333'],
  ['2/3', '0.666667'],
  ['-2/3', '-0.666667'],
  ['1.1::number(10,1) * 1.1::number(10,1)', '1.21'],
  ["'12345678901234567890.123'::number(38,3) + 0.001", '12345678901234567890.124'],
  ['round(2.5)', '3'],
  ['round(-2.5)', '-3'],
  ['round(1.005, 2)', '1.01'],
  ['round(1250, -2)', '1300'],
  ['trunc(1.999, 1)', '1.9'],
  ['ceil(-1.1)', '-1'],
  ['floor(-1.1)', '-2'],
  ['mod(-7, 3)', '-1'],
  ['1.0::float', '1'],
  ['1.5::float', '1.5'],
  // Text to number
  ["try_cast('1.5' as number(10,0))", '2'],
  ["try_cast('x' as number(10,0))", null],
  ["try_to_number('12.345', 10, 2)", '12.35'],
  ["try_to_decimal('1e2', 10, 1)", '100.0'],
  ["to_number('1,234.5', '9,999.9', 10, 2)", '1234.50'],
  ["try_to_double('1e3')", '1000'],
  ["try_to_boolean('on')", 'true'],
  ["try_to_boolean('maybe')", null],
  // Moments
  ["to_varchar('2024-03-05'::date, 'DD-MON-YYYY')", '05-Mar-2024'],
  ["to_varchar('2024-01-02 03:04:05'::timestamp_ntz, 'YYYY-MM-DD\"T\"HH24:MI:SS')", '2024-01-02T03:04:05'],
  ["to_date('05/03/2024', 'DD/MM/YYYY')", '2024-03-05'],
  ["to_timestamp_ntz('12/1/2010 8:26', 'MM/DD/YYYY HH24:MI')", '2010-12-01 08:26:00.000'],
  ["try_to_timestamp_ntz('13/1/2010 8:26', 'MM/DD/YYYY HH24:MI')", null],
  ["'2024-01-01T10:00:00Z'::timestamp_ntz", '2024-01-01 10:00:00.000'],
  ["'2024-01-01 00:00:00 +02:00'::timestamp_tz", '2023-12-31 22:00:00.000 +0000'],
  ['to_timestamp_ntz(1700000000)', '2023-11-14 22:13:20.000'],
  [
    "convert_timezone('UTC', 'Europe/London', '2024-07-01 00:00:00'::timestamp_ntz)",
    '2024-07-01 01:00:00.000',
  ],
  ["dateadd(month, 1, '2024-01-31'::date)", '2024-02-29'],
  ["dateadd(hour, 5, '2024-01-01'::date)", '2024-01-01 05:00:00.000'],
  ["datediff(day, '2024-01-01'::date, '2024-03-01'::date)", '60'],
  ["datediff(month, '2024-01-31'::date, '2024-02-01'::date)", '1'],
  ["date_trunc('week', '2024-01-03'::date)", '2024-01-01'],
  ["last_day('2024-02-03'::date)", '2024-02-29'],
  ["extract(epoch_second from '2024-01-01'::timestamp_ntz)", '1704067200'],
  ["'2024-01-01'::date + 1", '2024-01-02'],
  ["'2024-01-02'::date - '2024-01-01'::date", '1'],
  ["monthname('2024-05-05'::date)", 'May'],
  // Text
  ["split_part('a.b.c', '.', -1)", 'c'],
  ["split_part('a.b.c', '.', 7)", ''],
  ["substr('hello', 0, 2)", 'he'],
  ["initcap('hello wORLD')", 'Hello World'],
  ["concat('a', null, 'b')", null],
  ["regexp_replace('a1b2', '[0-9]', '#')", 'a#b#'],
  ["regexp_substr('abc123', '[a-z]+([0-9]+)', 1, 1, 'e', 1)", '123'],
  ["'abc' rlike 'b'", 'false'],
  ["'ABC' ilike any ('x%', 'a%')", 'true'],
  ["'abc' not in ('a', 'b')", 'true'],
  ["to_char(1234567.5, '9,999,999.00')", ' 1,234,567.50'],
  ["sha2('a')", 'ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb'],
  ["'abcdef'::varchar(3)", 'abc'],
  ["to_binary('616263', 'HEX')", '616263'],
  // NULL and conditions
  ['greatest(1, null, 3)', null],
  ['nvl(null, 1)', '1'],
  ['div0(1, 0)', '0.000000'],
  ["decode(null, null, 'same', 'other')", 'same'],
  ['equal_null(null, null)', 'true'],
  ['iff(null, 1, 2)', '2'],
  // VARIANT
  [`parse_json('{"a":[1,{"b":"x"}]}'):a[1].b::string`, 'x'],
  [`parse_json('{"a":null}'):a::string`, null],
  [`parse_json('{"a":null}'):a is null`, 'false'],
  [`is_null_value(parse_json('{"a":null}'):a)`, 'true'],
  [`typeof(parse_json('1.5'))`, 'DECIMAL'],
  ["object_construct('a', 1, 'b', null)", '{"a":1}'],
  ['array_size(array_construct(1, 2, null))', '3'],
  ["array_to_string(array_construct(1, 'b'), '-')", '1-b'],
  ["try_parse_json('{bad')", null],
  [`parse_json('{"n": 123456789012.123}'):n::number(38,3)`, '123456789012.123'],
  [`get(parse_json('{"Key": 1}'), 'Key')::int`, '1'],
];

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
  expect(await client.rows('select $first + 1 as a, $second as b')).toEqual([{ A: 6, B: 'text' }]);
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
