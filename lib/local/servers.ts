import { closeSync } from 'node:fs';
import { type Connections, SluiceError } from '../config/index.ts';
import { takeLock } from './lock.ts';
import { freePort, isFree } from './ports.ts';
import { startPostgres } from './postgres/index.ts';
import { type ProcessIdentity, thisProcess } from './process.ts';
import { startS3 } from './s3/index.ts';
import { startSnowflake } from './snowflake/index.ts';
import {
  openLog,
  openState,
  type Ports,
  readPorts,
  removeShared,
  type StateFiles,
  writeLog,
  writePorts,
  writeShared,
} from './state.ts';

export interface LocalOptions {
  /** Folder of the state; made when it is not there. */
  readonly state: string;
  /** Wanted ports. The others are those of the last start where they are free, otherwise any free one. */
  readonly ports?: Partial<Ports>;
}

export interface LocalServers {
  readonly connections: Connections;
  /** Absolute. */
  readonly state: string;
  /** Ends the servers, if they are ours to end. Safe to call twice. */
  stop(): Promise<void>;
}

/** The bucket that the embedded servers start with. */
const BUCKET = 'sluice-staging';

/**
 * Starts Postgres, S3 and Snowflake in this process, over the state folder, and lets other commands use them through its
 * `local.json`. Raises LOCAL_STATE_IN_USE and LOCAL_PORT_IN_USE (usage), and the errors of the servers.
 */
export async function startLocal(options: LocalOptions): Promise<LocalServers> {
  const files = openState(options.state);
  const servers = await startServers(files, options.ports ?? {});
  writeShared(files, { owner: thisProcess(), connections: servers.connections });
  return {
    ...servers,
    stop: async () => {
      removeShared(files);
      await servers.stop();
    },
  };
}

/** The servers without telling others of them; `startedFor` is the process that they end with, if that is not this one. */
export async function startServers(
  files: StateFiles,
  wanted: Partial<Ports>,
  startedFor?: ProcessIdentity,
): Promise<LocalServers> {
  const lock = await takeLock(files.lock, files.state, startedFor);
  /** What to undo, last first. */
  const stops: (() => Promise<void> | void)[] = [() => lock.release()];
  let stopping: Promise<void> | undefined;
  const stop = (): Promise<void> => {
    stopping ??= runBackwards(stops);
    return stopping;
  };
  try {
    removeShared(files);
    const connections = await startAll(files, await choosePorts(files, wanted), stops);
    return { connections, state: files.state, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startAll(
  files: StateFiles,
  ports: Ports,
  stops: (() => Promise<void> | void)[],
): Promise<Connections> {
  const s3Log = openLog(files, 's3.log');
  const snowflakeLog = openLog(files, 'snowflake.log');
  stops.push(() => closeSync(s3Log));
  stops.push(() => closeSync(snowflakeLog));

  const postgres = await startPostgres({ directory: files.postgres, port: ports.postgres });
  stops.push(() => postgres.stop());
  const s3 = await startS3({
    directory: files.s3,
    port: ports.s3,
    log: (line) => writeLog(s3Log, line),
  });
  stops.push(() => s3.stop());
  s3.ensureBucket(BUCKET);
  const { endpoint, region, credentials } = s3;
  const snowflake = await startSnowflake({
    directory: files.snowflake,
    port: ports.snowflake,
    s3: { endpoint, region, credentials },
    onLog: (entry) => writeLog(snowflakeLog, JSON.stringify(entry)),
  });
  stops.push(() => snowflake.stop());
  // Events end first: one that comes while Snowflake stops waits in S3's outbox for the next start.
  stops.push(s3.onNotification((queueArn, event) => snowflake.notify(queueArn, event)));
  writePorts(files, ports);
  return {
    source: postgres.connection,
    staging: { bucket: BUCKET, region, endpoint, credentials },
    snowflake: {
      account: snowflake.account,
      username: snowflake.username,
      authentication: { kind: 'password', password: snowflake.password },
      accessUrl: snowflake.url,
    },
  };
}

async function choosePorts(files: StateFiles, wanted: Partial<Ports>): Promise<Ports> {
  const last = readPorts(files);
  return {
    postgres: await choosePort('postgres', wanted, last),
    s3: await choosePort('s3', wanted, last),
    snowflake: await choosePort('snowflake', wanted, last),
  };
}

async function choosePort(
  server: keyof Ports,
  wanted: Partial<Ports>,
  last: Partial<Ports>,
): Promise<number> {
  const port = wanted[server];
  if (port === undefined) return await freePort(last[server]);
  if (await isFree(port)) return port;
  throw new SluiceError({
    code: 'LOCAL_PORT_IN_USE',
    kind: 'usage',
    message: `Port ${port} of 127.0.0.1, wanted for ${server}, is taken.`,
    hint: 'End the program that has it, or choose another port.',
    details: { server, port },
  });
}

/** Every step is taken, whatever the ones before it did; the first error is raised in the end. */
async function runBackwards(stops: (() => Promise<void> | void)[]): Promise<void> {
  const errors: unknown[] = [];
  for (const step of stops.splice(0).reverse()) {
    try {
      await step();
    } catch (error) {
      errors.push(error);
    }
  }
  if (errors.length > 0) throw errors[0];
}
