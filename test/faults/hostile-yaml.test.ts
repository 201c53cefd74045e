import { expect, test } from 'vitest';
import { compile, ProjectError } from '../../lib/transform/index.ts';
import { temporaryFolder } from '../support/index.ts';
import { dbtProject, shop } from '../transform/support/projects.ts';

/** Nine lists, each of nine aliases of the one before: a few hundred bytes that stand for nearly 400 million values. */
function aliasBomb(): string {
  const lines = ['l0: &l0 [x, x, x, x, x, x, x, x, x]'];
  for (let level = 1; level < 9; level++)
    lines.push(`l${level}: &l${level} [${Array.from({ length: 9 }, () => `*l${level - 1}`).join(', ')}]`);
  return lines.join('\n');
}

test.each([
  ['aliases of aliases', aliasBomb()],
  ['20,000 lists in one another', `models: ${'['.repeat(20_000)}${']'.repeat(20_000)}`],
  [
    '2,000 objects in one another',
    Array.from({ length: 2_000 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n'),
  ],
])('YAML of %s is refused by name, without filling the memory', async (_, text) => {
  const directory = dbtProject({ 'models/hostile.yml': text });
  const before = process.memoryUsage().rss;
  const failure = await compile({
    directory,
    project: shop,
    artifactsDirectory: temporaryFolder(),
    connect: () => Promise.reject(new Error('no statement is to run')),
  }).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(ProjectError);
  expect(String(failure)).toContain('models/hostile.yml');
  expect((process.memoryUsage().rss - before) / 1024 ** 2).toBeLessThan(300);
});
