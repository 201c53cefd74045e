import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SourceConnection } from '../lib/config/index.ts';
import { withTransaction } from './connect.ts';

/** Makes the tables of the source that are missing, and puts the film catalogue into them. Can be repeated. */
export async function initializeSource(connection: SourceConnection): Promise<void> {
  await withTransaction(connection, async (client) => {
    for (const file of ['schema.sql', 'films.sql']) {
      await client.query(readFileSync(join(import.meta.dirname, file), 'utf8'));
    }
  });
}
