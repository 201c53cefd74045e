import type { DuckDBConnection } from '@duckdb/node-api';
import { duckTable } from '../names.ts';
import type { SessionObjects } from '../store.ts';

/** Drops the temporary tables of a session, or of all sessions when the server starts. */
export async function dropTemporaryTables(
  objects: SessionObjects,
  duck: DuckDBConnection,
  sessionId: string | undefined,
): Promise<void> {
  for (const { name, properties } of objects.all('TABLE')) {
    if (properties.kind !== 'TEMPORARY') continue;
    if (sessionId !== undefined && properties.session !== sessionId) continue;
    await duck.run(`DROP TABLE IF EXISTS ${duckTable(name)}`);
    await objects.drop('TABLE', name);
  }
}
