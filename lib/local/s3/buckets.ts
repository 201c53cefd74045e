import { type Answer, type Call, xmlAnswer } from './answer.ts';
import { S3Error } from './errors.ts';
import { parseNotification, renderNotification } from './notification-config.ts';
import { receiveText } from './receive.ts';
import { document, element, text } from './xml.ts';

/** CreateBucket, HeadBucket, DeleteBucket, ListBuckets and the settings of a bucket. */

export async function createBucket(call: Call): Promise<Answer> {
  const name = call.request.bucket ?? '';
  await receiveText(call.request, call.verified);
  // S3's naming rules: what is refused there is refused here, before it is found out on the day of the deployment.
  if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name) || name.includes('..') || /^[\d.]+$/.test(name)) {
    throw new S3Error('InvalidBucketName', 'The specified bucket is not valid.', { BucketName: name });
  }
  if (call.store.has(name)) {
    throw new S3Error(
      'BucketAlreadyOwnedByYou',
      'Your previous request to create the named bucket succeeded and you already own it.',
      { BucketName: name },
    );
  }
  call.store.create(name);
  return { status: 200, headers: { location: `/${name}` } };
}

export async function headBucket(call: Call): Promise<Answer> {
  call.store.bucket(call.request.bucket ?? '');
  return { status: 200, headers: { 'x-amz-bucket-region': call.region } };
}

export async function deleteBucket(call: Call): Promise<Answer> {
  call.store.delete(call.request.bucket ?? '');
  return { status: 204 };
}

export async function listBuckets(call: Call): Promise<Answer> {
  const prefix = call.request.query.get('prefix') ?? '';
  const buckets = call.store
    .list()
    .filter((bucket) => bucket.name.startsWith(prefix))
    .map((bucket) => element('Bucket', text('Name', bucket.name) + text('CreationDate', bucket.createdAt)));
  const owner = element('Owner', text('ID', 'local') + text('DisplayName', 'local'));
  return xmlAnswer(document('ListAllMyBucketsResult', owner + element('Buckets', buckets.join(''))));
}

export async function getBucketLocation(call: Call): Promise<Answer> {
  call.store.bucket(call.request.bucket ?? '');
  // S3's first region has no name here.
  return xmlAnswer(document('LocationConstraint', call.region === 'us-east-1' ? '' : call.region));
}

export async function getBucketVersioning(call: Call): Promise<Answer> {
  call.store.bucket(call.request.bucket ?? '');
  return xmlAnswer(document('VersioningConfiguration', ''));
}

export async function getNotification(call: Call): Promise<Answer> {
  const bucket = call.store.bucket(call.request.bucket ?? '');
  return xmlAnswer(renderNotification(bucket.notification));
}

export async function putNotification(call: Call): Promise<Answer> {
  const bucket = call.store.bucket(call.request.bucket ?? '');
  const configuration = parseNotification(await receiveText(call.request, call.verified));
  bucket.notification = configuration.queues.length === 0 ? undefined : configuration;
  return { status: 200 };
}
