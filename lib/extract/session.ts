import type { PoolClient, QueryResultRow } from 'pg';
import type { SluiceError, Table } from '../config/index.ts';
import { SourceError, sourceError } from './errors.ts';
import { quoteLiteral, quoteTable } from './quote.ts';
import type { Queryable, Source } from './source.ts';

/** What a run reads: the source as it was at one moment. */
export interface Snapshot {
  /** As `pg_export_snapshot()` names it. */
  readonly id: string;
  /** ISO 8601, UTC, by the source's clock. */
  readonly takenAt: string;
  readonly serverVersion: string;
  /** The oldest transaction that was not over (`pg_snapshot_xmin`): what older ones wrote is in the snapshot. */
  readonly oldestTransaction: string;
  /** Of the database, as Postgres names it. */
  readonly encoding: string;
}

/** A connection inside a REPEATABLE READ, READ ONLY transaction on a snapshot. */
export interface Session extends Queryable {
  readonly client: PoolClient;
  readonly snapshot: Snapshot;
}

const begin = 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY';
/** Where a statement that fails leaves the transaction, so that it keeps its snapshot. */
const savepoint = 'SAVEPOINT before_window';
const backToSavepoint = 'ROLLBACK TO SAVEPOINT before_window';

/**
 * The connections of a run, never more than the source allows. The first exports its snapshot and the others import it, so
 * all read the same moment; a snapshot can be imported while the transaction that exported it is open. When that
 * connection dies, the next one to be opened exports a new snapshot.
 *
 * The tables are locked against TRUNCATE and ALTER (ACCESS SHARE, which stops no reader and no writer) before the snapshot is
 * taken: both replace a table's rows by ones that no older snapshot sees, and a run would find the table empty.
 */
export class Sessions {
  readonly #source: Source;
  readonly #tables: readonly Table[];
  readonly #free: Session[] = [];
  readonly #lost = new WeakSet<Session>();
  readonly #listeners = new WeakMap<Session, () => void>();
  readonly #waiting: (() => void)[] = [];
  #limit: number;
  #open = 0;
  /** The session whose snapshot the others import, or the attempt to open it. */
  #exporter: Promise<Session> | undefined;

  /** @param tables that will be read */
  constructor(source: Source, tables: readonly Table[]) {
    this.#source = source;
    this.#tables = tables;
    this.#limit = source.maxConnections;
  }

  /** A session that nobody else uses, opened if need be. Give it back by `release`, `recover` or `discard`. */
  async acquire(signal?: AbortSignal): Promise<Session> {
    while (true) {
      signal?.throwIfAborted();
      const free = this.#free.pop();
      if (free !== undefined && !this.#lost.has(free)) return free;
      if (free !== undefined) await this.discard(free);
      else if (this.#open < this.#limit) {
        const opened = await this.#openOneMore(signal);
        if (opened !== undefined) return opened;
      } else await this.#untilOneIsFree(signal);
    }
  }

  release(session: Session): void {
    this.#free.push(session);
    this.#wakeOne();
  }

  /** Gives a session back after `error`: it is kept with its snapshot if only a statement about one table failed. */
  async recover(session: Session, error: unknown): Promise<void> {
    const isWhole = error instanceof SourceError && error.scope === 'table';
    const recovered = isWhole && (await session.client.query(backToSavepoint).catch(() => undefined));
    if (recovered) this.release(session);
    else await this.discard(session);
  }

  /** Closes a session that failed; what it was reading is not to be used. */
  async discard(session: Session): Promise<void> {
    const exporter = await this.#exporter?.catch(() => undefined);
    if (exporter === session) this.#exporter = undefined;
    this.#giveBack(session, true);
    this.#wakeOne();
  }

  /** Ends the transactions of all sessions that are not in use. */
  async close(): Promise<void> {
    this.#exporter = undefined;
    for (const session of this.#free.splice(0)) {
      const ended = await session.client.query('COMMIT').catch(() => undefined);
      this.#giveBack(session, ended === undefined);
    }
  }

  #giveBack(session: Session, isBroken: boolean): void {
    const onEnd = this.#listeners.get(session);
    if (onEnd !== undefined) session.client.off('end', onEnd);
    session.client.release(isBroken);
    this.#open -= 1;
  }

  /** Opens one more; undefined when the server has no room for it and the others must do. */
  async #openOneMore(signal: AbortSignal | undefined): Promise<Session | undefined> {
    this.#open += 1;
    try {
      return await this.#openSession(signal);
    } catch (error) {
      this.#open -= 1;
      this.#wakeOne();
      const isFull = error instanceof SourceError && error.code === 'SOURCE_TOO_MANY_CONNECTIONS';
      if (!isFull || this.#open === 0) throw error;
      this.#limit = this.#open;
      return undefined;
    }
  }

  async #openSession(signal: AbortSignal | undefined): Promise<Session> {
    const exporter = this.#exporter;
    if (exporter === undefined) {
      const exporting = this.#export(signal);
      this.#exporter = exporting;
      return await exporting.catch((error: unknown) => {
        if (this.#exporter === exporting) this.#exporter = undefined;
        throw error;
      });
    }
    const { snapshot } = await exporter;
    try {
      return await this.#import(snapshot, signal);
    } catch (error) {
      // The exporting transaction may have ended without anyone having noticed yet.
      if (this.#exporter === exporter) this.#exporter = undefined;
      throw error;
    }
  }

  async #export(signal: AbortSignal | undefined): Promise<Session> {
    const client = await this.#source.connect(signal);
    try {
      await client.query(begin);
      for (const table of this.#tables) await lockTable(client, table);
      const { rows } = await client.query<{
        id: string;
        taken_at: string;
        server_version: string;
        oldest: string;
        encoding: string;
      }>(
        `SELECT pg_export_snapshot() AS id, current_setting('server_version') AS server_version,
           pg_snapshot_xmin(pg_current_snapshot())::text AS oldest,
           current_setting('server_encoding') AS encoding,
           to_char(transaction_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS taken_at`,
      );
      const [row] = rows;
      if (row === undefined) throw new Error('the server exported no snapshot');
      await client.query(savepoint);
      return this.#sessionOf(client, {
        id: row.id,
        takenAt: row.taken_at,
        serverVersion: row.server_version,
        oldestTransaction: row.oldest,
        encoding: row.encoding,
      });
    } catch (cause) {
      client.release(true);
      throw sourceError(cause, 'Taking a snapshot', this.#source.place);
    }
  }

  async #import(snapshot: Snapshot, signal: AbortSignal | undefined): Promise<Session> {
    const client = await this.#source.connect(signal);
    try {
      await client.query(begin);
      await client.query(`SET TRANSACTION SNAPSHOT ${quoteLiteral(snapshot.id)}`);
      await client.query(savepoint);
      return this.#sessionOf(client, snapshot);
    } catch (cause) {
      client.release(true);
      throw importError(cause, this.#source);
    }
  }

  #sessionOf(client: PoolClient, snapshot: Snapshot): Session {
    const { place } = this.#source;
    const session: Session = {
      client,
      snapshot,
      async query<Row extends QueryResultRow>(text: string, values: readonly unknown[] = []) {
        try {
          return (await client.query<Row>(text, [...values])).rows;
        } catch (cause) {
          throw sourceError(cause, 'A query', place);
        }
      },
    };
    const onEnd = (): unknown => this.#lost.add(session);
    client.once('end', onEnd);
    this.#listeners.set(session, onEnd);
    return session;
  }

  async #untilOneIsFree(signal: AbortSignal | undefined): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.push(resolve);
    const wake = (): void => resolve();
    signal?.addEventListener('abort', wake);
    await promise;
    signal?.removeEventListener('abort', wake);
  }

  #wakeOne(): void {
    this.#waiting.shift()?.();
  }
}

/** What cannot be locked (a materialized view, a foreign table) or is not there is left to the statement that reads it. */
async function lockTable(client: PoolClient, table: Table): Promise<void> {
  await client.query(savepoint);
  try {
    await client.query(`LOCK TABLE ${quoteTable(table.source)} IN ACCESS SHARE MODE`);
  } catch {
    await client.query(backToSavepoint);
  }
  // A snapshot cannot be exported from inside a savepoint.
  await client.query('RELEASE SAVEPOINT before_window');
}

/**
 * What a server says of a snapshot whose transaction has ended: 22023 up to PostgreSQL 17 and 42704 from 18 on; 55000 when it
 * ends in the very moment.
 */
const snapshotGone: ReadonlySet<string> = new Set(['22023', '42704', '55000']);

function importError(cause: unknown, source: Source): SluiceError {
  const state: unknown = cause instanceof Error ? Reflect.get(cause, 'code') : undefined;
  if (typeof state !== 'string' || !snapshotGone.has(state)) {
    return sourceError(cause, 'Importing the snapshot of the run', source.place);
  }
  return new SourceError({
    code: 'SOURCE_SNAPSHOT_LOST',
    kind: 'outside',
    message: 'The snapshot of the run is gone: the connection that held it has ended',
    hint: 'The windows that are left are read in a new snapshot.',
    retryable: true,
    scope: 'source',
    sqlState: state,
    cause,
  });
}
