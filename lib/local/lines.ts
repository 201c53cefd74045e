import type { LocalServers } from './servers.ts';

/** How a person connects to each of the servers with the usual clients, line by line. Holds the passwords. */
export function connectionLines(servers: Pick<LocalServers, 'connections'>): readonly string[] {
  const { source, staging, snowflake } = servers.connections;
  const { endpoint, credentials } = staging;
  const url = new URL(snowflake.accessUrl ?? '');
  const password = snowflake.authentication.kind === 'password' ? snowflake.authentication.password : '';
  const user = `${encodeURIComponent(source.user)}:${encodeURIComponent(source.password)}`;
  return [
    'Postgres',
    `  psql postgresql://${user}@${source.host}:${source.port}/${source.database}`,
    '',
    'S3',
    `  AWS_ACCESS_KEY_ID=${credentials?.accessKeyId} AWS_SECRET_ACCESS_KEY=${credentials?.secretAccessKey} \\`,
    `  aws --endpoint-url ${endpoint} --region ${staging.region} s3 ls s3://${staging.bucket} --recursive`,
    '',
    'Snowflake',
    '  snowflake-sdk (Node)',
    `    createConnection({ accessUrl: '${url.origin}', account: '${snowflake.account}', username: '${snowflake.username}', password: '${password}' })`,
    '  snowflake-connector-python, SnowSQL, dbt (same names)',
    `    host=${url.hostname} port=${url.port} protocol=http account=${snowflake.account} user=${snowflake.username} password=${password}`,
  ];
}
