import { CfnOutput, Duration, Stack, type StackProps, Tags } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { type Cloud, type CloudSource, cloudNames, type Environment, SluiceError } from '../config/index.ts';
import type { Bundles, FunctionName } from './bundles.ts';
import { DeployRole } from './deploy-role.ts';
import { Extract } from './extract.ts';
import { acknowledgeFolders, SluiceFunction, type SluiceFunctionProps } from './function.ts';
import { KeyRotation } from './key-rotation.ts';
import { Notifications, Observability } from './observability.ts';
import { Orchestration } from './orchestration.ts';
import { SnowflakeAccess } from './snowflake-access.ts';
import { type SnowflakeLogin, snowflakeLogin } from './snowflake-login.ts';
import { Staging } from './staging.ts';

export interface PipelineStackProps extends StackProps {
  readonly environment: Environment;
  /** Folders of the functions' bundles. */
  readonly bundles: Bundles;
  /** Of everything that a provision reads. */
  readonly provisionDigest: string;
}

/** One environment of a project: the whole pipeline, from the schedule to the notification. */
export class PipelineStack extends Stack {
  readonly staging: Staging;
  readonly snowflake: SnowflakeAccess;
  readonly extract: Extract;
  readonly orchestration: Orchestration;
  readonly observability: Observability;
  readonly #props: PipelineStackProps;

  constructor(scope: Construct, id: string, props: PipelineStackProps) {
    super(scope, id, props);
    this.#props = props;
    const { environment, bundles } = props;
    const { project, cloud, baseName } = environment;
    const { source, snowflake } = completeForDeploy(environment);
    const names = cloudNames(environment);
    const service = baseName;
    const { logRetentionDays } = cloud;
    const login = (of: 'deployer' | 'loader' | 'transformer'): SnowflakeLogin =>
      snowflakeLogin(this, of, { project, names, snowflake });

    this.staging = new Staging(this, 'Staging', { ...cloud.staging, prefix: project.staging.prefix });
    this.snowflake = new SnowflakeAccess(this, 'Snowflake', {
      staging: this.staging,
      bundle: bundles.provision,
      login: login('deployer'),
      storageRoleName: names.storageRole,
      externalId: project.snowflake.storageExternalId,
      digest: props.provisionDigest,
      service,
      logRetentionDays,
    });
    this.extract = new Extract(this, 'Source', {
      project,
      source,
      staging: this.staging,
      bundle: bundles.extract,
      memorySize: cloud.functions.extractMemoryMb,
      service,
      logRetentionDays,
    });
    if (snowflake.credentials === 'keyPair') {
      new KeyRotation(this, 'KeyRotation', {
        project,
        names,
        snowflake,
        bundle: bundles.rotate,
        service,
        logRetentionDays,
      });
    }
    const notifications = new Notifications(this, 'Notifications', {
      alarms: cloud.alarms,
      slackBundle: bundles.slack,
      service,
      logRetentionDays,
    });
    this.orchestration = new Orchestration(this, 'Orchestration', {
      functions: { ...this.#steps(login, notifications), extract: this.extract.extract.function },
      startBundle: bundles.start,
      schedule: cloud.schedule,
      maxConnections: project.source.maxConnections,
      loadTimeoutMinutes: cloud.functions.loadTimeoutMinutes,
      baseName,
      service,
      logRetentionDays,
    });
    // A run needs everything that the provisioner makes.
    this.orchestration.node.addDependency(this.snowflake);
    this.observability = new Observability(this, 'Observability', {
      notifications,
      orchestration: this.orchestration,
      extract: this.extract.extract,
      alarms: cloud.alarms,
      schedule: cloud.schedule,
      service,
    });
    if (cloud.deploy !== undefined) {
      new DeployRole(this, 'Deploy', { roleName: names.deployRole, deploy: cloud.deploy });
    }
    this.#tag(environment, cloud);
    this.#outputs();
  }

  /** The functions of the steps between extract and notification. */
  #steps(login: (of: 'loader' | 'transformer') => SnowflakeLogin, notifications: Notifications) {
    const { functions } = this.#props.environment.cloud;
    const loader = login('loader');
    const transformer = login('transformer');
    const load = this.#function('Load', 'load', {
      description: 'Waits until Snowflake has applied what was staged',
      timeout: Duration.minutes(12),
      memorySize: 512,
      roleName: loader.roleName,
      environment: loader.environment,
    });
    loader.grantTo(load.role);
    this.#allowManifests(load);
    // It reads cursors from the ledger, as the same user of Snowflake.
    const plan = this.#function('Plan', 'plan', {
      description: 'Cuts the tables of a run into windows',
      timeout: Duration.minutes(3),
      memorySize: 512,
      role: load.role,
      environment: loader.environment,
    });
    // Freshness and build are one user of Snowflake and so run as one role.
    const freshness = this.#function('Freshness', 'freshness', {
      description: 'Checks how old the sources are',
      timeout: Duration.minutes(5),
      memorySize: functions.modelsMemoryMb,
      roleName: transformer.roleName,
      environment: transformer.environment,
    });
    transformer.grantTo(freshness.role);
    this.#allowArtifacts(freshness);
    const build = this.#function('Build', 'build', {
      description: 'Builds and tests the models, and publishes them when every test holds',
      timeout: Duration.minutes(15),
      memorySize: functions.modelsMemoryMb,
      role: freshness.role,
      environment: transformer.environment,
    });
    const notify = this.#function('Notify', 'notify', {
      description: 'Tells how a run ended',
      environment: { SLUICE_TOPIC_ARN: notifications.topic.topicArn },
    });
    notifications.topic.grantPublish(notify.role);
    return {
      plan: plan.function,
      load: load.function,
      freshness: freshness.function,
      build: build.function,
      notify: notify.function,
    };
  }

  #function(
    id: string,
    name: FunctionName,
    props: Omit<SluiceFunctionProps, 'bundle' | 'service' | 'logRetentionDays'>,
  ): SluiceFunction {
    const { environment, bundles } = this.#props;
    return new SluiceFunction(this, id, {
      ...props,
      environment: { SLUICE_BUCKET: this.staging.bucket.bucketName, ...props.environment },
      bundle: bundles[name],
      service: environment.baseName,
      logRetentionDays: environment.cloud.logRetentionDays,
    });
  }

  #allowManifests(load: SluiceFunction): void {
    const { bucket, key, prefix } = this.staging;
    load.role.addToPolicy(
      new PolicyStatement({
        sid: 'ReadManifests',
        actions: ['s3:GetObject'],
        resources: [bucket.arnForObjects(`${prefix}manifests/*`)],
      }),
    );
    if (key !== undefined) key.grantDecrypt(load.role);
    acknowledgeFolders(
      load.role,
      bucket,
      [`${prefix}manifests/`],
      'It reads the manifests of a run, and nothing else.',
    );
  }

  /** To keep what dbt calls artifacts, a folder a run. */
  #allowArtifacts({ role }: SluiceFunction): void {
    const { bucket, key, prefix } = this.staging;
    role.addToPolicy(
      new PolicyStatement({
        sid: 'KeepArtifacts',
        actions: ['s3:PutObject', 's3:GetObject'],
        resources: [bucket.arnForObjects(`${prefix}runs/*`)],
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
    acknowledgeFolders(
      role,
      bucket,
      [`${prefix}runs/`],
      'It writes artifacts under names that hold the run.',
    );
  }

  #tag({ project, name }: Environment, cloud: Cloud): void {
    const tags = { 'sluice:project': project.name, 'sluice:environment': name ?? 'default', ...cloud.tags };
    for (const [tag, value] of Object.entries(tags)) Tags.of(this).add(tag, value);
  }

  #outputs(): void {
    new CfnOutput(this, 'BucketName', {
      value: this.staging.bucket.bucketName,
      description: 'What is staged',
    });
    new CfnOutput(this, 'StateMachineArn', {
      value: this.orchestration.stateMachine.stateMachineArn,
      description: 'To start a run or a backfill by hand',
    });
    new CfnOutput(this, 'StartFunctionName', {
      value: this.orchestration.start.function.functionName,
      description: 'Starts the run of a business day, once',
    });
    const { securityGroup } = this.extract;
    if (securityGroup !== undefined) {
      new CfnOutput(this, 'ExtractSecurityGroup', {
        value: securityGroup.securityGroupId,
        description: 'Allow it in the security group of the database',
      });
    }
  }
}

/**
 * What has no default and yet is needed to deploy.
 *
 * @throws SluiceError CLOUD_INCOMPLETE naming what is missing
 */
function completeForDeploy({ cloud, name }: Environment): {
  source: CloudSource;
  snowflake: Cloud['snowflake'] & { readonly account: string };
} {
  const { source, snowflake } = cloud;
  const { account } = snowflake;
  if (source !== undefined && account !== undefined) return { source, snowflake: { ...snowflake, account } };
  const missing = [
    ...(source === undefined ? ['cloud.source'] : []),
    ...(account === undefined ? ['cloud.snowflake.account'] : []),
  ];
  throw new SluiceError({
    code: 'CLOUD_INCOMPLETE',
    kind: 'usage',
    message: `The config does not say ${missing.join(' and ')}${name === undefined ? '' : ` for the environment ${name}`}.`,
    hint: 'docs/deploy.md shows a config that can be deployed; every option stands in lib/config/define-cloud.ts.',
    details: { missing },
  });
}
