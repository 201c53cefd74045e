import { describe, expect, test } from 'vitest';
import { typeName } from '../../../lib/sql/index.ts';
import { analyzeSql } from '../../../lib/transform/analysis/query/index.ts';
import { CASES } from '../../local/snowflake/cases.ts';
import { column, tables } from './support.ts';

const catalog = tables({
  ORDERS: [
    column('ID', 'NUMBER(38,0)', false),
    column('CUSTOMER_ID', 'NUMBER(38,0)'),
    column('PLACED_ON', 'DATE'),
    column('PLACED_AT', 'TIMESTAMP_NTZ(9)'),
    column('AMOUNT', 'NUMBER(10,2)'),
    column('PAID', 'BOOLEAN'),
    column('ITEMS', 'ARRAY'),
    column('DETAILS', 'VARIANT'),
  ],
  CUSTOMERS: [column('ID', 'NUMBER(38,0)', false), column('NAME', 'VARCHAR'), column('day', 'VARCHAR')],
  PAYMENTS: [
    column('ORDER_ID', 'NUMBER(38,0)'),
    column('CUSTOMER_ID', 'NUMBER(38,0)'),
    column('PAID', 'BOOLEAN'),
  ],
});

const analyzed = (sql: string) => analyzeSql(sql, catalog);

/** Severity, code and the word that the problem stands at. */
function problemsOf(sql: string): string[] {
  return analyzed(sql).problems.map(({ severity, code, at }) => {
    const word = /^(?:"[^"]*"|[\w.$]+|\S+)/.exec(sql.slice(at))?.[0] ?? '';
    return `${severity} ${code} ${word}`;
  });
}

describe('what is certain to fail', () => {
  test.each([
    // Columns
    ['select amuont from orders', ['error unknown-column amuont']],
    ['select o.amuont, x.id from orders o', ['error unknown-column o.amuont', 'error unknown-column x.id']],
    ['select orders.id from orders o', ['error unknown-column orders.id']],
    ['select "Id" from orders', ['error unknown-column "Id"']],
    ['select id from orders where nope = 1', ['error unknown-column nope']],
    ['select id from orders group by nope', ['error unknown-column nope']],
    ['select id from orders order by nope', ['error unknown-column nope']],
    ['select id from orders qualify row_number() over (order by nope) = 1', ['error unknown-column nope']],
    ['select count(*) from orders having max(nope) > 1', ['error unknown-column nope']],
    ['select nope as nope from orders', ['error unknown-column nope']],
    ['select day from orders', ['error unknown-column day']],
    ['select max(day) from orders', ['error unknown-column day']],
    ['with o as (select id from orders) select amount from o', ['error unknown-column amount']],
    ['select amount from (select id from orders)', ['error unknown-column amount']],
    [
      'select * from (select * exclude (amount) from orders) where amount > 1',
      ['error unknown-column amount'],
    ],
    ['select amount from (select * rename (amount as total) from orders)', ['error unknown-column amount']],
    ["select name from (select * ilike '%id' from customers)", ['error unknown-column name']],
    ['select x.* from orders o', ['error unknown-column x.']],
    ['select 1 from orders o join customers c using (name)', ['error unknown-column name']],
    ['select * from orders unpivot (v for k in (amount, nope))', ['error unknown-column nope']],
    [
      'select sum(nope) from orders pivot (sum(nope) for paid in (true, false))',
      ['error unknown-column nope'],
    ],
    ['select f.worth from orders, lateral flatten(input => items) f', ['error unknown-column f.worth']],
    ['select column3 from (values (1, 2))', ['error unknown-column column3']],
    [
      'select exists (select 1 from customers c where c.id = o.nope) from orders o',
      ['error unknown-column o.nope'],
    ],
    [
      'with recursive r as (select id from orders union all select nope + 1 from r) select id from r',
      ['error unknown-column nope'],
    ],
    ['select id from orders union all select id from customers order by name', ['error unknown-column name']],
    ['select dateadd(day, 1, nope) from orders', ['error unknown-column nope']],
    ["select object_construct('a', nope):b from orders", ['error unknown-column nope']],
    // Tables
    ['select 1 from ordesr', ['error unknown-table ordesr']],
    ['with o as (select 1 as a) select a from oo', ['error unknown-table oo']],
    // Names of several tables
    ['select id from orders o join customers c on o.customer_id = c.id', ['error ambiguous-column id']],
    [
      'select o.id from orders o join payments p on o.id = p.order_id where paid',
      ['error ambiguous-column paid'],
    ],
    // Types
    ['select 1 from orders where paid = placed_on', ['error types =']],
    ['select 1 from orders where placed_on = items', ['error types =']],
    ['select 1 from orders where placed_on in (1, 2)', ['error types in']],
    ['select 1 from orders where id between placed_on and 3', ['error types between']],
    ['select 1 from orders where paid is distinct from placed_at', ['error types is']],
    ['select case placed_on when true then 1 end from orders', ['error types true']],
    ['select 1 from orders where placed_on', ['error types placed_on']],
    ['select 1 from orders where paid and items', ['error types items']],
    ['select 1 from orders where not placed_at', ['error types placed_at']],
    ['select placed_at + 1 from orders', ['error types +']],
    ['select placed_on + placed_on from orders', ['error types +']],
    ['select placed_on * 2 from orders', ['error types *']],
    ['select sum(placed_on) from orders', ['error types sum']],
    ['select 1 from orders where placed_on in (select id from customers)', ['error types in']],
    ['select 1 from orders o join (select placed_on as id from orders) p using (id)', ['error types id']],
    ['select paid from orders union all select placed_on from orders', ['error types placed_on']],
    // Numbers of columns
    ['select id from orders union all select id, name from customers', ['error column-count union']],
    ['with c (a, b) as (select 1) select a from c', ['error column-count c']],
    ['select id from orders order by 2', ['error column-count 2']],
    // Groups
    ['select customer_id, count(*) from orders', ['error grouping customer_id']],
    ['select customer_id, paid, count(*) from orders group by customer_id', ['error grouping paid']],
    ['select customer_id, amount + 1 from orders group by 1', ['error grouping amount']],
    ['select customer_id from orders group by 1 having amount > 1', ['error grouping amount']],
    ['select customer_id, sum(amount) from orders group by 2', ['error grouping 2']],
    ['select customer_id from orders where count(*) > 1 group by 1', ['error misplaced count']],
    ['select id from orders where row_number() over (order by id) = 1', ['error misplaced row_number']],
  ])('%s', (sql, expected) => {
    expect(problemsOf(sql)).toEqual(expected);
  });

  test('what nothing reads, and what may be a function of the user, is only a warning', () => {
    expect(problemsOf('with unused as (select nope from orders) select 1')).toEqual([
      'warning unknown-column nope',
    ]);
    expect(problemsOf('with a as (select nope from orders), b as (select * from a) select 1')).toEqual([
      'warning unknown-column nope',
    ]);
    expect(problemsOf('select coalesec(id, 1) from orders')).toEqual(['warning unknown-function coalesec']);
    expect(problemsOf('select my_function(id) from orders')).toEqual([]);
    expect(problemsOf('select * exclude (nope) from orders')).toEqual(['warning unknown-in-star nope']);
  });

  test('says what could have been meant', () => {
    const first = (sql: string) => {
      const [problem] = analyzed(sql).problems;
      return `${problem?.message} ${problem?.hint}`.trim();
    };
    expect(first('select amuont from orders')).toBe('orders has no column amuont. Did you mean amount?');
    expect(first('select o.amuont from orders o')).toBe('o has no column amuont. Did you mean amount?');
    expect(first('select nme from orders o join customers c on o.id = c.id')).toBe(
      'there is no column nme in o and c. Did you mean name?',
    );
    expect(first('select 1 from (select 1 as a) where zzzzz = 1')).toBe(
      'there is no column zzzzz here. There is a.',
    );
    expect(first('select DAY from customers')).toBe(
      'customers has no column day. Did you mean "day"? It was made in quotes, with this spelling.',
    );
    expect(first('select o."amount", o.id from orders o')).toBe(
      'o has no column "amount". In quotes, upper and lower case differ, and there is "AMOUNT": write that, or amount without quotes.',
    );
    expect(first('select 1 from "orders"')).toBe(
      'there is no table "orders". In quotes, upper and lower case differ, and there is "ORDERS": write that, or orders without quotes.',
    );
    expect(first('select 1 from ordesr')).toBe('there is no table ordesr. Did you mean orders?');
    expect(first('select odrers.id from orders')).toBe(
      'there is no table or alias odrers here, so odrers.id means nothing. Did you mean orders?',
    );
    expect(first('select id from orders o join customers c on o.id = c.id')).toBe(
      'the name id is ambiguous: o and c have a column of that name. Say which one is meant, as in o.id.',
    );
    expect(first('select id from orders union all select id, name from customers')).toBe(
      'both sides of UNION must have the same number of columns: there are 1 before it and 2 behind it. name is only behind it.',
    );
    expect(first('select placed_at + 1 from orders')).toBe(
      'there is no TIMESTAMP_NTZ(9) + NUMBER(1,0). Use DATEADD or DATEDIFF, which say the unit.',
    );
  });
});

describe('what may be right is not called wrong', () => {
  test.each([
    // Aliases of the select list
    'select amount as a, a * 2 as b from orders where a > 1 and b > 1 group by all having a > 1 order by b',
    'select date_trunc(month, placed_on) as month, sum(amount) from orders group by month',
    "select date_trunc('month', placed_on) as m, month(m) as n from orders group by 1, 2",
    'select id as customer_id, row_number() over (partition by customer_id order by id) as n from orders qualify n = 1',
    'select o.id from orders o join customers c on o.customer_id = c.id group by id order by id',
    'select b as a, 1 as b',
    // Joins
    'select id, name from orders join customers using (id)',
    'select customer_id, paid from orders o join payments p using (customer_id)',
    'select * from orders natural join customers',
    'select o.id, p.order_id from orders o asof join payments p match_condition (o.id >= p.order_id) on o.customer_id = p.customer_id',
    'select * from orders o, customers c where o.customer_id = c.id',
    'select orders.id from db.s.orders where s.orders.id = 1 and db.s.orders.id = 1',
    'select c.id from (orders o join customers c on o.id = c.id) left join payments p on p.order_id = o.id',
    // Subqueries that look outside
    'select (select max(name) from customers c where c.id = o.customer_id and amount > 1) from orders o',
    'select * from orders o, lateral (select name from customers c where c.id = o.customer_id)',
    'select f.value:sku::varchar, f.index, d.key from orders o, lateral flatten(input => o.items) f, table(flatten(f.value)) d',
    "select value from orders, table(split_to_table(details:x::varchar, ','))",
    'select seq4() as n from table(generator(rowcount => 3))',
    // What is not known
    'select anything, t.else from "?t" t where whatever = 1',
    'select anything from "?t" t join orders o on o.id = t.x',
    'select anything from (select * from "?t") group by 1',
    'select a, b from table(my_function(1))',
    'select $1, t.$2, metadata$filename from @stage/path t',
    'select seq.nextval, s.seq.nextval from orders',
    'select $variable, ? , :name from orders where id = $x',
    // Set operations, values, pivots
    'select id, null from orders union select null, name from customers order by id',
    'select 1 as a union all by name select 2 as b',
    "select column1, $2 from (values (1, 'a'), (2, 'b'))",
    'select a from (values (1, 2)) as v (a, b)',
    'select * from (select paid, amount from orders) pivot (sum(amount) for paid in (true, false)) as p (x, y)',
    'select k, v from (select id, amount, customer_id from orders) unpivot (v for k in (amount, customer_id))',
    'with recursive r (n) as (select 1 union all select n + 1 from r where n < 3) select n from r',
    'with orders as (select * from orders) select amount from orders',
    // Semi-structured values
    "select details:a.b[0]::int, items[0].x, {'k': id}, [id, amount] from orders where details:paid",
    'select object_construct(*), count(distinct o.*), hash(o.*) from orders o group by all',
    // Types that convert
    "select 1 from orders where placed_on = '2024-01-01' and placed_on > placed_at and amount = '1' and paid = 1",
    'select 1 from orders where details = placed_on and id = paid and name_is is null or id = null',
    "select placed_on + 1, placed_on - placed_on, placed_at - interval '1 day', amount / 2, placed_on || 'x' from orders",
    "select 1 from orders where amount and 'true' and details",
    // Groups
    'select customer_id, max(amount) over (partition by customer_id) from orders',
    'select orders.customer_id, count(*) from orders group by customer_id',
    'select customer_id + 1, upper(to_varchar(customer_id)), count(*) from orders group by customer_id + 1, 2',
    'select customer_id, sum(sum(amount)) over (order by customer_id) from orders group by 1',
    'select customer_id, grouping(customer_id), count(*) from orders group by rollup (customer_id)',
    'select (select max(id) from customers), count(*) from orders',
    'select my_aggregate(amount), count(*) from orders',
    'select any_value(paid), 1, current_date, count(*) from orders',
  ])('%s', (sql) => {
    const wrong = analyzed(sql.replace('name_is', 'details')).problems.filter(
      ({ severity }) => severity === 'error',
    );
    expect(wrong.map(({ message }) => message)).toEqual([]);
  });

  test('expressions that the server computes', () => {
    for (const [expression] of CASES) {
      expect([expression, analyzed(`select (${expression})::varchar as v`).problems]).toEqual([
        expression,
        [],
      ]);
    }
  });

  test('a text that the parser does not read is unknown', () => {
    const { columns, complete, problems, unread } = analyzed('select a b c from nowhere');
    expect({ columns, complete, problems }).toEqual({ columns: [], complete: false, problems: [] });
    expect(unread).toContain("unexpected 'C'".toLowerCase());
  });
});

describe('columns that come out', () => {
  const columnsOf = (sql: string) =>
    analyzed(sql).columns.map(
      ({ name, type, nullable }) =>
        `${name} ${type === undefined ? '?' : typeName(type)}${nullable === false ? ' NOT NULL' : ''}`,
    );

  test.each([
    [
      'select * from customers',
      ['ID NUMBER(38,0) NOT NULL', 'NAME VARCHAR(16777216)', 'day VARCHAR(16777216)'],
    ],
    ['select * exclude (name, "day") from customers', ['ID NUMBER(38,0) NOT NULL']],
    [
      'select * replace (upper(name) as name) rename (id as customer) from customers',
      ['CUSTOMER NUMBER(38,0) NOT NULL', 'NAME VARCHAR(16777216)', 'day VARCHAR(16777216)'],
    ],
    ['select c.id from orders o left join customers c on o.customer_id = c.id', ['ID NUMBER(38,0)']],
    [
      'select id, name from orders join customers using (id)',
      ['ID NUMBER(38,0) NOT NULL', 'NAME VARCHAR(16777216)'],
    ],
    [
      'select amount * 2 as a, amount / 3 as b, id + 1 as c from orders',
      ['A NUMBER(11,2)', 'B NUMBER(16,8)', 'C NUMBER(38,0) NOT NULL'],
    ],
    [
      'select count(*) as n, sum(amount) as s, max(placed_on) as d from orders',
      ['N NUMBER(18,0) NOT NULL', 'S NUMBER(38,2)', 'D DATE'],
    ],
    ['select placed_on - 1 as a, placed_on - placed_on as b from orders', ['A DATE', 'B NUMBER(9,0)']],
    [
      "select coalesce(name, 'x') as a, nvl(id, 1) as b from customers",
      ['A VARCHAR(16777216) NOT NULL', 'B NUMBER(38,0) NOT NULL'],
    ],
    [
      'select case when paid then 1 else 2.5 end as a, iff(paid, 1, null) as b from orders',
      ['A NUMBER(2,1) NOT NULL', 'B NUMBER(1,0)'],
    ],
    ['select 1 as a union all select 2.25', ['A NUMBER(3,2) NOT NULL']],
    ['select null as a union all select current_date', ['A DATE']],
    [
      'select details:a as a, details:a::int as b, items[0] as c from orders',
      ['A VARIANT', 'B NUMBER(38,0)', 'C VARIANT'],
    ],
    [
      'select dateadd(day, 1, placed_on) as a, dateadd(hour, 1, placed_on) as b, date_trunc(month, placed_at) as c from orders',
      ['A DATE', 'B TIMESTAMP_NTZ(9)', 'C TIMESTAMP_NTZ(9)'],
    ],
    [
      'select lower(name), count(*) from customers group by 1',
      ['LOWER(NAME) VARCHAR(16777216)', 'COUNT(*) NUMBER(18,0) NOT NULL'],
    ],
    [
      'select id, id from orders union by name select 1 as n',
      ['ID NUMBER(38,0)', 'ID NUMBER(38,0)', 'N NUMBER(1,0)'],
    ],
    [
      'select f.value, f.index from orders, lateral flatten(items) f',
      ['VALUE VARIANT', 'INDEX NUMBER(38,0)'],
    ],
  ])('%s', (sql, expected) => {
    expect(columnsOf(sql)).toEqual(expected);
  });
});

describe('where columns come from', () => {
  const originsOf = (sql: string) =>
    Object.fromEntries(
      analyzed(sql).columns.map(({ name, origins }) => [
        name,
        origins.map(({ relation, column: from, copied }) => `${copied ? '' : '~'}${relation}.${from}`).sort(),
      ]),
    );
  const rowsOf = (sql: string) =>
    analyzed(sql)
      .rows.map(({ relation, column: from }) => `${relation}.${from}`)
      .sort();

  test.each<[string, Record<string, string[]>]>([
    [
      'select id as a, amount * 2 as b, 1 as c from orders',
      { A: ['orders.ID'], B: ['~orders.AMOUNT'], C: [] },
    ],
    [
      'with o as (select id, amount + id as total from orders), p as (select * rename (total as t) from o) select * from p',
      { ID: ['orders.ID'], T: ['~orders.AMOUNT', '~orders.ID'] },
    ],
    [
      'select id from orders union all select customer_id from payments',
      { ID: ['orders.ID', 'payments.CUSTOMER_ID'] },
    ],
    ['select case when paid then amount end as a from orders', { A: ['~orders.AMOUNT', '~orders.PAID'] }],
    [
      'select amount as a, a + id as b from orders',
      { A: ['orders.AMOUNT'], B: ['~orders.AMOUNT', '~orders.ID'] },
    ],
    [
      'select (select max(name) from customers c where c.id = o.customer_id) as n from orders o',
      { N: ['~customers.ID', '~customers.NAME', '~orders.CUSTOMER_ID'] },
    ],
    [
      'select row_number() over (partition by customer_id order by placed_at) as n from orders',
      { N: ['~orders.CUSTOMER_ID', '~orders.PLACED_AT'] },
    ],
    ['select id from orders join customers using (id)', { ID: ['customers.ID', 'orders.ID'] }],
    ['select f.value:sku as sku from orders, lateral flatten(items) f', { SKU: ['~orders.ITEMS'] }],
    ['select count(*) as n from orders', { N: [] }],
    [
      'with recursive r as (select id from orders union all select id + 1 from r) select id from r',
      { ID: ['~orders.ID'] },
    ],
    [
      'select v from (select id, amount, customer_id from orders) unpivot (v for k in (amount, customer_id))',
      { V: ['orders.AMOUNT', 'orders.CUSTOMER_ID'] },
    ],
  ])('%s', (sql, expected) => {
    expect(originsOf(sql)).toEqual(expected);
  });

  test('what decides the rows', () => {
    expect(
      rowsOf(
        'select o.id from orders o join customers c on o.customer_id = c.id where paid group by o.id having max(placed_on) is not null',
      ),
    ).toEqual(['customers.ID', 'orders.CUSTOMER_ID', 'orders.ID', 'orders.PAID', 'orders.PLACED_ON']);
    expect(rowsOf('select id from orders order by amount')).toEqual([]);
    expect(rowsOf('select id from orders order by amount limit 1')).toEqual(['orders.AMOUNT']);
    expect(rowsOf('select id from (select id from orders where paid)')).toEqual(['orders.PAID']);
    expect(rowsOf('select id from orders except select id from customers')).toEqual(['customers.ID']);
  });
});
