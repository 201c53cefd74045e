import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { list } from '../../../lib/transform/index.ts';
import { installPackages } from '../../../lib/transform/packages/deps.ts';
import { startHub } from '../support/hub.ts';
import { dbtProject, shop } from '../support/projects.ts';

const hub = await startHub();
hub.publish('acme/words', '1.0.0', {
  files: { 'macros/w.sql': '{% macro one() %}select 1 as id{% endmacro %}' },
});
hub.publish('acme/words', '2.0.0', {
  files: { 'macros/w.sql': '{% macro one() %}select 2 as id{% endmacro %}' },
});

const files = {
  'packages.yml': 'packages: [{package: acme/words, version: 1.0.0}]\n',
  'models/m.sql': '{{ words.one() }}',
};
const read = (directory: string): string[] =>
  list({ directory, project: shop }).nodes.map(({ name }) => name);
const env = { DBT_PACKAGE_HUB_URL: hub.url };

test('a project whose packages are missing says so, and how to install them', async () => {
  const directory = dbtProject(files);
  expect(() => read(directory)).toThrow(
    'packages.yml: it asks for 1 package, and dbt_packages holds 0. Run `sluice deps`.',
  );
  await installPackages({ directory, project: shop, env });
  expect(read(directory)).toEqual(['m']);
  rmSync(join(directory, 'dbt_packages/words'), { recursive: true });
  expect(() => read(directory)).toThrow(
    'package-lock.yml: not installed in dbt_packages: words. Run `sluice deps`.',
  );
});

test('a package that is there in another version than is locked is as good as missing', async () => {
  const directory = dbtProject(files);
  await installPackages({ directory, project: shop, env });
  writeFileSync(join(directory, 'packages.yml'), 'packages: [{package: acme/words, version: 2.0.0}]\n');
  await installPackages({ directory, project: shop, env, lockOnly: true });
  expect(() => read(directory)).toThrow(
    'installed in dbt_packages in another version: words. Run `sluice deps`.',
  );
  await installPackages({ directory, project: shop, env });
  expect(read(directory)).toEqual(['m']);
});

test('a package that is asked for and not locked is missing', async () => {
  const directory = dbtProject(files);
  await installPackages({ directory, project: shop, env });
  writeFileSync(
    join(directory, 'packages.yml'),
    'packages: [{package: acme/words, version: 1.0.0}, {package: acme/more, version: 1.0.0}]\n',
  );
  expect(() => read(directory)).toThrow(
    'packages.yml: it asks for acme/more, which package-lock.yml does not hold.',
  );
});

test('local packages need not be installed', () => {
  const directory = dbtProject({
    'packages.yml': 'packages: [{local: own}]\n',
    'own/dbt_project.yml': 'name: words\n',
    'own/macros/w.sql': '{% macro one() %}select 1 as id{% endmacro %}',
    'models/m.sql': '{{ words.one() }}',
  });
  expect(read(directory)).toEqual(['m']);
  expect(existsSync(join(directory, 'dbt_packages'))).toBe(false);
});
