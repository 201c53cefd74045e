import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, describe, expect, test, vi } from 'vitest';
import type { SourceConnection } from '../../../lib/config/index.ts';
import { startPostgres } from '../../../lib/local/postgres/index.ts';
import { temporaryFolder, withClient } from '../../support/index.ts';
import { type HostedPostgres, hostPostgres } from './host.ts';

const folder = temporaryFolder();
const hosts: HostedPostgres[] = [];
const isRoot = process.geteuid?.() === 0;
/** The account without rights that every Linux has; an ordinary user of this machine, for what a test is concerned. */
const NOBODY = { uid: 65_534, gid: 65_534 };

afterAll(() => {
  for (const { child } of hosts) child.kill('SIGKILL');
});

async function host(...args: Parameters<typeof hostPostgres>): Promise<HostedPostgres> {
  const hosted = await hostPostgres(...args);
  hosts.push(hosted);
  return hosted;
}

async function values(connection: SourceConnection): Promise<number[]> {
  return await withClient(connection, async (client) => {
    const { rows } = await client.query('SELECT n FROM numbers ORDER BY n');
    return rows.map((row: { n: number }) => row.n);
  });
}

async function execute(connection: SourceConnection, ...statements: readonly string[]): Promise<void> {
  await withClient(connection, async (client) => {
    for (const statement of statements) await client.query(statement);
  });
}

const TABLE = ['CREATE TABLE numbers (n integer)', 'INSERT INTO numbers VALUES (1), (2)'];

/** Does it run? One that has ended may stay in the table of processes until its parent, or PID 1, has looked. */
function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return process.platform !== 'linux' || !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'latin1'));
  } catch {
    return false;
  }
}

test('what was written is there after a stop, with the same password, and another would be refused', async () => {
  const directory = join(folder, 'kept');
  const first = await startPostgres({ directory });
  await execute(first.connection, ...TABLE);
  await first.stop();
  await first.stop();
  expect(isRunning(first.pid)).toBe(false);
  const second = await startPostgres({ directory, port: first.connection.port });
  expect(second.connection).toEqual(first.connection);
  expect(await values(second.connection)).toEqual([1, 2]);
  await expect(withClient({ ...second.connection, password: 'wrong' }, async () => 1)).rejects.toMatchObject({
    code: '28P01',
  });
  await second.stop();
});

test('the password is random, and only its owner can read it', async () => {
  const directories = ['one', 'two'].map((name) => join(folder, name));
  const servers = await Promise.all(directories.map((directory) => startPostgres({ directory })));
  expect(new Set(servers.map((server) => server.connection.password)).size).toBe(2);
  for (const directory of directories) expect(statSync(join(directory, 'password')).mode & 0o777).toBe(0o600);
  await Promise.all(servers.map((server) => server.stop()));
});

test('a port that is taken is refused before anything starts', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const address = taken.address();
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
  await expect(startPostgres({ directory: join(folder, 'port'), port })).rejects.toMatchObject({
    code: 'POSTGRES_PORT_IN_USE',
    kind: 'usage',
    message: expect.stringContaining(String(port)),
  });
  taken.close();
});

describe('kill -9', () => {
  test('of its owner ends Postgres too, and loses nothing that was committed', async () => {
    const directory = join(folder, 'owner');
    const hosted = await host(directory);
    await execute(hosted.connection, ...TABLE);
    hosted.child.kill('SIGKILL');
    await vi.waitFor(() => expect(isRunning(hosted.pid)).toBe(false), 10_000);
    const again = await startPostgres({ directory });
    expect(await values(again.connection)).toEqual([1, 2]);
    await again.stop();
  });

  test('of Postgres itself loses nothing that was committed', async () => {
    const directory = join(folder, 'server');
    const first = await startPostgres({ directory });
    await execute(first.connection, ...TABLE);
    process.kill(first.pid, 'SIGKILL');
    await vi.waitFor(() => expect(isRunning(first.pid)).toBe(false), 10_000);
    const again = await startPostgres({ directory });
    expect(await values(again.connection)).toEqual([1, 2]);
    await again.stop();
  });

  test.runIf(process.platform === 'linux')(
    'of everything around it leaves an orphan, which the next start ends',
    async () => {
      const directory = join(folder, 'orphan');
      const hosted = await host(directory);
      await execute(hosted.connection, ...TABLE);
      killGuard(join(directory, 'data'));
      hosted.child.kill('SIGKILL');
      await once(hosted.child, 'exit');
      expect(isRunning(hosted.pid)).toBe(true);
      const again = await startPostgres({ directory });
      expect(isRunning(hosted.pid)).toBe(false);
      expect(await values(again.connection)).toEqual([1, 2]);
      await again.stop();
    },
  );

  test.runIf(process.platform === 'linux')(
    'of Postgres alone, with sessions that are busy: the next start does not wait for them',
    async () => {
      const directory = join(folder, 'busy');
      const server = await startPostgres({ directory });
      await execute(server.connection, ...TABLE);
      const busy = new pg.Client(server.connection);
      busy.on('error', () => undefined);
      await busy.connect();
      const broken = expect(busy.query('SELECT pg_sleep(600)')).rejects.toThrow();
      process.kill(server.pid, 'SIGKILL');
      await server.stop();
      const again = await startPostgres({ directory });
      await broken;
      expect(await values(again.connection)).toEqual([1, 2]);
      await again.stop();
    },
  );

  test('while the data folder is made leaves nothing in the way', async () => {
    const directory = join(folder, 'half');
    mkdirSync(join(directory, 'data.new', 'data', 'base'), { recursive: true });
    const server = await startPostgres({ directory });
    await server.stop();
    expect(readdirSync(directory)).not.toContain('data.new');
  });
});

test('a lock file that names a process which is no Postgres is not believed, and the process left alone', async () => {
  const directory = join(folder, 'stale');
  const first = await startPostgres({ directory });
  await first.stop();
  const bystander = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], isRoot ? NOBODY : {});
  writeFileSync(join(directory, 'data', 'postmaster.pid'), `${bystander.pid}\n${join(directory, 'data')}\n`);
  const again = await startPostgres({ directory });
  expect(bystander.exitCode).toBeNull();
  bystander.kill('SIGKILL');
  await again.stop();
});

const nobodyCanRun = isRoot && spawnSync(process.execPath, ['-e', ''], { ...NOBODY, cwd: '/' }).status === 0;

test.runIf(nobodyCanRun)('it runs for an ordinary user as well', async () => {
  const directory = join(folder, 'ordinary');
  mkdirSync(directory);
  chownSync(directory, NOBODY.uid, NOBODY.gid);
  const hosted = await host(directory, NOBODY);
  await execute(hosted.connection, ...TABLE);
  expect(statSync(join(directory, 'data')).uid).toBe(NOBODY.uid);
  hosted.child.kill('SIGTERM');
  await once(hosted.child, 'exit');
  // Root may go on with what a user began.
  const again = await startPostgres({ directory });
  expect(await values(again.connection)).toEqual([1, 2]);
  await again.stop();
});

test.runIf(isRoot && spawnSync('setpriv', ['--version']).status === 0)(
  'root may keep it where others may not enter',
  async () => {
    const closed = join(folder, 'closed');
    mkdirSync(closed, { mode: 0o700 });
    chmodSync(closed, 0o700);
    const server = await startPostgres({ directory: join(closed, 'postgres') });
    await execute(server.connection, ...TABLE);
    expect(await values(server.connection)).toEqual([1, 2]);
    await server.stop();
  },
);

/** The guard is the shell that was given the data folder. */
function killGuard(data: string): void {
  for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    try {
      const command = readFileSync(`/proc/${name}/cmdline`, 'latin1').split('\0');
      if (command[0] === '/bin/sh' && command.includes(data)) process.kill(Number(name), 'SIGKILL');
    } catch {
      // It ended while we looked.
    }
  }
}
