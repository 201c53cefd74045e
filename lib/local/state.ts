import {
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import type { Connections } from '../config/index.ts';
import type { ProcessIdentity } from './process.ts';

/** The files of a state folder. */
export interface StateFiles {
  readonly state: string;
  readonly lock: string;
  /** How others use the servers while they run. */
  readonly connections: string;
  readonly ports: string;
  readonly postgres: string;
  readonly s3: string;
  readonly snowflake: string;
  readonly logs: string;
}

export interface Ports {
  readonly postgres: number;
  readonly s3: number;
  readonly snowflake: number;
}

/** What `local.json` says. */
export interface SharedConnections {
  readonly owner: ProcessIdentity;
  readonly connections: Connections;
}

const MAX_LOG_BYTES = 16 * 1024 ** 2;

/** Names the files, and makes the folders that are missing. */
export function openState(state: string): StateFiles {
  const absolute = resolve(state);
  const files: StateFiles = {
    state: absolute,
    lock: join(absolute, 'lock'),
    connections: join(absolute, 'local.json'),
    ports: join(absolute, 'ports.json'),
    postgres: join(absolute, 'postgres'),
    s3: join(absolute, 's3'),
    snowflake: join(absolute, 'snowflake'),
    logs: join(absolute, 'logs'),
  };
  // Others may enter, but not list: the account that runs Postgres for root has to pass.
  for (const folder of [files.state, files.postgres, files.logs])
    mkdirSync(folder, { recursive: true, mode: 0o711 });
  for (const folder of [files.s3, files.snowflake]) mkdirSync(folder, { recursive: true, mode: 0o700 });
  return files;
}

export function readPorts(files: StateFiles): Partial<Ports> {
  return readJson<Partial<Ports>>(files.ports) ?? {};
}

export function writePorts(files: StateFiles, ports: Ports): void {
  writeWhole(files.ports, JSON.stringify(ports), 0o644);
}

export function readShared(files: StateFiles): SharedConnections | undefined {
  return readJson<SharedConnections>(files.connections);
}

/** Readable by its owner only: it holds the passwords. */
export function writeShared(files: StateFiles, shared: SharedConnections): void {
  writeWhole(files.connections, `${JSON.stringify(shared, null, 2)}\n`, 0o600);
}

export function removeShared(files: StateFiles): void {
  rmSync(files.connections, { force: true });
}

/** Opens a log file at its end; one that has grown large makes way first, and is kept as `<name>.1`. Returns its descriptor. */
export function openLog(files: StateFiles, name: string): number {
  const path = join(files.logs, name);
  if (existsSync(path) && statSync(path).size > MAX_LOG_BYTES) renameSync(path, `${path}.1`);
  return openSync(path, 'a', 0o600);
}

/** Writes a line behind the time. */
export function writeLog(descriptor: number, line: string): void {
  writeSync(descriptor, `${new Date().toISOString()} ${line}\n`);
}

function writeWhole(path: string, text: string, mode: number): void {
  const temporary = `${path}.new`;
  rmSync(temporary, { force: true });
  writeFileSync(temporary, text, { mode });
  renameSync(temporary, path);
}

function readJson<Content>(path: string): Content | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Content;
  } catch {
    return undefined;
  }
}
