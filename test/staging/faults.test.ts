import { ListMultipartUploadsCommand, S3Client } from '@aws-sdk/client-s3';
import { afterEach, beforeAll, expect, test } from 'vitest';
import { openStaging, type Staging, StagingError } from '../../lib/staging/index.ts';
import { freshBucket, type HttpFault, type HttpProxy, startHttpProxy } from '../support/index.ts';

let connection: Awaited<ReturnType<typeof freshBucket>>;
let faulty: HttpProxy | undefined;
let staging: Staging | undefined;

beforeAll(async () => {
  connection = await freshBucket();
});
afterEach(async () => {
  staging?.close();
  await faulty?.close();
  faulty = undefined;
});

async function openThrough(
  faultOf: (line: string) => HttpFault | undefined,
  options: { attempts?: number; requestTimeoutMs?: number } = {},
): Promise<Staging> {
  faulty = await startHttpProxy(connection.endpoint, ({ line }) => faultOf(line));
  staging = openStaging({ ...connection, endpoint: faulty.url }, options);
  return staging;
}

/** The fault for the first `times` requests whose line has `pattern`. */
function first(times: number, pattern: RegExp, fault: HttpFault): (line: string) => HttpFault | undefined {
  let left = times;
  return (line) => {
    if (!pattern.test(line) || left === 0) return undefined;
    left -= 1;
    return fault;
  };
}

function errorXml(code: string): string {
  return `<?xml version="1.0"?><Error><Code>${code}</Code><Message>${code}</Message></Error>`;
}

async function* threeParts(): AsyncGenerator<Buffer> {
  for (let part = 0; part < 20; part++) yield Buffer.alloc(1024 * 1024, part);
}

const threePartsBytes = 20 * 1024 * 1024;
const createUpload = /^POST .*\?uploads/;
const completeUpload = /^POST .*uploadId=/;
const uploadPart = /^PUT .*partNumber=/;
const putObject = /^PUT [^?]*(\?x-id=PutObject)?$/;

async function unfinishedUploads(): Promise<number> {
  const client = new S3Client({ ...connection, forcePathStyle: true });
  const found = await client.send(new ListMultipartUploadsCommand({ Bucket: connection.bucket }));
  client.destroy();
  return found.Uploads?.length ?? 0;
}

test('a put whose reply is lost is a success', async () => {
  const s3 = await openThrough(first(1, putObject, 'lose the reply'));
  await s3.put('put-lost', 'text');
  expect((await s3.get('put-lost')).toString()).toBe('text');
  expect(faulty?.requests.filter(({ line }) => putObject.test(line))).toHaveLength(2);
});

test('a completed multipart upload whose reply is lost is a success', async () => {
  const s3 = await openThrough(first(1, completeUpload, 'lose the reply'));
  const written = await s3.upload('complete-lost', threeParts());
  expect(written.bytes).toBe(threePartsBytes);
  expect((await s3.head('complete-lost'))?.bytes).toBe(threePartsBytes);
});

test('a completion that answers 200 with an error inside is repeated', async () => {
  const s3 = await openThrough(first(1, completeUpload, { answer: 200, body: errorXml('InternalError') }));
  await s3.upload('complete-200', threeParts());
  expect((await s3.head('complete-200'))?.bytes).toBe(threePartsBytes);
});

test('parts and requests are repeated while S3 is throttling or resetting', async () => {
  const slow = first(3, uploadPart, { answer: 503, body: errorXml('SlowDown') });
  const reset = first(1, createUpload, 'lose the reply');
  const s3 = await openThrough((line) => reset(line) ?? slow(line));
  await s3.upload('throttled', threeParts());
  expect((await s3.head('throttled'))?.bytes).toBe(threePartsBytes);
});

test('S3 that throttles for good is an error that names the operation and leaves no parts', async () => {
  const s3 = await openThrough(
    (line) => (uploadPart.test(line) ? { answer: 503, body: errorXml('SlowDown') } : undefined),
    { attempts: 2 },
  );
  const before = await unfinishedUploads();
  const failure = s3.upload('throttled-for-good', threeParts());
  await expect(failure).rejects.toThrow(
    new RegExp(`^S3 UploadPart [12] of s3://${connection.bucket}/throttled-for-good was throttled`),
  );
  await expect(failure).rejects.toMatchObject({ code: 'STAGING_THROTTLED', retryable: true });
  expect(await s3.head('throttled-for-good')).toBeUndefined();
  expect(await unfinishedUploads()).toBe(before);
});

test('a bit that flips on the way is found, and nothing is visible', async () => {
  const s3 = await openThrough((line) => (uploadPart.test(line) ? 'flip a byte' : undefined), {
    attempts: 1,
  });
  await expect(s3.upload('flipped', threeParts())).rejects.toMatchObject({ code: 'STAGING_CORRUPT' });
  expect(await s3.head('flipped')).toBeUndefined();
});

test('S3 that refuses needs a person, and says neither key nor secret', async () => {
  const secretAccessKey = 'canary-of-a-secret';
  staging = openStaging({ ...connection, credentials: { ...connection.credentials, secretAccessKey } });
  const failure = await staging.put('refused', 'x').catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(StagingError);
  expect(failure).toMatchObject({ code: 'STAGING_REFUSED', kind: 'outside', retryable: false });
  expect(JSON.stringify(failure) + String(failure)).not.toContain(secretAccessKey);
});

test.each([
  [403, 'AccessDenied', 'STAGING_REFUSED', false],
  [404, 'NoSuchBucket', 'STAGING_NO_BUCKET', false],
  [403, 'RequestTimeTooSkewed', 'STAGING_CLOCK', false],
  [500, 'InternalError', 'STAGING_THROTTLED', true],
])('%d %s is %s', async (answer, name, code, retryable) => {
  const s3 = await openThrough(() => ({ answer, body: errorXml(name) }), { attempts: 1 });
  await expect(s3.put('classed', 'x')).rejects.toMatchObject({ code, retryable });
});

test('a request that hangs is given up and sent again', async () => {
  const s3 = await openThrough(first(2, putObject, 'hang'), { requestTimeoutMs: 300 });
  await s3.put('hung', 'text');
  expect((await s3.get('hung')).toString()).toBe('text');
  expect(faulty?.requests.filter(({ line }) => putObject.test(line))).toHaveLength(3);
});

test('S3 that hangs for good is an error that names the operation', async () => {
  const s3 = await openThrough(() => 'hang', { attempts: 2, requestTimeoutMs: 200 });
  await expect(s3.put('hung-for-good', 'text')).rejects.toMatchObject({
    code: 'STAGING_UNREACHABLE',
    retryable: true,
    message: expect.stringMatching(/^S3 PutObject of s3:.*hung-for-good got no answer/),
  });
});

test.each<HttpFault>(['cut the answer', 'flip a byte of the answer'])(
  'an object that arrives otherwise than it was stored (%s) is never taken for it',
  async (fault) => {
    const s3 = await openThrough((line) => (/^GET /.test(line) ? fault : undefined), { attempts: 2 });
    await s3.put(`read-${String(fault)}`.replaceAll(' ', '-'), 'text that is long enough to be cut');
    await expect(s3.get(`read-${String(fault)}`.replaceAll(' ', '-'))).rejects.toBeInstanceOf(StagingError);
  },
);

test('a server that is not there is unreachable', async () => {
  staging = openStaging({ ...connection, endpoint: 'http://127.0.0.1:1' }, { attempts: 2 });
  await expect(staging.list('')).rejects.toMatchObject({
    code: 'STAGING_UNREACHABLE',
    retryable: true,
    details: { operation: 'ListObjectsV2', bucket: connection.bucket },
  });
});
