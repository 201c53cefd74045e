import { Match } from 'aws-cdk-lib/assertions';
import { expect, test } from 'vitest';
import { everything, plain, resourceOf, resourcesOf, synthesize } from './stack.ts';

const { template } = synthesize(plain);

test('every bucket is encrypted, closed to the public and to plain HTTP, and outlives the stack', () => {
  const buckets = resourcesOf(template, 'AWS::S3::Bucket');
  expect(buckets).toHaveLength(2);
  for (const bucket of buckets) {
    expect(bucket).toMatchObject({
      DeletionPolicy: 'Retain',
      UpdateReplacePolicy: 'Retain',
      Properties: {
        PublicAccessBlockConfiguration: {
          BlockPublicAcls: true,
          BlockPublicPolicy: true,
          IgnorePublicAcls: true,
          RestrictPublicBuckets: true,
        },
        BucketEncryption: {
          ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
        },
      },
    });
    template.hasResourceProperties('AWS::S3::BucketPolicy', {
      Bucket: { Ref: bucket.id },
      PolicyDocument: Match.objectLike({
        Statement: Match.arrayWith([
          Match.objectLike({
            Effect: 'Deny',
            Principal: { AWS: '*' },
            Action: 's3:*',
            Condition: { Bool: { 'aws:SecureTransport': 'false' } },
          }),
          Match.objectLike({ Effect: 'Deny', Condition: { NumericLessThan: { 's3:TlsVersion': 1.2 } } }),
        ]),
      }),
    });
  }
});

test('the staging bucket keeps versions, logs its accesses, and forgets what is old', () => {
  const logs = resourceOf(template, 'AWS::S3::Bucket', 'StagingAccessLogs');
  expect(resourceOf(template, 'AWS::S3::Bucket', 'StagingBucket')).toMatchObject({
    Properties: {
      VersioningConfiguration: { Status: 'Enabled' },
      LoggingConfiguration: { DestinationBucketName: { Ref: logs.id }, LogFilePrefix: 'staging/' },
      LifecycleConfiguration: {
        Rules: [
          { Id: 'unfinished-parts', AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 } },
          { Id: 'expire-data', Prefix: 'data/', ExpirationInDays: 90 },
          { Id: 'expire-manifests', Prefix: 'manifests/', ExpirationInDays: 90 },
          { Id: 'expire-runs', Prefix: 'runs/', ExpirationInDays: 90 },
        ],
      },
    },
  });
});

test('only S3, for this account, delivers access logs', () => {
  const logs = resourceOf(template, 'AWS::S3::Bucket', 'StagingAccessLogs');
  template.hasResourceProperties('AWS::S3::BucketPolicy', {
    Bucket: { Ref: logs.id },
    PolicyDocument: Match.objectLike({
      Statement: Match.arrayWith([
        Match.objectLike({
          Effect: 'Allow',
          Principal: { Service: 'logging.s3.amazonaws.com' },
          Action: 's3:PutObject',
          Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
        }),
      ]),
    }),
  });
});

test('a key of our own, a prefix, other days and a bucket that goes with the stack are options', () => {
  const { template: changed } = synthesize(everything);
  const key = resourceOf(changed, 'AWS::KMS::Key');
  expect(key).toMatchObject({ Properties: { EnableKeyRotation: true }, DeletionPolicy: 'Delete' });
  expect(resourceOf(changed, 'AWS::S3::Bucket', 'StagingBucket')).toMatchObject({
    DeletionPolicy: 'Delete',
    Properties: {
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [
          {
            BucketKeyEnabled: true,
            ServerSideEncryptionByDefault: {
              SSEAlgorithm: 'aws:kms',
              KMSMasterKeyID: { 'Fn::GetAtt': [key.id, 'Arn'] },
            },
          },
        ],
      },
      LifecycleConfiguration: {
        Rules: [
          { Id: 'unfinished-parts' },
          { Prefix: 'shop/data/', ExpirationInDays: 10 },
          { Prefix: 'shop/manifests/', ExpirationInDays: 10 },
          { Prefix: 'shop/runs/', ExpirationInDays: 10 },
        ],
      },
    },
  });
});
