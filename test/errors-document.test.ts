import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { errorsDocument } from './errors-document.ts';

test('docs/errors.md is what the tables of errors say', () => {
  // Written by `npm run docs:errors`.
  expect(readFileSync(join(import.meta.dirname, '../docs/errors.md'), 'utf8')).toBe(errorsDocument());
});
