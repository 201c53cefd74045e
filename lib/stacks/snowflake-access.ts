import { Aws, CustomResource, Duration, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import { ArnPrincipal, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { EventType } from 'aws-cdk-lib/aws-s3';
import { SqsDestination } from 'aws-cdk-lib/aws-s3-notifications';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { Provider } from 'aws-cdk-lib/custom-resources';
import { Construct } from 'constructs';
import { acknowledgeFolders, resourceOf, SluiceFunction } from './function.ts';
import type { SnowflakeLogin } from './snowflake-login.ts';
import type { Staging } from './staging.ts';

export interface SnowflakeAccessProps {
  readonly staging: Staging;
  /** Folder of the provisioner's bundle. */
  readonly bundle: string;
  /** How the provisioner logs in. */
  readonly login: SnowflakeLogin;
  /** Name of the role that Snowflake assumes; fixed in advance, because the integration names it before it exists. */
  readonly storageRoleName: string;
  /** What Snowflake has to say when it assumes the role. */
  readonly externalId: string;
  /** Changes when SQL, contracts or config do: the next deploy then runs the migrations. */
  readonly digest: string;
  readonly service: string;
  readonly logRetentionDays: number;
}

/**
 * Snowflake's side of the pipeline, and the trust between both, in one deploy:
 * integration (names a role that does not exist yet) -> role (trusts the user that the integration got) -> stage, tables,
 * pipe, tasks -> the bucket's notification to the pipe's queue.
 */
export class SnowflakeAccess extends Construct {
  readonly provisioner: SluiceFunction;
  readonly storageRole: Role;
  /** Queue that S3 tells of new manifests. */
  readonly notificationChannel: string;

  constructor(scope: Construct, id: string, props: SnowflakeAccessProps) {
    super(scope, id);
    const { staging } = props;
    const storageRoleArn = `arn:${Aws.PARTITION}:iam::${Aws.ACCOUNT_ID}:role/${props.storageRoleName}`;
    this.provisioner = new SluiceFunction(this, 'Provisioner', {
      bundle: props.bundle,
      description: 'Runs snowflake/ for the custom resources of this stack',
      timeout: Duration.minutes(14),
      memorySize: 512,
      roleName: props.login.roleName,
      service: props.service,
      logRetentionDays: props.logRetentionDays,
      environment: {
        ...props.login.environment,
        SLUICE_BUCKET: staging.bucket.bucketName,
        SLUICE_STORAGE_ROLE_ARN: storageRoleArn,
      },
    });
    props.login.grantTo(this.provisioner.role);
    const provider = this.#provider(props);

    const integration = new CustomResource(this, 'Integration', {
      serviceToken: provider.serviceToken,
      resourceType: 'Custom::SnowflakeStorageIntegration',
      properties: {
        Part: 'integration',
        RoleArn: storageRoleArn,
        Bucket: staging.bucket.bucketName,
        Prefix: staging.prefix,
        ExternalId: props.externalId,
      },
    });
    this.storageRole = this.#storageRole(props, integration);

    const objects = new CustomResource(this, 'Objects', {
      serviceToken: provider.serviceToken,
      resourceType: 'Custom::SnowflakeObjects',
      properties: { Part: 'objects', Digest: props.digest },
    });
    // The stage and the pipe read the bucket while they are made.
    objects.node.addDependency(this.storageRole);

    this.notificationChannel = objects.getAttString('NotificationChannel');
    const queue = Queue.fromQueueArn(this, 'PipeQueue', this.notificationChannel);
    staging.bucket.addEventNotification(EventType.OBJECT_CREATED, new SqsDestination(queue), {
      prefix: `${staging.prefix}manifests/`,
    });
    this.#acknowledgeNotificationHandler();
  }

  #provider(props: SnowflakeAccessProps): Provider {
    const logGroup = new LogGroup(this, 'ProviderLogs', {
      retention: props.logRetentionDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const role = new Role(this, 'ProviderRole', {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      description: 'Calls the provisioner and answers CloudFormation',
    });
    logGroup.grantWrite(role);
    const provider = new Provider(this, 'Provider', {
      onEventHandler: this.provisioner.function,
      frameworkOnEventRole: role,
      logGroup,
    });
    Validations.of(role).acknowledge({
      id: `AwsSolutions-IAM5[Resource::<${Stack.of(this).getLogicalId(resourceOf(this.provisioner.function))}.Arn>:*]`,
      reason: 'The versions of the one function it calls.',
    });
    return provider;
  }

  #storageRole(props: SnowflakeAccessProps, integration: CustomResource): Role {
    const { bucket, key, prefix } = props.staging;
    const folders = ['data/', 'manifests/'].map((folder) => `${prefix}${folder}`);
    const role = new Role(this, 'StorageRole', {
      roleName: props.storageRoleName,
      description: 'Assumed by Snowflake to read what is staged',
      assumedBy: new ArnPrincipal(integration.getAttString('StorageUserArn')).withConditions({
        StringEquals: { 'sts:ExternalId': integration.getAttString('ExternalId') },
      }),
    });
    role.addToPolicy(
      new PolicyStatement({
        sid: 'ReadWhatIsStaged',
        actions: ['s3:GetObject', 's3:GetObjectVersion'],
        resources: folders.map((folder) => bucket.arnForObjects(`${folder}*`)),
      }),
    );
    role.addToPolicy(
      new PolicyStatement({
        sid: 'ListWhatIsStaged',
        actions: ['s3:ListBucket'],
        resources: [bucket.bucketArn],
        conditions: { StringLike: { 's3:prefix': folders.map((folder) => `${folder}*`) } },
      }),
    );
    role.addToPolicy(
      new PolicyStatement({
        sid: 'LocateTheBucket',
        actions: ['s3:GetBucketLocation'],
        resources: [bucket.bucketArn],
      }),
    );
    if (key !== undefined) {
      role.addToPolicy(
        new PolicyStatement({ sid: 'Decrypt', actions: ['kms:Decrypt'], resources: [key.keyArn] }),
      );
    }
    acknowledgeFolders(
      role,
      bucket,
      folders,
      'Every file under this folder: keys hold table, window and run.',
    );
    return role;
  }

  /** The CDK's own function that sets a bucket's notifications: one a stack. */
  #acknowledgeNotificationHandler(): void {
    const handler = Stack.of(this).node.tryFindChild(
      'BucketNotificationsHandler050a0587b7544547bf325f094a3db834',
    );
    if (handler === undefined) return;
    Validations.of(handler).acknowledge({
      id: 'AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole]',
      reason: "Made by the CDK for the bucket's notification; it may write logs.",
    });
    Validations.of(handler).acknowledge({
      id: 'AwsSolutions-IAM5[Resource::*]',
      reason:
        'Made by the CDK: it may set notifications (s3:PutBucketNotification) only, and runs during a deploy only.',
    });
    Validations.of(handler).acknowledge({
      id: 'AwsSolutions-L1',
      reason: 'Its runtime is chosen by the CDK.',
    });
  }
}
