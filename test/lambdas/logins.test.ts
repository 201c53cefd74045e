import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, expect, test, vi } from 'vitest';
import { readSecretFields } from '../../lambdas/support/secrets.ts';
import { snowflakeFromEnvironment } from '../../lambdas/support/snowflake-login.ts';
import { sourceFromEnvironment } from '../../lambdas/support/source-login.ts';
import { SluiceError } from '../../lib/config/index.ts';
import { temporaryFolder } from '../support/index.ts';

const secrets = mockClient(SecretsManagerClient);
const folder = temporaryFolder();
writeFileSync(join(folder, 'authorities.pem'), 'the authorities');

beforeEach(() => {
  secrets.reset();
  vi.stubEnv('AWS_REGION', 'eu-west-1');
});

const place = { host: 'db.example.com', port: 5432, database: 'shop' };

test('logs in to the source with the secret of RDS, and verifies its certificate', async () => {
  secrets.on(GetSecretValueCommand, { SecretId: 'shop/source' }).resolves({
    SecretString: '{"username":"sluice","password":"p","host":"elsewhere","port":1}',
  });
  const credentials = { kind: 'secret', secretName: 'shop/source' };
  const env = { SLUICE_SOURCE: JSON.stringify({ ...place, credentials }) };
  expect(await sourceFromEnvironment(env, folder)).toEqual({
    ...place,
    user: 'sluice',
    password: 'p',
    renewPassword: expect.any(Function),
    ssl: { ca: 'the authorities' },
  });
});

test('a rotated secret counts from the next login on, and within a call once the old one is refused', async () => {
  secrets
    .on(GetSecretValueCommand)
    .resolvesOnce({ SecretString: '{"username":"sluice","password":"old"}' })
    .resolves({ SecretString: '{"username":"sluice","password":"new"}' });
  const credentials = { kind: 'secret', secretName: 'shop/source' };
  const env = { SLUICE_SOURCE: JSON.stringify({ ...place, credentials }) };
  const before = await sourceFromEnvironment(env, folder);
  expect(before.password).toBe('old');
  expect(await before.renewPassword?.()).toBe('new');
  expect((await sourceFromEnvironment(env, folder)).password).toBe('new');
});

test('takes the key of the masks from a secret of its own, with IAM as with a password', async () => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIDEXAMPLE');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
  secrets
    .on(GetSecretValueCommand, { SecretId: 'shop/masking' })
    .resolves({ SecretString: '{"maskingKey":"the key"}' });
  secrets
    .on(GetSecretValueCommand, { SecretId: 'shop/source' })
    .resolves({ SecretString: '{"username":"sluice","password":"p","maskingKey":"another"}' });
  for (const credentials of [
    { kind: 'iam', user: 'sluice', resourceId: 'db-ABC' },
    { kind: 'secret', secretName: 'shop/source' },
  ]) {
    const setting = { ...place, credentials, maskingSecretName: 'shop/masking' };
    const env = { SLUICE_SOURCE: JSON.stringify(setting), AWS_REGION: 'eu-west-1' };
    expect((await sourceFromEnvironment(env, folder)).maskingKey).toBe('the key');
  }
});

test('logs in to the source with a token of IAM, without any secret', async () => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIDEXAMPLE');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
  const credentials = { kind: 'iam', user: 'sluice', resourceId: 'db-ABC' };
  const env = { SLUICE_SOURCE: JSON.stringify({ ...place, credentials }), AWS_REGION: 'eu-west-1' };
  const connection = await sourceFromEnvironment(env, folder);
  expect(connection).toMatchObject({ ...place, user: 'sluice', ssl: { ca: 'the authorities' } });
  const token = new URL(`https://${connection.password}`);
  expect(token.host).toBe('db.example.com:5432');
  expect(token.searchParams.get('Action')).toBe('connect');
  expect(token.searchParams.get('DBUser')).toBe('sluice');
  expect(secrets.calls()).toHaveLength(0);
});

const snowflake = {
  SLUICE_SNOWFLAKE_ACCOUNT: 'org-account',
  SLUICE_SNOWFLAKE_USER: 'SHOP_LOADER_SERVICE',
  SLUICE_SNOWFLAKE_ROLE: 'SHOP_LOADER',
};

test('logs in to Snowflake as the role it runs as, without any secret', async () => {
  expect(await snowflakeFromEnvironment(snowflake)).toEqual({
    account: 'org-account',
    username: 'SHOP_LOADER_SERVICE',
    role: 'SHOP_LOADER',
    authentication: { kind: 'workloadIdentity' },
  });
  expect(secrets.calls()).toHaveLength(0);
});

test('logs in to Snowflake with a key pair', async () => {
  secrets.on(GetSecretValueCommand, { SecretId: 'shop/loader' }).resolves({
    SecretString: '{"privateKey":"-----BEGIN","passphrase":"open"}',
  });
  const { authentication } = await snowflakeFromEnvironment({
    ...snowflake,
    SLUICE_SNOWFLAKE_SECRET: 'shop/loader',
  });
  expect(authentication).toEqual({ kind: 'keyPair', privateKey: '-----BEGIN', passphrase: 'open' });
});

test('what a secret holds is in no error', async () => {
  for (const SecretString of ['hunter2', '{"username":"hunter2"}', '["hunter2"]', '"hunter2"']) {
    secrets.reset();
    secrets.on(GetSecretValueCommand).resolves({ SecretString });
    const error = await readSecretFields('shop/source', ['username', 'password']).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(SluiceError);
    expect(JSON.stringify([error, String(error), error instanceof Error && error.cause])).not.toContain(
      'hunter2',
    );
    expect(error).toMatchObject({ code: 'SECRET_UNREADABLE', retryable: false });
  }
});

test('a secret that is not there needs a person; Secrets Manager out of reach heals', async () => {
  for (const [name, retryable] of [
    ['ResourceNotFoundException', false],
    ['AccessDeniedException', false],
    ['InternalServiceError', true],
    ['TimeoutError', true],
  ] as const) {
    secrets.reset();
    secrets.on(GetSecretValueCommand).rejects(Object.assign(new Error('no'), { name }));
    await expect(readSecretFields('shop/source', ['username'])).rejects.toMatchObject({
      message: `The secret shop/source cannot be read: Secrets Manager answers ${name}.`,
      retryable,
    });
  }
});
