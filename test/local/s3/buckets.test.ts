import { randomBytes } from 'node:crypto';
import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  GetBucketLocationCommand,
  GetBucketVersioningCommand,
  GetObjectTaggingCommand,
  HeadBucketCommand,
  ListBucketsCommand,
  PutBucketLifecycleConfigurationCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { expect, test } from 'vitest';
import { bucketOfFile, errorOf } from './client.ts';

const bucket = bucketOfFile();

test('a bucket is made, found, listed and deleted', async () => {
  const { client } = bucket();
  const Bucket = `a.bucket-${randomBytes(4).toString('hex')}`;
  expect(await errorOf(client.send(new HeadBucketCommand({ Bucket })))).toEqual({
    name: 'NotFound',
    status: 404,
  });
  await client.send(new CreateBucketCommand({ Bucket }));
  expect((await client.send(new HeadBucketCommand({ Bucket }))).BucketRegion).toBe('us-east-1');
  expect((await errorOf(client.send(new CreateBucketCommand({ Bucket })))).name).toBe(
    'BucketAlreadyOwnedByYou',
  );
  const { Buckets = [] } = await client.send(new ListBucketsCommand({ Prefix: Bucket }));
  expect(Buckets.map(({ Name }) => Name)).toEqual([Bucket]);
  await client.send(new DeleteBucketCommand({ Bucket }));
  expect((await errorOf(client.send(new DeleteBucketCommand({ Bucket })))).name).toBe('NoSuchBucket');
});

test('a bucket that holds an object is not deleted', async () => {
  const { client } = bucket();
  const Bucket = `full-${randomBytes(4).toString('hex')}`;
  await client.send(new CreateBucketCommand({ Bucket }));
  await client.send(new PutObjectCommand({ Bucket, Key: 'a', Body: 'a' }));
  expect(await errorOf(client.send(new DeleteBucketCommand({ Bucket })))).toEqual({
    name: 'BucketNotEmpty',
    status: 409,
  });
  await client.send(new DeleteObjectCommand({ Bucket, Key: 'a' }));
  await client.send(new DeleteBucketCommand({ Bucket }));
});

test.each(['ab', 'Upper', 'under_score', '-dash', 'two..dots', '192.168.0.1', 'x'.repeat(64), 'ü-bucket'])(
  'a name that S3 refuses, %s, is refused here',
  async (Bucket) => {
    expect((await errorOf(bucket().client.send(new CreateBucketCommand({ Bucket })))).name).toBe(
      'InvalidBucketName',
    );
  },
);

test('what clients like to ask about a bucket', async () => {
  const { client, Bucket } = bucket();
  expect((await client.send(new GetBucketLocationCommand({ Bucket }))).LocationConstraint).toBeFalsy();
  expect((await client.send(new GetBucketVersioningCommand({ Bucket }))).Status).toBeUndefined();
});

test('what this server does not do is refused by name', async () => {
  const { client, Bucket } = bucket();
  const tagging = client.send(new GetObjectTaggingCommand({ Bucket, Key: 'a' }));
  await expect(tagging).rejects.toThrow('This server does not implement GET ?tagging of an object.');
  const rules = { Rules: [{ Status: 'Enabled', Filter: { Prefix: '' }, Expiration: { Days: 1 } }] } as const;
  const lifecycle = client.send(
    new PutBucketLifecycleConfigurationCommand({
      Bucket,
      LifecycleConfiguration: { Rules: [...rules.Rules] },
    }),
  );
  expect(await errorOf(lifecycle)).toEqual({ name: 'NotImplemented', status: 501 });
  const encrypted = { SSECustomerAlgorithm: 'AES256', SSECustomerKey: randomBytes(32).toString('base64') };
  const put = client.send(
    new PutObjectCommand({ Bucket, Key: 'a', Body: 'a', Tagging: 'a=b', ...encrypted }),
  );
  expect((await errorOf(put)).name).toBe('NotImplemented');
});
