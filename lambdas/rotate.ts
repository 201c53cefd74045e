import { generateKeyPairSync } from 'node:crypto';
import {
  GetSecretValueCommand,
  PutSecretValueCommand,
  ResourceNotFoundException,
  SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import { SluiceError } from '../lib/config/index.ts';
import { connectWarehouse, quoteIdentifier, quoteLiteral } from '../lib/snowflake/index.ts';
import { required } from './support/required.ts';

/** What Secrets Manager sends, once for each step, in this order; each may come again. */
export interface RotationEvent {
  readonly Step: 'createSecret' | 'setSecret' | 'testSecret' | 'finishSecret';
  readonly SecretId: string;
  readonly ClientRequestToken: string;
}

/** What the secret of a user holds. */
interface KeyPairSecret {
  readonly privateKey: string;
  /** Of a key that a person made; one that a rotation made has none. */
  readonly passphrase?: string;
  /** Which of the user's two keys this is. @default 1 */
  readonly slot?: 1 | 2;
  readonly publicKey?: string;
}

/** Whom a secret belongs to, by its name. */
type Users = Readonly<Record<string, { readonly user: string; readonly role: string }>>;

let client: SecretsManagerClient | undefined;

/**
 * Rotates the key pair of a service user. A user has two keys: the new one takes the place of the older, while the one in
 * use stays valid until the next rotation, so that no session and no function is ever without a valid key.
 */
export async function handler(event: RotationEvent): Promise<void> {
  client ??= new SecretsManagerClient({
    maxAttempts: 5,
    requestHandler: { connectionTimeout: 3_000, requestTimeout: 10_000, throwOnRequestTimeout: true },
  });
  switch (event.Step) {
    case 'createSecret':
      return await createPending(client, event);
    case 'setSecret':
      return await setPublicKey(client, event);
    case 'testSecret':
      return await (await login(event, await pendingOf(client, event))).close();
    case 'finishSecret':
      return await makeCurrent(client, event);
  }
}

async function createPending(secrets: SecretsManagerClient, event: RotationEvent): Promise<void> {
  try {
    await pendingOf(secrets, event);
    return;
  } catch (error) {
    if (!(error instanceof ResourceNotFoundException)) throw error;
  }
  const { secret: current } = await currentOf(secrets, event);
  const { privateKey, publicKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  const pending: KeyPairSecret = { privateKey, publicKey, slot: current.slot === 2 ? 1 : 2 };
  await secrets.send(
    new PutSecretValueCommand({
      SecretId: event.SecretId,
      ClientRequestToken: event.ClientRequestToken,
      SecretString: JSON.stringify(pending),
      VersionStages: ['AWSPENDING'],
    }),
  );
}

/** The user sets its own other key, logged in with the one in use. */
async function setPublicKey(secrets: SecretsManagerClient, event: RotationEvent): Promise<void> {
  const { secret: current } = await currentOf(secrets, event);
  const pending = await pendingOf(secrets, event);
  const warehouse = await login(event, current);
  const property = pending.slot === 2 ? 'RSA_PUBLIC_KEY_2' : 'RSA_PUBLIC_KEY';
  const key = (pending.publicKey ?? '').replaceAll(/-----[A-Z ]+-----|\s/g, '');
  try {
    await warehouse.execute(
      `ALTER USER ${quoteIdentifier(ownerOf(event).user)} SET ${property} = ${quoteLiteral(key)}`,
    );
  } finally {
    await warehouse.close();
  }
}

async function makeCurrent(secrets: SecretsManagerClient, event: RotationEvent): Promise<void> {
  const { versionId } = await currentOf(secrets, event);
  if (versionId === event.ClientRequestToken) return;
  await secrets.send(
    new UpdateSecretVersionStageCommand({
      SecretId: event.SecretId,
      VersionStage: 'AWSCURRENT',
      MoveToVersionId: event.ClientRequestToken,
      RemoveFromVersionId: versionId,
    }),
  );
}

async function pendingOf(secrets: SecretsManagerClient, event: RotationEvent): Promise<KeyPairSecret> {
  const { SecretString = '' } = await secrets.send(
    new GetSecretValueCommand({
      SecretId: event.SecretId,
      VersionId: event.ClientRequestToken,
      VersionStage: 'AWSPENDING',
    }),
  );
  return keyPairOf(SecretString, event);
}

async function currentOf(
  secrets: SecretsManagerClient,
  event: RotationEvent,
): Promise<{ secret: KeyPairSecret; versionId: string | undefined }> {
  const { SecretString = '', VersionId } = await secrets.send(
    new GetSecretValueCommand({ SecretId: event.SecretId, VersionStage: 'AWSCURRENT' }),
  );
  return { secret: keyPairOf(SecretString, event), versionId: VersionId };
}

function login(
  event: RotationEvent,
  { privateKey, passphrase }: KeyPairSecret,
): ReturnType<typeof connectWarehouse> {
  const { user, role } = ownerOf(event);
  const accessUrl = process.env.SLUICE_SNOWFLAKE_URL;
  return connectWarehouse(
    {
      account: required(process.env, 'SLUICE_SNOWFLAKE_ACCOUNT'),
      username: user,
      role,
      authentication: { kind: 'keyPair', privateKey, ...(passphrase ? { passphrase } : {}) },
      ...(accessUrl ? { accessUrl } : {}),
    },
    { queryTag: { step: 'rotate' } },
  );
}

/** A secret's ARN ends in its name and six characters of Secrets Manager's own. */
function ownerOf({ SecretId }: RotationEvent): Users[string] {
  const users: Users = JSON.parse(required(process.env, 'SLUICE_USERS'));
  const name = SecretId.replace(/^arn:.*:secret:/, '').replace(/-[A-Za-z0-9]{6}$/, '');
  const owner = users[name];
  if (owner !== undefined) return owner;
  throw rotationError(`The secret ${name} belongs to none of the service users.`);
}

function keyPairOf(text: string, { SecretId }: RotationEvent): KeyPairSecret {
  try {
    const secret: Partial<KeyPairSecret> = JSON.parse(text);
    if (typeof secret.privateKey === 'string') return { ...secret, privateKey: secret.privateKey };
  } catch {
    // The parser's message would quote the secret.
  }
  throw rotationError(`The secret ${SecretId} is not JSON with privateKey.`);
}

function rotationError(message: string): SluiceError {
  return new SluiceError({
    code: 'ROTATION_IMPOSSIBLE',
    kind: 'usage',
    message,
    hint: 'docs/deploy.md, "Key pairs", says what these secrets hold.',
  });
}
