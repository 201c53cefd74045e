import type { IncomingMessage, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { gunzip, gunzipSync, gzip } from 'node:zlib';

const unzip = promisify(gunzip);
const zip = promisify(gzip);

/** Answers shorter than this are sent as they are: packing them costs more than it saves on loopback. */
const ZIP_FROM_BYTES = 256 * 1024;
const UNZIP_ASIDE_FROM_BYTES = 64 * 1024;
const LARGEST_BODY = 256 * 1024 * 1024;

/** A request of the driver: path, query parameters, token and JSON body. */
export interface WireRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  /** Of `Authorization: Snowflake Token="…"`. */
  readonly token: string | undefined;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Snowflake's envelope around every answer. */
export interface WireAnswer {
  readonly data: unknown;
  readonly code: string | null;
  readonly message: string | null;
  readonly success: boolean;
  readonly headers?: null;
}

export function ok(data: unknown): WireAnswer {
  return { data, code: null, message: null, success: true };
}

export function refused(code: string, message: string, data: unknown = null): WireAnswer {
  return { data, code, message, success: false };
}

export async function readRequest(request: IncomingMessage): Promise<WireRequest> {
  const url = new URL(request.url ?? '/', 'http://127.0.0.1');
  const token = /^Snowflake Token="([^"]*)"$/.exec(request.headers.authorization ?? '')?.[1];
  const bytes = await readBody(request);
  const text = request.headers['content-encoding'] === 'gzip' ? await unpacked(bytes) : bytes;
  let body: unknown = {};
  if (text.length > 0 && /json/.test(request.headers['content-type'] ?? 'json'))
    body = JSON.parse(text.toString());
  return {
    method: request.method ?? 'GET',
    path: url.pathname,
    query: url.searchParams,
    token,
    body: isRecord(body) ? body : {},
  };
}

/** A short body is unpacked at once: a thread for it would wait behind the statements that run. */
async function unpacked(bytes: Buffer): Promise<Buffer> {
  return bytes.length < UNZIP_ASIDE_FROM_BYTES ? gunzipSync(bytes) : unzip(bytes);
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request) {
    if (!(part instanceof Uint8Array)) continue;
    size += part.length;
    if (size > LARGEST_BODY) throw new Error('the body of the request is too large');
    parts.push(Buffer.from(part));
  }
  return Buffer.concat(parts);
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Sends JSON, packed when it is large and the client takes gzip. */
export async function sendJson(
  request: IncomingMessage,
  response: ServerResponse,
  answer: unknown,
  status = 200,
): Promise<void> {
  const text = Buffer.from(JSON.stringify(answer));
  const packs = text.length >= ZIP_FROM_BYTES && /gzip/.test(request.headers['accept-encoding'] ?? '');
  const bytes = packs ? await zip(text, { level: 1 }) : text;
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': bytes.length,
    ...(packs ? { 'content-encoding': 'gzip' } : {}),
  });
  response.end(bytes);
}
