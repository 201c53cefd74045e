import type { SnowflakeAuthentication, SnowflakeConnection } from '../../lib/config/index.ts';
import { required } from './required.ts';
import { readSecretFields } from './secrets.ts';

/** How to log in to Snowflake: as the role this function runs as, or with the key pair in a secret. */
export async function snowflakeFromEnvironment(env: NodeJS.ProcessEnv): Promise<SnowflakeConnection> {
  const secretName = env.SLUICE_SNOWFLAKE_SECRET;
  return {
    account: required(env, 'SLUICE_SNOWFLAKE_ACCOUNT'),
    username: required(env, 'SLUICE_SNOWFLAKE_USER'),
    role: required(env, 'SLUICE_SNOWFLAKE_ROLE'),
    authentication: secretName ? await keyPair(secretName) : { kind: 'workloadIdentity' },
    ...(env.SLUICE_SNOWFLAKE_URL ? { accessUrl: env.SLUICE_SNOWFLAKE_URL } : {}),
  };
}

async function keyPair(secretName: string): Promise<SnowflakeAuthentication> {
  const { privateKey, passphrase } = await readSecretFields(secretName, ['privateKey']);
  return {
    kind: 'keyPair',
    privateKey,
    ...(typeof passphrase === 'string' && passphrase !== '' ? { passphrase } : {}),
  };
}
