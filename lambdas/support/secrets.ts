import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SluiceError } from '../../lib/config/index.ts';

let client: SecretsManagerClient | undefined;

/**
 * The text of a secret, read anew at each call.
 *
 * @throws SluiceError SECRET_UNREADABLE; what the secret holds is never part of an error
 */
export async function readSecret(name: string): Promise<string> {
  client ??= new SecretsManagerClient({
    maxAttempts: 5,
    requestHandler: { connectionTimeout: 3_000, requestTimeout: 5_000, throwOnRequestTimeout: true },
  });
  try {
    const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: name }));
    if (SecretString) return SecretString;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.name : 'unknown';
    throw unreadable(name, `Secrets Manager answers ${reason}`, !permanent.has(reason), cause);
  }
  throw unreadable(name, 'it holds no text', false);
}

const permanent = new Set([
  'ResourceNotFoundException',
  'AccessDeniedException',
  'DecryptionFailure',
  'InvalidParameterException',
]);

/**
 * A secret that holds a JSON object of texts.
 *
 * @throws SluiceError SECRET_UNREADABLE naming the fields that are missing
 */
export async function readSecretFields<Field extends string>(
  name: string,
  fields: readonly Field[],
): Promise<Readonly<Record<Field, string>> & Readonly<Record<string, unknown>>> {
  const text = await readSecret(name);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // The parser's own message would quote the secret.
    throw unreadable(name, 'it is not JSON', false);
  }
  if (!holds(value, fields)) throw unreadable(name, `it is not JSON with ${fields.join(' and ')}`, false);
  return value;
}

function holds<Field extends string>(
  value: unknown,
  fields: readonly Field[],
): value is Record<Field, string> & Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const found = new Map<string, unknown>(Object.entries(value));
  return fields.every((field) => typeof found.get(field) === 'string' && found.get(field) !== '');
}

function unreadable(name: string, reason: string, retryable: boolean, cause?: unknown): SluiceError {
  return new SluiceError({
    code: 'SECRET_UNREADABLE',
    kind: 'outside',
    message: `The secret ${name} cannot be read: ${reason}.`,
    hint: 'docs/deploy.md says which secrets there have to be, and what they hold.',
    retryable,
    details: { secret: name },
    cause,
  });
}
