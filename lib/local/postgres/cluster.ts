import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chownSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { SluiceError } from '../../config/index.ts';
import type { Account } from './account.ts';
import type { Binaries } from './binaries.ts';

/** The files of one Postgres, all below the directory it was started with. */
export interface ClusterFiles {
  readonly data: string;
  readonly password: string;
  readonly log: string;
}

export const SUPERUSER = 'postgres';

/**
 * `fsync = off` and `full_page_writes = off` guard against the death of the machine only, and are most of the cost of
 * loading; the death of the process is survived without them, because what was written is in the kernel's hands.
 * `synchronous_commit` stays on: without it a killed server would lose commits that it had confirmed.
 * `wal_level = minimal` lets COPY into a table made in the same transaction skip the log.
 */
const SETTINGS: Readonly<Record<string, string>> = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  fsync: 'off',
  full_page_writes: 'off',
  synchronous_commit: 'on',
  wal_level: 'minimal',
  max_wal_senders: '0',
  max_wal_size: '2GB',
  checkpoint_timeout: '30min',
  shared_buffers: '128MB',
  max_connections: '60',
  jit: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
  lc_messages: 'C',
  logging_collector: 'off',
  log_line_prefix: '%m [%p] %q%u@%d ',
};

export function clusterFiles(directory: string): ClusterFiles {
  return {
    data: join(directory, 'data'),
    password: join(directory, 'password'),
    log: join(directory, 'postgres.log'),
  };
}

/** `-c name=value` for every setting: they hold for each start, whatever an older version left in the files. */
export function settingArguments({ version }: Binaries, port: number): readonly string[] {
  const settings = { ...SETTINGS, ...(version >= 18 ? { io_method: 'sync' } : {}), port: String(port) };
  return Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

/**
 * Makes the data folder, where there is none, and returns the superuser's password. UTF-8 and Postgres' own C.UTF-8, so that
 * order and case are the same on every machine. It comes to be by rename: an interrupted start leaves nothing half made.
 */
export async function ensureCluster(
  files: ClusterFiles,
  binaries: Binaries,
  account: Account,
): Promise<string> {
  if (existsSync(files.data)) return readFileSync(files.password, 'utf8');
  const password = randomBytes(24).toString('base64url');
  const fresh = `${files.data}.new`;
  const passwordFile = join(fresh, 'password');
  const data = join(fresh, 'data');
  rmSync(fresh, { recursive: true, force: true });
  mkdirSync(data, { recursive: true, mode: 0o700 });
  writeFileSync(passwordFile, password, { mode: 0o600 });
  if (account.owner !== undefined) {
    for (const path of [fresh, data, passwordFile]) chownSync(path, account.owner.uid, account.owner.gid);
  }
  await runInitdb(files, binaries, account, data, passwordFile);
  writeFileSync(files.password, password, { mode: 0o600 });
  renameSync(data, files.data);
  rmSync(fresh, { recursive: true, force: true });
  return password;
}

async function runInitdb(
  files: ClusterFiles,
  binaries: Binaries,
  account: Account,
  data: string,
  passwordFile: string,
): Promise<void> {
  const [command, args] = account.commandLine(binaries.initdb, [
    `--pgdata=${data}`,
    `--username=${SUPERUSER}`,
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--locale=C',
    // A locale of Postgres' own came with version 17.
    ...(binaries.version >= 17 ? ['--locale-provider=builtin', '--builtin-locale=C.UTF-8'] : []),
    '--no-sync',
    ...(binaries.version >= 14 ? ['--no-instructions'] : []),
  ]);
  const log = openSync(files.log, 'a', 0o600);
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      const child = spawn(command, args, {
        ...account.identity,
        cwd: '/',
        env: { PATH: process.env.PATH, LC_ALL: 'C' },
        stdio: ['ignore', log, log],
      });
      child.once('error', reject);
      child.once('exit', resolve);
    });
    if (code === 0) return;
  } finally {
    closeSync(log);
  }
  throw new SluiceError({
    code: 'POSTGRES_INIT_FAILED',
    kind: 'outside',
    message: `The embedded Postgres could not make its data folder ${files.data}.`,
    hint: `Its own words are at the end of ${files.log}.`,
    details: { log: files.log },
  });
}
