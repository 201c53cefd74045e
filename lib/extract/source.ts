import pg, { type PoolClient, type QueryResultRow } from 'pg';
import type { SourceConnection } from '../config/index.ts';
import { SourceError, type SourcePlace, sourceError } from './errors.ts';
import { backOff } from './retry.ts';

export interface SourceOptions {
  /** Connections that may be open at once. */
  readonly maxConnections: number;
  /** Bound on one statement. */
  readonly statementTimeoutSeconds: number;
  /** What the server's `pg_stat_activity` shows. */
  readonly applicationName?: string;
  /** A lock that an ALTER or VACUUM FULL holds for longer fails the read, which can be repeated. @default 30 */
  readonly lockTimeoutSeconds?: number;
  /** How much later than the server we give up on a statement, when the server or the network has gone silent. @default 30 */
  readonly silenceSeconds?: number;
}

/** Something that answers SQL: the source, or one connection of it. */
export interface Queryable {
  query<Row extends QueryResultRow>(text: string, values?: readonly unknown[]): Promise<readonly Row[]>;
}

/** The source database: a bounded pool of connections. What it throws is classed by SQLSTATE. */
export interface Source extends Queryable {
  readonly place: SourcePlace;
  readonly maxConnections: number;
  /** Secret of the masks of method `hash`. */
  readonly maskingKey: string | undefined;
  /** A connection of one's own, with the settings below; to be released, or destroyed when it may be broken. */
  connect(signal?: AbortSignal): Promise<PoolClient>;
  close(): Promise<void>;
}

const connectTimeoutMs = 10_000;
const connectAttempts = 4;
/** It only reads, so it is asked again when the connection dies under it. */
const queryAttempts = 3;

export function openSource(connection: SourceConnection, options: SourceOptions): Source {
  const { host, port, database, user } = connection;
  const place = { host, port, database, user };
  let { password } = connection;
  const pool = new pg.Pool({
    host,
    port,
    database,
    user,
    password: () => password,
    ssl: connection.ssl === false ? false : { rejectUnauthorized: true, ...connection.ssl },
    max: options.maxConnections,
    application_name: options.applicationName ?? 'sluice',
    connectionTimeoutMillis: connectTimeoutMs,
    query_timeout: (options.statementTimeoutSeconds + (options.silenceSeconds ?? 30)) * 1000,
    idleTimeoutMillis: 10_000,
    allowExitOnIdle: true,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
  });
  // A connection that dies while idle is replaced by the pool; one in use fails its statement.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  const settings = sessionSettings(options);
  const ready = new WeakSet<PoolClient>();

  async function connect(signal?: AbortSignal): Promise<PoolClient> {
    let { renewPassword } = connection;
    for (let attempt = 1; ; attempt++) {
      let client: PoolClient | undefined;
      try {
        client = await pool.connect();
        if (!ready.has(client)) await client.query(settings);
        ready.add(client);
        return client;
      } catch (cause) {
        client?.release(true);
        const error = sourceError(cause, 'Connecting to the source', place);
        if (error.code === 'SOURCE_LOGIN_REFUSED' && renewPassword !== undefined) {
          password = await renewPassword();
          renewPassword = undefined;
          continue;
        }
        if (!error.retryable || attempt === connectAttempts) throw error;
        await backOff(attempt, signal);
      }
    }
  }

  return {
    place,
    maxConnections: options.maxConnections,
    maskingKey: connection.maskingKey,
    connect,
    async query<Row extends QueryResultRow>(text: string, values: readonly unknown[] = []) {
      for (let attempt = 1; ; attempt++) {
        const client = await connect();
        try {
          const { rows } = await client.query<Row>(text, [...values]);
          client.release();
          return rows;
        } catch (cause) {
          const error = sourceError(cause, 'A query', place);
          const isOfSource = !(error instanceof SourceError) || error.scope === 'source';
          client.release(isOfSource);
          if (!isOfSource || !error.retryable || attempt === queryAttempts) throw error;
          await backOff(attempt);
        }
      }
    },
    close: () => pool.end(),
  };
}

/** What decides how values are written as text and what bounds a statement. */
function sessionSettings(options: SourceOptions): string {
  return [
    "SET client_encoding = 'UTF8'",
    "SET TimeZone = 'UTC'",
    "SET DateStyle = 'ISO, YMD'",
    "SET IntervalStyle = 'iso_8601'",
    "SET bytea_output = 'hex'",
    'SET extra_float_digits = 1',
    'SET xmlbinary = base64',
    `SET statement_timeout = ${Math.round(options.statementTimeoutSeconds * 1000)}`,
    `SET lock_timeout = ${Math.round((options.lockTimeoutSeconds ?? 30) * 1000)}`,
    // A connection waits in its transaction while an upload catches up.
    'SET idle_in_transaction_session_timeout = 0',
    // From PostgreSQL 17 on there is a bound on the whole transaction, too.
    "SELECT set_config(name, '0', false) FROM pg_catalog.pg_settings WHERE name = 'transaction_timeout'",
  ].join(';');
}
