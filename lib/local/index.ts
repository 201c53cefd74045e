/** The whole way on one machine: embedded Postgres, S3 and Snowflake over one state folder. */
export { connectionLines } from './lines.ts';
export { type LocalOptions, type LocalServers, startLocal } from './servers.ts';
export type { Ports } from './state.ts';
export { useLocal } from './use.ts';
