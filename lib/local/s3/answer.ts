import { createReadStream } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import type { Outbox } from './notifications.ts';
import type { S3Request } from './request.ts';
import type { VerifiedSignature } from './signature.ts';
import type { Segment, Store } from './store.ts';

/** What an operation works with. */
export interface Call {
  readonly request: S3Request;
  readonly verified: VerifiedSignature;
  readonly store: Store;
  readonly outbox: Outbox;
  readonly region: string;
}

/** What an operation answers. */
export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | ObjectBytes;
}

/** A run of bytes of an object, to be streamed from its data files. */
export interface ObjectBytes {
  readonly pieces: readonly { readonly path: string; readonly start: number; readonly length: number }[];
  readonly length: number;
  /** Called once nothing more is read. */
  readonly release: () => void;
}

export type Operation = (call: Call) => Promise<Answer>;

/** 200 with a document. */
export function xmlAnswer(body: string, headers: Readonly<Record<string, string>> = {}): Answer {
  return { status: 200, headers: { 'content-type': 'application/xml', ...headers }, body };
}

/** The pieces of `segments` that hold the bytes from `start` on, `length` of them. */
export function piecesOf(
  segments: readonly Segment[],
  paths: readonly string[],
  start: number,
  length: number,
): ObjectBytes['pieces'] {
  const pieces: { path: string; start: number; length: number }[] = [];
  let offset = 0;
  segments.forEach((segment, index) => {
    const from = Math.max(start, offset);
    const to = Math.min(start + length, offset + segment.size);
    const path = paths[index];
    if (from < to && path !== undefined) pieces.push({ path, start: from - offset, length: to - from });
    offset += segment.size;
  });
  return pieces;
}

/** Sends an answer to its end. The bytes of an object are released however that goes. */
export async function sendAnswer(response: ServerResponse, answer: Answer, isHead: boolean): Promise<void> {
  const { body } = answer;
  const isStream = body !== undefined && typeof body !== 'string';
  const length = body === undefined ? 0 : isStream ? body.length : Buffer.byteLength(body);
  try {
    response.writeHead(answer.status, {
      ...(answer.status === 204 || answer.status === 304 ? {} : { 'content-length': String(length) }),
      ...answer.headers,
    });
    if (isHead || body === undefined) response.end();
    else if (isStream) await pipeline(readPieces(body.pieces), response);
    else response.end(body);
  } finally {
    if (isStream) body.release();
  }
}

/** The bytes of data files, one after the other. */
export async function* readPieces(pieces: ObjectBytes['pieces']): AsyncGenerator<Buffer> {
  for (const piece of pieces) {
    const end = piece.start + piece.length - 1;
    const stream: AsyncIterable<Buffer> = createReadStream(piece.path, {
      start: piece.start,
      end,
      highWaterMark: 1 << 18,
    });
    yield* stream;
  }
}
