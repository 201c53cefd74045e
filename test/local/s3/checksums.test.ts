import { type ChecksumAlgorithm as Algorithm, GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  CHECKSUM_ALGORITHMS,
  type ChecksumAlgorithm,
  createDigest,
} from '../../../lib/local/s3/checksums.ts';
import { bucketOfFile, errorOf } from './client.ts';

const bucket = bucketOfFile();

function digest(algorithm: ChecksumAlgorithm, ...pieces: readonly Uint8Array[]): string {
  const made = createDigest(algorithm);
  for (const piece of pieces) made.update(piece);
  return made.digest();
}

/** The published check values: each polynomial over the nine characters 123456789. */
test.each([
  ['CRC32', 'cbf43926'],
  ['CRC32C', 'e3069283'],
  ['CRC64NVME', 'ae8b14860a799888'],
  ['SHA1', 'f7c3bc1d808e04732adf679965ccc34ca7ae3441'],
  ['SHA256', '15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225'],
] as const)('%s of the check string', (algorithm, hex) => {
  expect(Buffer.from(digest(algorithm, Buffer.from('123456789')), 'base64').toString('hex')).toBe(hex);
});

test('it does not matter how the bytes are cut', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...CHECKSUM_ALGORITHMS),
      fc.uint8Array(),
      fc.nat(),
      (algorithm, bytes, cut) => {
        const at = cut % (bytes.length + 1);
        expect(digest(algorithm, bytes.subarray(0, at), bytes.subarray(at))).toBe(digest(algorithm, bytes));
      },
    ),
  );
});

describe('through the SDK', () => {
  test.each(CHECKSUM_ALGORITHMS)(
    '%s of a put is computed by the SDK, checked here, and checked by the SDK on the way back',
    async (algorithm) => {
      const { client, Bucket } = bucket();
      const ChecksumAlgorithm: Algorithm = algorithm;
      const bytes = Buffer.from('the quick brown fox');
      await client.send(new PutObjectCommand({ Bucket, Key: algorithm, Body: bytes, ChecksumAlgorithm }));
      const read = await client.send(
        new GetObjectCommand({ Bucket, Key: algorithm, ChecksumMode: 'ENABLED' }),
      );
      expect(await read.Body?.transformToString()).toBe(bytes.toString());
      expect(read[`Checksum${algorithm}`]).toBe(digest(algorithm, bytes));
    },
  );

  test.each(CHECKSUM_ALGORITHMS)('a wrong %s is refused, and nothing is written', async (algorithm) => {
    const { client, Bucket } = bucket();
    const Key = `wrong ${algorithm}`;
    const claimed = { [`Checksum${algorithm}`]: digest(algorithm, Buffer.from('something else')) };
    const put = client.send(new PutObjectCommand({ Bucket, Key, Body: 'body', ...claimed }));
    expect(await errorOf(put)).toEqual({ name: 'BadDigest', status: 400 });
    expect((await errorOf(client.send(new GetObjectCommand({ Bucket, Key })))).name).toBe('NoSuchKey');
  });

  test('a wrong Content-MD5', async () => {
    const { client, Bucket } = bucket();
    const put = (ContentMD5: string) =>
      client.send(new PutObjectCommand({ Bucket, Key: 'md5', Body: 'hello', ContentMD5 }));
    expect((await errorOf(put('XUFAKrxLKna5cZ2REBfFkw=='))).name).toBe('BadDigest');
    expect((await errorOf(put('no digest'))).name).toBe('InvalidDigest');
    await put('XUFAKrxLKna5cZ2REBfFkg==');
  });
});
