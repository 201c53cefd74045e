import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { SnowflakeConnection, StagingConnection } from '../../lib/config/index.ts';
import { childEnvironment } from './run-process.ts';

export interface SnowflakeChildInput {
  readonly directory: string;
  readonly s3: Required<Pick<StagingConnection, 'endpoint' | 'region' | 'credentials'>>;
  /** How far its clock is ahead. */
  readonly minutesAhead?: number;
}

export type SnowflakeOrder =
  | { readonly kill: number }
  | { readonly notify: { readonly queue: string; readonly event: unknown } };

/** An embedded Snowflake in a process of its own (snowflake-child.ts), to be killed. */
export interface SnowflakeProcess {
  readonly connection: SnowflakeConnection & { readonly accessUrl: string };
  /** Statements of tasks and pipes that have changed something since the start, in order. */
  readonly statements: readonly string[];
  /** Has it kill itself as soon as so many more statements of its tasks and pipes have run. */
  killAfter(statements: number): void;
  /** Passes an event of S3 on. */
  notify(queue: string, event: unknown): void;
  /** Settles with the signal that ended it. */
  readonly ended: Promise<NodeJS.Signals | null>;
  readonly isAlive: boolean;
  dispose(): Promise<void>;
}

export async function startSnowflakeProcess(input: SnowflakeChildInput): Promise<SnowflakeProcess> {
  const child: ChildProcess = spawn(
    process.execPath,
    [join(import.meta.dirname, 'snowflake-child.ts'), JSON.stringify(input)],
    { stdio: ['pipe', 'pipe', 'inherit'], env: childEnvironment },
  );
  const ended = once(child, 'exit').then(([, signal]): NodeJS.Signals | null => signal);
  if (child.stdout === null || child.stdin === null) throw new TypeError('its streams were to be pipes');
  const orders = child.stdin;
  // What is ordered of a dead one is lost, as it would be on a network.
  orders.on('error', () => undefined);
  const give = (order: SnowflakeOrder): void => void orders.write(`${JSON.stringify(order)}\n`);
  const lines = createInterface(child.stdout);
  const [first] = await Promise.race([once(lines, 'line'), ended.then(() => ['null'])]);
  const server = JSON.parse(String(first));
  const statements: string[] = [];
  lines.on('line', (line) => statements.push(JSON.parse(line).sql));
  return {
    connection: {
      account: server.account,
      username: server.username,
      authentication: { kind: 'password', password: server.password },
      accessUrl: server.url,
    },
    statements,
    killAfter: (count) => give({ kill: count }),
    notify: (queue, event) => give({ notify: { queue, event } }),
    ended,
    get isAlive() {
      return child.exitCode === null && child.signalCode === null;
    },
    dispose: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
