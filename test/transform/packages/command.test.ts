import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { sluice, sluiceJson } from '../../support/command-line.ts';
import { projectCopy } from '../../support/index.ts';
import { startHub } from '../support/hub.ts';

const hub = await startHub();
hub.publish('acme/words', '1.0.0', {});
hub.publish('acme/words', '1.1.0', {});

test('sluice deps adds, locks and installs a package, a line for each', async () => {
  const cwd = projectCopy();
  const env = { DBT_PACKAGE_HUB_URL: hub.url };
  const added = await sluice(['deps', '--add-package', 'acme/words@1.0.0'], { cwd, env });
  expect(added).toMatchObject({ exitCode: 0, stderr: '' });
  expect(added.stdout).toBe(
    'installed  words 1.0.0  from acme/words  (1.1.0 is out)\npackage-lock.yml is written; keep it with the project.\n',
  );
  expect(readFileSync(join(cwd, 'models/packages.yml'), 'utf8')).toContain('package: acme/words');
  const again = await sluiceJson<{ packages: unknown }>(['deps'], { cwd, env });
  expect(again.result.packages).toEqual([
    { name: 'words', source: 'hub', from: 'acme/words', version: '1.0.0', status: 'unchanged' },
  ]);
  const wrong = await sluice(['deps', '--add-package', 'acme/words'], { cwd, env });
  expect(wrong.exitCode).toBe(2);
  expect(wrong.stderr).toContain('--add-package acme/words does not say which version.');
});
