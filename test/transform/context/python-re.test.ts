import { expect, test } from 'vitest';
import { pythonRegExp } from '../../../lib/transform/context/python-re.ts';

// What Python's re gives for each.
test.each([
  ['findall', 'a(b)?', 'abaab', ['b', '', 'b']],
  [
    'findall',
    '(a)(b)?',
    'abaab',
    [
      ['a', 'b'],
      ['a', ''],
      ['a', 'b'],
    ],
  ],
  ['findall', '(?x) a # c', 'a a', ['a', 'a']],
  ['split', ',\\s*', 'a, b,c', ['a', 'b', 'c']],
  ['split', '(,)', 'a,b', ['a', ',', 'b']],
] as const)('%s of %s in %j', (method, pattern, text, expected) => {
  expect(pythonRegExp(pattern)[method](text)).toEqual(expected);
});

test.each([
  ['search', '(?i)(?s)(^.*\\s*|\\s+|,)with\\s', '-- a\n WITH x', ['-- a\n WITH ', '-- a\n ']],
  ['fullmatch', '(?P<y>\\d+)-(?P=y)', '12-12', ['12-12', '12']],
  ['search', '\\Ab\\Z', 'ab', null],
  ['match', 'b', 'ab', null],
] as const)('%s of %s in %j', (method, pattern, text, expected) => {
  const found = pythonRegExp(pattern)[method](text);
  expect(found === null ? null : expected?.map((_, group) => found.getItem(group))).toEqual(expected);
});

test.each([
  ['(\\w+) (\\w+)', '\\2 \\g<1>', 'a b c d', 0, 'b a d c'],
  ['a', '$&', 'aa', 1, '$&a'],
  ['^a', 'b', 'aa', 0, 'ba'],
  ['(?<=a)b', 'x', 'abb', 0, 'axb'],
  ['(a)|b', '[\\1]', 'ab', 0, '[a][]'],
  ['\\s+', '\\n', 'a  b', 0, 'a\nb'],
] as const)('sub of %s by %s in %j, %i times', (pattern, by, text, count, expected) => {
  expect(pythonRegExp(pattern).sub(by, text, count)).toBe(expected);
});

test('takes flags as numbers, and says what is no pattern', () => {
  expect(pythonRegExp('^b', 2 | 8).findall('a\nB')).toEqual(['B']);
  expect(() => pythonRegExp('(')).toThrow('"(" is not a regular expression');
  expect(() => pythonRegExp('a').sub('\\1', 'a')).toThrow('names a group');
});
