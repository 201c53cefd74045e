import { Aws, Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { BlockPublicAccess, Bucket, BucketEncryption, ObjectOwnership } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';

export interface StagingProps {
  /** Keys managed by S3, or a KMS key of this stack. */
  readonly encryption: 's3' | 'kms';
  /** Days after which data and manifests are deleted. */
  readonly expireDays: number;
  /** What deleting the stack does with the bucket and its objects. */
  readonly onDelete: 'retain' | 'destroy';
  /** Before every key; empty, or ending in `/`. */
  readonly prefix: string;
}

/** The bucket between Postgres and Snowflake. */
export class Staging extends Construct {
  readonly bucket: Bucket;
  readonly key: Key | undefined;
  readonly prefix: string;

  constructor(scope: Construct, id: string, props: StagingProps) {
    super(scope, id);
    this.prefix = props.prefix;
    const removal =
      props.onDelete === 'retain'
        ? { removalPolicy: RemovalPolicy.RETAIN }
        : { removalPolicy: RemovalPolicy.DESTROY, autoDeleteObjects: true };
    this.key =
      props.encryption === 'kms'
        ? new Key(this, 'Key', { enableKeyRotation: true, removalPolicy: removal.removalPolicy })
        : undefined;

    const accessLogs = new Bucket(this, 'AccessLogs', {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      // S3 delivers access logs to a bucket with its own keys only.
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      lifecycleRules: [{ expiration: Duration.days(90) }],
      ...removal,
    });
    Validations.of(accessLogs).acknowledge({
      id: 'AwsSolutions-S1',
      reason: 'It is where access logs go; logging its own deliveries would never end.',
    });

    accessLogs.addToResourcePolicy(
      new PolicyStatement({
        sid: 'DeliverAccessLogs',
        principals: [new ServicePrincipal('logging.s3.amazonaws.com')],
        actions: ['s3:PutObject'],
        resources: [accessLogs.arnForObjects('staging/*')],
        conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
      }),
    );

    const { prefix } = props;
    this.bucket = new Bucket(this, 'Bucket', {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      encryption: this.key === undefined ? BucketEncryption.S3_MANAGED : BucketEncryption.KMS,
      ...(this.key === undefined ? {} : { encryptionKey: this.key, bucketKeyEnabled: true }),
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      versioned: true,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      serverAccessLogsBucket: Bucket.fromBucketName(this, 'AccessLogsByName', accessLogs.bucketName),
      serverAccessLogsPrefix: 'staging/',
      lifecycleRules: [
        // What an extract that was killed leaves of a multipart upload.
        { id: 'unfinished-parts', abortIncompleteMultipartUploadAfter: Duration.days(1) },
        ...['data/', 'manifests/', 'runs/'].map((folder) => ({
          id: `expire-${folder.slice(0, -1)}`,
          prefix: `${prefix}${folder}`,
          expiration: Duration.days(props.expireDays),
          noncurrentVersionExpiration: Duration.days(7),
        })),
      ],
      ...removal,
    });
    Validations.of(this.bucket).acknowledge({
      id: 'Annotation::@aws-cdk/aws-s3:accessLogsPolicyNotAdded',
      reason: 'It stands above: the policy of the bucket for access logs lets S3 deliver them.',
    });
  }
}
