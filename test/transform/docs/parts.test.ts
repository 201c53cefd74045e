import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { bundleModules } from '../../../lib/transform/docs/bundle.ts';
import { jsonInHtml } from '../../../lib/transform/docs/page-html.ts';
import { secretsOf, withoutSecrets } from '../../../lib/transform/docs/secrets.ts';
import { temporaryFolder } from '../../support/index.ts';

function bundle(files: Readonly<Record<string, string>>): string {
  const folder = temporaryFolder();
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return bundleModules(join(folder, 'main.ts'));
}

describe('the script of the page', () => {
  test('is its modules in one, each with names of its own', () => {
    const script = bundle({
      'main.ts':
        "import type { T } from './types.ts';\nimport { add, type N } from './math.ts';\nimport { one as first } from './one.ts';\nconst hidden: N = 1;\ntold(add(first, hidden) as T);\n",
      'math.ts':
        "import { one } from './one.ts';\nexport type N = number;\nconst hidden = 10;\nexport function add(a: N, b: N): N {\n  return a + b + hidden + one;\n}\n",
      'one.ts': 'export const one = 100;\n',
    });
    let told: unknown;
    runInNewContext(script, { told: (value: unknown) => (told = value) });
    expect(told).toBe(211);
  });

  test('is refused where it imports or exports in another way', () => {
    expect(() => bundle({ 'main.ts': "import * as all from './x.ts';\n" })).toThrow('import * as all');
    expect(() => bundle({ 'main.ts': 'export default 1;\n' })).toThrow('export default 1');
    expect(() =>
      bundle({
        'main.ts': "import { a } from './a.ts';\na();\n",
        'a.ts': "import { b } from './main.ts';\nexport const a = b;\n",
      }),
    ).toThrow('imports itself');
  });
});

test('data cannot end the element that holds them', () => {
  const value = ['</script><!--<script>', '\u2028\u2029'];
  const text = jsonInHtml(value);
  expect(text).not.toMatch(/[<\u2028\u2029]/);
  expect(JSON.parse(text)).toEqual(value);
});

test('secrets are known by the names of variables and by their place in addresses', () => {
  const env = {
    DBT_ENV_SECRET_TOKEN: 'abcdef-1',
    SLUICE_SNOWFLAKE_PASSWORD: 'correct horse',
    SLUICE_SOURCE_URL: 'postgres://app:p%40ss-word@db:5432/shop',
    HOME: '/home/ann',
    SHORT_SECRET: 'abc',
    WORD_PASSWORD: 'postgres',
    DBT_ENV_SECRET_WORD: 'word',
  };
  const secrets = secretsOf(env);
  expect(secrets.sort()).toEqual(['abcdef-1', 'correct horse', 'p%40ss-word', 'p@ss-word', 'word']);
  expect(
    withoutSecrets({ a: ['x abcdef-1 y'], b: 1, c: { d: 'correct horse/p@ss-word' } }, secretsOf(env)),
  ).toEqual({
    a: ['x ***** y'],
    b: 1,
    c: { d: '*****/*****' },
  });
});
