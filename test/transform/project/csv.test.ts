import { stringify } from 'csv-stringify/sync';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseCsv } from '../../../lib/transform/project/csv.ts';

test('whatever is written as CSV is read again', () => {
  const field = fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', '\r', ' ', 'é', ';') });
  const table = fc
    .integer({ min: 1, max: 4 })
    .chain((width) => fc.array(fc.array(field, { minLength: width, maxLength: width })));
  fc.assert(
    fc.property(table, fc.constantFrom('\n', '\r\n'), (records, record_delimiter) => {
      const text = stringify(records, { quoted: true, quoted_empty: true, record_delimiter });
      // A record of one empty field is the same as a blank line.
      expect(parseCsv(text)).toEqual(records.filter((record) => record.length > 1 || record[0] !== ''));
    }),
  );
});

test('a byte order mark, another delimiter and a missing last line break are taken', () => {
  expect(parseCsv('\uFEFFa;b\n1;"x;y"', ';')).toEqual([
    ['a', 'b'],
    ['1', 'x;y'],
  ]);
});

test('blank lines are left out, or records where they are asked for', () => {
  expect(parseCsv('a\n\n1\n\n')).toEqual([['a'], ['1']]);
  expect(parseCsv('a\n\n1\n\n', ',', 'records')).toEqual([['a'], [''], ['1'], ['']]);
});
