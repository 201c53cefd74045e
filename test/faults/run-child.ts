/**
 * One run of the shop in a process of its own, which kills itself with SIGKILL at a boundary: no handler runs and nothing is
 * flushed, as when the machine loses its power. What to do comes as JSON on standard input; what came of it goes out as JSON.
 */
import { text } from 'node:stream/consumers';
import type { Connections } from '../../lib/config/index.ts';
import { type RunEvent, runPipeline } from '../../lib/run/index.ts';
import { setClock } from '../support/clock.ts';
import { boundariesOf } from './boundaries.ts';
import { outcomeOf } from './outcome.ts';
import { shopContext } from './shop.ts';

export interface RunChildInput {
  readonly directory: string;
  readonly database: string;
  readonly prefix?: string;
  /** Servers of another process, which outlive this one; otherwise the folder of servers in this process, which do not. */
  readonly servers: { readonly connections: Connections } | { readonly state: string };
  readonly days: { readonly from: string; readonly to: string };
  /** None unless given: it runs to its end. */
  readonly killAt?: string;
  /** How far its clock is ahead of everybody else's. */
  readonly minutesAhead?: number;
}

function dieAt(killAt: string | undefined): (event: RunEvent) => void {
  return (event) => {
    if (killAt !== undefined && boundariesOf(event).includes(killAt)) process.kill(process.pid, 'SIGKILL');
  };
}

async function startServers(state: string): Promise<Connections> {
  // Loaded when it is needed: most runs have no servers of their own.
  const { startLocal } = await import('../../lib/local/index.ts');
  return (await startLocal({ state })).connections;
}

const input: RunChildInput = JSON.parse(await text(process.stdin));
const { servers, days, killAt, minutesAhead = 0, ...shop } = input;
setClock(minutesAhead);
const connections = 'state' in servers ? await startServers(servers.state) : servers.connections;
const context = shopContext({ ...shop, connections, onEvent: dieAt(killAt) });
const result = await outcomeOf(runPipeline(context, days));
process.stdout.write(JSON.stringify(result), () => process.exit(0));
