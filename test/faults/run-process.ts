import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunChildInput } from './run-child.ts';

/** Dozens of processes start: the compiled code of one is there for the next. */
export const childEnvironment = {
  ...process.env,
  NODE_COMPILE_CACHE: join(tmpdir(), 'sluice-test-compile-cache'),
};

/** A run of the shop in a process of its own (run-child.ts), to be killed. */
export interface RunProcess {
  /** Has it run, and waits for its end. @returns the signal that ended it; null when it came to its end alive */
  run(input: RunChildInput): Promise<NodeJS.Signals | null>;
  /** Ends a process that was never asked to run. */
  dispose(): void;
}

/** Starts the process; it loads its code while the caller does something else. */
export function startRunProcess(): RunProcess {
  const child: ChildProcess = spawn(process.execPath, [join(import.meta.dirname, 'run-child.ts')], {
    stdio: ['pipe', 'ignore', 'inherit'],
    env: childEnvironment,
  });
  const exited = once(child, 'exit');
  return {
    async run(input) {
      child.stdin?.end(JSON.stringify(input));
      const [, signal] = await exited;
      return signal;
    },
    dispose: () => void child.kill('SIGKILL'),
  };
}
