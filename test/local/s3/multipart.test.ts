import { createHash, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import {
  AbortMultipartUploadCommand,
  ChecksumAlgorithm,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  type CreateMultipartUploadCommandInput,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  PutObjectCommand,
  UploadPartCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { describe, expect, test, vi } from 'vitest';
import { bucketOfFile, errorOf } from './client.ts';

const bucket = bucketOfFile();
const MIB = 1024 ** 2;
const first = randomBytes(5 * MIB);
const second = randomBytes(1234);

async function create(Key: string, more: Partial<CreateMultipartUploadCommandInput> = {}): Promise<string> {
  const { client, Bucket } = bucket();
  const { UploadId } = await client.send(new CreateMultipartUploadCommand({ Bucket, Key, ...more }));
  return UploadId ?? '';
}

async function part(
  Key: string,
  UploadId: string,
  PartNumber: number,
  Body: Uint8Array,
): Promise<CompletedPart> {
  const { client, Bucket } = bucket();
  const { ETag } = await client.send(new UploadPartCommand({ Bucket, Key, UploadId, PartNumber, Body }));
  return { PartNumber, ETag };
}

async function complete(Key: string, UploadId: string, Parts: CompletedPart[], more = {}) {
  const { client, Bucket } = bucket();
  return await client.send(
    new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts }, ...more }),
  );
}

async function bytesOf(Key: string, more = {}): Promise<Buffer> {
  const { client, Bucket } = bucket();
  const { Body } = await client.send(new GetObjectCommand({ Bucket, Key, ...more }));
  return Buffer.from((await Body?.transformToByteArray()) ?? []);
}

function md5(bytes: Uint8Array): Buffer {
  return createHash('md5').update(bytes).digest();
}

test('parts become one object in the order of their numbers, with S3’s entity tag for it', async () => {
  const id = await create('object', { ContentType: 'text/csv', Metadata: { a: 'b' } });
  const two = await part('object', id, 2, second);
  const one = await part('object', id, 1, first);
  const { ETag } = await complete('object', id, [one, two]);
  expect(ETag).toBe(`"${md5(Buffer.concat([md5(first), md5(second)])).toString('hex')}-2"`);
  expect((await bytesOf('object')).equals(Buffer.concat([first, second]))).toBe(true);
  const { client, Bucket } = bucket();
  const head = await client.send(new HeadObjectCommand({ Bucket, Key: 'object' }));
  expect(head).toMatchObject({
    ContentLength: 5 * MIB + 1234,
    ContentType: 'text/csv',
    Metadata: { a: 'b' },
  });
  expect(await errorOf(complete('object', id, [one, two]))).toEqual({ name: 'NoSuchUpload', status: 404 });
});

test('a range may cross parts, and a part may be read by its number', async () => {
  const id = await create('ranges');
  await complete('ranges', id, [await part('ranges', id, 3, first), await part('ranges', id, 7, second)]);
  const whole = Buffer.concat([first, second]);
  const range = `bytes=${5 * MIB - 100}-${5 * MIB + 99}`;
  expect(
    (await bytesOf('ranges', { Range: range })).equals(whole.subarray(5 * MIB - 100, 5 * MIB + 100)),
  ).toBe(true);
  expect((await bytesOf('ranges', { PartNumber: 2 })).equals(second)).toBe(true);
});

test('a part sent again replaces the one before', async () => {
  const id = await create('again');
  await part('again', id, 1, first);
  const newer = await part('again', id, 1, second);
  await complete('again', id, [newer]);
  expect((await bytesOf('again')).equals(second)).toBe(true);
});

describe('a completion is checked', () => {
  test('entity tags, order, sizes and names of parts', async () => {
    const id = await create('wrong');
    const one = await part('wrong', id, 1, second);
    const two = await part('wrong', id, 2, first);
    expect((await errorOf(complete('wrong', id, [{ ...one, ETag: two.ETag }]))).name).toBe('InvalidPart');
    expect((await errorOf(complete('wrong', id, [one, { ...two, PartNumber: 3 }]))).name).toBe('InvalidPart');
    expect((await errorOf(complete('wrong', id, [two, one]))).name).toBe('InvalidPartOrder');
    expect((await errorOf(complete('wrong', id, [one, two]))).name).toBe('EntityTooSmall');
    expect((await errorOf(complete('wrong', id, []))).name).toBe('MalformedXML');
    await complete('wrong', id, [one]);
    expect((await bytesOf('wrong')).equals(second)).toBe(true);
  });

  test('If-None-Match', async () => {
    const id = await create('taken');
    const one = await part('taken', id, 1, second);
    const { client, Bucket } = bucket();
    await client.send(new PutObjectCommand({ Bucket, Key: 'taken', Body: 'here first' }));
    expect((await errorOf(complete('taken', id, [one], { IfNoneMatch: '*' }))).name).toBe(
      'PreconditionFailed',
    );
    expect((await bytesOf('taken')).toString()).toBe('here first');
  });
});

test('an aborted upload is gone', async () => {
  const { client, Bucket } = bucket();
  const UploadId = await create('aborted');
  const one = await part('aborted', UploadId, 1, second);
  await client.send(new AbortMultipartUploadCommand({ Bucket, Key: 'aborted', UploadId }));
  expect((await errorOf(complete('aborted', UploadId, [one]))).name).toBe('NoSuchUpload');
  expect((await errorOf(part('aborted', UploadId, 2, second))).name).toBe('NoSuchUpload');
  expect((await errorOf(bytesOf('aborted'))).name).toBe('NoSuchKey');
});

test('uploads under way and their parts are listed, page by page', async () => {
  const { client, Bucket } = bucket();
  const ids = [await create('list/a'), await create('list/a'), await create('list/b/c')];
  const seen: (string | undefined)[] = [];
  let marker = {};
  do {
    const page = await client.send(
      new ListMultipartUploadsCommand({ Bucket, Prefix: 'list/', MaxUploads: 1, ...marker }),
    );
    seen.push(...(page.Uploads ?? []).map((upload) => upload.UploadId));
    marker =
      page.IsTruncated === true
        ? { KeyMarker: page.NextKeyMarker, UploadIdMarker: page.NextUploadIdMarker }
        : {};
  } while (Object.keys(marker).length > 0);
  expect(new Set(seen)).toEqual(new Set(ids));
  expect(seen).toHaveLength(3);

  const UploadId = ids[0] ?? '';
  for (const number of [5, 1, 10]) await part('list/a', UploadId, number, second);
  const page = await client.send(new ListPartsCommand({ Bucket, Key: 'list/a', UploadId, MaxParts: 2 }));
  expect((page.Parts ?? []).map(({ PartNumber, Size }) => [PartNumber, Size])).toEqual([
    [1, 1234],
    [5, 1234],
  ]);
  expect([page.IsTruncated, page.NextPartNumberMarker]).toEqual([true, '5']);
  const rest = await client.send(
    new ListPartsCommand({ Bucket, Key: 'list/a', UploadId, PartNumberMarker: '5' }),
  );
  expect((rest.Parts ?? []).map(({ PartNumber }) => PartNumber)).toEqual([10]);
});

test('a part may be a range of another object', async () => {
  const { client, Bucket } = bucket();
  await client.send(new PutObjectCommand({ Bucket, Key: 'source', Body: '0123456789' }));
  const UploadId = await create('copied');
  const { CopyPartResult } = await client.send(
    new UploadPartCopyCommand({
      ...{ Bucket, Key: 'copied', UploadId, PartNumber: 1 },
      ...{ CopySource: `${Bucket}/source`, CopySourceRange: 'bytes=2-5' },
    }),
  );
  await complete('copied', UploadId, [{ PartNumber: 1, ETag: CopyPartResult?.ETag }]);
  expect((await bytesOf('copied')).toString()).toBe('2345');
});

describe('the Upload of the SDK', () => {
  test.each(
    Object.values(ChecksumAlgorithm).filter((name) => /^(CRC32C?|CRC64NVME|SHA1|SHA256)$/.test(name)),
  )('streams through in parts with %s', async (algorithm) => {
    const { client, Bucket } = bucket();
    const whole = Buffer.concat([first, first, second]);
    const Key = `stream-${algorithm}`;
    const upload = new Upload({
      client,
      params: { Bucket, Key, Body: Readable.from([whole]), ChecksumAlgorithm: algorithm },
      partSize: 5 * MIB,
    });
    await upload.done();
    expect((await bytesOf(Key)).equals(whole)).toBe(true);
    const head = await client.send(new HeadObjectCommand({ Bucket, Key, ChecksumMode: 'ENABLED' }));
    const value = head[`Checksum${algorithm}` as 'ChecksumCRC32'];
    expect(value).toMatch(head.ChecksumType === 'COMPOSITE' ? /^[\w+/]+=*-3$/ : /^[\w+/]+=*$/);
  });

  test('leaves nothing behind when it is aborted', async () => {
    const { client, Bucket } = bucket();
    async function* endless(): AsyncGenerator<Buffer> {
      for (;;) yield first;
    }
    const upload = new Upload({ client, params: { Bucket, Key: 'cut', Body: Readable.from(endless()) } });
    upload.on('httpUploadProgress', () => void upload.abort());
    await errorOf(upload.done());
    // The SDK answers before it has sent the abort.
    await vi.waitFor(async () => {
      const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket, Prefix: 'cut' }));
      expect(Uploads).toEqual([]);
    }, 10_000);
    expect((await errorOf(bytesOf('cut'))).name).toBe('NoSuchKey');
  });
});
