import { GetBucketNotificationConfigurationCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openStaging, type Staging } from '../../lib/staging/index.ts';
import { freshBucket } from '../support/index.ts';

let connection: Awaited<ReturnType<typeof freshBucket>>;
let staging: Staging;

beforeAll(async () => {
  connection = await freshBucket();
  staging = openStaging(connection);
});
afterAll(() => staging.close());

const queue = (name: string): string => `arn:aws:sqs:us-east-1:000000000000:${name}`;

async function configured(): Promise<unknown[]> {
  const client = new S3Client({ ...connection, forcePathStyle: true });
  const found = await client.send(
    new GetBucketNotificationConfigurationCommand({ Bucket: connection.bucket }),
  );
  client.destroy();
  return (found.QueueConfigurations ?? []).map(({ QueueArn, Events, Filter }) => [
    QueueArn,
    Events,
    Filter?.Key?.FilterRules?.map(({ Value }) => Value),
  ]);
}

test('a prefix tells one queue, other prefixes stay as they are, and saying it again changes nothing', async () => {
  await staging.ensureNotification('manifests/', queue('first'));
  await staging.ensureNotification('runs/', queue('other'));
  await staging.ensureNotification('manifests/', queue('first'));
  const created = ['s3:ObjectCreated:*'];
  expect(await configured()).toEqual([
    [queue('first'), created, ['manifests/']],
    [queue('other'), created, ['runs/']],
  ]);

  await staging.ensureNotification('manifests/', queue('second'));
  expect(await configured()).toEqual([
    [queue('other'), created, ['runs/']],
    [queue('second'), created, ['manifests/']],
  ]);
});
