import { type Answer, type Call, piecesOf, xmlAnswer } from './answer.ts';
import { attributesOf, objectHeaders } from './attributes.ts';
import { checksumElement, checksumHeader } from './checksums.ts';
import { checkReadConditions, checkWriteConditions } from './conditions.ts';
import { S3Error } from './errors.ts';
import { readRange } from './range.ts';
import { receiveBody, receiveText } from './receive.ts';
import { header, type S3Request } from './request.ts';
import type { Bucket, StoredObject } from './store.ts';
import { childrenOf, childText, document, element, parseXml, text } from './xml.ts';

/** PutObject, GetObject, HeadObject, DeleteObject, DeleteObjects and CopyObject. */

const MAX_DELETES = 1000;

export async function putObject(call: Call): Promise<Answer> {
  const { bucket, key } = target(call);
  checkWriteConditions(call.request, bucket, key);
  const body = await receiveBody(call.request, call.verified, bucket);
  const object = newObject(call, key, {
    ...attributesOf(call.request),
    size: body.segment.size,
    etag: body.etag,
    segments: [body.segment],
    checksum: body.checksum,
    multipart: false,
  });
  try {
    // Again, now that the bytes are here: another writer may have come first.
    checkWriteConditions(call.request, bucket, key);
  } catch (error) {
    bucket.discard(object.segments);
    throw error;
  }
  commit(call, bucket, object, 'ObjectCreated:Put');
  const checksum = object.checksum;
  return {
    status: 200,
    headers: {
      etag: `"${object.etag}"`,
      ...(checksum === undefined
        ? {}
        : { [checksumHeader(checksum.algorithm)]: checksum.value, 'x-amz-checksum-type': checksum.type }),
    },
  };
}

export async function getObject(call: Call): Promise<Answer> {
  const { bucket, key } = target(call);
  const object = bucket.object(key);
  checkReadConditions(call.request, object);
  const range = readRange(call.request, object);
  const { paths, release } = bucket.hold(object.segments);
  return {
    status: range.partial ? 206 : 200,
    headers: { ...objectHeaders(call.request, object, range), ...overridesOf(call.request) },
    body: {
      pieces: piecesOf(object.segments, paths, range.start, range.length),
      length: range.length,
      release,
    },
  };
}

export async function headObject(call: Call): Promise<Answer> {
  return await getObject(call);
}

export async function deleteObject(call: Call): Promise<Answer> {
  const { bucket, key } = target(call);
  remove(call, bucket, key);
  return { status: 204 };
}

export async function deleteObjects(call: Call): Promise<Answer> {
  const bucket = call.store.bucket(call.request.bucket ?? '');
  const root = parseXml(await receiveText(call.request, call.verified), 'Delete');
  const keys = childrenOf(root, 'Object').map((child) => childText(child, 'Key') ?? '');
  if (keys.length === 0 || keys.length > MAX_DELETES) {
    throw new S3Error('MalformedXML', `A request deletes between 1 and ${MAX_DELETES} objects.`);
  }
  const quiet = childText(root, 'Quiet') === 'true';
  const results = keys.map((key) => {
    remove(call, bucket, key);
    return quiet ? '' : element('Deleted', text('Key', key));
  });
  return xmlAnswer(document('DeleteResult', results.join('')));
}

export async function copyObject(call: Call): Promise<Answer> {
  const { bucket, key } = target(call);
  const source = copySource(call);
  checkReadConditions(call.request, source.object, 'x-amz-copy-source-');
  checkWriteConditions(call.request, bucket, key);
  const replaces = header(call.request, 'x-amz-metadata-directive') === 'REPLACE';
  if (!replaces && source.bucket === bucket && source.object.key === key) {
    throw new S3Error(
      'InvalidRequest',
      "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata.",
    );
  }
  const segments = await linkData(source.bucket, bucket, source.object);
  const object = newObject(call, key, {
    ...source.object,
    ...(replaces ? attributesOf(call.request) : {}),
    segments,
  });
  commit(call, bucket, object, 'ObjectCreated:Copy');
  const checksum = object.checksum;
  return xmlAnswer(
    document(
      'CopyObjectResult',
      text('LastModified', object.lastModified) +
        text('ETag', `"${object.etag}"`) +
        (checksum === undefined ? '' : text(checksumElement(checksum.algorithm), checksum.value)),
    ),
  );
}

/** Bucket and key of a request; raises NoSuchBucket and KeyTooLongError. */
export function target(call: Call): { bucket: Bucket; key: string } {
  const bucket = call.store.bucket(call.request.bucket ?? '');
  const key = call.request.key ?? '';
  if (Buffer.byteLength(key) > 1024)
    throw new S3Error('KeyTooLongError', 'Your key is too long', { Size: `${Buffer.byteLength(key)}` });
  return { bucket, key };
}

/** The object that `x-amz-copy-source` names: `[/]<bucket>/<key>`, percent-encoded. */
export function copySource(call: Call): { bucket: Bucket; object: StoredObject } {
  const raw = header(call.request, 'x-amz-copy-source') ?? '';
  const [path = '', query] = raw.replace(/^\//, '').split('?');
  if (query !== undefined)
    throw new S3Error('NotImplemented', 'This server keeps no versions of objects.', { Header: raw });
  const decoded = decodeSource(path);
  const slash = decoded.indexOf('/');
  if (slash < 1)
    throw new S3Error('InvalidArgument', 'Copy Source must mention the source bucket and key', {
      ArgumentValue: raw,
    });
  const bucket = call.store.bucket(decoded.slice(0, slash));
  return { bucket, object: bucket.object(decoded.slice(slash + 1)) };
}

/** Puts a finished object in its place and sends the event of it. */
export function commit(
  call: Call,
  bucket: Bucket,
  object: StoredObject,
  event: 'ObjectCreated:Put' | 'ObjectCreated:Copy' | 'ObjectCreated:CompleteMultipartUpload',
): void {
  const send = call.outbox.announce(bucket, event, object);
  bucket.putObject(object);
  send();
}

/** Gives an object what belongs to the moment of its writing. */
export function newObject(
  call: Call,
  key: string,
  rest: Omit<StoredObject, 'key' | 'lastModified' | 'sequencer'>,
): StoredObject {
  const lastModified = `${new Date().toISOString().slice(0, 19)}.000Z`;
  return { ...rest, key, lastModified, sequencer: call.outbox.nextSequencer() };
}

function remove(call: Call, bucket: Bucket, key: string): void {
  if (bucket.objects.get(key) === undefined) return;
  const send = call.outbox.announce(bucket, 'ObjectRemoved:Delete', {
    key,
    sequencer: call.outbox.nextSequencer(),
  });
  bucket.deleteObject(key);
  send();
}

async function linkData(from: Bucket, to: Bucket, object: StoredObject): Promise<StoredObject['segments']> {
  const { paths, release } = from.hold(object.segments);
  try {
    return await to.linkData(object.segments, paths);
  } finally {
    release();
  }
}

/** `response-content-type` and its like: headers that the reader asks for in the query. */
function overridesOf(request: S3Request): Record<string, string> {
  const names = [
    'content-type',
    'content-language',
    'expires',
    'cache-control',
    'content-disposition',
    'content-encoding',
  ];
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = request.query.get(`response-${name}`);
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

function decodeSource(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    throw new S3Error('InvalidArgument', 'Invalid copy source encoding.', { ArgumentValue: path });
  }
}
