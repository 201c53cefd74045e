import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';
import type { SourceConnection } from '../../lib/config/index.ts';

/** A new, empty database of the shared Postgres, as its superuser. It goes with the server at the end of the run. */
export async function freshDatabase(): Promise<SourceConnection> {
  const shared = inject('servers').postgres;
  const database = `test_${randomBytes(6).toString('hex')}`;
  await withClient(shared, (client) => client.query(`CREATE DATABASE ${database}`));
  return { ...shared, database };
}

/** Major version of the shared Postgres: 18, or what SLUICE_TEST_POSTGRES names. */
export function postgresVersion(): number {
  return inject('servers').postgresVersion;
}

/** Runs `work` on one connection, which is closed afterwards. */
export async function withClient<Result>(
  connection: SourceConnection,
  work: (client: pg.Client) => Promise<Result>,
): Promise<Result> {
  const client = new pg.Client(connection);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
