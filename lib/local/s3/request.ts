import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { S3Error } from './errors.ts';

/** A request of S3's REST API in path style, taken apart. */
export interface S3Request {
  readonly id: string;
  readonly method: string;
  /** Path as sent, still percent-encoded: what the client signed. */
  readonly rawPath: string;
  readonly query: ReadonlyMap<string, string>;
  readonly headers: IncomingHttpHeaders;
  /** Undefined for the service itself (ListBuckets). */
  readonly bucket: string | undefined;
  /** Undefined for a bucket. */
  readonly key: string | undefined;
  readonly body: IncomingMessage;
}

/** Takes the URL apart by hand: `URL` would fold `..` and `//`, which are ordinary characters of a key. */
export function readRequest(message: IncomingMessage, id: string): S3Request {
  const url = message.url ?? '/';
  const mark = url.indexOf('?');
  const rawPath = mark < 0 ? url : url.slice(0, mark);
  const path = decode(rawPath);
  const slash = path.indexOf('/', 1);
  const bucket = slash < 0 ? path.slice(1) : path.slice(1, slash);
  const key = slash < 0 ? '' : path.slice(slash + 1);
  return {
    id,
    method: message.method ?? 'GET',
    rawPath,
    query: readQuery(mark < 0 ? '' : url.slice(mark + 1)),
    headers: message.headers,
    bucket: bucket === '' ? undefined : bucket,
    key: key === '' ? undefined : key,
    body: message,
  };
}

/** A header that can stand only once. */
export function header(request: S3Request, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value.join(',') : value;
}

/** A whole number out of the query, or `fallback` where it is absent. */
export function integerParameter(request: S3Request, name: string, fallback: number): number {
  const value = request.query.get(name);
  if (value === undefined || value === '') return fallback;
  if (!/^[0-9]{1,9}$/.test(value)) {
    throw new S3Error('InvalidArgument', `Provided ${name} not an integer or within integer range`, {
      ArgumentName: name,
      ArgumentValue: value,
    });
  }
  return Number(value);
}

function readQuery(raw: string): ReadonlyMap<string, string> {
  const query = new Map<string, string>();
  for (const pair of raw.split('&')) {
    if (pair === '') continue;
    const equals = pair.indexOf('=');
    const name = equals < 0 ? pair : pair.slice(0, equals);
    const value = equals < 0 ? '' : pair.slice(equals + 1);
    query.set(decode(name.replaceAll('+', ' ')), decode(value.replaceAll('+', ' ')));
  }
  return query;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new S3Error('InvalidURI', "Couldn't parse the specified URI.");
  }
}
