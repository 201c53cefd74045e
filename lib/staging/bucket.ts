import { randomUUID } from 'node:crypto';
import { HeadObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { StagingConnection } from '../config/index.ts';
import { isNotFound, stagingError } from './errors.ts';

/** The bucket every operation of this room works on. */
export interface Bucket {
  readonly client: S3Client;
  readonly name: string;
}

export interface StagedObject {
  readonly key: string;
  readonly bytes: number;
  readonly lastModified: Date | undefined;
}

/**
 * Attempts of one request. The SDK's own default of 3 gives up within a second of throttling; 6 wait up to some 10 seconds
 * (doubling, with jitter).
 */
const attempts = 6;
const connectTimeoutMs = 5_000;
/** One request with its answer: a part of 8 MiB over 1.5 Mbit/s. */
const requestTimeoutMs = 45_000;

export interface BucketOptions {
  /** Attempts of one request. @default 6 */
  readonly attempts?: number;
  /** Bound on one request with its answer. @default 45 seconds */
  readonly requestTimeoutMs?: number;
}

export function openBucket(connection: StagingConnection, options: BucketOptions = {}): Bucket {
  const requestTimeout = options.requestTimeoutMs ?? requestTimeoutMs;
  const client = new S3Client({
    region: connection.region,
    maxAttempts: options.attempts ?? attempts,
    retryMode: 'standard',
    // Every write below brings its own SHA-256; a second checksum would only cost time.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    requestHandler: {
      connectionTimeout: connectTimeoutMs,
      requestTimeout,
      throwOnRequestTimeout: true,
      socketTimeout: requestTimeout,
      httpAgent: { keepAlive: true, maxSockets: 64 },
      httpsAgent: { keepAlive: true, maxSockets: 64 },
    },
    ...(connection.endpoint === undefined ? {} : { endpoint: connection.endpoint, forcePathStyle: true }),
    ...(connection.credentials === undefined ? {} : { credentials: connection.credentials }),
  });
  return { client, name: connection.bucket };
}

/** What every write leaves with its object, to know it again when the reply was lost. */
export interface WriteMark {
  readonly key: string;
  readonly bytes: number;
  readonly token: string;
  /** As S3 reports it: base64, with `-<parts>` for a multipart upload. */
  readonly checksumSha256: string;
}

const tokenName = 'sluice-write';

export function newToken(): string {
  return randomUUID();
}

export function tokenMetadata(token: string): Record<string, string> {
  return { [tokenName]: token };
}

/**
 * Whether the object of this very write is there, whole. S3 may store an object and lose the reply, or answer a repeated
 * request with "exists already"; both are a success when the size, the token and the checksum are those of the write.
 */
export async function isStored(bucket: Bucket, mark: WriteMark, signal?: AbortSignal): Promise<boolean> {
  try {
    const head = await bucket.client.send(
      new HeadObjectCommand({ Bucket: bucket.name, Key: mark.key, ChecksumMode: 'ENABLED' }),
      signal === undefined ? {} : { abortSignal: signal },
    );
    const sameChecksum = head.ChecksumSHA256 === undefined || head.ChecksumSHA256 === mark.checksumSha256;
    return sameChecksum && head.ContentLength === mark.bytes && head.Metadata?.[tokenName] === mark.token;
  } catch {
    return false;
  }
}

/** Size and time of an object, or undefined when there is none. */
export async function headObject(bucket: Bucket, key: string): Promise<StagedObject | undefined> {
  try {
    const head = await bucket.client.send(new HeadObjectCommand({ Bucket: bucket.name, Key: key }));
    return { key, bytes: head.ContentLength ?? 0, lastModified: head.LastModified };
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw stagingError(error, 'HeadObject', bucket.name, key);
  }
}
