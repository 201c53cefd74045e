import { S3Error } from './errors.ts';
import { header, type S3Request } from './request.ts';
import type { Bucket, StoredObject } from './store.ts';

/** `If-Match` and `If-None-Match` of a write. Raises PreconditionFailed. */
export function checkWriteConditions(request: S3Request, bucket: Bucket, key: string): void {
  const ifNoneMatch = header(request, 'if-none-match');
  const ifMatch = header(request, 'if-match');
  const before = bucket.objects.get(key);
  if (ifNoneMatch !== undefined) {
    if (ifNoneMatch !== '*') {
      throw new S3Error('NotImplemented', 'If-None-Match of a write takes * only.', {
        Header: 'If-None-Match',
      });
    }
    if (before !== undefined) throw failed('If-None-Match');
  }
  if (ifMatch !== undefined) {
    if (before === undefined)
      throw new S3Error('NoSuchKey', 'The specified key does not exist.', { Key: key });
    if (!namesEtag(ifMatch, before.etag)) throw failed('If-Match');
  }
}

/** The conditions of a read, in the order of RFC 9110; `prefix` is `x-amz-copy-source-` for the source of a copy. */
export function checkReadConditions(request: S3Request, object: StoredObject, prefix = ''): void {
  const modified = Date.parse(object.lastModified);
  const ifMatch = header(request, `${prefix}if-match`);
  const ifUnmodified = dateHeader(request, `${prefix}if-unmodified-since`);
  if (ifMatch !== undefined) {
    if (!namesEtag(ifMatch, object.etag)) throw failed('If-Match');
  } else if (ifUnmodified !== undefined && modified > ifUnmodified) {
    throw failed('If-Unmodified-Since');
  }
  const ifNoneMatch = header(request, `${prefix}if-none-match`);
  const ifModified = dateHeader(request, `${prefix}if-modified-since`);
  const unchanged =
    ifNoneMatch === undefined
      ? ifModified !== undefined && modified <= ifModified
      : namesEtag(ifNoneMatch, object.etag);
  if (!unchanged) return;
  if (prefix !== '') throw failed('If-None-Match');
  throw new S3Error('NotModified', 'Not Modified');
}

function namesEtag(list: string, etag: string): boolean {
  return list
    .split(',')
    .map((entry) => entry.trim().replace(/^W\//, '').replace(/^"|"$/g, ''))
    .some((entry) => entry === '*' || entry === etag);
}

function dateHeader(request: S3Request, name: string): number | undefined {
  const value = header(request, name);
  const time = value === undefined ? Number.NaN : Date.parse(value);
  return Number.isNaN(time) ? undefined : time;
}

function failed(condition: string): S3Error {
  return new S3Error('PreconditionFailed', 'At least one of the pre-conditions you specified did not hold', {
    Condition: condition,
  });
}
