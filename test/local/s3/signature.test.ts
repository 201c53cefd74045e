import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { GetObjectCommand, ListBucketsCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { describe, expect, test } from 'vitest';
import { decodeChunks } from '../../../lib/local/s3/chunked.ts';
import type { S3Request } from '../../../lib/local/s3/request.ts';
import { type VerifiedSignature, verifySignature } from '../../../lib/local/s3/signature.ts';
import { bucketOfFile, clientOf, errorOf } from './client.ts';

const bucket = bucketOfFile();

describe('a request is refused', () => {
  test('with an unknown key', async () => {
    const { connection } = bucket();
    const credentials = { ...connection.credentials, accessKeyId: 'SOMEBODY' };
    expect(await errorOf(clientOf({ ...connection, credentials }).send(new ListBucketsCommand({})))).toEqual({
      name: 'InvalidAccessKeyId',
      status: 403,
    });
  });

  test('with a wrong secret', async () => {
    const { connection } = bucket();
    const credentials = { ...connection.credentials, secretAccessKey: 'wrong' };
    expect(await errorOf(clientOf({ ...connection, credentials }).send(new ListBucketsCommand({})))).toEqual({
      name: 'SignatureDoesNotMatch',
      status: 403,
    });
  });

  test('without a signature', async () => {
    const { connection } = bucket();
    const response = await fetch(`${connection.endpoint}/${connection.bucket}`);
    expect([response.status, await response.text()]).toEqual([
      403,
      expect.stringContaining('<Code>AccessDenied</Code>'),
    ]);
  });

  test('with a clock that is far off', async () => {
    const { connection } = bucket();
    const { endpoint, region, credentials } = connection;
    const skewed = {
      endpoint,
      region,
      credentials,
      forcePathStyle: true,
      maxAttempts: 1,
      systemClockOffset: -3_600_000,
    };
    expect((await errorOf(new S3Client(skewed).send(new ListBucketsCommand({})))).name).toBe(
      'RequestTimeTooSkewed',
    );
  });
});

test('a request may be signed for any region', async () => {
  const { connection, Bucket } = bucket();
  const client = clientOf({ ...connection, region: 'eu-central-1' });
  await client.send(new PutObjectCommand({ Bucket, Key: 'a b/é', Body: 'x' }));
  const read = await client.send(new GetObjectCommand({ Bucket, Key: 'a b/é' }));
  expect(await read.Body?.transformToString()).toBe('x');
});

/** The worked examples of the S3 API reference, "Signature Calculations for the Authorization Header" and "… Query". */
const EXAMPLE = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
};
const EXAMPLE_TIME = new Date('2013-05-24T00:00:00Z');

function exampleRequest(more: Partial<S3Request>): S3Request {
  return {
    ...{
      id: '',
      method: 'GET',
      rawPath: '/test.txt',
      query: new Map(),
      headers: {},
      bucket: 'test',
      key: undefined,
    },
    ...more,
    body: Object.assign(Readable.from([]), {}) as S3Request['body'],
  };
}

test('the documented presigned URL is accepted while it is valid, and not a second longer', () => {
  const request = exampleRequest({
    headers: { host: 'examplebucket.s3.amazonaws.com' },
    query: new Map([
      ['X-Amz-Algorithm', 'AWS4-HMAC-SHA256'],
      ['X-Amz-Credential', 'AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request'],
      ['X-Amz-Date', '20130524T000000Z'],
      ['X-Amz-Expires', '86400'],
      ['X-Amz-SignedHeaders', 'host'],
      ['X-Amz-Signature', 'aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404'],
    ]),
  });
  expect(verifySignature(request, EXAMPLE, EXAMPLE_TIME).scope).toBe('20130524/us-east-1/s3/aws4_request');
  const late = new Date(EXAMPLE_TIME.getTime() + 86_401_000);
  expect(() => verifySignature(request, EXAMPLE, late)).toThrow('Request has expired');
});

describe('the documented chunked upload', () => {
  const signatures = [
    'ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648',
    '0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497',
    'b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9',
  ];
  const request = exampleRequest({
    method: 'PUT',
    rawPath: '/examplebucket/chunkObject.txt',
    headers: {
      'content-encoding': 'aws-chunked',
      'content-length': '66824',
      host: 's3.amazonaws.com',
      'x-amz-content-sha256': 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD',
      'x-amz-date': '20130524T000000Z',
      'x-amz-decoded-content-length': '66560',
      'x-amz-storage-class': 'REDUCED_REDUNDANCY',
      authorization:
        'AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,SignedHeaders=content-encoding;content-length;host;x-amz-content-sha256;x-amz-date;x-amz-decoded-content-length;x-amz-storage-class,Signature=4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9',
    },
  });

  function body(chunks: readonly [string, string | undefined][]): Buffer {
    return Buffer.from(
      chunks
        .map(([text, signature]) => `${text.length.toString(16)};chunk-signature=${signature}\r\n${text}\r\n`)
        .join(''),
    );
  }

  async function decode(bytes: Buffer, verified: VerifiedSignature, cut: number): Promise<Buffer> {
    async function* pieces(): AsyncGenerator<Buffer> {
      for (let at = 0; at < bytes.length; at += cut) yield bytes.subarray(at, at + cut);
    }
    const out: Buffer[] = [];
    for await (const piece of decodeChunks(pieces(), verified, new Map())) out.push(piece);
    return Buffer.concat(out);
  }

  const chunks: [string, string | undefined][] = [
    ['a'.repeat(65_536), signatures[0]],
    ['a'.repeat(1024), signatures[1]],
    ['', signatures[2]],
  ];

  test.each([1, 7, 100, 1 << 20])('is accepted, however it is cut (%i)', async (cut) => {
    const verified = verifySignature(request, EXAMPLE, EXAMPLE_TIME);
    const decoded = await decode(body(chunks), verified, cut);
    expect(createHash('md5').update(decoded).digest('hex')).toBe(
      createHash('md5').update('a'.repeat(66_560)).digest('hex'),
    );
  });

  test('is refused where a byte differs, or a piece is missing', async () => {
    const verified = verifySignature(request, EXAMPLE, EXAMPLE_TIME);
    const changed = chunks.with(1, [`${'a'.repeat(1023)}b`, signatures[1]]);
    await expect(decode(body(changed), verified, 4096)).rejects.toThrow('does not match');
    await expect(decode(body(chunks.toSpliced(1, 1)), verified, 4096)).rejects.toThrow('does not match');
    await expect(decode(body(chunks).subarray(0, 66_000), verified, 4096)).rejects.toThrow(
      'terminated unexpectedly',
    );
  });
});
