import { createHash, randomBytes } from 'node:crypto';
import { type Answer, type Call, piecesOf, readPieces, xmlAnswer } from './answer.ts';
import { attributesOf } from './attributes.ts';
import {
  type Checksum,
  type ChecksumAlgorithm,
  checksumElement,
  checksumHeader,
  compositeChecksum,
  createDigest,
} from './checksums.ts';
import { checkReadConditions, checkWriteConditions } from './conditions.ts';
import { S3Error } from './errors.ts';
import { commit, copySource, newObject, target } from './objects.ts';
import { copyRange } from './range.ts';
import { receiveBody, receiveText, requestedAlgorithm, storeBytes } from './receive.ts';
import { header } from './request.ts';
import type { Bucket, StoredPart, Upload } from './store.ts';
import { childrenOf, childText, document, parseXml, text } from './xml.ts';

/** CreateMultipartUpload, UploadPart, UploadPartCopy, CompleteMultipartUpload and AbortMultipartUpload. */

/** S3's limit on every part but the last. */
const MIN_PART_BYTES = 5 * 1024 ** 2;
const MAX_PARTS = 10_000;

export async function createMultipartUpload(call: Call): Promise<Answer> {
  const { bucket, key } = target(call);
  const algorithm = requestedAlgorithm(call.request);
  const asked = header(call.request, 'x-amz-checksum-type');
  if (asked === 'COMPOSITE' && algorithm === 'CRC64NVME') {
    throw new S3Error(
      'InvalidRequest',
      'The COMPOSITE checksum type cannot be used with the crc64nvme checksum algorithm.',
    );
  }
  if (asked === 'FULL_OBJECT' && (algorithm === 'SHA1' || algorithm === 'SHA256')) {
    throw new S3Error(
      'InvalidRequest',
      `The FULL_OBJECT checksum type cannot be used with the ${algorithm} checksum algorithm.`,
    );
  }
  const checksumType = asked === 'FULL_OBJECT' || algorithm === 'CRC64NVME' ? 'FULL_OBJECT' : 'COMPOSITE';
  const id = randomBytes(24).toString('base64url');
  const initiated = new Date().toISOString();
  bucket.createUpload({ ...attributesOf(call.request), id, key, initiated, algorithm, checksumType });
  return xmlAnswer(
    document(
      'InitiateMultipartUploadResult',
      text('Bucket', bucket.name) + text('Key', key) + text('UploadId', id),
    ),
    algorithm === undefined
      ? {}
      : { 'x-amz-checksum-algorithm': algorithm, 'x-amz-checksum-type': checksumType },
  );
}

export async function uploadPart(call: Call): Promise<Answer> {
  const { bucket, upload, number } = partTarget(call);
  const body = await receiveBody(call.request, call.verified, bucket, upload.about.algorithm);
  keepPart(bucket, upload, { number, ...body, lastModified: new Date().toISOString() });
  return {
    status: 200,
    headers: {
      etag: `"${body.etag}"`,
      ...(body.checksum === undefined
        ? {}
        : { [checksumHeader(body.checksum.algorithm)]: body.checksum.value }),
    },
  };
}

export async function uploadPartCopy(call: Call): Promise<Answer> {
  const { bucket, upload, number } = partTarget(call);
  const source = copySource(call);
  checkReadConditions(call.request, source.object, 'x-amz-copy-source-');
  const range = copyRange(header(call.request, 'x-amz-copy-source-range'), source.object.size);
  const { paths, release } = source.bucket.hold(source.object.segments);
  try {
    const pieces = piecesOf(source.object.segments, paths, range.start, range.length);
    const body = await storeBytes(bucket, readPieces(pieces), upload.about.algorithm);
    const lastModified = new Date().toISOString();
    keepPart(bucket, upload, { number, ...body, lastModified });
    return xmlAnswer(
      document('CopyPartResult', text('LastModified', lastModified) + text('ETag', `"${body.etag}"`)),
    );
  } finally {
    release();
  }
}

export async function completeMultipartUpload(call: Call): Promise<Answer> {
  const { bucket, key } = target(call);
  const upload = bucket.upload(key, call.request.query.get('uploadId') ?? '');
  const root = parseXml(await receiveText(call.request, call.verified), 'CompleteMultipartUpload');
  const parts = chooseParts(
    upload,
    childrenOf(root, 'Part').map((node) => ({
      number: Number(childText(node, 'PartNumber')),
      etag: (childText(node, 'ETag') ?? '').replace(/^"|"$/g, ''),
      checksumOf: (algorithm) => childText(node, checksumElement(algorithm)),
    })),
  );
  checkWriteConditions(call.request, bucket, key);
  const segments = parts.map((part) => part.segment);
  const checksum = await checksumOfParts(bucket, upload, parts);
  const claimed =
    checksum === undefined ? undefined : header(call.request, checksumHeader(checksum.algorithm));
  if (
    claimed !== undefined &&
    claimed !== checksum?.value &&
    `${claimed}-${parts.length}` !== checksum?.value
  ) {
    throw new S3Error(
      'BadDigest',
      `The ${checksum?.algorithm} you specified did not match the calculated checksum.`,
    );
  }
  // Again, after everything that waited: another request may have ended this upload, or written the key.
  bucket.upload(key, upload.about.id);
  checkWriteConditions(call.request, bucket, key);
  const object = newObject(call, key, {
    headers: upload.about.headers,
    metadata: upload.about.metadata,
    size: segments.reduce((sum, segment) => sum + segment.size, 0),
    etag: multipartEtag(parts),
    segments,
    checksum,
    multipart: true,
  });
  commit(call, bucket, object, 'ObjectCreated:CompleteMultipartUpload');
  bucket.endUpload(upload, segments);
  const location = `http://${header(call.request, 'host') ?? ''}/${bucket.name}/${encodeURIComponent(key)}`;
  return xmlAnswer(
    document(
      'CompleteMultipartUploadResult',
      text('Location', location) +
        text('Bucket', bucket.name) +
        text('Key', key) +
        text('ETag', `"${object.etag}"`) +
        (checksum === undefined
          ? ''
          : text(checksumElement(checksum.algorithm), checksum.value) + text('ChecksumType', checksum.type)),
    ),
  );
}

export async function abortMultipartUpload(call: Call): Promise<Answer> {
  const { bucket, key } = target(call);
  bucket.endUpload(bucket.upload(key, call.request.query.get('uploadId') ?? ''), []);
  return { status: 204 };
}

interface NamedPart {
  readonly number: number;
  readonly etag: string;
  readonly checksumOf: (algorithm: ChecksumAlgorithm) => string | undefined;
}

/** The parts that a completion names, in its order. Raises what S3 raises for wrong ones. */
function chooseParts(upload: Upload, named: readonly NamedPart[]): readonly StoredPart[] {
  if (named.length === 0 || named.length > MAX_PARTS) {
    throw new S3Error('MalformedXML', 'You must specify at least one part, and at most 10,000.');
  }
  const parts = named.map((name) => findPart(upload, name));
  parts.forEach((part, index) => {
    if (part.number <= (parts[index - 1]?.number ?? 0)) {
      throw new S3Error(
        'InvalidPartOrder',
        'The list of parts was not in ascending order. The parts list must be specified in order by part number.',
        { UploadId: upload.about.id },
      );
    }
  });
  const small = parts.slice(0, -1).find((part) => part.segment.size < MIN_PART_BYTES);
  if (small === undefined) return parts;
  throw new S3Error('EntityTooSmall', 'Your proposed upload is smaller than the minimum allowed size', {
    PartNumber: String(small.number),
    ProposedSize: String(small.segment.size),
    MinSizeAllowed: String(MIN_PART_BYTES),
  });
}

/** The part that is named, with the entity tag and the checksum that it is named with. */
function findPart(upload: Upload, name: NamedPart): StoredPart {
  const part = upload.parts.get(name.number);
  const checksum = part?.checksum;
  const claimed = checksum === undefined ? undefined : name.checksumOf(checksum.algorithm);
  if (
    part !== undefined &&
    part.etag === name.etag &&
    (claimed === undefined || claimed === checksum?.value)
  ) {
    return part;
  }
  throw new S3Error(
    'InvalidPart',
    "One or more of the specified parts could not be found. The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.",
    { UploadId: upload.about.id, PartNumber: String(name.number), ETag: name.etag },
  );
}

/** MD5 over the parts' MD5s, and their number. */
function multipartEtag(parts: readonly StoredPart[]): string {
  const md5 = createHash('md5');
  for (const part of parts) md5.update(Buffer.from(part.etag, 'hex'));
  return `${md5.digest('hex')}-${parts.length}`;
}

async function checksumOfParts(
  bucket: Bucket,
  upload: Upload,
  parts: readonly StoredPart[],
): Promise<Checksum | undefined> {
  const { algorithm, checksumType: type } = upload.about;
  if (algorithm === undefined) return undefined;
  if (type === 'COMPOSITE') {
    const values = parts.flatMap((part) => part.checksum?.value ?? []);
    return { algorithm, type, value: compositeChecksum(algorithm, values) };
  }
  const segments = parts.map((part) => part.segment);
  const size = segments.reduce((sum, segment) => sum + segment.size, 0);
  const { paths, release } = bucket.hold(segments);
  try {
    const digest = createDigest(algorithm);
    for await (const bytes of readPieces(piecesOf(segments, paths, 0, size))) digest.update(bytes);
    return { algorithm, type, value: digest.digest() };
  } finally {
    release();
  }
}

function partTarget(call: Call): { bucket: Bucket; upload: Upload; number: number } {
  const { bucket, key } = target(call);
  const upload = bucket.upload(key, call.request.query.get('uploadId') ?? '');
  const number = Number(call.request.query.get('partNumber'));
  if (!Number.isInteger(number) || number < 1 || number > MAX_PARTS) {
    throw new S3Error('InvalidArgument', 'Part number must be an integer between 1 and 10000, inclusive', {
      ArgumentName: 'partNumber',
      ArgumentValue: call.request.query.get('partNumber') ?? '',
    });
  }
  return { bucket, upload, number };
}

/** Takes a received part in, unless the upload has ended in the meantime. */
function keepPart(bucket: Bucket, upload: Upload, part: StoredPart): void {
  try {
    bucket.upload(upload.about.key, upload.about.id);
  } catch (error) {
    bucket.discard([part.segment]);
    throw error;
  }
  bucket.putPart(upload, part);
}
