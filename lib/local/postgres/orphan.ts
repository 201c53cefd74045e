import { spawnSync } from 'node:child_process';
import { readFileSync, readlinkSync, realpathSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SluiceError } from '../../config/index.ts';

const POLL_MS = 20;
const STOP_MS = 10_000;

/**
 * Ends a Postgres that an earlier process of ours left behind on this data folder, and removes a lock file that names no
 * Postgres of it (the process id may belong to anybody by now). Raises POSTGRES_ORPHAN when it does not end.
 */
export async function endOrphan(data: string): Promise<void> {
  const pid = readPid(data);
  if (pid === undefined) return;
  // SIGINT: end the sessions and shut down cleanly. SIGQUIT: at once; the next start recovers from the log.
  for (const signal of ['SIGINT', 'SIGQUIT'] as const) {
    if (!isPostmasterOf(pid, data)) break;
    signalIfAlive(pid, signal);
    const deadline = Date.now() + STOP_MS;
    while (Date.now() < deadline && isPostmasterOf(pid, data)) await sleep(POLL_MS);
  }
  if (isPostmasterOf(pid, data)) {
    throw new SluiceError({
      code: 'POSTGRES_ORPHAN',
      kind: 'outside',
      message: `A Postgres of an earlier run (process ${pid}) still holds ${data} and does not end.`,
      hint: `End it with: kill -9 ${pid}`,
      details: { pid, data },
    });
  }
  rmSync(join(data, 'postmaster.pid'), { force: true });
}

/** The process that `postmaster.pid` names. */
function readPid(data: string): number | undefined {
  const pid = Number.parseInt(readLockFile(data)[0] ?? '', 10);
  return Number.isInteger(pid) && pid > 1 ? pid : undefined;
}

/** Does the server of that process take connections? The eighth line of `postmaster.pid` says so. */
export function isReady(data: string, pid: number): boolean {
  const lines = readLockFile(data);
  return Number(lines[0]) === pid && lines[7]?.trim() === 'ready';
}

function readLockFile(data: string): readonly string[] {
  try {
    return readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n');
  } catch {
    return [];
  }
}

/** A postmaster works in its data folder; where /proc does not tell, its command line does. */
function isPostmasterOf(pid: number, data: string): boolean {
  try {
    return readlinkSync(`/proc/${pid}/cwd`) === realpathSync(data);
  } catch {
    if (process.platform === 'linux') return false;
    const { stdout } = spawnSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' });
    return stdout.includes('postgres') && stdout.includes(data);
  }
}

function signalIfAlive(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It ended by itself.
  }
}
