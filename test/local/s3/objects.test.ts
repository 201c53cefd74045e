import {
  CopyObjectCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bucketOfFile, errorOf } from './client.ts';

const bucket = bucketOfFile();

async function put(key: string, body: string | Uint8Array, more: Partial<PutObjectCommand['input']> = {}) {
  const { client, Bucket } = bucket();
  return await client.send(new PutObjectCommand({ Bucket, Key: key, Body: body, ...more }));
}

async function get(key: string, more: Partial<GetObjectCommand['input']> = {}) {
  const { client, Bucket } = bucket();
  return await client.send(new GetObjectCommand({ Bucket, Key: key, ...more }));
}

async function textOf(
  key: string,
  more: Partial<GetObjectCommand['input']> = {},
): Promise<string | undefined> {
  return (await get(key, more)).Body?.transformToString();
}

describe('put, get and head', () => {
  test('give back the bytes, the type, what describes them, and the MD5 as entity tag', async () => {
    const written = await put('a.csv', 'hello', {
      ContentType: 'text/csv',
      ContentEncoding: 'gzip',
      CacheControl: 'no-cache',
      Metadata: { run: '42', note: 'a b' },
    });
    expect(written.ETag).toBe('"5d41402abc4b2a76b9719d911017c592"');
    const read = await get('a.csv', { ChecksumMode: 'ENABLED' });
    expect(await read.Body?.transformToString()).toBe('hello');
    expect(read).toMatchObject({
      ContentLength: 5,
      ContentType: 'text/csv',
      ContentEncoding: 'gzip',
      CacheControl: 'no-cache',
      Metadata: { run: '42', note: 'a b' },
      ETag: written.ETag,
      ChecksumCRC32: 'NhCmhg==',
      ChecksumType: 'FULL_OBJECT',
    });
    const { client, Bucket } = bucket();
    const head = await client.send(new HeadObjectCommand({ Bucket, Key: 'a.csv' }));
    expect(head).toMatchObject({
      ContentLength: 5,
      ETag: written.ETag,
      Metadata: { run: '42', note: 'a b' },
    });
    expect(Math.abs(Date.now() - (head.LastModified?.getTime() ?? 0))).toBeLessThan(60_000);
  });

  test('an empty object is one', async () => {
    await put('empty', '');
    expect(await textOf('empty')).toBe('');
    expect((await get('empty')).ContentLength).toBe(0);
  });

  test('a new object takes the place of the old one, with all that describes it', async () => {
    await put('twice', 'one', { Metadata: { first: 'yes' } });
    await put('twice', 'two');
    const read = await get('twice');
    expect([await read.Body?.transformToString(), read.Metadata]).toEqual(['two', {}]);
  });

  test('any key and any bytes come back as they were', async () => {
    const keys = fc
      .string({ unit: 'binary', minLength: 1, maxLength: 200 })
      .filter((key) => Buffer.byteLength(key) <= 1024);
    await fc.assert(
      fc.asyncProperty(keys, fc.uint8Array({ maxLength: 2000 }), async (key, bytes) => {
        await put(key, bytes);
        expect(await (await get(key)).Body?.transformToByteArray()).toEqual(bytes);
      }),
      { numRuns: 60 },
    );
  });

  test.each([
    'a//b',
    'a/../b',
    './x',
    'x/.',
    '..',
    'a+b c',
    'ü/€/😀',
    '%2F',
    'a?b#c&d=e',
    'q\'"<>&',
    'line\nbreak',
  ])('the key %j is itself and no other', async (key) => {
    await put(key, `I am ${key}`);
    expect(await textOf(key)).toBe(`I am ${key}`);
  });
});

describe('errors', () => {
  test('what is not there', async () => {
    const { client } = bucket();
    expect(await errorOf(get('nowhere'))).toEqual({ name: 'NoSuchKey', status: 404 });
    expect(await errorOf(client.send(new GetObjectCommand({ Bucket: 'no-such-bucket', Key: 'a' })))).toEqual({
      name: 'NoSuchBucket',
      status: 404,
    });
    const { Bucket } = bucket();
    expect(await errorOf(client.send(new HeadObjectCommand({ Bucket, Key: 'nowhere' })))).toEqual({
      name: 'NotFound',
      status: 404,
    });
  });

  test('a key of more than 1,024 bytes', async () => {
    expect((await errorOf(put('k'.repeat(1025), ''))).name).toBe('KeyTooLongError');
    await put('k'.repeat(1024), 'fits');
    expect(await textOf('k'.repeat(1024))).toBe('fits');
  });
});

describe('ranges', () => {
  test.each([
    ['bytes=0-0', '0', 'bytes 0-0/10'],
    ['bytes=2-5', '2345', 'bytes 2-5/10'],
    ['bytes=7-', '789', 'bytes 7-9/10'],
    ['bytes=-3', '789', 'bytes 7-9/10'],
    ['bytes=5-100', '56789', 'bytes 5-9/10'],
    ['bytes=-100', '0123456789', 'bytes 0-9/10'],
  ])('%s', async (range, text, contentRange) => {
    await put('digits', '0123456789');
    const read = await get('digits', { Range: range });
    expect([await read.Body?.transformToString(), read.ContentRange, read.ContentLength]).toEqual([
      text,
      contentRange,
      text.length,
    ]);
  });

  test('one that begins behind the end', async () => {
    await put('digits', '0123456789');
    expect(await errorOf(get('digits', { Range: 'bytes=10-' }))).toEqual({
      name: 'InvalidRange',
      status: 416,
    });
  });
});

describe('conditions', () => {
  test('a write that wants the key to be free is refused where it is not', async () => {
    await put('once', 'first', { IfNoneMatch: '*' });
    expect(await errorOf(put('once', 'second', { IfNoneMatch: '*' }))).toEqual({
      name: 'PreconditionFailed',
      status: 412,
    });
    expect(await textOf('once')).toBe('first');
  });

  test('of many such writes at once, one wins', async () => {
    const outcomes = await Promise.allSettled(
      Array.from({ length: 8 }, (_, index) => put('race', `writer ${index}`, { IfNoneMatch: '*' })),
    );
    const winners = outcomes.flatMap((outcome, index) =>
      outcome.status === 'fulfilled' ? [`writer ${index}`] : [],
    );
    expect(winners).toHaveLength(1);
    expect(await textOf('race')).toBe(winners[0]);
  });

  test('a write that wants a certain object to be there', async () => {
    const { ETag } = await put('match', 'one');
    await put('match', 'two', { IfMatch: ETag ?? '' });
    expect((await errorOf(put('match', 'three', { IfMatch: ETag ?? '' }))).name).toBe('PreconditionFailed');
    expect(await textOf('match')).toBe('two');
  });

  test('reads', async () => {
    const { ETag } = await put('read', 'x');
    expect((await errorOf(get('read', { IfMatch: '"other"' }))).status).toBe(412);
    expect((await errorOf(get('read', { IfNoneMatch: ETag ?? '' }))).status).toBe(304);
    expect(await textOf('read', { IfMatch: ETag ?? '' })).toBe('x');
    expect((await errorOf(get('read', { IfModifiedSince: new Date(Date.now() + 5000) }))).status).toBe(304);
    expect((await errorOf(get('read', { IfUnmodifiedSince: new Date(0) }))).status).toBe(412);
  });
});

describe('delete and copy', () => {
  test('a deleted object is gone, and deleting it again is no error', async () => {
    const { client, Bucket } = bucket();
    await put('gone', 'x');
    await client.send(new DeleteObjectCommand({ Bucket, Key: 'gone' }));
    await client.send(new DeleteObjectCommand({ Bucket, Key: 'gone' }));
    expect((await errorOf(get('gone'))).name).toBe('NoSuchKey');
  });

  test('several at once', async () => {
    const { client, Bucket } = bucket();
    await put('many/1', 'x');
    await put('many/<2>&', 'x');
    const Objects = [{ Key: 'many/1' }, { Key: 'many/<2>&' }, { Key: 'many/never' }];
    const { Deleted } = await client.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
    expect(Deleted).toEqual(Objects);
    expect((await errorOf(get('many/1'))).name).toBe('NoSuchKey');
    expect((await errorOf(get('many/<2>&'))).name).toBe('NoSuchKey');
  });

  test('a copy has the bytes and, unless told otherwise, what describes them; it outlives the original', async () => {
    const { client, Bucket } = bucket();
    await put('from é', 'copied', { Metadata: { a: '1' }, ContentType: 'text/plain' });
    const source = { Bucket, CopySource: `${Bucket}/${encodeURIComponent('from é')}` };
    await client.send(new CopyObjectCommand({ ...source, Key: 'to' }));
    const replaced = { MetadataDirective: 'REPLACE', Metadata: { b: '2' } } as const;
    await client.send(new CopyObjectCommand({ ...source, Key: 'to other', ...replaced }));
    await client.send(new DeleteObjectCommand({ Bucket, Key: 'from é' }));
    const copy = await get('to');
    expect([await copy.Body?.transformToString(), copy.Metadata, copy.ContentType]).toEqual([
      'copied',
      { a: '1' },
      'text/plain',
    ]);
    expect((await get('to other')).Metadata).toEqual({ b: '2' });
    expect((await errorOf(client.send(new CopyObjectCommand({ ...source, Key: 'again' })))).name).toBe(
      'NoSuchKey',
    );
  });
});
