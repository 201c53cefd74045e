import {
  type BucketLocationConstraint,
  CreateBucketCommand,
  GetObjectCommand,
  HeadBucketCommand,
  ListObjectsV2Command,
} from '@aws-sdk/client-s3';
import type { StagingConnection } from '../config/index.ts';
import { type Bucket, type BucketOptions, headObject, openBucket, type StagedObject } from './bucket.ts';
import { isNotFound, stagingError } from './errors.ts';
import { manifestKey } from './layout.ts';
import { formatManifest, type Manifest } from './manifest.ts';
import { ensureNotification } from './notification.ts';
import { type Written, writeBytes, writeStream } from './write.ts';

interface StagingOptions extends BucketOptions {
  /** Before every key of the layout; empty, or ending in `/`. */
  readonly prefix?: string;
}

interface WriteOptions {
  readonly signal?: AbortSignal | undefined;
}

/**
 * The bucket between Postgres and Snowflake. A key is written once and never changed: a second write of it is an error.
 * Every request has a timeout and is repeated while that can help; what is thrown is a `SluiceError` that names the
 * operation, the bucket and the key, and is `retryable` when it heals by itself.
 */
export interface Staging {
  readonly bucket: string;
  readonly prefix: string;
  /** Creates the bucket if it is missing. */
  ensureBucket(): Promise<void>;
  /** Writes gzipped CSV to a new key, in bounded memory. */
  upload(key: string, body: AsyncIterable<Uint8Array> | Uint8Array, options?: WriteOptions): Promise<Written>;
  /** Writes text to a new key. */
  put(key: string, text: string, options?: WriteOptions): Promise<Written>;
  /** Writes a manifest to its key, which makes its window visible; returns the key. */
  putManifest(manifest: Manifest, options?: WriteOptions): Promise<string>;
  /** Size and time of an object; undefined when there is none. */
  head(key: string): Promise<StagedObject | undefined>;
  /** An object's bytes, whole in memory. */
  get(key: string): Promise<Buffer>;
  /** Every object under `prefix`, in the order of keys. */
  list(prefix: string): Promise<StagedObject[]>;
  /** Has the bucket tell a queue of every object created under `prefix`. */
  ensureNotification(prefix: string, queueArn: string): Promise<void>;
  close(): void;
}

const csv = 'application/gzip';
const json = 'application/json';

export function openStaging(connection: StagingConnection, options: StagingOptions = {}): Staging {
  const bucket = openBucket(connection, options);
  const prefix = options.prefix ?? '';
  return {
    bucket: bucket.name,
    prefix,
    ensureBucket: () => ensureBucket(bucket, connection.region),
    upload: (key, body, { signal } = {}) =>
      body instanceof Uint8Array
        ? writeBytes(bucket, key, body, csv, signal)
        : writeStream(bucket, key, body, csv, signal),
    put: (key, text, { signal } = {}) => writeBytes(bucket, key, Buffer.from(text), json, signal),
    async putManifest(manifest, { signal } = {}) {
      const { table, window, runId } = manifest;
      const key = manifestKey({ prefix, table, window: window.id, runId });
      await writeBytes(bucket, key, Buffer.from(formatManifest(manifest)), json, signal);
      return key;
    },
    head: (key) => headObject(bucket, key),
    get: (key) => getObject(bucket, key),
    list: (under) => listObjects(bucket, under),
    ensureNotification: (under, queueArn) => ensureNotification(bucket, under, queueArn),
    close: () => bucket.client.destroy(),
  };
}

async function ensureBucket(bucket: Bucket, region: string): Promise<void> {
  try {
    await bucket.client.send(new HeadBucketCommand({ Bucket: bucket.name }));
    return;
  } catch (error) {
    if (!isNotFound(error)) throw stagingError(error, 'HeadBucket', bucket.name);
  }
  try {
    // us-east-1 is the one region that may not be named.
    const location = { LocationConstraint: region as BucketLocationConstraint };
    await bucket.client.send(
      new CreateBucketCommand({
        Bucket: bucket.name,
        ...(region === 'us-east-1' ? {} : { CreateBucketConfiguration: location }),
      }),
    );
  } catch (error) {
    if (error instanceof Error && error.name === 'BucketAlreadyOwnedByYou') return;
    throw stagingError(error, 'CreateBucket', bucket.name);
  }
}

async function getObject(bucket: Bucket, key: string): Promise<Buffer> {
  try {
    const { Body } = await bucket.client.send(new GetObjectCommand({ Bucket: bucket.name, Key: key }));
    return Buffer.from((await Body?.transformToByteArray()) ?? []);
  } catch (error) {
    throw stagingError(error, 'GetObject', bucket.name, key);
  }
}

async function listObjects(bucket: Bucket, prefix: string): Promise<StagedObject[]> {
  const found: StagedObject[] = [];
  let continuation: string | undefined;
  do {
    try {
      const page = await bucket.client.send(
        new ListObjectsV2Command({
          Bucket: bucket.name,
          Prefix: prefix,
          ...(continuation === undefined ? {} : { ContinuationToken: continuation }),
        }),
      );
      for (const { Key: key, Size: bytes, LastModified: lastModified } of page.Contents ?? []) {
        if (key !== undefined) found.push({ key, bytes: bytes ?? 0, lastModified });
      }
      continuation = page.NextContinuationToken;
    } catch (error) {
      throw stagingError(error, 'ListObjectsV2', bucket.name, prefix);
    }
  } while (continuation !== undefined);
  return found;
}
