/** The child process that runs the embedded servers for one command (see use.ts). It ends when its channel closes. */
import { SluiceError } from '../config/index.ts';
import { processIdentity } from './process.ts';
import { type LocalServers, startServers } from './servers.ts';
import { openState } from './state.ts';
import type { HostMessage } from './use.ts';

const closed = new Promise<void>((resolve) => {
  process.once('disconnect', () => resolve());
  // The command may have ended while this file was still loading.
  if (!process.connected) resolve();
});
// Whoever asks us to end gets the same clean end.
const asked = new Promise<void>((resolve) => {
  process.once('SIGTERM', () => resolve());
  process.once('SIGINT', () => resolve());
});

await run(process.argv[2] ?? '');
process.exit(0);

async function run(state: string): Promise<void> {
  let servers: LocalServers;
  try {
    servers = await startServers(openState(state), {}, processIdentity(process.ppid));
  } catch (error) {
    await send({ kind: 'failed', error: describe(error) });
    return;
  }
  await send({ kind: 'ready', connections: servers.connections });
  await Promise.race([closed, asked]);
  await servers.stop();
}

/** Resolves also when nobody is there to receive it any more: then the channel is closed, and we end. */
async function send(message: HostMessage): Promise<void> {
  await new Promise<void>((resolve) => {
    if (process.send === undefined || !process.connected) resolve();
    else process.send(message, undefined, undefined, () => resolve());
  });
}

function describe(error: unknown): Extract<HostMessage, { kind: 'failed' }>['error'] {
  if (error instanceof SluiceError) {
    const { code, kind, message, hint, details } = error;
    return { code, kind, message, hint, details };
  }
  return {
    code: 'LOCAL_START_FAILED',
    kind: 'outside',
    message: `The embedded servers did not start: ${error instanceof Error ? error.message : String(error)}`,
    hint: 'The logs of the servers are in the folder logs of the state.',
    details: { stack: error instanceof Error ? error.stack : undefined },
  };
}
