import fc from 'fast-check';
import { expect, test } from 'vitest';
import { offsetInTemplate } from '../../../lib/transform/analysis/place.ts';

const at = (raw: string, sql: string, word: string, nth = 0): string | undefined => {
  let offset = -1;
  for (let count = 0; count <= nth; count++) offset = sql.indexOf(word, offset + 1);
  const found = offsetInTemplate(raw, sql, offset);
  return found === undefined ? undefined : raw.slice(found, found + 12);
};

test('a place of compiled SQL is found in the template', () => {
  const raw = "select\n  a.id, -- id\n  {{ m('b') }} as worth\nfrom {{ ref('a') }} a\nwhere a.id > 1";
  const sql = 'select\n  a.id, -- id\n  b / 100 as worth\nfrom DB.S.a a\nwhere a.id > 1';
  expect(at(raw, sql, 'a.id')).toBe('a.id, -- id\n');
  expect(at(raw, sql, 'a.id', 1)).toBe('a.id > 1');
  expect(at(raw, sql, 'worth')).toBe('worth\nfrom {');
  expect(at(raw, sql, '100')).toBeUndefined();
});

test('a word that stands twice is the same one of the two', () => {
  const raw = 'select x {{ c }} + x from t';
  expect(at(raw, 'select x * 2 + x from t', 'x', 1)).toBe('x from t');
  expect(at(raw, 'select x * x + x from t', 'x', 1)).toBeUndefined();
});

test('without templates every word is where it was', () => {
  const word = fc.constantFrom('a', 'ab', 'a.b', '"q"', 'from', '1', '=', '<>');
  fc.assert(
    fc.property(fc.array(word, { minLength: 1 }), fc.nat(), (words, index) => {
      const sql = words.join(' ');
      const before = words.slice(0, index % words.length);
      const offset = before.length === 0 ? 0 : before.join(' ').length + 1;
      expect(offsetInTemplate(sql, sql, offset)).toBe(offset);
    }),
  );
});
