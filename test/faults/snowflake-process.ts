import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { SnowflakeConnection, StagingConnection } from '../../lib/config/index.ts';
import { childEnvironment } from './run-process.ts';

export type S3Access = Required<Pick<StagingConnection, 'endpoint' | 'region' | 'credentials'>>;

/** An embedded Snowflake in a process of its own (snowflake-child.ts), to be killed. */
export interface SnowflakeProcess {
  readonly connection: SnowflakeConnection;
  /** Statements of tasks and pipes that have changed something since the start, in order. */
  readonly statements: readonly string[];
  /** Has it kill itself as soon as so many more statements of its tasks and pipes have run. */
  killAfter(statements: number): void;
  /** Settles with the signal that ended it. */
  readonly ended: Promise<NodeJS.Signals | null>;
  dispose(): Promise<void>;
}

export async function startSnowflakeProcess(directory: string, s3: S3Access): Promise<SnowflakeProcess> {
  const child: ChildProcess = spawn(
    process.execPath,
    [join(import.meta.dirname, 'snowflake-child.ts'), directory, JSON.stringify(s3)],
    { stdio: ['pipe', 'pipe', 'inherit'], env: childEnvironment },
  );
  const ended = once(child, 'exit').then(([, signal]): NodeJS.Signals | null => signal);
  if (child.stdout === null) throw new TypeError('its output was to be a pipe');
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
    killAfter: (count) => void child.stdin?.write(`${count}\n`),
    ended,
    dispose: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
