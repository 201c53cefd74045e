import { createHash, randomBytes } from 'node:crypto';
import { ListMultipartUploadsCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openStaging, type Staging } from '../../lib/staging/index.ts';
import { freshBucket } from '../support/index.ts';

let connection: Awaited<ReturnType<typeof freshBucket>>;
let staging: Staging;

beforeAll(async () => {
  connection = await freshBucket();
  staging = openStaging(connection, { prefix: 'p/' });
});
afterAll(() => staging.close());

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

async function* inChunks(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function unfinishedUploads(): Promise<number> {
  const client = new S3Client({ ...connection, forcePathStyle: true });
  const found = await client.send(new ListMultipartUploadsCommand({ Bucket: connection.bucket }));
  client.destroy();
  return found.Uploads?.length ?? 0;
}

test('a small stream becomes one object, with size and digest told', async () => {
  const bytes = randomBytes(100_000);
  const written = await staging.upload('small', inChunks(bytes, 1000));
  expect(written).toEqual({ bytes: 100_000, sha256: sha256(bytes) });
  expect(await staging.get('small')).toEqual(bytes);
});

test('a large stream is uploaded in parts and arrives whole', async () => {
  const bytes = randomBytes(20 * 1024 * 1024 + 17);
  const written = await staging.upload('large', inChunks(bytes, 300_001));
  expect(written).toEqual({ bytes: bytes.length, sha256: sha256(bytes) });
  expect(sha256(await staging.get('large'))).toBe(sha256(bytes));
  expect(await unfinishedUploads()).toBe(0);
});

test('an empty stream is an empty object', async () => {
  expect((await staging.upload('empty', inChunks(Buffer.alloc(0), 1))).bytes).toBe(0);
  expect(await staging.head('empty')).toMatchObject({ key: 'empty', bytes: 0 });
});

test('a key is never written twice, whether by one request or in parts', async () => {
  await staging.put('once', 'first');
  const large = inChunks(Buffer.alloc(9 * 1024 * 1024), 1024 * 1024);
  for (const second of [staging.put('once', 'second'), staging.upload('once', large)]) {
    await expect(second).rejects.toMatchObject({
      code: 'STAGING_KEY_EXISTS',
      kind: 'outside',
      retryable: false,
      details: { bucket: connection.bucket, key: 'once' },
    });
  }
  expect((await staging.get('once')).toString()).toBe('first');
  expect(await unfinishedUploads()).toBe(0);
});

test('a stream that fails leaves neither object nor parts', async () => {
  async function* failing(): AsyncGenerator<Buffer> {
    yield Buffer.alloc(9 * 1024 * 1024);
    throw new Error('the source is gone');
  }
  await expect(staging.upload('failed', failing())).rejects.toThrow('the source is gone');
  expect(await staging.head('failed')).toBeUndefined();
  expect(await unfinishedUploads()).toBe(0);
});

test('a stopped upload leaves neither object nor parts', async () => {
  const stop = new AbortController();
  async function* stopping(): AsyncGenerator<Buffer> {
    yield Buffer.alloc(9 * 1024 * 1024);
    stop.abort();
    yield Buffer.alloc(9 * 1024 * 1024);
  }
  await expect(staging.upload('stopped', stopping(), { signal: stop.signal })).rejects.toMatchObject({
    code: 'STAGING_STOPPED',
  });
  expect(await staging.head('stopped')).toBeUndefined();
  expect(await unfinishedUploads()).toBe(0);
});

test('list gives the objects under a prefix, beyond one page, in order', async () => {
  const keys = Array.from({ length: 1005 }, (_, i) => `many/${String(i).padStart(4, '0')}`);
  for (let at = 0; at < keys.length; at += 50) {
    await Promise.all(keys.slice(at, at + 50).map((key) => staging.put(key, key)));
  }
  const found = await staging.list('many/');
  expect(found.map(({ key }) => key)).toEqual(keys);
  expect(found[0]).toMatchObject({ bytes: 9 });
});

test('what is not there is said to be missing', async () => {
  expect(await staging.head('nothing')).toBeUndefined();
  await expect(staging.get('nothing')).rejects.toMatchObject({ code: 'STAGING_NO_KEY' });
});

test('a missing bucket is made once, and an existing one left alone', async () => {
  const other = openStaging({ ...connection, bucket: `${connection.bucket}-new` });
  await other.ensureBucket();
  await other.put('kept', 'x');
  await other.ensureBucket();
  expect(await other.list('')).toHaveLength(1);
  other.close();
});
