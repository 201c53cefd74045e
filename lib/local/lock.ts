import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { SluiceError } from '../config/index.ts';
import { isRunning, type ProcessIdentity, thisProcess } from './process.ts';

/** Who holds the state: one process at a time, because two on the same files would corrupt them. */
export interface Holder extends ProcessIdentity {
  /** The command that the servers of a child process were started for; they end with it. */
  readonly startedFor: ProcessIdentity | undefined;
}

export interface Lock {
  release(): void;
}

const POLL_MS = 50;
/** How long servers whose command is gone may take to end. */
const LEAVING_MS = 20_000;

/**
 * Takes the lock file `path`, for `startedFor` if these servers end with another process. A holder that is dead is
 * replaced; servers whose command is dead are ending, and waited for. Raises LOCAL_STATE_IN_USE.
 */
export async function takeLock(path: string, state: string, startedFor?: ProcessIdentity): Promise<Lock> {
  const own: Holder = { ...thisProcess(), startedFor };
  const deadline = Date.now() + LEAVING_MS;
  while (!createWhole(path, own)) {
    const holder = readHolder(path);
    if (holder === undefined) continue;
    if (!isRunning(holder)) replaceDead(path, own);
    else if (isLeaving(holder) && Date.now() < deadline) await sleep(POLL_MS);
    else throw inUse(state, holder);
  }
  return {
    release: () => {
      const holder = readHolder(path);
      if (holder?.pid === own.pid && holder.started === own.started) rmSync(path, { force: true });
    },
  };
}

/** Who holds the lock and runs. */
export function currentHolder(path: string): Holder | undefined {
  const holder = readHolder(path);
  return holder !== undefined && isRunning(holder) ? holder : undefined;
}

/** Did the command that these servers were started for end? */
export function isLeaving(holder: Holder): boolean {
  return holder.startedFor !== undefined && !isRunning(holder.startedFor);
}

/** The refusal of a second start. */
export function inUse(state: string, holder: Holder): SluiceError {
  const pid = holder.startedFor?.pid ?? holder.pid;
  return new SluiceError({
    code: 'LOCAL_STATE_IN_USE',
    kind: 'usage',
    message: `The embedded servers of ${state} are in use by process ${pid}.`,
    hint:
      holder.startedFor === undefined
        ? `Other commands use them while they run: give the same --local-state. To end them: kill ${pid}.`
        : `Wait until it has ended, or choose another --local-state. To run several commands at once, start "sluice local up" first.`,
    details: { state, pid },
  });
}

/** Creates the file with its content, or not at all: a link to a finished one is refused where there is one. */
function createWhole(path: string, holder: Holder): boolean {
  const own = `${path}.${process.pid}`;
  writeFileSync(own, JSON.stringify(holder), { mode: 0o600 });
  try {
    linkSync(own, path);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(own, { force: true });
  }
}

/**
 * Removes the lock of a dead holder. Only who holds a second lock may: otherwise a slow one could remove the lock that a
 * quick one has just taken. The second lock is held for a moment; one whose holder died in it is removed by hand of the next.
 */
function replaceDead(path: string, own: Holder): void {
  const second = `${path}.replace`;
  if (!createWhole(second, own)) {
    const other = readHolder(second);
    if (other !== undefined && !isRunning(other)) rmSync(second, { force: true });
    return;
  }
  const holder = readHolder(path);
  if (holder !== undefined && !isRunning(holder)) rmSync(path, { force: true });
  rmSync(second, { force: true });
}

function readHolder(path: string): Holder | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Holder;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
