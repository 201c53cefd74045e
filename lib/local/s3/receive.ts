import { createHash } from 'node:crypto';
import { open, rm } from 'node:fs/promises';
import {
  CHECKSUM_ALGORITHMS,
  type Checksum,
  type ChecksumAlgorithm,
  checksumHeader,
  createDigest,
  type Digest,
  parseAlgorithm,
} from './checksums.ts';
import { decodeChunks } from './chunked.ts';
import { S3Error } from './errors.ts';
import { header, type S3Request } from './request.ts';
import type { VerifiedSignature } from './signature.ts';
import type { Bucket, Segment } from './store.ts';

/** A body that was written to disk and found to be what the client said it is. */
export interface ReceivedBody {
  readonly segment: Segment;
  /** MD5 in hex. */
  readonly etag: string;
  readonly checksum: Checksum | undefined;
}

/** S3's limit for one PutObject or UploadPart. */
const MAX_BYTES = 5 * 1024 ** 3;
const MAX_XML_BYTES = 2 * 1024 ** 2;

/**
 * Streams the body of a request into a new data file and checks it: length, Content-MD5, x-amz-content-sha256, checksums
 * in headers or trailers. `algorithm` is computed also where the client sent none. The file is gone again after an error.
 */
export async function receiveBody(
  request: S3Request,
  verified: VerifiedSignature,
  bucket: Bucket,
  algorithm?: ChecksumAlgorithm,
): Promise<ReceivedBody> {
  const expected = expectedLength(request);
  const check = new BodyCheck(request, verified, algorithm);
  return await writeData(bucket, check.source(), check, (size) => {
    if (expected === undefined || size === expected) return;
    throw new S3Error(
      'IncompleteBody',
      'You did not provide the number of bytes specified by the Content-Length header',
    );
  });
}

/** Bytes of the server's own (a copy) into a new data file. */
export async function storeBytes(
  bucket: Bucket,
  source: AsyncIterable<Buffer>,
  algorithm: ChecksumAlgorithm | undefined,
): Promise<ReceivedBody> {
  const md5 = createHash('md5');
  const digest = algorithm === undefined ? undefined : createDigest(algorithm);
  const sink = {
    update(bytes: Buffer): void {
      md5.update(bytes);
      digest?.update(bytes);
    },
    finish(): { etag: string; checksum: Checksum | undefined } {
      const checksum: Checksum | undefined =
        algorithm === undefined || digest === undefined
          ? undefined
          : { algorithm, value: digest.digest(), type: 'FULL_OBJECT' };
      return { etag: md5.digest('hex'), checksum };
    },
  };
  return await writeData(bucket, source, sink, () => undefined);
}

async function writeData(
  bucket: Bucket,
  source: AsyncIterable<Buffer>,
  sink: { update(bytes: Buffer): void; finish(): { etag: string; checksum: Checksum | undefined } },
  checkSize: (size: number) => void,
): Promise<ReceivedBody> {
  const { id, path } = bucket.newData();
  const file = await open(path, 'wx');
  let size = 0;
  try {
    for await (const bytes of source) {
      size += bytes.length;
      if (size > MAX_BYTES)
        throw new S3Error('EntityTooLarge', 'Your proposed upload exceeds the maximum allowed size');
      sink.update(bytes);
      await writeFully(file, bytes);
    }
    checkSize(size);
    return { segment: { id, size }, ...sink.finish() };
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  } finally {
    await file.close();
  }
}

/** The body as text, checked in the same way; for the XML that some operations take. */
export async function receiveText(request: S3Request, verified: VerifiedSignature): Promise<string> {
  const check = new BodyCheck(request, verified, undefined);
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const bytes of check.source()) {
    size += bytes.length;
    if (size > MAX_XML_BYTES) throw new S3Error('EntityTooLarge', 'Your request was too big.');
    check.update(bytes);
    pieces.push(bytes);
  }
  check.finish();
  return Buffer.concat(pieces).toString('utf8');
}

/** Everything a request says about its body, compared at the end with what came. */
class BodyCheck {
  readonly #request: S3Request;
  readonly #verified: VerifiedSignature;
  readonly #trailers = new Map<string, string>();
  readonly #md5 = createHash('md5');
  readonly #sha256: ReturnType<typeof createHash> | undefined;
  readonly #digests: ReadonlyMap<ChecksumAlgorithm, Digest>;
  readonly #own: ChecksumAlgorithm | undefined;

  constructor(request: S3Request, verified: VerifiedSignature, own: ChecksumAlgorithm | undefined) {
    this.#request = request;
    this.#verified = verified;
    this.#own = own;
    this.#sha256 = /^[0-9a-f]{64}$/.test(verified.payload) ? createHash('sha256') : undefined;
    const announced = (header(request, 'x-amz-trailer') ?? '').toLowerCase();
    const wanted = CHECKSUM_ALGORITHMS.filter(
      (algorithm) =>
        algorithm === own ||
        header(request, checksumHeader(algorithm)) !== undefined ||
        announced.includes(checksumHeader(algorithm)),
    );
    this.#digests = new Map(wanted.map((algorithm) => [algorithm, createDigest(algorithm)]));
  }

  source(): AsyncIterable<Buffer> {
    const body: AsyncIterable<Buffer> = this.#request.body;
    if (!this.#verified.payload.startsWith('STREAMING-')) return body;
    return decodeChunks(body, this.#verified, this.#trailers);
  }

  update(bytes: Buffer): void {
    this.#md5.update(bytes);
    this.#sha256?.update(bytes);
    for (const digest of this.#digests.values()) digest.update(bytes);
  }

  finish(): { etag: string; checksum: Checksum | undefined } {
    const md5 = this.#md5.digest();
    this.#checkMd5(md5.toString('base64'));
    if (this.#sha256 !== undefined && this.#sha256.digest('hex') !== this.#verified.payload) {
      throw new S3Error(
        'XAmzContentSHA256Mismatch',
        "The provided 'x-amz-content-sha256' header does not match what was computed.",
      );
    }
    return { etag: md5.toString('hex'), checksum: this.#checkDigests() };
  }

  #checkMd5(actual: string): void {
    const claimed = header(this.#request, 'content-md5');
    if (claimed === undefined || claimed === actual) return;
    if (Buffer.from(claimed, 'base64').length !== 16) {
      throw new S3Error('InvalidDigest', 'The Content-MD5 you specified was invalid.');
    }
    throw new S3Error('BadDigest', 'The Content-MD5 you specified did not match what we received.');
  }

  #checkDigests(): Checksum | undefined {
    let kept: Checksum | undefined;
    for (const [algorithm, digest] of this.#digests) {
      const value = digest.digest();
      const name = checksumHeader(algorithm);
      const claimed = header(this.#request, name) ?? this.#trailers.get(name);
      if (claimed === undefined && algorithm !== this.#own) {
        throw new S3Error('InvalidRequest', `The trailer ${name} was announced and did not come.`);
      }
      if (claimed !== undefined && claimed !== value) {
        throw new S3Error(
          'BadDigest',
          `The ${algorithm} you specified did not match the calculated checksum.`,
        );
      }
      if (kept === undefined || claimed !== undefined) kept = { algorithm, value, type: 'FULL_OBJECT' };
    }
    return kept;
  }
}

/** The algorithm that a request asks for by name, e.g. for the parts of an upload. */
export function requestedAlgorithm(request: S3Request): ChecksumAlgorithm | undefined {
  const name = header(request, 'x-amz-checksum-algorithm') ?? header(request, 'x-amz-sdk-checksum-algorithm');
  const algorithm = parseAlgorithm(name);
  if (name !== undefined && algorithm === undefined) {
    throw new S3Error('InvalidRequest', `Checksum algorithm provided is unsupported: ${name}`);
  }
  return algorithm;
}

/** Bytes of the object itself: a chunked body announces them apart, its Content-Length counts the chunk headers too. */
function expectedLength(request: S3Request): number | undefined {
  const length = header(request, 'x-amz-decoded-content-length') ?? header(request, 'content-length');
  if (length !== undefined) return Number(length);
  if (header(request, 'transfer-encoding') === undefined) {
    throw new S3Error('MissingContentLength', 'You must provide the Content-Length HTTP header.');
  }
  return undefined;
}

async function writeFully(
  file: { write(bytes: Uint8Array): Promise<{ bytesWritten: number }> },
  bytes: Buffer,
): Promise<void> {
  let done = 0;
  while (done < bytes.length) done += (await file.write(bytes.subarray(done))).bytesWritten;
}
