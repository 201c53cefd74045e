import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { SourceConnection } from '../../lib/config/index.ts';

const lock = 4711;

/** A view whose COPY stops in the middle, after rows have been sent, until the gate is opened. */
export interface Gate {
  /** Resolves when a COPY stands at the gate. */
  reached(): Promise<void>;
  /** Ends the server processes that stand at the gate, as an administrator would. */
  terminateWaiting(): Promise<void>;
  /** Lets all through, now and later. */
  open(): Promise<void>;
  close(): Promise<void>;
}

const waiting = `SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND objid = ${lock} AND NOT granted
  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`;

/** @param rows of the view `name`; its gate is in the middle */
export async function createGate(connection: SourceConnection, name: string, rows: number): Promise<Gate> {
  const client = new pg.Client(connection);
  // Its server may be stopped before it is closed.
  client.on('error', () => undefined);
  await client.connect();
  await client.query(`SELECT pg_advisory_lock(${lock})`);
  await client.query(`
    CREATE VIEW ${name} AS
    SELECT n, md5(n::text) || md5((n + 1)::text) AS text,
      CASE WHEN n = ${Math.floor(rows / 2)} THEN pg_advisory_xact_lock_shared(${lock})::text END AS gate
    FROM generate_series(1, ${rows}) AS n`);
  return {
    async reached() {
      const deadline = Date.now() + 20_000;
      while ((await client.query(waiting)).rows.length === 0) {
        if (Date.now() > deadline) throw new Error(`nobody came to the gate of ${name}`);
        await sleep(5);
      }
    },
    async terminateWaiting() {
      await client.query(`SELECT pg_terminate_backend(pid) FROM (${waiting}) AS w`);
    },
    async open() {
      await client.query(`SELECT pg_advisory_unlock(${lock})`);
    },
    close: () => client.end(),
  };
}
