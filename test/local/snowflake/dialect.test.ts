import { Dialect, parse } from '@polyglot-sql/sdk';
import { expect, test } from 'vitest';
import { Cursor, parseQuery } from '../../../lib/sql/index.ts';
import { CASES } from './cases.ts';

/** Queries that our parser has to read; polyglot's Snowflake dialect is the second opinion that they are Snowflake's. */
const QUERIES = [
  ...CASES.map(([expression]) => `select (${expression})::varchar as v`),
  "select a.*, b.x as y from db.s.t as a left join u b on a.id = b.id and a.x between 1 and 2 where a.s like any ('a%', 'b%')",
  'with recursive r (n) as (select 1 union all select n + 1 from r where n < 5) select sum(n) from r',
  'select k, count(*) from t group by rollup (k) having count(*) > 1 order by k desc nulls last limit 5 offset 2',
  'select t.id, f.value:x::int from t, lateral flatten(input => t.v:items, outer => true) f',
  "select * from t pivot(sum(n) for k in ('x', 'y')) as p",
  'select row_number() over (partition by a order by b rows between unbounded preceding and current row) from t qualify 1 = 1',
  'select * exclude (a) rename (b as c) from t union all by name select 1 as d',
  'select case when a is not distinct from b then 1 else 2 end, not exists (select 1 from u), (select max(x) from u) from t',
];

test.each(QUERIES)('%s', (sql) => {
  const cursor = Cursor.over(sql);
  parseQuery(cursor);
  cursor.expectEnd();
  expect(parse(sql, Dialect.Snowflake)).toMatchObject({ success: true });
});
