import { readFileSync } from 'node:fs';
import type {
  SnowflakeAuthentication,
  SnowflakeConnection,
  SourceConnection,
  StagingConnection,
} from './connections.ts';
import { SluiceError } from './errors.ts';

/** What the environment says about the three systems; what it leaves out is served by the embedded servers. */
export interface EnvironmentConnections {
  readonly source?: SourceConnection;
  readonly staging?: StagingConnection;
  readonly snowflake?: SnowflakeConnection;
}

/**
 * Reads connections from environment variables (`.env.example` lists them all).
 *
 * @throws SluiceError ENVIRONMENT_INVALID when a variable is wrong or one of a group is missing; values are never shown
 */
export function connectionsFromEnvironment(env: NodeJS.ProcessEnv): EnvironmentConnections {
  const source = sourceFrom(env);
  const staging = stagingFrom(env);
  const snowflake = snowflakeFrom(env);
  if ((staging === undefined) !== (snowflake === undefined)) {
    const missing = staging === undefined ? 'SLUICE_STAGING_BUCKET' : 'SLUICE_SNOWFLAKE_ACCOUNT';
    throw invalid(missing, 'is missing: a bucket and a Snowflake account are used together or not at all');
  }
  return {
    ...(source ? { source } : {}),
    ...(staging ? { staging } : {}),
    ...(snowflake ? { snowflake } : {}),
  };
}

function sourceFrom(env: NodeJS.ProcessEnv): SourceConnection | undefined {
  const text = env.SLUICE_SOURCE_URL;
  if (!text) return undefined;
  const url = URL.parse(text);
  if (url === null || !/^postgres(ql)?:$/.test(url.protocol)) {
    throw invalid('SLUICE_SOURCE_URL', 'is not of the form postgres://user:password@host:port/database');
  }
  const loopback = ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
  const mode = url.searchParams.get('sslmode') ?? (loopback ? 'disable' : 'verify-full');
  if (mode !== 'disable' && mode !== 'verify-full') {
    throw invalid(
      'SLUICE_SOURCE_URL',
      'has an sslmode other than verify-full (the default) and disable (loopback)',
    );
  }
  if (mode === 'disable' && !loopback) {
    throw invalid('SLUICE_SOURCE_URL', 'switches TLS off for a server that is not on this machine');
  }
  const authority = env.SLUICE_SOURCE_CA_FILE;
  return {
    host: url.hostname,
    port: url.port === '' ? 5432 : Number(url.port),
    database: decodeURIComponent(url.pathname.slice(1)) || 'postgres',
    user: decodeURIComponent(url.username) || 'postgres',
    password: decodeURIComponent(url.password),
    ssl: mode === 'disable' ? false : authority ? { ca: readFile('SLUICE_SOURCE_CA_FILE', authority) } : {},
    ...(env.SLUICE_MASKING_KEY ? { maskingKey: env.SLUICE_MASKING_KEY } : {}),
  };
}

function stagingFrom(env: NodeJS.ProcessEnv): StagingConnection | undefined {
  const bucket = env.SLUICE_STAGING_BUCKET;
  if (!bucket) return undefined;
  const region = env.AWS_REGION ?? env.AWS_DEFAULT_REGION;
  if (!region) throw invalid('AWS_REGION', 'is missing: the region of the staging bucket');
  return { bucket, region };
}

function snowflakeFrom(env: NodeJS.ProcessEnv): SnowflakeConnection | undefined {
  const account = env.SLUICE_SNOWFLAKE_ACCOUNT;
  if (!account) return undefined;
  const username = env.SLUICE_SNOWFLAKE_USER;
  if (!username) throw invalid('SLUICE_SNOWFLAKE_USER', 'is missing');
  return {
    account,
    username,
    authentication: snowflakeAuthenticationFrom(env),
    ...(env.SLUICE_SNOWFLAKE_ROLE ? { role: env.SLUICE_SNOWFLAKE_ROLE } : {}),
    ...(env.SLUICE_SNOWFLAKE_WAREHOUSE ? { warehouse: env.SLUICE_SNOWFLAKE_WAREHOUSE } : {}),
  };
}

function snowflakeAuthenticationFrom(env: NodeJS.ProcessEnv): SnowflakeAuthentication {
  const keyFile = env.SLUICE_SNOWFLAKE_PRIVATE_KEY_FILE;
  if (keyFile) {
    const passphrase = env.SLUICE_SNOWFLAKE_PRIVATE_KEY_PASSPHRASE;
    return {
      kind: 'keyPair',
      privateKey: readFile('SLUICE_SNOWFLAKE_PRIVATE_KEY_FILE', keyFile),
      ...(passphrase ? { passphrase } : {}),
    };
  }
  if (env.SLUICE_SNOWFLAKE_PASSWORD) return { kind: 'password', password: env.SLUICE_SNOWFLAKE_PASSWORD };
  return { kind: 'workloadIdentity' };
}

function readFile(variable: string, path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    throw invalid(variable, `names a file that cannot be read: ${path}`);
  }
}

function invalid(variable: string, problem: string): SluiceError {
  return new SluiceError({
    code: 'ENVIRONMENT_INVALID',
    kind: 'usage',
    message: `${variable} ${problem}.`,
    hint: 'See .env.example; without these variables the embedded servers are used.',
  });
}
