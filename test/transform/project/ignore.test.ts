import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readIgnores } from '../../../lib/transform/project/ignore.ts';
import { dbtProject } from '../support/projects.ts';

const segment = fc.stringMatching(/^[a-z0-9_]{1,6}$/);
const path = fc.array(segment, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'));

function ignores(lines: readonly string[]) {
  return readIgnores(dbtProject({ '.dbtignore': lines.join('\n') }));
}

test('a path, its name and a folder above it each name a file, and a later ! takes it back', () => {
  fc.assert(
    fc.property(path, (file) => {
      const name = file.split('/').at(-1) ?? '';
      const [top = ''] = file.split('/');
      expect(ignores([`/${file}`])(file)).toBe(true);
      expect(ignores([name])(file)).toBe(true);
      expect(ignores([`/${top}/`])(file)).toBe(file.includes('/'));
      expect(ignores(['*'])(file)).toBe(true);
      expect(ignores(['*', `!/${file}`])(file)).toBe(false);
      expect(ignores([`#${name}`, '', '   '])(file)).toBe(false);
    }),
    { numRuns: 50 },
  );
});

test('without a file nothing is ignored', () => {
  expect(readIgnores(dbtProject({}))('models/a.sql')).toBe(false);
});
