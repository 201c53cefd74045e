import { S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll } from 'vitest';
import { freshBucket, type LocalStagingConnection } from '../../support/index.ts';

export interface Bucket {
  readonly client: S3Client;
  readonly Bucket: string;
  readonly connection: LocalStagingConnection;
}

/** The real SDK on a bucket of the test file's own; usable once the file's hooks have run. */
export function bucketOfFile(): () => Bucket {
  let bucket: Bucket | undefined;
  beforeAll(async () => {
    const connection = await freshBucket();
    bucket = { client: clientOf(connection), Bucket: connection.bucket, connection };
  });
  afterAll(() => bucket?.client.destroy());
  return () => {
    if (bucket === undefined) throw new Error('The bucket is there once the hooks have run.');
    return bucket;
  };
}

export function clientOf(
  connection: Pick<LocalStagingConnection, 'endpoint' | 'region' | 'credentials'>,
): S3Client {
  const { endpoint, region, credentials } = connection;
  // The SDK writes into the credentials that it is given.
  return new S3Client({
    endpoint,
    region,
    credentials: { ...credentials },
    forcePathStyle: true,
    maxAttempts: 1,
  });
}

/** Name and status of the error that a call of the SDK ends with. */
export async function errorOf(call: Promise<unknown>): Promise<{ name: string; status: number | undefined }> {
  try {
    await call;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const metadata = '$metadata' in error ? (error.$metadata as { httpStatusCode?: number }) : {};
    return { name: error.name, status: metadata.httpStatusCode };
  }
  throw new Error('The call was expected to fail.');
}
