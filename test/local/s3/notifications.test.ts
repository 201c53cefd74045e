import { join } from 'node:path';
import {
  CopyObjectCommand,
  DeleteObjectCommand,
  type Event,
  GetBucketNotificationConfigurationCommand,
  PutBucketNotificationConfigurationCommand,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type S3Event, type S3Server, startS3 } from '../../../lib/local/s3/index.ts';
import { temporaryFolder } from '../../support/index.ts';
import { clientOf, errorOf } from './client.ts';

const QUEUE = 'arn:aws:sqs:us-east-1:000000000000:pipe';
const Bucket = 'events';
const folder = temporaryFolder();
let started = 0;
let directory: string;
let s3: S3Server;
let client: S3Client;

beforeEach(async () => {
  started += 1;
  directory = join(folder, String(started));
  await start();
  s3.ensureBucket(Bucket);
});
afterEach(stop);

async function start(): Promise<void> {
  s3 = await startS3({ directory });
  client = clientOf(s3);
}

async function stop(): Promise<void> {
  client.destroy();
  await s3.stop();
}

function collect(): [string, string, string][] {
  const seen: [string, string, string][] = [];
  s3.onNotification((queue, event) => {
    for (const record of event.Records) seen.push([queue, record.eventName, record.s3.object.key]);
  });
  return seen;
}

async function configure(...queues: { Events: Event[]; Prefix?: string; Suffix?: string; Queue?: string }[]) {
  const QueueConfigurations = queues.map(({ Events, Prefix, Suffix, Queue = QUEUE }) => ({
    QueueArn: Queue,
    Events,
    Filter: {
      Key: {
        FilterRules: [
          ...(Prefix === undefined ? [] : [{ Name: 'prefix' as const, Value: Prefix }]),
          ...(Suffix === undefined ? [] : [{ Name: 'suffix' as const, Value: Suffix }]),
        ],
      },
    },
  }));
  return await client.send(
    new PutBucketNotificationConfigurationCommand({
      Bucket,
      NotificationConfiguration: { QueueConfigurations },
    }),
  );
}

async function put(Key: string): Promise<void> {
  await client.send(new PutObjectCommand({ Bucket, Key, Body: Key }));
}

describe('a configuration', () => {
  test('comes back as it was put', async () => {
    await configure({ Events: ['s3:ObjectCreated:*'], Prefix: 'manifests/', Suffix: '.json' });
    const { QueueConfigurations } = await client.send(
      new GetBucketNotificationConfigurationCommand({ Bucket }),
    );
    expect(QueueConfigurations).toMatchObject([
      {
        QueueArn: QUEUE,
        Events: ['s3:ObjectCreated:*'],
        Filter: {
          Key: {
            FilterRules: [
              { Name: 'Prefix', Value: 'manifests/' },
              { Name: 'Suffix', Value: '.json' },
            ],
          },
        },
      },
    ]);
    await configure();
    const empty = await client.send(new GetBucketNotificationConfigurationCommand({ Bucket }));
    expect(empty.QueueConfigurations).toBeUndefined();
  });

  test('that S3 refuses is refused', async () => {
    const overlapping = configure(
      { Events: ['s3:ObjectCreated:*'], Prefix: 'a' },
      { Events: ['s3:ObjectCreated:Put'], Prefix: 'a/b' },
    );
    expect((await errorOf(overlapping)).name).toBe('InvalidArgument');
    expect((await errorOf(configure({ Events: ['s3:Replication:*'] }))).name).toBe('InvalidArgument');
    expect((await errorOf(configure({ Events: ['s3:ObjectCreated:*'], Queue: 'no arn' }))).name).toBe(
      'InvalidArgument',
    );
    const TopicConfigurations = [
      { TopicArn: 'arn:aws:sns:us-east-1:0:t', Events: ['s3:ObjectCreated:*' as const] },
    ];
    const topic = new PutBucketNotificationConfigurationCommand({
      Bucket,
      NotificationConfiguration: { TopicConfigurations },
    });
    expect((await errorOf(client.send(topic))).name).toBe('NotImplemented');
  });
});

describe('events', () => {
  test('are sent in order, for what the filters let through only', async () => {
    const seen = collect();
    await configure({ Events: ['s3:ObjectCreated:*'], Prefix: 'in/', Suffix: '.json' });
    for (const key of ['in/1.json', 'out/1.json', 'in/2.csv', 'in/a b+é.json', 'in/3.json']) await put(key);
    await vi.waitFor(() => expect(seen).toHaveLength(3));
    expect(seen).toEqual([
      [QUEUE, 'ObjectCreated:Put', 'in/1.json'],
      [QUEUE, 'ObjectCreated:Put', 'in/a+b%2B%C3%A9.json'],
      [QUEUE, 'ObjectCreated:Put', 'in/3.json'],
    ]);
  });

  test('name what happened', async () => {
    const seen = collect();
    await configure({ Events: ['s3:ObjectCreated:*', 's3:ObjectRemoved:*'] });
    await put('a');
    await client.send(new CopyObjectCommand({ Bucket, Key: 'b', CopySource: `${Bucket}/a` }));
    const Body = Buffer.alloc(6 * 1024 ** 2);
    await new Upload({ client, params: { Bucket, Key: 'c', Body } }).done();
    await client.send(new DeleteObjectCommand({ Bucket, Key: 'a' }));
    await client.send(new DeleteObjectCommand({ Bucket, Key: 'never was' }));
    await vi.waitFor(() => expect(seen).toHaveLength(4));
    expect(seen.map(([, name, key]) => [name, key])).toEqual([
      ['ObjectCreated:Put', 'a'],
      ['ObjectCreated:Copy', 'b'],
      ['ObjectCreated:CompleteMultipartUpload', 'c'],
      ['ObjectRemoved:Delete', 'a'],
    ]);
  });

  test('have the form of S3’s own', async () => {
    const events: S3Event[] = [];
    s3.onNotification((_, event) => void events.push(event));
    await configure({ Events: ['s3:ObjectCreated:Put'] });
    await put('hello');
    await vi.waitFor(() => expect(events).toHaveLength(1));
    expect(events[0]).toMatchObject({
      Records: [
        {
          eventVersion: '2.1',
          eventSource: 'aws:s3',
          awsRegion: 'us-east-1',
          eventName: 'ObjectCreated:Put',
          s3: {
            s3SchemaVersion: '1.0',
            bucket: { name: Bucket, arn: 'arn:aws:s3:::events' },
            object: { key: 'hello', size: 5, eTag: '5d41402abc4b2a76b9719d911017c592' },
          },
        },
      ],
    });
  });

  test('wait for one another: the next is delivered when the listener is done with the one before', async () => {
    const log: string[] = [];
    s3.onNotification(async (_, event) => {
      const key = event.Records[0]?.s3.object.key ?? '';
      log.push(`begin ${key}`);
      await new Promise((resolve) => setImmediate(resolve));
      log.push(`end ${key}`);
    });
    await configure({ Events: ['s3:ObjectCreated:*'] });
    await Promise.all(['1', '2', '3'].map(put));
    await vi.waitFor(() => expect(log).toHaveLength(6));
    expect(log.map((line) => line.split(' ')[0])).toEqual(['begin', 'end', 'begin', 'end', 'begin', 'end']);
  });

  test('that nobody has taken come after the next start, in order, and only once', async () => {
    await configure({ Events: ['s3:ObjectCreated:*'] });
    await put('first');
    await put('second');
    await stop();
    await start();
    const seen = collect();
    await put('third');
    await vi.waitFor(() => expect(seen.map(([, , key]) => key)).toEqual(['first', 'second', 'third']));
    await stop();
    await start();
    const later = collect();
    await put('fourth');
    await vi.waitFor(() => expect(later.map(([, , key]) => key)).toEqual(['fourth']));
  });

  test('that a listener failed on come again after the next start', async () => {
    let calls = 0;
    s3.onNotification(() => {
      calls += 1;
      throw new Error('not now');
    });
    await configure({ Events: ['s3:ObjectCreated:*'] });
    await put('again');
    await vi.waitFor(() => expect(calls).toBe(1));
    await stop();
    await start();
    const seen = collect();
    await vi.waitFor(() => expect(seen.map(([, , key]) => key)).toEqual(['again']));
  });
});
