import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { afterAll, expect, test, vi } from 'vitest';
import { type S3Server, startS3 } from '../../../lib/local/s3/index.ts';
import { runModule, temporaryFolder } from '../../support/index.ts';
import { clientOf, errorOf } from './client.ts';

const folder = temporaryFolder();
const Bucket = 'kept';
const children: ChildProcess[] = [];
afterAll(() => {
  for (const child of children) child.kill('SIGKILL');
});

/** A server in a process of its own, which can be killed. */
async function startChild(
  directory: string,
): Promise<{ child: ChildProcess; server: Pick<S3Server, 'endpoint' | 'region' | 'credentials'> }> {
  const module = join(import.meta.dirname, '../../../lib/local/s3/index.ts');
  const script = `
    import { startS3 } from ${JSON.stringify(module)};
    const { endpoint, region, credentials, ensureBucket } = await startS3({ directory: ${JSON.stringify(directory)} });
    ensureBucket(${JSON.stringify(Bucket)});
    console.log(JSON.stringify({ endpoint, region, credentials }));`;
  const { child, line } = await runModule(script);
  children.push(child);
  return { child, server: JSON.parse(line) };
}

test('after kill -9 in the middle of many writes every confirmed object is there, whole, and nothing else', async () => {
  const directory = join(folder, 'killed');
  const { child, server } = await startChild(directory);
  const client = clientOf(server);
  const confirmed = new Map<string, string>();
  const writer = async (name: number): Promise<void> => {
    for (let index = 0; ; index += 1) {
      const Key = `${name}/${index % 7}`;
      const Body = `${name} ${index} `.repeat(5000);
      await client.send(new PutObjectCommand({ Bucket, Key, Body }));
      confirmed.set(Key, Body);
      if (confirmed.size === 28 && index > 10) child.kill('SIGKILL');
    }
  };
  await Promise.allSettled([1, 2, 3, 4].map(writer));
  client.destroy();

  const s3 = await startS3({ directory });
  const again = clientOf(s3);
  const { Contents = [] } = await again.send(new ListObjectsV2Command({ Bucket }));
  expect(Contents.map(({ Key }) => Key)).toEqual([...confirmed.keys()].toSorted());
  for (const [Key, text] of confirmed) {
    const { Body } = await again.send(new GetObjectCommand({ Bucket, Key }));
    const found = (await Body?.transformToString()) ?? '';
    // A write that was not confirmed any more may have arrived; then it has arrived whole.
    const piece = /^\d+ \d+ /.exec(found)?.[0] ?? '';
    expect(found).toBe(piece.repeat(5000));
    expect(Number(piece.split(' ')[1])).toBeGreaterThanOrEqual(Number(text.split(' ')[1]));
  }
  expect(readdirSync(join(directory, 'buckets', Bucket, 'data'))).toHaveLength(confirmed.size);
  again.destroy();
  await s3.stop();
});

test('an upload in parts goes on after kill -9, with the same credentials', async () => {
  const directory = join(folder, 'upload');
  const before = await startChild(directory);
  const client = clientOf(before.server);
  const upload = { Bucket, Key: 'parts' };
  const { UploadId } = await client.send(new CreateMultipartUploadCommand(upload));
  const one = await client.send(new UploadPartCommand({ ...upload, UploadId, PartNumber: 1, Body: 'kept' }));
  before.child.kill('SIGKILL');
  await once(before.child, 'exit');
  client.destroy();

  const s3 = await startS3({ directory });
  expect(s3.credentials).toEqual(before.server.credentials);
  const again = clientOf(s3);
  const Parts = [{ PartNumber: 1, ETag: one.ETag }];
  await again.send(new CompleteMultipartUploadCommand({ ...upload, UploadId, MultipartUpload: { Parts } }));
  const { Body } = await again.send(new GetObjectCommand(upload));
  expect(await Body?.transformToString()).toBe('kept');
  again.destroy();
  await s3.stop();
});

test('an upload that the client breaks off leaves nothing', async () => {
  const directory = join(folder, 'broken');
  const s3 = await startS3({ directory });
  s3.ensureBucket(Bucket);
  const client = clientOf(s3);
  // The SDK signs; the connection is cut after a part of the body.
  client.middlewareStack.add(
    () => async (args) => {
      const { hostname, port, path, method, headers } = args.request as {
        hostname: string;
        port: number;
        path: string;
        method: string;
        headers: Record<string, string>;
      };
      const raw = request({ host: hostname, port, path, method, headers });
      raw.on('error', () => undefined);
      raw.write(Buffer.alloc(1000), () => raw.destroy());
      await once(raw, 'close');
      throw new Error('broken off');
    },
    { step: 'finalizeRequest', priority: 'low' },
  );
  await errorOf(client.send(new PutObjectCommand({ Bucket, Key: 'torn', Body: Buffer.alloc(100_000) })));
  const data = join(directory, 'buckets', Bucket, 'data');
  await vi.waitFor(() => expect(readdirSync(data)).toEqual([]));
  const reader = clientOf(s3);
  expect((await errorOf(reader.send(new GetObjectCommand({ Bucket, Key: 'torn' })))).name).toBe('NoSuchKey');
  reader.destroy();
  await s3.stop();
});

test('an object that is deleted or replaced while it is read is read to its end', async () => {
  const s3 = await startS3({ directory: join(folder, 'reading') });
  s3.ensureBucket(Bucket);
  const client = clientOf(s3);
  const first = Buffer.alloc(20 * 1024 ** 2, 'a');
  await client.send(new PutObjectCommand({ Bucket, Key: 'big', Body: first }));
  const { Body } = await client.send(new GetObjectCommand({ Bucket, Key: 'big' }));
  await client.send(new PutObjectCommand({ Bucket, Key: 'big', Body: 'small' }));
  const read = Buffer.from((await Body?.transformToByteArray()) ?? []);
  expect(read.equals(first)).toBe(true);
  client.destroy();
  await s3.stop();
});
