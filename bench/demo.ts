/**
 * The whole demo as a newcomer runs it: a process of its own, a new state, servers included.
 *
 *   npm run bench:demo -- --data FILE          the real file; without it generated sales
 *
 * Ends with 1 when a bound is missed.
 */
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { median } from './statistics.ts';

const bounds = { seconds: 30 };

const { values } = parseArgs({
  options: {
    data: { type: 'string' },
    rounds: { type: 'string', default: '3' },
    json: { type: 'boolean', default: false },
  },
});

const seconds: number[] = [];
for (let round = 1; round <= Number(values.rounds); round++) {
  const state = mkdtempSync(join(tmpdir(), 'sluice-bench-'));
  // The account that runs Postgres when we are root has to get in.
  chmodSync(state, 0o755);
  const started = performance.now();
  const { status } = spawnSync(
    process.execPath,
    [
      resolve(import.meta.dirname, '../bin/sluice.ts'),
      'demo',
      '--local-state',
      state,
      ...(values.data ? ['--data', values.data] : []),
    ],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
  seconds.push((performance.now() - started) / 1000);
  rmSync(state, { recursive: true, force: true });
  if (status !== 0) throw new Error(`the demo ended with ${status}`);
  console.error(`round ${round}: ${seconds.at(-1)?.toFixed(1)} s`);
}
const result = { seconds: median(seconds), ok: median(seconds) <= bounds.seconds };
console.log(
  values.json
    ? JSON.stringify(result)
    : `the whole demo: ${result.seconds.toFixed(1)} s (at most ${bounds.seconds})`,
);
process.exitCode = result.ok ? 0 : 1;
