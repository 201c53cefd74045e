import { Arn, ArnFormat, Duration, Stack } from 'aws-cdk-lib';
import {
  CfnVPCEndpoint,
  InterfaceVpcEndpoint,
  InterfaceVpcEndpointAwsService,
  type IVpc,
  Peer,
  Port,
  SecurityGroup,
  Vpc,
} from 'aws-cdk-lib/aws-ec2';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import type { CloudSource, Project } from '../config/index.ts';
import { acknowledgeFolders, SluiceFunction, type SluiceFunctionProps } from './function.ts';
import type { Staging } from './staging.ts';

export interface ExtractProps {
  readonly project: Project;
  readonly source: CloudSource;
  readonly staging: Staging;
  readonly bundle: string;
  readonly memorySize: number;
  readonly service: string;
  readonly logRetentionDays: number;
}

/** The function that reads windows of a table from Postgres to the bucket, in the source's network where one is configured. */
export class Extract extends Construct {
  readonly extract: SluiceFunction;
  /** Allow this group in the security group of the database. */
  readonly securityGroup: SecurityGroup | undefined;

  constructor(scope: Construct, id: string, props: ExtractProps) {
    super(scope, id);
    const { source, staging } = props;
    const network = source.network === undefined ? undefined : this.#network(source, source.network);
    this.securityGroup = network?.securityGroup;
    this.extract = new SluiceFunction(this, 'Extract', {
      bundle: props.bundle,
      description: 'Reads windows of a table from Postgres to S3',
      // The longest a function may run; it stops by itself before.
      timeout: Duration.minutes(15),
      memorySize: props.memorySize,
      service: props.service,
      logRetentionDays: props.logRetentionDays,
      environment: {
        SLUICE_BUCKET: staging.bucket.bucketName,
        SLUICE_SOURCE: JSON.stringify({
          host: source.host,
          port: source.port,
          database: source.database,
          credentials: source.credentials,
          ...(source.maskingSecretName === undefined ? {} : { maskingSecretName: source.maskingSecretName }),
        }),
      },
      ...(network === undefined ? {} : { network: network.placement }),
    });
    this.#allowStaging(staging);
    this.#allowSource(source);
  }

  /** To write new objects, and to see whether one that it wrote is there when the reply was lost. */
  #allowStaging({ bucket, key, prefix }: Staging): void {
    const { role } = this.extract;
    const folders = ['data/', 'manifests/'].map((folder) => `${prefix}${folder}`);
    role.addToPolicy(
      new PolicyStatement({
        sid: 'Stage',
        actions: ['s3:PutObject', 's3:GetObject', 's3:AbortMultipartUpload', 's3:ListMultipartUploadParts'],
        resources: folders.map((folder) => bucket.arnForObjects(`${folder}*`)),
      }),
    );
    role.addToPolicy(
      new PolicyStatement({
        sid: 'SeeWhatIsStaged',
        actions: ['s3:ListBucket'],
        resources: [bucket.bucketArn],
        conditions: { StringLike: { 's3:prefix': folders.map((folder) => `${folder}*`) } },
      }),
    );
    if (key !== undefined) {
      role.addToPolicy(
        new PolicyStatement({
          sid: 'Encrypt',
          actions: ['kms:GenerateDataKey', 'kms:Decrypt'],
          resources: [key.keyArn],
        }),
      );
    }
    acknowledgeFolders(role, bucket, folders, 'It writes new keys there: they hold table, window and run.');
  }

  #allowSource({ credentials, maskingSecretName }: CloudSource): void {
    const { role } = this.extract;
    if (maskingSecretName !== undefined) {
      Secret.fromSecretNameV2(this, 'MaskingSecret', maskingSecretName).grantRead(role);
    }
    if (credentials.kind === 'secret') {
      Secret.fromSecretNameV2(this, 'SourceSecret', credentials.secretName).grantRead(role);
      return;
    }
    role.addToPolicy(
      new PolicyStatement({
        sid: 'LogInToTheSource',
        actions: ['rds-db:connect'],
        resources: [
          Arn.format(
            {
              service: 'rds-db',
              resource: 'dbuser',
              resourceName: `${credentials.resourceId}/${credentials.user}`,
              arnFormat: ArnFormat.COLON_RESOURCE_NAME,
            },
            Stack.of(this),
          ),
        ],
      }),
    );
  }

  #network(
    source: CloudSource,
    network: NonNullable<CloudSource['network']>,
  ): { securityGroup: SecurityGroup; placement: NonNullable<SluiceFunctionProps['network']> } {
    const vpc = Vpc.fromVpcAttributes(this, 'Vpc', {
      vpcId: network.vpcId,
      vpcCidrBlock: network.cidr,
      availabilityZones: [...network.availabilityZones],
      privateSubnetIds: [...network.subnetIds],
      ...(network.routeTableIds.length === network.subnetIds.length
        ? { privateSubnetRouteTableIds: [...network.routeTableIds] }
        : {}),
    });
    const securityGroup = new SecurityGroup(this, 'SecurityGroup', {
      vpc,
      description: 'The extract of Sluice: to Postgres, S3 and Secrets Manager',
      allowAllOutbound: false,
    });
    securityGroup.addEgressRule(Peer.ipv4(network.cidr), Port.tcp(source.port), 'Postgres');
    // S3 is reached by its public addresses, through the gateway endpoint.
    securityGroup.addEgressRule(Peer.anyIpv4(), Port.HTTPS, 'S3 through its gateway endpoint');
    if (network.routeTableIds.length > 0) this.#gatewayToS3(vpc, network.routeTableIds);
    if (network.secretsManagerEndpoint) this.#secretsManager(vpc, network.cidr);
    return {
      securityGroup,
      placement: { vpc, vpcSubnets: { subnets: vpc.privateSubnets }, securityGroups: [securityGroup] },
    };
  }

  #gatewayToS3(vpc: IVpc, routeTableIds: readonly string[]): void {
    new CfnVPCEndpoint(this, 'S3', {
      vpcId: vpc.vpcId,
      serviceName: `com.amazonaws.${Stack.of(this).region}.s3`,
      vpcEndpointType: 'Gateway',
      routeTableIds: [...new Set(routeTableIds)],
    });
  }

  #secretsManager(vpc: IVpc, cidr: string): void {
    const securityGroup = new SecurityGroup(this, 'SecretsManagerSecurityGroup', {
      vpc,
      description: 'Secrets Manager, for the network of the source',
      allowAllOutbound: false,
    });
    securityGroup.addIngressRule(Peer.ipv4(cidr), Port.HTTPS, 'from the network of the source');
    new InterfaceVpcEndpoint(this, 'SecretsManager', {
      vpc,
      service: InterfaceVpcEndpointAwsService.SECRETS_MANAGER,
      subnets: { subnets: vpc.privateSubnets },
      securityGroups: [securityGroup],
      open: false,
    });
  }
}
