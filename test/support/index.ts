/** What test files take from the servers of the run (global-setup.ts): each its own, so that no file sees another's. */
export { freshBucket, type LocalStagingConnection } from './bucket.ts';
export { runModule } from './child.ts';
export { freshDatabase, postgresVersion, withClient } from './database.ts';
export { temporaryFolder } from './folder.ts';
export { type HttpFault, type HttpProxy, type ProxiedRequest, startHttpProxy } from './http-proxy.ts';
export { projectCopy, writeProjectFile } from './project.ts';
export { type FreshServers, freshServers } from './servers.ts';
export { type FreshSnowflake, freshSnowflake } from './snowflake.ts';
export { startTcpProxy, type TcpFault, type TcpProxy } from './tcp-proxy.ts';
