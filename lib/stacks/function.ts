import { CfnResource, Duration, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import type { ISecurityGroup, IVpc, SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  Architecture,
  Code,
  Function as LambdaFunction,
  LoggingFormat,
  Runtime,
  Tracing,
} from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct, type IConstruct } from 'constructs';

export interface SluiceFunctionProps {
  /** Folder of the bundle: `index.mjs` and what it reads. */
  readonly bundle: string;
  readonly description: string;
  /** @default one minute */
  readonly timeout?: Duration;
  /** @default 256, in MB */
  readonly memorySize?: number;
  readonly environment?: Readonly<Record<string, string>>;
  /** Name of its role, where something outside this stack has to know it in advance. @default one that CloudFormation makes */
  readonly roleName?: string;
  /** Role of another function that it shares. @default its own */
  readonly role?: Role;
  readonly logRetentionDays: number;
  /** Name in logs and metrics. */
  readonly service: string;
  /** @default outside any network of ours */
  readonly network?: {
    readonly vpc: IVpc;
    readonly vpcSubnets: SubnetSelection;
    readonly securityGroups: ISecurityGroup[];
  };
}

/** One of our functions: Node 24 on arm64, traced, its logs kept for a stated time, and a role that may do nothing else yet. */
export class SluiceFunction extends Construct {
  readonly function: LambdaFunction;
  readonly role: Role;
  readonly logGroup: LogGroup;
  readonly timeout: Duration;

  constructor(scope: Construct, id: string, props: SluiceFunctionProps) {
    super(scope, id);
    this.timeout = props.timeout ?? Duration.minutes(1);
    this.logGroup = new LogGroup(this, 'Logs', {
      retention: props.logRetentionDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.role =
      props.role ??
      new Role(this, 'Role', {
        assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
        description: props.description,
        ...(props.roleName === undefined ? {} : { roleName: props.roleName }),
      });
    this.logGroup.grantWrite(this.role);
    if (props.network !== undefined) this.#allowNetworkInterfaces();
    this.function = new LambdaFunction(this, 'Function', {
      code: Code.fromAsset(props.bundle),
      handler: 'index.handler',
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      description: props.description,
      timeout: this.timeout,
      memorySize: props.memorySize ?? 256,
      role: this.role,
      logGroup: this.logGroup,
      loggingFormat: LoggingFormat.JSON,
      tracing: Tracing.ACTIVE,
      environment: {
        POWERTOOLS_SERVICE_NAME: props.service,
        POWERTOOLS_METRICS_NAMESPACE: 'Sluice',
        ...props.environment,
      },
      ...props.network,
    });
    Validations.of(this.role).acknowledge({
      id: 'AwsSolutions-IAM5[Resource::*]',
      reason:
        'X-Ray has no resources to name; the same holds for the network interfaces of a function in a VPC.',
    });
  }

  #allowNetworkInterfaces(): void {
    this.role.addToPolicy(
      new PolicyStatement({
        actions: [
          'ec2:CreateNetworkInterface',
          'ec2:DeleteNetworkInterface',
          'ec2:DescribeNetworkInterfaces',
          'ec2:DescribeSubnets',
          'ec2:AssignPrivateIpAddresses',
          'ec2:UnassignPrivateIpAddresses',
        ],
        resources: ['*'],
      }),
    );
  }
}

/** The CloudFormation resource under a construct of the CDK. */
export function resourceOf(construct: IConstruct): CfnResource {
  const child = construct.node.defaultChild;
  if (!CfnResource.isCfnResource(child))
    throw new TypeError(`${construct.node.path} has no resource of its own`);
  return child;
}

/** Says why a policy holds `<folder>*`: the names of objects are not known in advance. */
export function acknowledgeFolders(
  on: IConstruct,
  bucket: IConstruct,
  folders: readonly string[],
  reason: string,
): void {
  const id = Stack.of(bucket).getLogicalId(resourceOf(bucket));
  for (const folder of folders) {
    Validations.of(on).acknowledge({ id: `AwsSolutions-IAM5[Resource::<${id}.Arn>/${folder}*]`, reason });
  }
}
