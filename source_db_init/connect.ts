import { pipeline } from 'node:stream/promises';
import pg from 'pg';
import { from } from 'pg-copy-streams';
import { SluiceError, type SourceConnection } from '../lib/config/index.ts';

/** Runs `work` in one transaction on a connection of its own: all of it is done, or nothing. */
export async function withTransaction<Result>(
  connection: SourceConnection,
  work: (client: pg.Client) => Promise<Result>,
): Promise<Result> {
  const client = new pg.Client({
    ...connection,
    ssl: connection.ssl === false ? false : { rejectUnauthorized: true, ...connection.ssl },
    application_name: 'sluice source_db_init',
    connectionTimeoutMillis: 10_000,
  });
  // The query under way is told of a lost connection; without a listener the same news would end the process.
  client.on('error', () => undefined);
  try {
    await client.connect();
  } catch (cause) {
    throw new SluiceError({
      code: 'SOURCE_UNREACHABLE',
      kind: 'outside',
      message: `The source ${connection.database} at ${connection.host}:${connection.port} takes no connection: ${messageOf(cause)}`,
      hint: 'Check that the server runs, and the host, port, user and password.',
      cause,
    });
  }
  try {
    await client.query('BEGIN');
    const result = await work(client);
    await client.query('COMMIT');
    return result;
  } finally {
    // Ends a transaction that was not committed as well.
    await client.end();
  }
}

/** Streams what a COPY … FROM STDIN reads; returns the rows it took. */
export async function copyInto(
  client: pg.Client,
  statement: string,
  source: AsyncIterable<string | Buffer>,
): Promise<number> {
  const stream = client.query(from(statement));
  await pipeline(source, stream);
  return stream.rowCount;
}

/**
 * Puts new sales in place of all there are. The index is built once at the end, and the table emptied in the same
 * transaction, which lets Postgres write the rows without its log: both are most of what makes this as fast as it is.
 */
export async function replaceSales(
  connection: SourceConnection,
  load: (client: pg.Client) => Promise<number>,
): Promise<number> {
  return await withTransaction(connection, async (client) => {
    await client.query('TRUNCATE ecommerce_sales');
    await client.query('DROP INDEX IF EXISTS ecommerce_sales_invoicedate');
    const rows = await load(client);
    await client.query('CREATE INDEX ecommerce_sales_invoicedate ON ecommerce_sales (invoicedate)');
    await client.query('ANALYZE ecommerce_sales');
    return rows;
  });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
