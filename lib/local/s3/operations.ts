import type { Operation } from './answer.ts';
import * as buckets from './buckets.ts';
import { S3Error } from './errors.ts';
import * as lists from './lists.ts';
import * as objects from './objects.ts';
import { header, type S3Request } from './request.ts';
import * as uploads from './uploads.ts';

type Scope = 'service' | 'bucket' | 'object';

interface Route {
  readonly name: string;
  readonly operation: Operation;
  readonly scope: Scope;
  readonly method: string;
  /** Query parameters that make a request this one. */
  readonly query?: readonly string[];
  readonly header?: string;
}

/** Everything this server does; the first that fits is taken. */
const ROUTES: readonly Route[] = [
  { name: 'ListBuckets', operation: buckets.listBuckets, scope: 'service', method: 'GET' },
  {
    name: 'GetBucketLocation',
    operation: buckets.getBucketLocation,
    scope: 'bucket',
    method: 'GET',
    query: ['location'],
  },
  {
    name: 'GetBucketVersioning',
    operation: buckets.getBucketVersioning,
    scope: 'bucket',
    method: 'GET',
    query: ['versioning'],
  },
  {
    name: 'GetBucketNotificationConfiguration',
    operation: buckets.getNotification,
    scope: 'bucket',
    method: 'GET',
    query: ['notification'],
  },
  {
    name: 'PutBucketNotificationConfiguration',
    operation: buckets.putNotification,
    scope: 'bucket',
    method: 'PUT',
    query: ['notification'],
  },
  {
    name: 'ListMultipartUploads',
    operation: lists.listMultipartUploads,
    scope: 'bucket',
    method: 'GET',
    query: ['uploads'],
  },
  {
    name: 'ListObjectsV2',
    operation: lists.listObjectsV2,
    scope: 'bucket',
    method: 'GET',
    query: ['list-type'],
  },
  {
    name: 'DeleteObjects',
    operation: objects.deleteObjects,
    scope: 'bucket',
    method: 'POST',
    query: ['delete'],
  },
  { name: 'ListObjects', operation: lists.listObjects, scope: 'bucket', method: 'GET' },
  { name: 'CreateBucket', operation: buckets.createBucket, scope: 'bucket', method: 'PUT' },
  { name: 'HeadBucket', operation: buckets.headBucket, scope: 'bucket', method: 'HEAD' },
  { name: 'DeleteBucket', operation: buckets.deleteBucket, scope: 'bucket', method: 'DELETE' },
  {
    name: 'CreateMultipartUpload',
    operation: uploads.createMultipartUpload,
    scope: 'object',
    method: 'POST',
    query: ['uploads'],
  },
  {
    name: 'CompleteMultipartUpload',
    operation: uploads.completeMultipartUpload,
    scope: 'object',
    method: 'POST',
    query: ['uploadId'],
  },
  {
    name: 'UploadPartCopy',
    operation: uploads.uploadPartCopy,
    scope: 'object',
    method: 'PUT',
    query: ['uploadId', 'partNumber'],
    header: 'x-amz-copy-source',
  },
  {
    name: 'UploadPart',
    operation: uploads.uploadPart,
    scope: 'object',
    method: 'PUT',
    query: ['uploadId', 'partNumber'],
  },
  {
    name: 'AbortMultipartUpload',
    operation: uploads.abortMultipartUpload,
    scope: 'object',
    method: 'DELETE',
    query: ['uploadId'],
  },
  { name: 'ListParts', operation: lists.listParts, scope: 'object', method: 'GET', query: ['uploadId'] },
  {
    name: 'CopyObject',
    operation: objects.copyObject,
    scope: 'object',
    method: 'PUT',
    header: 'x-amz-copy-source',
  },
  { name: 'PutObject', operation: objects.putObject, scope: 'object', method: 'PUT' },
  { name: 'GetObject', operation: objects.getObject, scope: 'object', method: 'GET' },
  { name: 'HeadObject', operation: objects.headObject, scope: 'object', method: 'HEAD' },
  { name: 'DeleteObject', operation: objects.deleteObject, scope: 'object', method: 'DELETE' },
];

/** Query parameters that name another operation of S3 (`?acl`, `?tagging`, …): none of it is done as if it were a plain one. */
const SUBRESOURCES = [
  ...[
    'accelerate',
    'acl',
    'analytics',
    'annotation',
    'attributes',
    'cors',
    'encryption',
    'intelligent-tiering',
    'inventory',
  ],
  ...[
    'legal-hold',
    'lifecycle',
    'location',
    'logging',
    'metadataConfiguration',
    'metadataTable',
    'metrics',
    'notification',
  ],
  ...[
    'object-lock',
    'ownershipControls',
    'policy',
    'policyStatus',
    'publicAccessBlock',
    'renameObject',
    'replication',
  ],
  ...[
    'requestPayment',
    'restore',
    'retention',
    'select',
    'session',
    'tagging',
    'torrent',
    'uploads',
    'versionId',
  ],
  ...['versioning', 'versions', 'website', 'append', 'delete', 'uploadId'],
];

/** Headers that ask for something that this server would have to do, and does not. */
const UNSUPPORTED_HEADERS = [
  'x-amz-server-side-encryption-customer-algorithm',
  'x-amz-object-lock-mode',
  'x-amz-object-lock-legal-hold',
  'x-amz-website-redirect-location',
  'x-amz-tagging',
  'x-amz-write-offset-bytes',
];

/** The operation that a request is; raises NotImplemented, by name, for every other one of S3. */
export function findOperation(request: S3Request): Operation {
  const scope: Scope =
    request.key !== undefined ? 'object' : request.bucket !== undefined ? 'bucket' : 'service';
  const route = ROUTES.find(
    (candidate) =>
      candidate.scope === scope &&
      candidate.method === request.method &&
      (candidate.query ?? []).every((name) => request.query.has(name)) &&
      (candidate.header === undefined || header(request, candidate.header) !== undefined),
  );
  const foreign = SUBRESOURCES.find(
    (name) => request.query.has(name) && !(route?.query ?? []).includes(name),
  );
  if (route === undefined || foreign !== undefined) {
    const what = foreign === undefined ? '' : `?${foreign}`;
    throw new S3Error(
      'NotImplemented',
      `This server does not implement ${request.method} ${what === '' ? '' : `${what} `}of ${scope === 'object' ? 'an' : 'a'} ${scope}.`,
      { Resource: `${request.rawPath}${what}` },
    );
  }
  const unsupported = UNSUPPORTED_HEADERS.find((name) => header(request, name) !== undefined);
  if (unsupported !== undefined) {
    throw new S3Error('NotImplemented', `This server does not implement ${unsupported} of ${route.name}.`, {
      Header: unsupported,
    });
  }
  return route.operation;
}
