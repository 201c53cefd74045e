import { execFileSync } from 'node:child_process';
import { lstatSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { type DepsReport, installPackages } from '../../../lib/transform/packages/deps.ts';
import { temporaryFolder } from '../../support/folder.ts';
import { dbtProject, shop } from '../support/projects.ts';

interface Repository {
  readonly url: string;
  /** Commits files; returns the commit. */
  commit(files: Readonly<Record<string, string>>): string;
  git(...args: string[]): string;
  readonly folder: string;
}

/** A repository of a test, with nothing of this machine's own settings. */
function repository(): Repository {
  const folder = temporaryFolder();
  const env = {
    PATH: process.env.PATH,
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_SYSTEM: '/dev/null',
    ...Object.fromEntries(
      ['AUTHOR', 'COMMITTER'].flatMap((who) => [
        [`GIT_${who}_NAME`, 'a'],
        [`GIT_${who}_EMAIL`, 'a@example.com'],
      ]),
    ),
  };
  const git = (...args: string[]): string =>
    execFileSync('git', args, { cwd: folder, env, encoding: 'utf8', stdio: 'pipe' }).trim();
  git('init', '--quiet', '--initial-branch=main');
  const commit = (files: Readonly<Record<string, string>>): string => {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(join(folder, dirname(path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    git('add', '-A');
    git('commit', '--quiet', '-m', 'c');
    return git('rev-parse', 'HEAD');
  };
  return { url: `file://${folder}`, folder, git, commit };
}

async function deps(entry: string, options: { readonly env?: NodeJS.ProcessEnv } = {}) {
  const directory = dbtProject({ 'packages.yml': `packages:\n  - ${entry}\n` });
  const run = async (): Promise<DepsReport> =>
    await installPackages({ directory, project: shop, env: { PATH: process.env.PATH, ...options.env } });
  return { directory, run, report: await run() };
}

const library = repository();
const first = library.commit({
  'dbt_project.yml': 'name: library\n',
  'macros/m.sql': 'first',
  '.gitattributes': 'tests export-ignore\n',
  'tests/t.sql': 'kept',
});
library.git('tag', 'v1.0');
const second = library.commit({ 'macros/m.sql': 'second', 'parts/inner/dbt_project.yml': 'name: inner\n' });
library.git('branch', 'v1.0');

test('takes what HEAD is, locks the commit, and says that it is not pinned', async () => {
  const { directory, run, report } = await deps(`git: ${library.url}`);
  expect(report).toMatchObject({
    packages: [{ name: 'library', source: 'git', from: library.url, version: second, status: 'installed' }],
    warnings: [
      `${library.url} is taken as HEAD is now (${second.slice(0, 7)}). Name a tag or a commit under revision:, or say warn-unpinned: false.`,
    ],
  });
  expect(readFileSync(join(directory, 'dbt_packages/library/macros/m.sql'), 'utf8')).toBe('second');
  expect(readFileSync(join(directory, 'package-lock.yml'), 'utf8')).toContain(
    `  - git: ${library.url}\n    name: library\n    revision: ${second}\n`,
  );
  expect(await run()).toMatchObject({ packages: [{ status: 'unchanged' }], warnings: [] });
  rmSync(join(directory, 'dbt_packages'), { recursive: true });
  expect(await run()).toMatchObject({ packages: [{ status: 'installed', version: second }] });
});

test('takes a tag before a branch of the same name, with the files that archives leave out', async () => {
  const { directory, report } = await deps(`{git: "${library.url}", revision: v1.0}`);
  expect(report).toMatchObject({ packages: [{ version: first }], warnings: [] });
  expect(readFileSync(join(directory, 'dbt_packages/library/macros/m.sql'), 'utf8')).toBe('first');
  expect(readFileSync(join(directory, 'dbt_packages/library/tests/t.sql'), 'utf8')).toBe('kept');
});

test.each([
  ['a branch', 'main', second],
  ['a commit', first, first],
  ['the beginning of a commit', first.slice(0, 8), first],
])('takes %s', async (_kind, revision, commit) => {
  const { report } = await deps(`{git: "${library.url}", revision: "${revision}", warn-unpinned: false}`);
  expect(report).toMatchObject({ packages: [{ version: commit }], warnings: [] });
});

test('takes a folder of a repository', async () => {
  const { directory, report } = await deps(
    `{git: "${library.url}", revision: main, subdirectory: parts/inner/}`,
  );
  expect(report.packages).toMatchObject([{ name: 'inner', version: second }]);
  expect(readFileSync(join(directory, 'package-lock.yml'), 'utf8')).toContain('subdirectory: parts/inner\n');
});

test('says which revision or folder is not there', async () => {
  await expect(deps(`{git: "${library.url}", revision: v9}`)).rejects.toMatchObject({
    code: 'PACKAGES_INVALID',
    message: `${library.url} has no branch, tag or commit v9.`,
  });
  await expect(deps(`{git: "${library.url}", revision: v1.0, subdirectory: parts}`)).rejects.toMatchObject({
    message: `${library.url} has no folder parts at v1.0.`,
  });
});

test('says what git says of a repository that cannot be read, without who logs in', async () => {
  const env = { DBT_ENV_SECRET_TOKEN: 'hidden' };
  const nowhere = '{git: "http://me:pass@127.0.0.1:1/{{ env_var(\'DBT_ENV_SECRET_TOKEN\') }}.git"}';
  const failure: unknown = await deps(nowhere, { env }).catch((error: unknown) => error);
  expect(failure).toMatchObject({ code: 'PACKAGE_UNREACHABLE', kind: 'outside', retryable: true });
  expect(String(failure)).toContain(
    "git could not read http://*****@127.0.0.1:1/{{ env_var('DBT_ENV_SECRET_TOKEN') }}.git: ",
  );
  expect(String(failure)).not.toMatch(/hidden|pass/);
});

test('makes no links, and says so', async () => {
  const linked = repository();
  symlinkSync('/etc/passwd', join(linked.folder, 'passwords'));
  linked.commit({ 'dbt_project.yml': 'name: linked\n' });
  const { directory, report } = await deps(`{git: "${linked.url}", warn-unpinned: false}`);
  expect(report.warnings).toEqual([`${linked.url}: links are not unpacked: passwords.`]);
  expect(lstatSync(join(directory, 'dbt_packages/linked/passwords'), { throwIfNoEntry: false })).toBe(
    undefined,
  );
});

test('runs no command that an address names', async () => {
  const marker = join(temporaryFolder(), 'ran');
  await expect(deps(`{git: "ext::touch ${marker}"}`)).rejects.toMatchObject({ code: 'PACKAGE_UNREACHABLE' });
  expect(lstatSync(marker, { throwIfNoEntry: false })).toBe(undefined);
});

test('says what is asked for at two revisions, and by whom', async () => {
  const outer = repository();
  outer.commit({
    'dbt_project.yml': 'name: outer\n',
    'packages.yml': `packages: [{git: "${library.url}.git", revision: main}]\n`,
  });
  const entries = `{git: "${outer.url}", revision: main}\n  - {git: "${library.url}", revision: v1.0}`;
  await expect(deps(entries)).rejects.toMatchObject({
    message: `${library.url} is asked for at several revisions: packages.yml asks for v1.0, outer asks for main.`,
  });
});
