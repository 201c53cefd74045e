import { join } from 'node:path';
import { afterAll } from 'vitest';
import type { Connections } from '../../lib/config/index.ts';
import { type S3Server, startS3 } from '../../lib/local/s3/index.ts';
import type { SnowflakeServer } from '../../lib/local/snowflake/index.ts';
import { freshDatabase } from './database.ts';
import { temporaryFolder } from './folder.ts';
import { snowflakeConnection } from './snowflake.ts';

export interface FreshServers {
  readonly connections: Connections;
  readonly s3: S3Server;
  readonly snowflake: SnowflakeServer;
}

/**
 * The whole way for one test file: a database of the shared Postgres, and an S3 and a Snowflake of its own in this process,
 * wired as `startLocal` wires them, so that what lands in the bucket reaches the pipes. Stopped after the file.
 *
 * @param options.s3Directory where S3 keeps its objects; a folder of its own unless told
 */
export async function freshServers(options: { readonly s3Directory?: string } = {}): Promise<FreshServers> {
  const source = await freshDatabase();
  const s3 = await startS3({ directory: options.s3Directory ?? join(temporaryFolder(), 's3') });
  const bucket = 'test-staging';
  s3.ensureBucket(bucket);
  const { endpoint, region, credentials } = s3;
  // Loaded when it is needed: most test files do without DuckDB.
  const { startSnowflake } = await import('../../lib/local/snowflake/index.ts');
  const snowflake = await startSnowflake({ memory: true, s3: { endpoint, region, credentials } });
  const unplug = s3.onNotification((queueArn, event) => snowflake.notify(queueArn, event));
  afterAll(async () => {
    unplug();
    await snowflake.stop();
    await s3.stop();
  });
  const staging = { bucket, region, endpoint, credentials };
  return { connections: { source, staging, snowflake: snowflakeConnection(snowflake) }, s3, snowflake };
}
