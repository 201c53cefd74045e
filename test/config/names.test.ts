import fc from 'fast-check';
import { expect, test } from 'vitest';
import { similarNames, targetName } from '../../lib/config/index.ts';

test.each([
  ['invoiceno', 'INVOICENO'],
  ['InvoiceNo', 'INVOICENO'],
  ['_a$1', '_A$1'],
  ['two words', 'two words'],
  ['größe', 'größe'],
  ['1st', '1st'],
  ['say "x"', 'say "x"'],
])('%s becomes %s', (name, expected) => {
  expect(targetName(name)).toBe(expected);
});

test('naming twice is naming once', () => {
  fc.assert(fc.property(fc.string(), (name) => targetName(targetName(name)) === targetName(name)));
});

test('a suggestion is close, and the closest comes first', () => {
  expect(similarNames('lookbackDay', ['lookbackDays', 'column', 'lookbackDayz1'], 2)).toEqual([
    'lookbackDays',
    'lookbackDayz1',
  ]);
  expect(similarNames('xyz', ['lookbackDays'])).toEqual([]);
});
