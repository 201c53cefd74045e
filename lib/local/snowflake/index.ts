/** The embedded Snowflake: Snowflake's wire protocol and SQL over DuckDB, on 127.0.0.1 (see README.md). */
export { type SnowflakeServer, type SnowflakeServerOptions, startSnowflake } from './server.ts';
export type { S3Access } from './statement.ts';
