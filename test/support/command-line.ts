import { type ChildProcess, spawn } from 'node:child_process';
import { resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../..');

export interface CommandOutcome {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandOptions {
  /** Added to the environment, in which every SLUICE_ variable of this machine is left out. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Sees the process as soon as it runs, to kill it. */
  readonly onStart?: (child: ChildProcess) => void;
}

/** Runs `sluice` as a person would, in a process of its own, to its end. */
export async function sluice(args: readonly string[], options: CommandOptions = {}): Promise<CommandOutcome> {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(SLUICE|AWS)_/.test(name));
  const child = spawn(process.execPath, [resolve(root, 'bin/sluice.ts'), ...args], {
    cwd: options.cwd ?? root,
    env: { ...Object.fromEntries(inherited), ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  options.onStart?.(child);
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    stdout += chunk;
  });
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    stderr += chunk;
  });
  return await new Promise((settle, fail) => {
    child.on('error', fail);
    child.on('close', (exitCode) => settle({ exitCode, stdout, stderr }));
  });
}

/** Runs `sluice … --json` and reads the one object it prints. */
export async function sluiceJson<Result>(
  args: readonly string[],
  options: CommandOptions = {},
): Promise<CommandOutcome & { readonly result: Result }> {
  const outcome = await sluice([...args, '--json'], options);
  try {
    const result: Result = JSON.parse(outcome.stdout);
    return { ...outcome, result };
  } catch {
    throw new Error(
      `sluice ${args.join(' ')} printed no JSON (exit code ${outcome.exitCode}):\n${outcome.stderr}`,
    );
  }
}
