import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { SluiceError } from '../../../lib/config/index.ts';
import { type DepsOptions, type DepsReport, installPackages } from '../../../lib/transform/packages/deps.ts';
import { startHub } from '../support/hub.ts';
import { dbtProject, shop } from '../support/projects.ts';

const hub = await startHub();
hub.publish('dbt-labs/dbt_utils', '1.0.0', { files: { 'macros/a.sql': 'one' } });
hub.publish('dbt-labs/dbt_utils', '1.1.1', { files: { 'macros/a.sql': 'two' } });
hub.publish('dbt-labs/dbt_utils', '2.0.0-b1', {});
hub.publish('acme/dates', '0.1.0', {
  packages: [{ package: 'dbt-labs/dbt_utils', version: ['>=1.0.0', '<1.1.0'] }],
});
hub.publish('acme/dates', '0.2.0', { packages: [{ package: 'dbt-labs/dbt_utils', version: ['>=1.1.0'] }] });

beforeEach(() => {
  hub.requests.length = 0;
});

async function deps(directory: string, options: Partial<DepsOptions> = {}): Promise<DepsReport> {
  return await installPackages({
    directory,
    project: shop,
    env: { DBT_PACKAGE_HUB_URL: hub.url, ...options.env },
    retryPausesMs: [1, 1],
    ...options,
  });
}

async function refusal(work: Promise<unknown>): Promise<SluiceError> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof SluiceError) return error;
  throw new Error(`It did not fail as it should: ${String(error)}`);
}

function told({ packages }: DepsReport): string[] {
  return packages.map(({ name, version, status }) => `${name} ${version} ${status}`);
}

const twoPackages = `packages:
  - package: acme/dates
    version: [">=0.1.0", "<1.0.0"]
  - package: dbt-labs/dbt_utils
    version: [">=1.0.0", "<2.0.0"]
`;

test('installs packages and what they ask for, and locks them in the form of dbt', async () => {
  const directory = dbtProject({ 'packages.yml': twoPackages });
  expect(told(await deps(directory))).toEqual(['dates 0.2.0 installed', 'dbt_utils 1.1.1 installed']);
  expect(readFileSync(join(directory, 'dbt_packages/dbt_utils/macros/a.sql'), 'utf8')).toBe('two');
  expect(readFileSync(join(directory, 'package-lock.yml'), 'utf8')).toBe(`packages:
  - name: dates
    package: acme/dates
    version: 0.2.0
  - name: dbt_utils
    package: dbt-labs/dbt_utils
    version: 1.1.1
sha1_hash: ${/sha1_hash: (\w+)/.exec(readFileSync(join(directory, 'package-lock.yml'), 'utf8'))?.[1]}
`);
  expect(readdirSync(join(directory, 'dbt_packages')).sort()).toEqual([
    '__sluice.json',
    'dates',
    'dbt_utils',
  ]);
});

test('keeps what is there, and asks nobody for it', async () => {
  const directory = dbtProject({ 'packages.yml': twoPackages });
  await deps(directory);
  hub.requests.length = 0;
  expect(told(await deps(directory))).toEqual(['dates 0.2.0 unchanged', 'dbt_utils 1.1.1 unchanged']);
  expect(hub.requests).toEqual([]);
  rmSync(join(directory, 'dbt_packages/dates'), { recursive: true });
  expect(told(await deps(directory))).toEqual(['dates 0.2.0 installed', 'dbt_utils 1.1.1 unchanged']);
});

test('keeps to the lock until the list changes or an upgrade is asked for', async () => {
  const directory = dbtProject({ 'packages.yml': 'packages: [{package: acme/late, version: ">=1.0.0"}]\n' });
  hub.publish('acme/late', '1.0.0', {});
  await deps(directory);
  hub.publish('acme/late', '1.1.0', {});
  rmSync(join(directory, 'dbt_packages'), { recursive: true });
  expect(told(await deps(directory))).toEqual(['late 1.0.0 installed']);
  const locked = await deps(directory, { upgrade: true, lockOnly: true });
  expect(told(locked)).toEqual(['late 1.1.0 locked']);
  expect(readFileSync(join(directory, 'dbt_packages/late/dbt_project.yml'), 'utf8')).toContain('1.0.0');
  expect(told(await deps(directory))).toEqual(['late 1.1.0 installed']);
  writeFileSync(join(directory, 'packages.yml'), 'packages: [{package: acme/late, version: 1.0.0}]\n');
  expect(await deps(directory)).toMatchObject({
    locked: true,
    packages: [{ name: 'late', version: '1.0.0', status: 'installed', newest: '1.1.0' }],
  });
});

test('takes the version that everyone in the tree accepts', async () => {
  const directory = dbtProject({
    'packages.yml': `packages:
  - {package: acme/dates, version: 0.1.0}
  - {package: dbt-labs/dbt_utils, version: [">=1.0.0", "<2.0.0"]}
`,
  });
  expect(told(await deps(directory))).toEqual(['dates 0.1.0 installed', 'dbt_utils 1.0.0 installed']);
});

test('forgets what only a version asked for that is not taken in the end', async () => {
  hub.publish('acme/base', '1.0.0', {});
  hub.publish('acme/base', '2.0.0', { packages: [{ package: 'acme/absent', version: '1.0.0' }] });
  hub.publish('acme/absent', '1.0.0', {});
  hub.publish('acme/old', '1.0.0', { packages: [{ package: 'acme/base', version: ['<2.0.0'] }] });
  const directory = dbtProject({
    'packages.yml':
      'packages: [{package: acme/base, version: ">=1.0.0"}, {package: acme/old, version: 1.0.0}]\n',
  });
  expect(told(await deps(directory))).toEqual(['base 1.0.0 installed', 'old 1.0.0 installed']);
});

test('names who asks for what when no version fits', async () => {
  const directory = dbtProject({
    'packages.yml': `packages:
  - {package: acme/dates, version: 0.2.0}
  - {package: dbt-labs/dbt_utils, version: 1.0.0}
`,
  });
  const error = await refusal(deps(directory));
  expect(error).toMatchObject({ code: 'PACKAGES_INVALID', kind: 'usage' });
  expect(error.message).toBe(
    'No version of dbt-labs/dbt_utils fits: packages.yml asks for 1.0.0; acme/dates 0.2.0 asks for >=1.1.0.',
  );
  expect(error.hint).toBe('The newest versions of the hub: 1.0.0, 1.1.1, 2.0.0-b1.');
  expect(existsSync(join(directory, 'dbt_packages'))).toBe(false);
});

test('takes a prerelease only when one is asked for', async () => {
  const entry = 'package: dbt-labs/dbt_utils, version: ">=1.0.0"';
  const stable = dbtProject({ 'packages.yml': `packages: [{${entry}}]\n` });
  expect(told(await deps(stable))).toEqual(['dbt_utils 1.1.1 installed']);
  const early = dbtProject({ 'packages.yml': `packages: [{${entry}, install_prerelease: true}]\n` });
  expect(told(await deps(early))).toEqual(['dbt_utils 2.0.0-b1 installed']);
});

test('passes over versions that are made for another dbt, unless told not to look', async () => {
  hub.publish('acme/modern', '1.0.0', { requireDbt: ['>=1.0.0', '<2.0.0'] });
  hub.publish('acme/modern', '2.0.0', { requireDbt: ['>=9.0.0'] });
  const packages = 'packages: [{package: acme/modern, version: ">=1.0.0"}]\n';
  expect(told(await deps(dbtProject({ 'packages.yml': packages })))).toEqual(['modern 1.0.0 installed']);
  const unchecked = dbtProject({
    'packages.yml': packages,
    'dbt_project.yml': 'name: p\nflags: {version_check: false}\n',
  });
  expect(told(await deps(unchecked))).toEqual(['modern 2.0.0 installed']);
  const only = dbtProject({ 'packages.yml': 'packages: [{package: acme/modern, version: 2.0.0}]\n' });
  expect((await refusal(deps(only))).message).toContain('1 of its 2 versions are not made for dbt');
});

test('says what a package is called that the hub does not have', async () => {
  const directory = dbtProject({
    'packages.yml': 'packages: [{package: dbt-labs/dbt-utils, version: 1.0.0}]\n',
  });
  const error = await refusal(deps(directory));
  expect([error.message, error.hint]).toEqual([
    'The hub has no package dbt-labs/dbt-utils.',
    'Did you mean dbt-labs/dbt_utils?',
  ]);
});

test('refuses an archive that is not the one that the hub knows, and keeps nothing of it', async () => {
  hub.publish('acme/changed', '1.0.0', { sha1: 'f'.repeat(40) });
  const directory = dbtProject({ 'packages.yml': 'packages: [{package: acme/changed, version: 1.0.0}]\n' });
  const error = await refusal(deps(directory));
  expect(error).toMatchObject({ code: 'PACKAGE_REFUSED', kind: 'outside' });
  expect(error.message).toContain(`should be ${'f'.repeat(40)}`);
  expect(readdirSync(join(directory, 'dbt_packages'))).toEqual([]);
});

test('tries again after a passing failure, and not for ever', async () => {
  hub.publish('acme/shaky', '1.0.0', {});
  const path = '/archives/acme/shaky/1.0.0.tar.gz';
  const directory = dbtProject({ 'packages.yml': 'packages: [{package: acme/shaky, version: 1.0.0}]\n' });
  const broken = { down: 503, cut: 0 };
  hub.failNext(
    path,
    (response) => response.writeHead(broken.down).end(),
    (response) =>
      response.writeHead(200, { 'content-length': '5000' }).write('half', () => response.destroy()),
  );
  expect(told(await deps(directory))).toEqual(['shaky 1.0.0 installed']);
  rmSync(join(directory, 'dbt_packages'), { recursive: true });
  const down = (response: { writeHead(status: number): { end(): unknown } }) => response.writeHead(503).end();
  hub.failNext(path, down, down, down);
  const error = await refusal(deps(directory));
  expect(error).toMatchObject({ code: 'PACKAGE_UNREACHABLE', kind: 'outside', retryable: true });
  expect(error.message).toContain('it answers 503');
  expect(told(await deps(directory))).toEqual(['shaky 1.0.0 installed']);
});

test('goes on where an earlier start stopped, and cleans up after it', async () => {
  const directory = dbtProject({ 'packages.yml': twoPackages });
  const stop = new AbortController();
  const options = {
    signal: stop.signal,
    onPackage: () => stop.abort(new Error('stopped')),
  };
  await expect(deps(directory, options)).rejects.toThrow('stopped');
  // What a process leaves that is killed while it fetches; no process has this number.
  mkdirSync(join(directory, 'dbt_packages/__staging-4194999/7'), { recursive: true });
  expect(told(await deps(directory))).toEqual(['dates 0.2.0 unchanged', 'dbt_utils 1.1.1 installed']);
  expect(readdirSync(join(directory, 'dbt_packages')).sort()).toEqual([
    '__sluice.json',
    'dates',
    'dbt_utils',
  ]);
});

test('removes packages that nobody asks for any more, and nothing else', async () => {
  const directory = dbtProject({ 'packages.yml': twoPackages });
  await deps(directory);
  mkdirSync(join(directory, 'dbt_packages/notes'));
  writeFileSync(
    join(directory, 'packages.yml'),
    'packages: [{package: dbt-labs/dbt_utils, version: 1.1.1}]\n',
  );
  expect(await deps(directory)).toMatchObject({ removed: ['dates'], packages: [{ status: 'unchanged' }] });
  expect(readdirSync(join(directory, 'dbt_packages')).sort()).toEqual([
    '__sluice.json',
    'dbt_utils',
    'notes',
  ]);
});

test('takes a tarball from its address, and shows no secret of it', async () => {
  hub.publish('acme/tarred', '1.0.0', {
    packages: [],
    files: { 'packages.yml': 'packages: [{package: dbt-labs/dbt_utils, version: 1.0.0}]' },
  });
  const address = `${hub.url}archives/acme/tarred/1.0.0.tar.gz?token={{ env_var('DBT_ENV_SECRET_TOKEN') }}`;
  const directory = dbtProject({ 'packages.yml': `packages: [{tarball: "${address}", name: tarred}]\n` });
  const env = { DBT_PACKAGE_HUB_URL: hub.url, DBT_ENV_SECRET_TOKEN: 'hidden' };
  const report = await deps(directory, { env });
  expect(told(report)).toEqual(['tarred null installed', 'dbt_utils 1.0.0 installed']);
  expect(JSON.stringify(report)).not.toContain('hidden');
  expect(readFileSync(join(directory, 'package-lock.yml'), 'utf8')).toContain(
    "env_var('DBT_ENV_SECRET_TOKEN')",
  );
  expect(readFileSync(join(directory, 'dbt_packages/__sluice.json'), 'utf8')).not.toContain('hidden');
  expect(told(await deps(directory, { env }))).toEqual([
    'tarred null unchanged',
    'dbt_utils 1.0.0 unchanged',
  ]);
});

test('links local packages, and finds what they ask for', async () => {
  const directory = dbtProject({
    'packages.yml': 'packages: [{local: ./own}]\n',
    'own/dbt_project.yml': 'name: own\n',
    'own/dependencies.yml': 'packages: [{local: ../own/inner}, {package: acme/dates, version: 0.1.0}]\n',
    'own/inner/dbt_project.yml': 'name: inner\n',
  });
  expect(told(await deps(directory))).toEqual([
    'own null linked',
    'inner null linked',
    'dates 0.1.0 installed',
    'dbt_utils 1.0.0 installed',
  ]);
  expect(lstatSync(join(directory, 'dbt_packages/own')).isSymbolicLink()).toBe(true);
  expect(existsSync(join(directory, 'dbt_packages/inner/dbt_project.yml'))).toBe(true);
  expect(told(await deps(directory))[0]).toBe('own null unchanged');
});

test('says that one project comes from two places', async () => {
  const directory = dbtProject({
    'packages.yml': 'packages: [{local: own}, {package: dbt-labs/dbt_utils, version: 1.0.0}]\n',
    'own/dbt_project.yml': 'name: dbt_utils\n',
  });
  expect((await refusal(deps(directory))).message).toBe(
    'dbt-labs/dbt_utils (asked for by packages.yml) and own (asked for by packages.yml) are both a dbt project named dbt_utils.',
  );
});

test('adds a package to the list and leaves the rest of the file as it is', async () => {
  const directory = dbtProject({
    'packages.yml': '# ours\npackages:\n  - package: acme/dates # keep\n    version: 0.1.0\n',
  });
  await deps(directory, { add: { name: 'dbt-labs/dbt_utils', version: '>=1.0.0,<1.1.0', source: 'hub' } });
  await deps(directory, { add: { name: 'acme/dates', version: '0.1.0', source: 'hub' } });
  expect(readFileSync(join(directory, 'packages.yml'), 'utf8')).toBe(`# ours
packages:
  - package: acme/dates
    version: 0.1.0
  - package: dbt-labs/dbt_utils
    version:
      - ">=1.0.0"
      - <1.1.0
`);
  expect(readdirSync(join(directory, 'dbt_packages')).sort()).toEqual([
    '__sluice.json',
    'dates',
    'dbt_utils',
  ]);
});

test('does nothing without packages', async () => {
  const directory = dbtProject({});
  expect(await deps(directory)).toEqual({ packages: [], removed: [], locked: false, warnings: [] });
  expect(readdirSync(directory)).toEqual(['dbt_project.yml']);
});

test.each([
  [
    'packages: [{package: dbt_utils, version: 1.0.0}]',
    'packages.yml: package 1: "dbt_utils" is not a package of the hub.',
  ],
  ['packages: [{package: a/b}]', 'packages.yml: package 1: a/b has no version.'],
  [
    'packages: [{package: a/../b, version: 1.0.0}]',
    'packages.yml: package 1: "a/../b" is not a package of the hub.',
  ],
  [
    'packages: [{package: dbt-labs/dbt_utils, version: latest}]',
    '"latest" is not a version of dbt-labs/dbt_utils.',
  ],
  [
    'packages: [{git: "--upload-pack=x"}]',
    'packages.yml: package 1 begins with a dash, which git takes for an option.',
  ],
  [
    'packages: [{git: x, subdirectory: ../y}]',
    'packages.yml: package 1: the subdirectory ../y is not inside the repository.',
  ],
  ['packages: [{tarball: "http://x/y"}]', 'packages.yml: package 1 is a tarball without a name.'],
  ['packages: [{local: nowhere}]', 'There is no dbt project in nowhere.'],
  [
    'packages: [{git: x, local: y}]',
    'packages.yml: package 1 has to say once where it comes from, and says git and local.',
  ],
  ['packages: {}', 'packages of packages.yml is not a list.'],
  [
    'packages: [',
    'packages.yml: Flow sequence in block collection must be sufficiently indented and end with a ]',
  ],
])('refuses %s', async (text, message) => {
  const error = await refusal(deps(dbtProject({ 'packages.yml': `${text}\n` })));
  expect(error.message).toContain(message);
  expect(error.kind).toBe('usage');
});

test('does not unpack over the project itself', async () => {
  const directory = dbtProject({
    'dbt_project.yml': 'name: p\npackages-install-path: "."\n',
    'packages.yml': twoPackages,
  });
  expect((await refusal(deps(directory))).message).toBe(
    'packages-install-path: . is the folder of the project, or above it.',
  );
});
