import { generateKeyPairSync, randomUUID } from 'node:crypto';
import {
  GetSecretValueCommand,
  PutSecretValueCommand,
  ResourceNotFoundException,
  SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { handler } from '../../lambdas/rotate.ts';
import { parseEnvironments } from '../../lib/config/index.ts';
import { connectWarehouse, renderBootstrap } from '../../lib/snowflake/index.ts';
import { freshSnowflake } from '../support/index.ts';

const { connection } = await freshSnowflake();
// Secrets Manager has no server here: its versions and stages, as its documentation has them.
const versions = new Map<string, { text: string; stages: Set<string> }>();
const secrets = mockClient(SecretsManagerClient);
const SecretId = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:sluice/shop/snowflake-loader-AbC123';
const user = 'SHOP_LOADER_SERVICE';

beforeAll(async () => {
  const [environment] = parseEnvironments(
    { name: 'shop', tables: { films: { mode: 'full' } }, cloud: { snowflake: { credentials: 'keyPair' } } },
    { directory: '/project', file: 'sluice.config.ts' },
  );
  if (environment === undefined) throw new Error('no environment');
  const { privateKey, publicKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  const publicKeys = { deployer: publicKey, loader: publicKey, transformer: publicKey };
  const admin = await connectWarehouse(connection);
  for (const statement of renderBootstrap({ environment, publicKeys }).split(';\n')) {
    if (statement.replaceAll(/--.*$/gm, '').trim() !== '') await admin.execute(statement);
  }
  await admin.close();
  versions.set('first', { text: JSON.stringify({ privateKey }), stages: new Set(['AWSCURRENT']) });
});

beforeEach(() => {
  vi.stubEnv('AWS_REGION', 'eu-west-1');
  vi.stubEnv('SLUICE_SNOWFLAKE_ACCOUNT', connection.account);
  vi.stubEnv('SLUICE_SNOWFLAKE_URL', connection.accessUrl ?? '');
  vi.stubEnv(
    'SLUICE_USERS',
    JSON.stringify({ 'sluice/shop/snowflake-loader': { user, role: 'SHOP_LOADER' } }),
  );
  secrets.reset();
  secrets.on(GetSecretValueCommand).callsFake(({ VersionId, VersionStage }) => {
    const found = [...versions].find(
      ([id, { stages }]) => (VersionId === undefined || id === VersionId) && stages.has(VersionStage),
    );
    if (found === undefined) throw new ResourceNotFoundException({ message: 'no', $metadata: {} });
    return { VersionId: found[0], SecretString: found[1].text };
  });
  secrets.on(PutSecretValueCommand).callsFake(({ ClientRequestToken, SecretString, VersionStages }) => {
    versions.set(ClientRequestToken, { text: SecretString, stages: new Set(VersionStages) });
    return {};
  });
  secrets
    .on(UpdateSecretVersionStageCommand)
    .callsFake(({ VersionStage, MoveToVersionId, RemoveFromVersionId }) => {
      versions.get(RemoveFromVersionId)?.stages.delete(VersionStage);
      versions.get(MoveToVersionId)?.stages.add(VersionStage);
      return {};
    });
});

const steps = ['createSecret', 'setSecret', 'testSecret', 'finishSecret'] as const;

function keyOf(version: string): string {
  const secret: { privateKey: string } = JSON.parse(versions.get(version)?.text ?? '{}');
  return secret.privateKey;
}

async function canLogIn(privateKey: string): Promise<boolean> {
  try {
    const warehouse = await connectWarehouse({
      ...connection,
      username: user,
      authentication: { kind: 'keyPair', privateKey },
    });
    await warehouse.close();
    return true;
  } catch {
    return false;
  }
}

test('a rotation sets the other key: the new one works, and the one before it still does', async () => {
  const token = randomUUID();
  for (const Step of steps) await handler({ Step, SecretId, ClientRequestToken: token });
  expect(versions.get(token)?.stages).toContain('AWSCURRENT');
  expect(versions.get('first')?.stages).not.toContain('AWSCURRENT');
  expect(await canLogIn(keyOf(token))).toBe(true);
  expect(await canLogIn(keyOf('first'))).toBe(true);
});

test('the next rotation takes the place of the oldest key', async () => {
  const before = [...versions].find(([, { stages }]) => stages.has('AWSCURRENT'))?.[0] ?? '';
  const token = randomUUID();
  for (const Step of steps) await handler({ Step, SecretId, ClientRequestToken: token });
  expect(await canLogIn(keyOf(token))).toBe(true);
  expect(await canLogIn(keyOf(before))).toBe(true);
  expect(await canLogIn(keyOf('first'))).toBe(false);
});

test('every step may come twice', async () => {
  const token = randomUUID();
  for (const Step of steps) {
    await handler({ Step, SecretId, ClientRequestToken: token });
    const after = versions.get(token)?.text;
    await handler({ Step, SecretId, ClientRequestToken: token });
    expect(versions.get(token)?.text).toBe(after);
  }
  expect(await canLogIn(keyOf(token))).toBe(true);
});

test('a key that does not work never becomes the current one', async () => {
  const token = randomUUID();
  await handler({ Step: 'createSecret', SecretId, ClientRequestToken: token });
  // Nothing has told Snowflake of it.
  await expect(handler({ Step: 'testSecret', SecretId, ClientRequestToken: token })).rejects.toMatchObject({
    code: expect.stringMatching(/^SNOWFLAKE_/),
  });
  expect(versions.get(token)?.stages).not.toContain('AWSCURRENT');
});

test('a secret of somebody else is refused, by name and without its text', async () => {
  versions.set('other', { text: 'hunter2', stages: new Set(['AWSCURRENT']) });
  await expect(
    handler({
      Step: 'testSecret',
      SecretId: 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:payroll-AbC123',
      ClientRequestToken: [...versions.keys()].at(-2) ?? '',
    }),
  ).rejects.toThrow(/payroll/);
});
