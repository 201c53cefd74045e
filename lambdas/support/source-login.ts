import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Signer } from '@aws-sdk/rds-signer';
import type { CloudSourceCredentials, SourceConnection } from '../../lib/config/index.ts';
import { required } from './required.ts';
import { readSecretFields } from './secrets.ts';

interface SourceSetting {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly credentials: CloudSourceCredentials;
  /** Of the key for masks; with a secret for the credentials the key may stand there. */
  readonly maskingSecretName?: string;
}

/**
 * How to log in to the source: with the secret, or with a token that IAM vouches for (valid for 15 minutes to log in). The
 * server's certificate is verified against the authorities that were deployed with the function.
 */
export async function sourceFromEnvironment(
  env: NodeJS.ProcessEnv,
  directory: string,
): Promise<SourceConnection> {
  const setting: SourceSetting = JSON.parse(required(env, 'SLUICE_SOURCE'));
  const { host, port, database, credentials, maskingSecretName } = setting;
  const ssl = { ca: readFileSync(join(directory, 'authorities.pem'), 'utf8') };
  const ownKey = maskingSecretName === undefined ? undefined : await readMaskingKey(maskingSecretName);
  if (credentials.kind === 'secret') {
    const readLogin = () => readSecretFields(credentials.secretName, ['username', 'password']);
    const fields = await readLogin();
    const { username, password } = fields;
    const renewPassword = async (): Promise<string> => (await readLogin()).password;
    const key = masking(ownKey ?? fields.maskingKey);
    return { host, port, database, user: username, password, renewPassword, ssl, ...key };
  }
  const { user } = credentials;
  const signer = new Signer({ hostname: host, port, username: user, region: required(env, 'AWS_REGION') });
  // A token logs in for 15 minutes.
  const renewPassword = (): Promise<string> => signer.getAuthToken();
  return {
    host,
    port,
    database,
    user,
    password: await renewPassword(),
    renewPassword,
    ssl,
    ...masking(ownKey),
  };
}

async function readMaskingKey(secretName: string): Promise<string> {
  return (await readSecretFields(secretName, ['maskingKey'])).maskingKey;
}

function masking(key: unknown): Pick<SourceConnection, 'maskingKey'> {
  return typeof key === 'string' ? { maskingKey: key } : {};
}
