import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Ended } from './outcome.ts';
import type { RunChildInput } from './run-child.ts';

/** Dozens of processes start: the compiled code of one is there for the next. */
export const childEnvironment = {
  ...process.env,
  NODE_COMPILE_CACHE: join(tmpdir(), 'sluice-test-compile-cache'),
};

/** A run of the shop in a process of its own (run-child.ts), to be killed. */
export interface RunProcess {
  /** Has it run, and waits for its end. @returns the signal that ended it, or what came of the run */
  run(input: RunChildInput): Promise<NodeJS.Signals | Ended>;
  /** Ends a process that was never asked to run. */
  dispose(): void;
}

/** Starts the process; it loads its code while the caller does something else. */
export function startRunProcess(): RunProcess {
  const child: ChildProcess = spawn(process.execPath, [join(import.meta.dirname, 'run-child.ts')], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: childEnvironment,
  });
  const exited = once(child, 'exit');
  return {
    async run(input) {
      if (child.stdin === null || child.stdout === null) throw new TypeError('its streams were to be pipes');
      child.stdin.end(JSON.stringify(input));
      const said = text(child.stdout);
      const [, signal] = await exited;
      if (signal !== null) return signal;
      const ended: Ended = JSON.parse(await said);
      return ended;
    },
    dispose: () => void child.kill('SIGKILL'),
  };
}
