import { checksumHeader } from './checksums.ts';
import type { ObjectRange } from './range.ts';
import { header, type S3Request } from './request.ts';
import type { ObjectAttributes, StoredObject } from './store.ts';

const KEPT_HEADERS = ['content-type', 'cache-control', 'content-disposition', 'content-language', 'expires'];
const USER_METADATA = 'x-amz-meta-';

/** What a client wants kept beside an object. */
export function attributesOf(request: S3Request): ObjectAttributes {
  const headers = KEPT_HEADERS.flatMap((name) => {
    const value = header(request, name);
    return value === undefined ? [] : [[name, value]];
  });
  // `aws-chunked` is how the body travelled, not what it is.
  const encoding = (header(request, 'content-encoding') ?? '')
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '' && entry !== 'aws-chunked')
    .join(',');
  const metadata = Object.keys(request.headers)
    .filter((name) => name.startsWith(USER_METADATA))
    .map((name) => [name.slice(USER_METADATA.length), header(request, name) ?? '']);
  return {
    headers: Object.fromEntries(encoding === '' ? headers : [...headers, ['content-encoding', encoding]]),
    metadata: Object.fromEntries(metadata),
  };
}

/** The headers of GetObject and HeadObject. */
export function objectHeaders(
  request: S3Request,
  object: StoredObject,
  range: ObjectRange,
): Record<string, string> {
  const wantsChecksum = header(request, 'x-amz-checksum-mode')?.toUpperCase() === 'ENABLED';
  const { checksum } = object;
  return {
    'content-type': 'binary/octet-stream',
    ...object.headers,
    ...Object.fromEntries(
      Object.entries(object.metadata).map(([name, value]) => [`${USER_METADATA}${name}`, value]),
    ),
    'accept-ranges': 'bytes',
    etag: `"${object.etag}"`,
    'last-modified': new Date(object.lastModified).toUTCString(),
    ...(range.partial
      ? { 'content-range': `bytes ${range.start}-${range.start + range.length - 1}/${object.size}` }
      : {}),
    ...(range.parts === undefined ? {} : { 'x-amz-mp-parts-count': String(range.parts) }),
    ...(wantsChecksum && checksum !== undefined && !range.partial
      ? { [checksumHeader(checksum.algorithm)]: checksum.value, 'x-amz-checksum-type': checksum.type }
      : {}),
  };
}
