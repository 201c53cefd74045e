import { expect, test } from 'vitest';
import { sluice } from '../support/command-line.ts';
import { temporaryFolder } from '../support/index.ts';

test('SIGTERM in the middle of a run: it stops, says how to go on, and the same command goes on', {
  timeout: 120_000,
}, async () => {
  const state = temporaryFolder();
  const args = ['demo', '--local-state', state, '--rows', '5000', '--days', '20'];
  const stopped = await sluice(args, {
    onStart: (child) => {
      child.stdout?.on('data', (chunk: string) => {
        if (chunk.includes('Extract')) child.kill('SIGTERM');
      });
    },
  });
  expect(stopped.exitCode).toBe(130);
  expect(stopped.stderr).toContain('give the same command again to go on');

  const again = await sluice(args);
  expect(again.exitCode, again.stderr).toBe(0);
  const reconciled = await sluice(['reconcile', '--local-state', state]);
  expect(reconciled.exitCode, reconciled.stdout).toBe(0);
});
