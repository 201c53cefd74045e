import { expect, test } from 'vitest';
import { createEnvironment } from '../../../lib/jinja/index.ts';
import { ResultTable } from '../../../lib/transform/context/result-table.ts';

const table = new ResultTable(
  ['ID', 'NAME'],
  [
    [2, 'b'],
    [1, 'a'],
    [null, 'c'],
    [1, 'd'],
  ],
);

function shown(expression: string): string {
  const template =
    '{% set r = EXPR %}{{ r.column_names | join(",") }}{% for row in r %} {{ row.values() | join(":") }}{% endfor %}';
  return createEnvironment({})
    .compile(template.replace('EXPR', expression), { file: 't' })
    .renderSync({ t: table });
}

// What agate gives for each.
test.each([
  ["t.rename(t.column_names | map('lower') | list)", 'id,name 2:b 1:a None:c 1:d'],
  ["t.rename(t.column_names | map('lower'))", 'id,name 2:b 1:a None:c 1:d'],
  ["t.rename({'ID': 'key'})", 'key,NAME 2:b 1:a None:c 1:d'],
  ["t.select('NAME')", 'NAME b a c d'],
  ["t.select(['ID'])", 'ID 2 1 None 1'],
  ["t.exclude(['ID'])", 'NAME b a c d'],
  ['t.limit(1)', 'ID,NAME 2:b'],
  ['t.limit(1, 3)', 'ID,NAME 1:a None:c'],
  ["t.order_by('ID')", 'ID,NAME 1:a 1:d 2:b None:c'],
  ["t.order_by(['ID', 'NAME'], reverse=true)", 'ID,NAME None:c 2:b 1:d 1:a'],
  ["t.distinct('ID')", 'ID,NAME 2:b 1:a None:c'],
  ['t.distinct()', 'ID,NAME 2:b 1:a None:c 1:d'],
])('%s', (expression, expected) => {
  expect(shown(expression)).toBe(expected);
});

test('finds a column by its name, and makes JSON of a value', () => {
  const template =
    "{{ t.columns.get('ID').values_without_nulls() }} {{ t.columns.get('no', 'none') }} {{ t.columns['ID'].data_type.jsonify(2) }}";
  const text = createEnvironment({}).compile(template, { file: 't' }).renderSync({ t: table });
  expect(text).toBe('(2, 1, 1) none 2');
});
