import { S3Error } from './errors.ts';
import { header, integerParameter, type S3Request } from './request.ts';
import type { StoredObject } from './store.ts';

/** The bytes of an object that a read asks for. */
export interface ObjectRange {
  readonly start: number;
  readonly length: number;
  /** Is it a part of the object only (206)? */
  readonly partial: boolean;
  /** How many parts the object has, where one was asked for. */
  readonly parts?: number;
}

/** `Range` or `partNumber` of a request. Several ranges at once are answered with the whole object, as S3 does. */
export function readRange(request: S3Request, object: StoredObject): ObjectRange {
  const part = integerParameter(request, 'partNumber', 0);
  if (part > 0) return partRange(object, part);
  const range = header(request, 'range');
  const fields = range === undefined ? null : /^bytes=(\d*)-(\d*)$/.exec(range.trim());
  if (fields === null || (fields[1] === '' && fields[2] === '')) {
    return { start: 0, length: object.size, partial: false };
  }
  return byteRange(fields[1] ?? '', fields[2] ?? '', object.size, range ?? '');
}

/** `x-amz-copy-source-range`, which must be of the form `bytes=first-last`. */
export function copyRange(value: string | undefined, size: number): ObjectRange {
  if (value === undefined) return { start: 0, length: size, partial: false };
  const fields = /^bytes=(\d+)-(\d+)$/.exec(value);
  if (fields === null || Number(fields[2]) >= size) {
    throw new S3Error('InvalidArgument', `Range specified is not valid for source object of size: ${size}`, {
      ArgumentValue: value,
    });
  }
  return byteRange(fields[1] ?? '', fields[2] ?? '', size, value);
}

function byteRange(first: string, last: string, size: number, asked: string): ObjectRange {
  const start = first === '' ? Math.max(0, size - Number(last)) : Number(first);
  const end = first === '' || last === '' ? size - 1 : Math.min(Number(last), size - 1);
  if (start > end) {
    throw new S3Error('InvalidRange', 'The requested range is not satisfiable', {
      RangeRequested: asked,
      ActualObjectSize: String(size),
    });
  }
  return { start, length: end - start + 1, partial: true };
}

function partRange(object: StoredObject, part: number): ObjectRange {
  const segment = object.segments[part - 1];
  if (segment === undefined) throw new S3Error('InvalidRange', 'The requested partnumber is not satisfiable');
  const start = object.segments.slice(0, part - 1).reduce((sum, before) => sum + before.size, 0);
  return {
    start,
    length: segment.size,
    partial: segment.size > 0,
    ...(object.multipart ? { parts: object.segments.length } : {}),
  };
}
