import { fork } from 'node:child_process';
import { closeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Connections, SluiceError } from '../config/index.ts';
import { currentHolder, type Holder, inUse, isLeaving } from './lock.ts';
import type { LocalServers } from './servers.ts';
import { openLog, openState, readShared, type StateFiles } from './state.ts';

/** What the child process that runs the servers sends: once, when they are ready or will not be. */
export type HostMessage =
  | { readonly kind: 'ready'; readonly connections: Connections }
  | { readonly kind: 'failed'; readonly error: HostError };

interface HostError {
  readonly code: string;
  readonly kind: SluiceError['kind'];
  readonly message: string;
  readonly hint: string;
  readonly details: Readonly<Record<string, unknown>>;
}

const POLL_MS = 50;
const SHARED_MS = 30_000;

/**
 * The embedded servers for one command: those of a running `sluice local up` on that state, otherwise ones of our own, in a
 * child process. The child ends them when we stop them, end, or are killed: its channel to us closes with us.
 */
export async function useLocal(options: { readonly state: string }): Promise<LocalServers> {
  const files = openState(options.state);
  return (await findShared(files)) ?? (await startHost(files));
}

/** The servers of another process; waits while that process still starts them. */
async function findShared(files: StateFiles): Promise<LocalServers | undefined> {
  const deadline = Date.now() + SHARED_MS;
  for (;;) {
    const holder = currentHolder(files.lock);
    // Servers that end with another command are waited for by our own start.
    if (holder === undefined || isLeaving(holder)) return undefined;
    if (holder.startedFor !== undefined) throw inUse(files.state, holder);
    const connections = sharedBy(files, holder);
    if (connections !== undefined) {
      return { connections, state: files.state, stop: () => Promise.resolve() };
    }
    if (Date.now() > deadline) throw inUse(files.state, holder);
    await sleep(POLL_MS);
  }
}

function sharedBy(files: StateFiles, holder: Holder): Connections | undefined {
  const shared = readShared(files);
  const isTheirs = shared?.owner.pid === holder.pid && shared.owner.started === holder.started;
  return isTheirs ? shared.connections : undefined;
}

async function startHost(files: StateFiles): Promise<LocalServers> {
  const log = openLog(files, 'host.log');
  const child = fork(new URL('./host.ts', import.meta.url), [files.state], {
    // A Ctrl-C of the terminal is for us; the servers are needed until we are done with them.
    detached: true,
    execArgv: [],
    stdio: ['ignore', log, log, 'ipc'],
  });
  closeSync(log);
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const message = await new Promise<HostMessage>((resolve, reject) => {
    child.once('message', (sent: HostMessage) => resolve(sent));
    child.once('error', reject);
    child.once('exit', () => reject(hostDied(files)));
  });
  if (message.kind === 'failed') {
    await exited;
    throw new SluiceError(message.error);
  }
  // The servers do not keep a command alive that is done.
  child.unref();
  child.channel?.unref();
  return {
    connections: message.connections,
    state: files.state,
    stop: async () => {
      child.ref();
      if (child.connected) child.disconnect();
      await exited;
    },
  };
}

function hostDied(files: StateFiles): SluiceError {
  return new SluiceError({
    code: 'LOCAL_START_FAILED',
    kind: 'outside',
    message: 'The process of the embedded servers ended before they were ready.',
    hint: `Its own words are at the end of ${join(files.logs, 'host.log')}.`,
  });
}
