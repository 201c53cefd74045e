import { type Answer, type Call, xmlAnswer } from './answer.ts';
import { checksumElement } from './checksums.ts';
import { S3Error } from './errors.ts';
import { type ListPage, listPage, type Position } from './listing.ts';
import { target } from './objects.ts';
import { integerParameter, type S3Request } from './request.ts';
import { SortedMap } from './sorted.ts';
import type { StoredObject, Upload } from './store.ts';
import { document, element, text } from './xml.ts';

/** ListObjectsV2, ListObjects, ListParts and ListMultipartUploads. */

const MAX_KEYS = 1000;
const OWNER = element('Owner', text('ID', 'local') + text('DisplayName', 'local'));

export async function listObjectsV2(call: Call): Promise<Answer> {
  const { request } = call;
  const token = request.query.get('continuation-token');
  const startAfter = request.query.get('start-after');
  const after: Position | undefined =
    token !== undefined ? readToken(token) : startAfter ? { name: startAfter, isPrefix: false } : undefined;
  const { page, common, encode, limit } = list(call, after);
  const owner = request.query.get('fetch-owner') === 'true';
  return xmlAnswer(
    document(
      'ListBucketResult',
      common +
        text('MaxKeys', limit) +
        text('KeyCount', page.entries.length + page.prefixes.length) +
        text('ContinuationToken', token) +
        (startAfter === undefined ? '' : text('StartAfter', encode(startAfter))) +
        (page.next === undefined ? '' : text('NextContinuationToken', writeToken(page.next))) +
        contents(page, encode, owner),
    ),
  );
}

export async function listObjects(call: Call): Promise<Answer> {
  const marker = call.request.query.get('marker') ?? '';
  const delimiter = call.request.query.get('delimiter') ?? '';
  // A marker that is a common prefix stands for all its keys: so it comes back from NextMarker.
  const isPrefix = delimiter !== '' && marker.endsWith(delimiter);
  const { page, common, encode, limit } = list(call, marker === '' ? undefined : { name: marker, isPrefix });
  const next = page.next;
  return xmlAnswer(
    document(
      'ListBucketResult',
      common +
        text('MaxKeys', limit) +
        text('Marker', encode(marker)) +
        (next === undefined || delimiter === '' ? '' : text('NextMarker', encode(next.name))) +
        contents(page, encode, true),
    ),
  );
}

export async function listParts(call: Call): Promise<Answer> {
  const { bucket, key } = target(call);
  const upload = bucket.upload(key, call.request.query.get('uploadId') ?? '');
  const limit = Math.min(integerParameter(call.request, 'max-parts', MAX_KEYS), MAX_KEYS);
  const marker = integerParameter(call.request, 'part-number-marker', 0);
  const behind = [...upload.parts.values()]
    .filter((part) => part.number > marker)
    .sort((a, b) => a.number - b.number);
  const page = behind.slice(0, limit);
  const parts = page.map((part) =>
    element(
      'Part',
      text('PartNumber', part.number) +
        text('LastModified', part.lastModified) +
        text('ETag', `"${part.etag}"`) +
        text('Size', part.segment.size) +
        (part.checksum === undefined
          ? ''
          : text(checksumElement(part.checksum.algorithm), part.checksum.value)),
    ),
  );
  return xmlAnswer(
    document(
      'ListPartsResult',
      text('Bucket', bucket.name) +
        text('Key', key) +
        text('UploadId', upload.about.id) +
        OWNER +
        text('StorageClass', 'STANDARD') +
        text('PartNumberMarker', marker) +
        text('NextPartNumberMarker', page.at(-1)?.number ?? 0) +
        text('MaxParts', limit) +
        text('IsTruncated', behind.length > page.length) +
        text('ChecksumAlgorithm', upload.about.algorithm) +
        parts.join(''),
    ),
  );
}

export async function listMultipartUploads(call: Call): Promise<Answer> {
  const bucket = call.store.bucket(call.request.bucket ?? '');
  const { query } = call.request;
  const keyMarker = query.get('key-marker') ?? '';
  const idMarker = query.get('upload-id-marker') ?? '';
  // By key, then by time and id; the separator sorts before every character of a key.
  const sorted = new SortedMap<Upload>();
  for (const upload of bucket.uploads.values()) sorted.set(uploadName(upload), upload);
  const marked = bucket.uploads.get(idMarker);
  const after =
    keyMarker === '' ? undefined : marked === undefined ? `${keyMarker}\u0000\uffff` : uploadName(marked);
  const limit = Math.min(integerParameter(call.request, 'max-uploads', MAX_KEYS), MAX_KEYS);
  const page = listPage(sorted, {
    prefix: query.get('prefix') ?? '',
    delimiter: query.get('delimiter') ?? '',
    after: after === undefined ? undefined : { name: after, isPrefix: false },
    limit,
  });
  const encode = encoder(call.request);
  const last = page.entries.at(-1)?.value.about;
  return xmlAnswer(
    document(
      'ListMultipartUploadsResult',
      text('Bucket', bucket.name) +
        text('KeyMarker', encode(keyMarker)) +
        text('UploadIdMarker', idMarker) +
        (page.next === undefined || last === undefined
          ? ''
          : text('NextKeyMarker', encode(last.key)) + text('NextUploadIdMarker', last.id)) +
        text('MaxUploads', limit) +
        text('IsTruncated', page.next !== undefined) +
        page.entries.map(({ value }) => uploadElement(value, encode)).join('') +
        page.prefixes.map((prefix) => element('CommonPrefixes', text('Prefix', encode(prefix)))).join(''),
    ),
  );
}

function list(call: Call, after: Position | undefined) {
  const { request } = call;
  const bucket = call.store.bucket(request.bucket ?? '');
  const limit = Math.min(integerParameter(request, 'max-keys', MAX_KEYS), MAX_KEYS);
  const prefix = request.query.get('prefix') ?? '';
  const delimiter = request.query.get('delimiter') ?? '';
  const page = listPage(bucket.objects, { prefix, delimiter, after, limit });
  const encode = encoder(request);
  const common =
    text('Name', bucket.name) +
    text('Prefix', encode(prefix)) +
    (delimiter === '' ? '' : text('Delimiter', encode(delimiter))) +
    text('EncodingType', request.query.get('encoding-type')) +
    text('IsTruncated', page.next !== undefined);
  return { page, common, encode, limit };
}

function contents(page: ListPage<StoredObject>, encode: (name: string) => string, owner: boolean): string {
  const objects = page.entries.map(({ key, value }) =>
    element(
      'Contents',
      text('Key', encode(key)) +
        text('LastModified', value.lastModified) +
        text('ETag', `"${value.etag}"`) +
        text('ChecksumAlgorithm', value.checksum?.algorithm) +
        text('ChecksumType', value.checksum?.type) +
        text('Size', value.size) +
        (owner ? OWNER : '') +
        text('StorageClass', 'STANDARD'),
    ),
  );
  const prefixes = page.prefixes.map((prefix) => element('CommonPrefixes', text('Prefix', encode(prefix))));
  return [...objects, ...prefixes].join('');
}

function uploadElement(upload: Upload, encode: (name: string) => string): string {
  const { about } = upload;
  return element(
    'Upload',
    text('Key', encode(about.key)) +
      text('UploadId', about.id) +
      element('Initiator', text('ID', 'local') + text('DisplayName', 'local')) +
      OWNER +
      text('StorageClass', 'STANDARD') +
      text('Initiated', about.initiated) +
      text('ChecksumAlgorithm', about.algorithm),
  );
}

function uploadName(upload: Upload): string {
  return `${upload.about.key}\u0000${upload.about.initiated}${upload.about.id}`;
}

/** `encoding-type=url`: names that XML cannot hold travel percent-encoded. */
function encoder(request: S3Request): (name: string) => string {
  const type = request.query.get('encoding-type');
  if (type === undefined) return (name) => name;
  if (type !== 'url') {
    throw new S3Error('InvalidArgument', 'Invalid Encoding Method specified in Request', {
      ArgumentValue: type,
    });
  }
  return (name) => encodeURIComponent(name).replaceAll('%2F', '/').replaceAll('%20', '+');
}

function writeToken(position: Position): string {
  return Buffer.from(`${position.isPrefix ? 'p' : 'k'}${position.name}`).toString('base64url');
}

function readToken(token: string): Position {
  const text = Buffer.from(token, 'base64url').toString('utf8');
  const kind = text[0];
  if (kind !== 'p' && kind !== 'k') {
    throw new S3Error('InvalidArgument', 'The continuation token provided is incorrect', {
      ArgumentName: 'continuation-token',
    });
  }
  return { name: text.slice(1), isPrefix: kind === 'p' };
}
