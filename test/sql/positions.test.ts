import { expect, test } from 'vitest';
import { Cursor, parseQuery } from '../../lib/sql/index.ts';

const sql = `with k as (
  select o.id, "My col" as b, sum(x) filter_me from db.s."T" as o where o.id = 1 and not f(y)
)
select k.*, v:a::int, $1, case when b then 'é' end from k
left join u using (id) union all select 1 from (values (1)) order by b`;

/** Every name, call and operator of a parsed query, with the text at its place. */
function placed(value: unknown, found: string[] = []): string[] {
  if (Array.isArray(value)) for (const item of value) placed(item, found);
  else if (typeof value === 'object' && value !== null) {
    if ('at' in value && typeof value.at === 'number') {
      const says = 'operator' in value ? value.operator : 'name' in value ? value.name : undefined;
      const there = sql.slice(value.at, value.at + String(says).length + 1).replace(/^"/, '');
      if (typeof says === 'string' && says !== '') {
        expect(there.toUpperCase().startsWith(says.toUpperCase())).toBe(true);
        found.push(says);
      }
    }
    for (const item of Object.values(value)) placed(item, found);
  }
  return found;
}

test('what is read of a query says where it stands', () => {
  const cursor = Cursor.over(sql);
  const query = parseQuery(cursor);
  cursor.expectEnd();
  const found = placed(query);
  for (const name of [
    'K',
    'O',
    'ID',
    'My col',
    'B',
    'SUM',
    'DB',
    'S',
    'T',
    '=',
    'AND',
    'NOT',
    'F',
    'Y',
    'U',
    'UNION',
  ])
    expect(found).toContain(name);
});
