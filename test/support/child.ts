import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

/** Runs a module in a process of its own, and returns it with the first thing that it prints. Fails when it ends before. */
export async function runModule(
  source: string,
  identity: { readonly uid?: number; readonly gid?: number } = {},
): Promise<{ readonly child: ChildProcess; readonly line: string }> {
  const child = spawn(process.execPath, ['--input-type=module', '-e', source], {
    ...identity,
    cwd: '/',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`The process ended with ${code} before it printed anything.`);
  });
  const [data] = await Promise.race([once(child.stdout, 'data'), ended]);
  ended.catch(() => undefined);
  return { child, line: String(data).trim() };
}
