import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync, realpathSync, rmSync } from 'node:fs';
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
    if (!worksIn(pid, data)) break;
    signalIfAlive(pid, signal);
    const deadline = Date.now() + STOP_MS;
    while (Date.now() < deadline && worksIn(pid, data)) await sleep(POLL_MS);
  }
  if (worksIn(pid, data)) {
    throw new SluiceError({
      code: 'POSTGRES_ORPHAN',
      kind: 'outside',
      message: `A Postgres of an earlier run (process ${pid}) still holds ${data} and does not end.`,
      hint: `End it with: kill -9 ${pid}`,
      details: { pid, data },
    });
  }
  await endSessions(data);
  rmSync(join(data, 'postmaster.pid'), { force: true });
}

/**
 * The sessions of a postmaster that was killed hold its shared memory until they notice, and Postgres does not start while they do.
 * Where there is no /proc they are left to notice by themselves.
 */
async function endSessions(data: string): Promise<void> {
  const deadline = Date.now() + STOP_MS;
  for (;;) {
    const sessions = sessionsOf(data);
    if (sessions.length === 0 || Date.now() > deadline) return;
    for (const pid of sessions) signalIfAlive(pid, 'SIGQUIT');
    await sleep(POLL_MS);
  }
}

function sessionsOf(data: string): readonly number[] {
  if (process.platform !== 'linux') return [];
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => worksIn(pid, data) && isPostgres(pid));
}

function isPostgres(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').trim() === 'postgres';
  } catch {
    return false;
  }
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

/** A postmaster and its sessions work in the data folder; where /proc does not tell, the command line does. */
function worksIn(pid: number, data: string): boolean {
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
