import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { S3Error } from './errors.ts';
import { header, type S3Request } from './request.ts';

/** Signature Version 4, as the "Authenticating Requests" chapter of the S3 API reference defines it. */

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** What was verified, and what the signatures of an aws-chunked body go on from. */
export interface VerifiedSignature {
  readonly signingKey: Buffer;
  /** `20260102T030405Z` */
  readonly timestamp: string;
  readonly scope: string;
  readonly signature: string;
  /** `x-amz-content-sha256`: a digest in hex, `UNSIGNED-PAYLOAD` or `STREAMING-…`. */
  readonly payload: string;
}

interface ClaimedSignature {
  readonly accessKeyId: string;
  readonly scope: readonly string[];
  readonly signedHeaders: readonly string[];
  readonly signature: string;
  readonly timestamp: string;
  readonly payload: string;
  readonly query: ReadonlyMap<string, string>;
}

const ALGORITHM = 'AWS4-HMAC-SHA256';
const MAX_SKEW_MS = 15 * 60_000;
const EMPTY_SHA256 = createHash('sha256').digest('hex');

/** Checks who signed a request, in its header or in its query (a presigned URL). Any region is taken. */
export function verifySignature(
  request: S3Request,
  credentials: Credentials,
  now: Date = new Date(),
): VerifiedSignature {
  const claim = request.query.has('X-Amz-Algorithm')
    ? claimOfQuery(request, now)
    : claimOfHeader(request, now);
  if (claim.accessKeyId !== credentials.accessKeyId) {
    throw new S3Error(
      'InvalidAccessKeyId',
      'The AWS Access Key Id you provided does not exist in our records.',
      {
        AWSAccessKeyId: claim.accessKeyId,
      },
    );
  }
  const scope = claim.scope.join('/');
  const signingKey = deriveKey(credentials.secretAccessKey, claim.scope);
  const canonical = canonicalRequest(request, claim);
  const toSign = [ALGORITHM, claim.timestamp, scope, sha256(canonical)].join('\n');
  const expected = hmac(signingKey, toSign).toString('hex');
  if (!sameText(expected, claim.signature)) {
    throw new S3Error(
      'SignatureDoesNotMatch',
      'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
      { AWSAccessKeyId: claim.accessKeyId, StringToSign: toSign, CanonicalRequest: canonical },
    );
  }
  return { signingKey, timestamp: claim.timestamp, scope, signature: expected, payload: claim.payload };
}

/** The signature of one chunk of a `STREAMING-AWS4-HMAC-SHA256-PAYLOAD` body, chained to the one before. */
export function chunkSignature(verified: VerifiedSignature, previous: string, chunkSha256: string): string {
  return chained(verified, 'AWS4-HMAC-SHA256-PAYLOAD', previous, `${EMPTY_SHA256}\n${chunkSha256}`);
}

/** The signature of the trailing headers of a chunked body. */
export function trailerSignature(verified: VerifiedSignature, previous: string, trailers: string): string {
  return chained(verified, 'AWS4-HMAC-SHA256-TRAILER', previous, sha256(trailers));
}

function chained(verified: VerifiedSignature, kind: string, previous: string, rest: string): string {
  const toSign = [kind, verified.timestamp, verified.scope, previous, rest].join('\n');
  return hmac(verified.signingKey, toSign).toString('hex');
}

function claimOfHeader(request: S3Request, now: Date): ClaimedSignature {
  const value = header(request, 'authorization');
  if (value === undefined) throw new S3Error('AccessDenied', 'Access Denied');
  const fields =
    /^AWS4-HMAC-SHA256\s+Credential=([^,\s]+),\s*SignedHeaders=([^,\s]+),\s*Signature=([0-9a-f]+)$/.exec(
      value,
    );
  const timestamp = header(request, 'x-amz-date');
  if (fields === null || timestamp === undefined) {
    throw new S3Error(
      'AuthorizationHeaderMalformed',
      'The authorization header that you provided is not valid.',
    );
  }
  const signedAt = parseTimestamp(timestamp);
  if (signedAt === undefined || Math.abs(now.getTime() - signedAt) > MAX_SKEW_MS) {
    throw new S3Error(
      'RequestTimeTooSkewed',
      'The difference between the request time and the current time is too large.',
    );
  }
  return {
    ...readCredential(fields[1] ?? '', 'AuthorizationHeaderMalformed'),
    signedHeaders: (fields[2] ?? '').split(';'),
    signature: fields[3] ?? '',
    timestamp,
    payload: header(request, 'x-amz-content-sha256') ?? 'UNSIGNED-PAYLOAD',
    query: request.query,
  };
}

function claimOfQuery(request: S3Request, now: Date): ClaimedSignature {
  const { query } = request;
  const timestamp = query.get('X-Amz-Date') ?? '';
  const signedAt = parseTimestamp(timestamp);
  const seconds = Number(query.get('X-Amz-Expires'));
  if (
    query.get('X-Amz-Algorithm') !== ALGORITHM ||
    signedAt === undefined ||
    !(seconds > 0 && seconds <= 604_800)
  ) {
    throw new S3Error(
      'AuthorizationQueryParametersError',
      'The query parameters of the presigned URL are not valid.',
    );
  }
  if (now.getTime() > signedAt + seconds * 1000) throw new S3Error('AccessDenied', 'Request has expired');
  if (signedAt - now.getTime() > MAX_SKEW_MS) throw new S3Error('AccessDenied', 'Request is not valid yet');
  return {
    ...readCredential(query.get('X-Amz-Credential') ?? '', 'AuthorizationQueryParametersError'),
    signedHeaders: (query.get('X-Amz-SignedHeaders') ?? '').split(';'),
    signature: query.get('X-Amz-Signature') ?? '',
    timestamp,
    payload: header(request, 'x-amz-content-sha256') ?? 'UNSIGNED-PAYLOAD',
    query: new Map([...query].filter(([name]) => name !== 'X-Amz-Signature')),
  };
}

function readCredential(
  credential: string,
  code: 'AuthorizationHeaderMalformed' | 'AuthorizationQueryParametersError',
): { accessKeyId: string; scope: readonly string[] } {
  const [accessKeyId, ...scope] = credential.split('/');
  if (accessKeyId === undefined || scope.length !== 4 || scope[2] !== 's3' || scope[3] !== 'aws4_request') {
    throw new S3Error(
      code,
      'The credential is not of the form <access key>/<date>/<region>/s3/aws4_request.',
    );
  }
  return { accessKeyId, scope };
}

function canonicalRequest(request: S3Request, claim: ClaimedSignature): string {
  const query = [...claim.query]
    .map(([name, value]): readonly [string, string] => [encodeUri(name), encodeUri(value)])
    .sort(([a, x], [b, y]) => compareText(a, b) || compareText(x, y))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
  const headers = claim.signedHeaders.map((name) => {
    const value = header(request, name) ?? '';
    return `${name}:${value.trim().replace(/\s+/g, ' ')}\n`;
  });
  return [
    request.method,
    decodeURIComponent(request.rawPath).split('/').map(encodeUri).join('/'),
    query,
    headers.join(''),
    claim.signedHeaders.join(';'),
    claim.payload,
  ].join('\n');
}

function deriveKey(secret: string, scope: readonly string[]): Buffer {
  return scope.reduce((key, part) => hmac(key, part), Buffer.from(`AWS4${secret}`));
}

/** Everything but the unreserved characters of RFC 3986, which `encodeURIComponent` is too mild for. */
function encodeUri(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function parseTimestamp(text: string): number | undefined {
  const parts = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text);
  if (parts === null) return undefined;
  const [, year, month, day, hour, minute, second] = parts.map(Number);
  return Date.UTC(year ?? 0, (month ?? 1) - 1, day, hour, minute, second);
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function hmac(key: Buffer, text: string): Buffer<ArrayBuffer> {
  return createHmac('sha256', key).update(text).digest();
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function sameText(a: string, b: string): boolean {
  const left = Buffer.from(a);
  const right = Buffer.from(b);
  return left.length === right.length && timingSafeEqual(left, right);
}
