import { afterAll, inject } from 'vitest';
import type { SnowflakeConnection } from '../../lib/config/index.ts';
import type { SnowflakeServer } from '../../lib/local/snowflake/index.ts';

export interface FreshSnowflake {
  readonly server: SnowflakeServer;
  readonly connection: SnowflakeConnection;
}

/** A new, empty embedded Snowflake in memory, in this process, whose stages read the shared S3. Stopped after the file. */
export async function freshSnowflake(): Promise<FreshSnowflake> {
  // Loaded when it is needed: most test files do without DuckDB.
  const { startSnowflake } = await import('../../lib/local/snowflake/index.ts');
  const server = await startSnowflake({ memory: true, s3: inject('servers').s3 });
  afterAll(() => server.stop());
  return { server, connection: snowflakeConnection(server) };
}

export function snowflakeConnection(server: SnowflakeServer): SnowflakeConnection {
  return {
    account: server.account,
    username: server.username,
    authentication: { kind: 'password', password: server.password },
    accessUrl: server.url,
  };
}
