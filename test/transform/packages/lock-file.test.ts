import { expect, test } from 'vitest';
import { readDeclaredPackages } from '../../../lib/transform/packages/declared.ts';
import { hashOfPackages, readLockFile, writeLockFile } from '../../../lib/transform/packages/lock-file.ts';
import type { PinnedPackage } from '../../../lib/transform/packages/spec.ts';
import { dbtProject } from '../support/projects.ts';

const asWritten = (text: string): string => text;

// Each sum is dbt-core's own of the same list (dbt.task.deps._create_sha1_hash, dbt-core 1.10).
test.each([
  ['[{package: dbt-labs/dbt_utils, version: 1.1.1}]', 'a158c48c59c2bb7d729d2a4e215aabe5bb4f3353'],
  [
    '[{package: dbt-labs/dbt_utils, version: [">=1.0.0", "<2.0.0"]}, {git: "https://x/é.git", revision: "1.0", warn-unpinned: false}]',
    '7f88919614a7526b33fe5151d4fcbf8a6405b83b',
  ],
  [
    '[{git: "https://x", revision: 1.0, subdirectory: a}, {local: ../}, {tarball: "http://x/a.tgz", name: a}]',
    '870ddf9770e3c9185c7ecba3ce359335a15c1c35',
  ],
  [
    '[{package: dbt-labs/dbt_utils, version: 1.1, install_prerelease: true}, {git: x, revision: 10, warn-unpinned: true}]',
    '8a8c48733e6cc93b7fa568620565ac7652e287cb',
  ],
])('knows a list by the checksum that dbt knows it by: %s', (list, sum) => {
  const directory = dbtProject({ 'packages.yml': `packages: ${list}\n` });
  expect(hashOfPackages(readDeclaredPackages(directory, asWritten).packages)).toBe(sum);
});

test('reads back what it writes', () => {
  const packages: PinnedPackage[] = [
    { kind: 'hub', name: 'dbt_utils', package: 'dbt-labs/dbt_utils', version: '1.1.1' },
    // A commit of digits and an e would be a number to YAML.
    {
      kind: 'git',
      name: 'a',
      url: 'https://x',
      written: 'https://x',
      revision: '123e4567',
      subdirectory: 'in',
    },
    { kind: 'tarball', name: 'b', url: 'http://x/b.tgz', written: 'http://x/b.tgz' },
    { kind: 'local', name: 'c', path: '../c' },
  ];
  const directory = dbtProject({});
  writeLockFile(directory, { hash: '0123456789', packages });
  expect(readLockFile(directory, asWritten)).toEqual({ hash: '0123456789', packages });
});

test('takes a lock without names, as dbt wrote them once, for one that fits nothing', () => {
  const directory = dbtProject({
    'package-lock.yml': 'packages:\n- package: dbt-labs/dbt_utils\n  version: 1.1.1\nsha1_hash: abc\n',
  });
  expect(readLockFile(directory, asWritten)).toEqual({ hash: '', packages: [] });
});
