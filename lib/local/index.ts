/** The whole way on one machine: embedded Postgres, S3 and Snowflake over one state folder. */
export { connectionLines } from './lines.ts';
export { type LocalServers, startLocal } from './servers.ts';
export { useLocal } from './use.ts';
