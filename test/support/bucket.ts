import { randomBytes } from 'node:crypto';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { inject } from 'vitest';
import type { StagingConnection } from '../../lib/config/index.ts';

/** A connection to the shared S3 server with its endpoint and credentials always there, as tests need them. */
export type LocalStagingConnection = StagingConnection &
  Required<Pick<StagingConnection, 'endpoint' | 'credentials'>>;

/** A new, empty bucket of the shared S3 server. It goes with the server at the end of the run. */
export async function freshBucket(): Promise<LocalStagingConnection> {
  const { endpoint, region, credentials } = inject('servers').s3;
  const bucket = `test-${randomBytes(6).toString('hex')}`;
  const client = new S3Client({ endpoint, region, credentials, forcePathStyle: true });
  try {
    await client.send(new CreateBucketCommand({ Bucket: bucket }));
  } finally {
    client.destroy();
  }
  return { bucket, region, endpoint, credentials };
}
