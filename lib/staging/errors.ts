import { SluiceError } from '../config/index.ts';

/** A failure of the staging bucket. `retryable`: it heals by itself; otherwise a person is needed. */
export class StagingError extends SluiceError {}

interface Failure {
  readonly name: string;
  readonly message: string;
  readonly status: number | undefined;
  readonly requestId: string | undefined;
}

interface ErrorClass {
  readonly code: string;
  readonly retryable: boolean;
  readonly says: string;
  readonly hint: string;
}

const refused: ErrorClass = {
  code: 'STAGING_REFUSED',
  retryable: false,
  says: 'is not allowed',
  hint: 'Check that the credentials are valid and that the role may read, write and list this bucket and prefix.',
};
const noBucket: ErrorClass = {
  code: 'STAGING_NO_BUCKET',
  retryable: false,
  says: 'failed: there is no such bucket',
  hint: 'Check the name and region of the bucket, or create it.',
};
const noKey: ErrorClass = {
  code: 'STAGING_NO_KEY',
  retryable: false,
  says: 'failed: there is no such object',
  hint: 'It was deleted or has expired: extract its window again.',
};
const exists: ErrorClass = {
  code: 'STAGING_KEY_EXISTS',
  retryable: false,
  says: 'was refused: the key exists already, and no key is ever written twice',
  hint: 'Start a new run: it writes under its own run id.',
};
const corrupt: ErrorClass = {
  code: 'STAGING_CORRUPT',
  retryable: true,
  says: 'failed: the bytes that arrived are not those that were sent',
  hint: 'Nothing of it is visible. Run it again; if it comes back, look for a proxy or a broken network card.',
};
const throttled: ErrorClass = {
  code: 'STAGING_THROTTLED',
  retryable: true,
  says: 'was throttled or failed inside S3, on every attempt',
  hint: 'Run it again later; if it comes back, lower source.maxConnections.',
};
const unreachable: ErrorClass = {
  code: 'STAGING_UNREACHABLE',
  retryable: true,
  says: 'got no answer, on every attempt',
  hint: 'Check the network to S3 (endpoint, DNS, VPC endpoint, proxy).',
};
const credentialsMissing: ErrorClass = {
  code: 'STAGING_NO_CREDENTIALS',
  retryable: false,
  says: 'failed: there are no usable AWS credentials',
  hint: 'Log in to AWS (for instance `aws sso login`) or give the function its role.',
};
const unknown: ErrorClass = {
  code: 'STAGING_FAILED',
  retryable: false,
  says: 'failed',
  hint: 'Look the error up in the S3 documentation by its name and request id.',
};

/** By the name S3 or the SDK gives an error. */
export const classByName: Readonly<Record<string, ErrorClass>> = {
  AccessDenied: refused,
  AllAccessDisabled: refused,
  ExpiredToken: refused,
  Forbidden: refused,
  InvalidAccessKeyId: refused,
  InvalidToken: refused,
  KMSAccessDeniedException: refused,
  SignatureDoesNotMatch: refused,
  CredentialsProviderError: credentialsMissing,
  InvalidBucketName: noBucket,
  NoSuchBucket: noBucket,
  PermanentRedirect: noBucket,
  NoSuchKey: noKey,
  NotFound: noKey,
  PreconditionFailed: exists,
  BadDigest: corrupt,
  InvalidDigest: corrupt,
  XAmzContentChecksumMismatch: corrupt,
  XAmzContentSHA256Mismatch: corrupt,
  ConditionalRequestConflict: throttled,
  InternalError: throttled,
  RequestTimeTooSkewed: {
    code: 'STAGING_CLOCK',
    retryable: false,
    says: "was refused: this machine's clock is wrong",
    hint: 'Set the clock (NTP), then run it again.',
  },
  ServiceUnavailable: throttled,
  SlowDown: throttled,
  Throttling: throttled,
  ThrottlingException: throttled,
  TimeoutError: unreachable,
  RequestTimeout: unreachable,
};

const unreachableCodes = /^(ECONN|EHOST|ENET|ENOTFOUND|EAI_|EPIPE|ETIMEDOUT|ERR_SOCKET|UND_ERR)/;

/** The error of `operation` on `bucket` (and `key`), classed; errors that are classed already come back as they are. */
export function stagingError(cause: unknown, operation: string, bucket: string, key?: string): SluiceError {
  if (cause instanceof SluiceError) return cause;
  const failure = failureOf(cause);
  if (failure.name === 'AbortError') return stoppedError(operation, bucket, key);
  const found = classOf(failure, cause);
  const reason = failure.message === '' ? failure.name : `${failure.name}: ${failure.message}`;
  return new StagingError({
    code: found.code,
    kind: 'outside',
    message: `S3 ${operation} of ${locationOf(bucket, key)} ${found.says} (${reason})`,
    hint: found.hint,
    retryable: found.retryable,
    details: {
      operation,
      bucket,
      key,
      error: failure.name,
      status: failure.status,
      requestId: failure.requestId,
    },
    cause,
  });
}

/** The error of an operation that its caller's signal stopped. */
export function stoppedError(operation: string, bucket: string, key?: string): StagingError {
  return new StagingError({
    code: 'STAGING_STOPPED',
    kind: 'outside',
    message: `S3 ${operation} of ${locationOf(bucket, key)} was stopped before it was complete`,
    hint: 'Nothing of it is visible. Run it again.',
    details: { operation, bucket, key },
  });
}

/** Whether S3 answered that there is no such object (or bucket, for a HEAD, which has no body to tell them apart). */
export function isNotFound(error: unknown): boolean {
  const failure = failureOf(error);
  return failure.status === 404 || failure.name === 'NotFound' || failure.name === 'NoSuchKey';
}

function classOf(failure: Failure, cause: unknown): ErrorClass {
  const byName = classByName[failure.name];
  if (byName !== undefined) return byName;
  const code = property(cause, 'code');
  if (typeof code === 'string' && unreachableCodes.test(code)) return unreachable;
  if (failure.status === undefined) return unknown;
  if (failure.status === 401 || failure.status === 403) return refused;
  if (failure.status === 404) return noKey;
  if (failure.status === 412) return exists;
  return failure.status === 429 || failure.status >= 500 ? throttled : unknown;
}

function failureOf(error: unknown): Failure {
  const metadata = property(error, '$metadata');
  const status = property(metadata, 'httpStatusCode');
  const requestId = property(metadata, 'requestId');
  return {
    name: error instanceof Error ? error.name : 'Error',
    message: error instanceof Error ? error.message : String(error),
    status: typeof status === 'number' ? status : undefined,
    requestId: typeof requestId === 'string' ? requestId : undefined,
  };
}

function property(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

function locationOf(bucket: string, key: string | undefined): string {
  return key === undefined ? `bucket ${bucket}` : `s3://${bucket}/${key}`;
}
