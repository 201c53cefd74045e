import { createHash } from 'node:crypto';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { type Bucket, isStored, newToken, tokenMetadata } from './bucket.ts';
import { stagingError, stoppedError } from './errors.ts';
import { MultipartUpload, partBytes } from './multipart.ts';

export interface Written {
  /** Size as stored. */
  readonly bytes: number;
  /** Hex digest of the bytes as stored. */
  readonly sha256: string;
}

/**
 * Writes `chunks` to a new key. Up to one part they are held and written by a single request, which can be repeated; beyond
 * that by a multipart upload that holds at most a few parts at a time. On any failure nothing is left behind.
 */
export async function writeStream(
  bucket: Bucket,
  key: string,
  chunks: AsyncIterable<Uint8Array>,
  contentType: string,
  signal?: AbortSignal,
): Promise<Written> {
  const hash = createHash('sha256');
  let bytes = 0;
  let held: Uint8Array[] = [];
  let heldBytes = 0;
  let upload: MultipartUpload | undefined;
  try {
    for await (const chunk of chunks) {
      if (signal?.aborted) throw stoppedError('upload', bucket.name, key);
      hash.update(chunk);
      bytes += chunk.length;
      held.push(chunk);
      heldBytes += chunk.length;
      if (heldBytes < partBytes(upload?.parts ?? 0)) continue;
      upload ??= await MultipartUpload.start(bucket, key, contentType, signal);
      await upload.add(Buffer.concat(held, heldBytes));
      held = [];
      heldBytes = 0;
    }
    if (upload === undefined) return await writeBytes(bucket, key, Buffer.concat(held), contentType, signal);
    if (heldBytes > 0) await upload.add(Buffer.concat(held, heldBytes));
    await upload.complete(bytes);
    return { bytes, sha256: hash.digest('hex') };
  } catch (error) {
    await upload?.abort();
    throw error;
  }
}

/** Writes `body` to a new key by one request. */
export async function writeBytes(
  bucket: Bucket,
  key: string,
  body: Uint8Array,
  contentType: string,
  signal?: AbortSignal,
): Promise<Written> {
  const digest = createHash('sha256').update(body).digest();
  const checksumSha256 = digest.toString('base64');
  const token = newToken();
  try {
    await bucket.client.send(
      new PutObjectCommand({
        Bucket: bucket.name,
        Key: key,
        Body: body,
        ContentLength: body.length,
        ContentType: contentType,
        ChecksumSHA256: checksumSha256,
        IfNoneMatch: '*',
        Metadata: tokenMetadata(token),
      }),
      signal === undefined ? {} : { abortSignal: signal },
    );
  } catch (error) {
    const mark = { key, bytes: body.length, token, checksumSha256 };
    if (!(await isStored(bucket, mark, signal))) throw stagingError(error, 'PutObject', bucket.name, key);
  }
  return { bytes: body.length, sha256: digest.toString('hex') };
}
