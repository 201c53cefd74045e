import { createHash } from 'node:crypto';
import { S3Error } from './errors.ts';
import { chunkSignature, trailerSignature, type VerifiedSignature } from './signature.ts';

/**
 * Decodes an `aws-chunked` body: `<hex size>[;chunk-signature=…]\r\n<bytes>\r\n`, a chunk of size 0, then trailing headers.
 * With a `STREAMING-AWS4-HMAC-SHA256-PAYLOAD[-TRAILER]` payload every chunk's signature is checked, before the chunk counts.
 * Trailers are put into `trailers` (names in lower case) once the body has ended.
 */
export async function* decodeChunks(
  body: AsyncIterable<Buffer>,
  verified: VerifiedSignature,
  trailers: Map<string, string>,
): AsyncGenerator<Buffer> {
  const signed = verified.payload.startsWith('STREAMING-AWS4-HMAC-SHA256-PAYLOAD');
  const reader = new ByteReader(body);
  let previous = verified.signature;
  for (;;) {
    const chunk = readChunkHeader(await reader.line());
    const hash = signed ? createHash('sha256') : undefined;
    for await (const bytes of reader.take(chunk.size)) {
      hash?.update(bytes);
      yield bytes;
    }
    if (hash !== undefined) {
      previous = chunkSignature(verified, previous, hash.digest('hex'));
      if (chunk.signature !== previous) throw badChunk();
    }
    if (chunk.size === 0) break;
    if ((await reader.line()) !== '') throw incomplete();
  }
  await readTrailers(reader, verified, previous, trailers);
}

async function readTrailers(
  reader: ByteReader,
  verified: VerifiedSignature,
  previous: string,
  trailers: Map<string, string>,
): Promise<void> {
  let signedText = '';
  for (;;) {
    // Some clients end the body right after the last trailer.
    const line = await reader.lineOrEnd();
    if (line === undefined || line === '') break;
    const colon = line.indexOf(':');
    if (colon < 1) throw incomplete();
    const name = line.slice(0, colon).trim().toLowerCase();
    const value = line.slice(colon + 1).trim();
    if (name === 'x-amz-trailer-signature') {
      if (value !== trailerSignature(verified, previous, signedText)) throw badChunk();
      signedText = '';
      continue;
    }
    signedText += `${name}:${value}\n`;
    trailers.set(name, value);
  }
  const mustBeSigned = verified.payload === 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER';
  if (mustBeSigned && signedText !== '') throw badChunk();
}

function readChunkHeader(line: string): { size: number; signature: string | undefined } {
  const fields = /^([0-9a-fA-F]{1,12})(?:;chunk-signature=([0-9a-f]{64}))?$/.exec(line);
  if (fields === null) throw incomplete();
  return { size: Number.parseInt(fields[1] ?? '', 16), signature: fields[2] };
}

function incomplete(): S3Error {
  return new S3Error('IncompleteBody', 'The request body terminated unexpectedly');
}

function badChunk(): S3Error {
  return new S3Error(
    'SignatureDoesNotMatch',
    'The signature of a chunk of the request body does not match the signature you provided.',
  );
}

/** Reads lines and runs of bytes out of a stream, keeping what is left of a buffer for the next call. */
class ByteReader {
  readonly #source: AsyncIterator<Buffer>;
  #buffer: Buffer = Buffer.alloc(0);

  constructor(source: AsyncIterable<Buffer>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  /** The next line without its end. Raises IncompleteBody when the stream ends first. */
  async line(): Promise<string> {
    const line = await this.lineOrEnd();
    if (line === undefined) throw incomplete();
    return line;
  }

  /** The next line without its end, or undefined at the end of the stream. */
  async lineOrEnd(): Promise<string | undefined> {
    for (;;) {
      const end = this.#buffer.indexOf('\n');
      if (end >= 0) {
        const line = this.#buffer.toString('latin1', 0, end);
        this.#buffer = this.#buffer.subarray(end + 1);
        return line.endsWith('\r') ? line.slice(0, -1) : line;
      }
      if (this.#buffer.length > 16_384) throw incomplete();
      const next = await this.#source.next();
      if (next.done === true) {
        const rest = this.#buffer.toString('latin1');
        this.#buffer = Buffer.alloc(0);
        return rest === '' ? undefined : rest;
      }
      this.#buffer = this.#buffer.length === 0 ? next.value : Buffer.concat([this.#buffer, next.value]);
    }
  }

  /** Exactly `size` bytes, as they come. */
  async *take(size: number): AsyncGenerator<Buffer> {
    let left = size;
    while (left > 0) {
      if (this.#buffer.length === 0) {
        const next = await this.#source.next();
        if (next.done === true) throw incomplete();
        this.#buffer = next.value;
        continue;
      }
      const piece = this.#buffer.subarray(0, left);
      this.#buffer = this.#buffer.subarray(piece.length);
      left -= piece.length;
      yield piece;
    }
  }
}
