import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { sluice, sluiceJson } from '../support/command-line.ts';
import { projectCopy, temporaryFolder, writeProjectFile } from '../support/index.ts';

test('docs generate and serve: a page without a warehouse, served until it is stopped', async () => {
  const config = projectCopy();
  const state = join(temporaryFolder(), 'state');
  const output = join(temporaryFolder(), 'site');
  const given = ['--config', config, '--local-state', state, '--output', output];

  const missing = await sluice(['docs', 'serve', ...given]);
  expect(missing.exitCode).toBe(2);
  expect(missing.stderr).toContain('sluice docs generate');

  const { exitCode, result, stderr } = await sluiceJson<{ page: string; problems: string[] }>([
    'docs',
    'generate',
    ...given,
    '--empty-catalog',
    '--static',
  ]);
  expect([exitCode, stderr]).toEqual([0, '']);
  expect(result).toMatchObject({ page: join(output, 'index.html'), problems: [] });
  // Nobody asked for a server: none was started.
  expect(existsSync(join(state, 'snowflake'))).toBe(false);

  let url = '';
  let page = '';
  const served = await sluice(['docs', 'serve', ...given, '--port', '0', '--json'], {
    onStart: (child) => {
      child.stdout?.once('data', async (line: string) => {
        ({ url } = JSON.parse(line));
        page = await (await fetch(url)).text();
        child.kill('SIGTERM');
      });
    },
  });
  expect(served.exitCode).toBe(0);
  expect(page).toBe(readFileSync(join(output, 'index.html'), 'utf8'));
});

test('docs generate ends with 1 when a model does not compile, and writes the page all the same', async () => {
  const config = projectCopy();
  const output = temporaryFolder();
  writeProjectFile(
    config,
    'models/marts/broken.sql',
    '{% if execute %}{{ exceptions.raise_compiler_error("not today") }}{% endif %}select 1 as id',
  );
  const { exitCode, result } = await sluiceJson<{ problems: string[] }>([
    'docs',
    'generate',
    '--config',
    config,
    '--local-state',
    join(output, 'state'),
    '--output',
    output,
    '--empty-catalog',
  ]);
  expect(exitCode).toBe(1);
  expect(result.problems).toEqual([expect.stringMatching(/model broken.*not today/s)]);
  expect(existsSync(join(output, 'index.html'))).toBe(true);
});
