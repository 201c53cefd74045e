import { Duration } from 'aws-cdk-lib';
import { type ISecret, RotationSchedule, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { type Cloud, type CloudNames, type Project, snowflakeFunctions } from '../config/index.ts';
import { SluiceFunction } from './function.ts';

export interface KeyRotationProps {
  readonly project: Project;
  readonly names: CloudNames;
  readonly snowflake: Cloud['snowflake'] & { readonly account: string };
  readonly bundle: string;
  readonly service: string;
  readonly logRetentionDays: number;
}

/** Replaces the key pairs of the service users, one secret each, without a moment in which no key is valid. */
export class KeyRotation extends Construct {
  constructor(scope: Construct, id: string, props: KeyRotationProps) {
    super(scope, id);
    const { project, names, snowflake } = props;
    const users = snowflakeFunctions.map((of) => [
      names.keyPairSecrets[of],
      { user: names.users[of], role: project.snowflake.roles[of] },
    ]);
    const rotate = new SluiceFunction(this, 'Rotate', {
      bundle: props.bundle,
      description: 'Replaces key pairs of the service users of Snowflake',
      timeout: Duration.minutes(2),
      memorySize: 512,
      service: props.service,
      logRetentionDays: props.logRetentionDays,
      environment: {
        SLUICE_SNOWFLAKE_ACCOUNT: snowflake.account,
        SLUICE_USERS: JSON.stringify(Object.fromEntries(users)),
        ...(snowflake.accessUrl === undefined ? {} : { SLUICE_SNOWFLAKE_URL: snowflake.accessUrl }),
      },
    });
    for (const of of snowflakeFunctions) {
      const secret: ISecret = Secret.fromSecretNameV2(this, `KeyPair-${of}`, names.keyPairSecrets[of]);
      // Lets the function read and replace this secret, too.
      new RotationSchedule(this, `Schedule-${of}`, {
        secret,
        rotationLambda: rotate.function,
        automaticallyAfter: Duration.days(snowflake.rotateDays),
        // The first deploy finds the key that bootstrap.sql has just set.
        rotateImmediatelyOnUpdate: false,
      });
    }
  }
}
