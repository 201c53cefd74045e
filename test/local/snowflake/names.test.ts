import fc from 'fast-check';
import { expect, test } from 'vitest';
import { duckName, literal } from '../../../lib/local/snowflake/names.ts';

test('names that differ in case only are two names to DuckDB, which ignores case', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[A-Za-z]{1,12}$/), fc.stringMatching(/^[A-Za-z]{1,12}$/), (a, b) => {
      expect(duckName(a).toUpperCase() === duckName(b).toUpperCase()).toBe(a === b);
    }),
  );
});

test('a DuckDB literal doubles quotes and leaves a backslash alone', () => {
  expect(literal(`it's a \\ b`)).toBe(`'it''s a \\ b'`);
});
