import { createHash } from 'node:crypto';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { type Bucket, isStored, newToken, tokenMetadata } from './bucket.ts';
import { stagingError } from './errors.ts';

const mebibyte = 1024 * 1024;
const partsInFlight = 2;
const abortTimeoutMs = 10_000;

/**
 * Size of the part after `parts` others. S3 takes 10,000 parts of 5 MiB or more: they begin at 8 MiB, so that memory stays
 * small, and double every 2,000, so that an object may reach some 480 GiB.
 */
export function partBytes(parts: number): number {
  return 8 * mebibyte * 2 ** Math.min(4, Math.floor(parts / 2000));
}

interface FinishedPart {
  readonly number: number;
  readonly etag: string | undefined;
  readonly digest: Buffer;
}

/** One multipart upload to a new key. Nothing is visible before `complete`; `abort` leaves nothing behind. */
export class MultipartUpload {
  /** Parts given so far. */
  parts = 0;
  readonly #bucket: Bucket;
  readonly #key: string;
  readonly #uploadId: string;
  readonly #token: string;
  readonly #stop = new AbortController();
  readonly #signal: AbortSignal;
  readonly #inFlight = new Set<Promise<void>>();
  readonly #finished: FinishedPart[] = [];

  private constructor(
    bucket: Bucket,
    key: string,
    uploadId: string,
    token: string,
    signal: AbortSignal | undefined,
  ) {
    this.#bucket = bucket;
    this.#key = key;
    this.#uploadId = uploadId;
    this.#token = token;
    this.#signal = signal === undefined ? this.#stop.signal : AbortSignal.any([signal, this.#stop.signal]);
  }

  static async start(
    bucket: Bucket,
    key: string,
    contentType: string,
    signal?: AbortSignal,
  ): Promise<MultipartUpload> {
    const token = newToken();
    try {
      const { UploadId: uploadId } = await bucket.client.send(
        new CreateMultipartUploadCommand({
          Bucket: bucket.name,
          Key: key,
          ContentType: contentType,
          ChecksumAlgorithm: 'SHA256',
          Metadata: tokenMetadata(token),
        }),
        signal === undefined ? {} : { abortSignal: signal },
      );
      if (uploadId === undefined) throw new Error('the answer has no upload id');
      return new MultipartUpload(bucket, key, uploadId, token, signal);
    } catch (error) {
      throw stagingError(error, 'CreateMultipartUpload', bucket.name, key);
    }
  }

  /** Begins to send a part; waits while enough others are on their way, and throws what one of them failed with. */
  async add(body: Uint8Array): Promise<void> {
    while (this.#inFlight.size >= partsInFlight) await Promise.race(this.#inFlight);
    this.parts += 1;
    const sending = this.#send(this.parts, body);
    this.#inFlight.add(sending);
    // A failed part stays in the set, so that the next `add` or `complete` throws it.
    sending.then(
      () => this.#inFlight.delete(sending),
      () => undefined,
    );
  }

  /** Makes the object visible, whole. @param bytes size of all parts together. */
  async complete(bytes: number): Promise<void> {
    await Promise.all(this.#inFlight);
    const parts = this.#finished.toSorted((a, b) => a.number - b.number);
    const digests = Buffer.concat(parts.map((part) => part.digest));
    const checksumSha256 = `${createHash('sha256').update(digests).digest('base64')}-${parts.length}`;
    try {
      await this.#bucket.client.send(
        new CompleteMultipartUploadCommand({
          Bucket: this.#bucket.name,
          Key: this.#key,
          UploadId: this.#uploadId,
          IfNoneMatch: '*',
          MultipartUpload: {
            Parts: parts.map((part) => ({
              PartNumber: part.number,
              ETag: part.etag,
              ChecksumSHA256: part.digest.toString('base64'),
            })),
          },
        }),
        { abortSignal: this.#signal },
      );
    } catch (error) {
      const mark = { key: this.#key, bytes, token: this.#token, checksumSha256 };
      if (await isStored(this.#bucket, mark, this.#signal)) return;
      throw stagingError(error, 'CompleteMultipartUpload', this.#bucket.name, this.#key);
    }
  }

  /** Gives the parts back. It never throws: what it cannot remove, the bucket's lifecycle rule for unfinished uploads does. */
  async abort(): Promise<void> {
    this.#stop.abort();
    // A part that arrives after the abort would stay for good.
    await Promise.allSettled(this.#inFlight);
    await this.#bucket.client
      .send(
        new AbortMultipartUploadCommand({
          Bucket: this.#bucket.name,
          Key: this.#key,
          UploadId: this.#uploadId,
        }),
        { abortSignal: AbortSignal.timeout(abortTimeoutMs) },
      )
      .catch(() => undefined);
  }

  async #send(number: number, body: Uint8Array): Promise<void> {
    const digest = createHash('sha256').update(body).digest();
    try {
      const { ETag: etag } = await this.#bucket.client.send(
        new UploadPartCommand({
          Bucket: this.#bucket.name,
          Key: this.#key,
          UploadId: this.#uploadId,
          PartNumber: number,
          Body: body,
          ContentLength: body.length,
          ChecksumSHA256: digest.toString('base64'),
        }),
        { abortSignal: this.#signal },
      );
      this.#finished.push({ number, etag, digest });
    } catch (error) {
      throw stagingError(error, `UploadPart ${number}`, this.#bucket.name, this.#key);
    }
  }
}
