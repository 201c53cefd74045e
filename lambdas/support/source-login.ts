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
    const fields = await readSecretFields(credentials.secretName, ['username', 'password']);
    const { username, password } = fields;
    return { host, port, database, user: username, password, ssl, ...masking(ownKey ?? fields.maskingKey) };
  }
  const { user } = credentials;
  const signer = new Signer({ hostname: host, port, username: user, region: required(env, 'AWS_REGION') });
  return { host, port, database, user, password: await signer.getAuthToken(), ssl, ...masking(ownKey) };
}

async function readMaskingKey(secretName: string): Promise<string> {
  return (await readSecretFields(secretName, ['maskingKey'])).maskingKey;
}

function masking(key: unknown): Pick<SourceConnection, 'maskingKey'> {
  return typeof key === 'string' ? { maskingKey: key } : {};
}
