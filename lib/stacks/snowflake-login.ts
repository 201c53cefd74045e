import type { IRole } from 'aws-cdk-lib/aws-iam';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import type { Cloud, CloudNames, Project, SnowflakeFunction } from '../config/index.ts';

/** How a function logs in to Snowflake, and what it needs for that. */
export interface SnowflakeLogin {
  /** Role of the function: its identity in Snowflake, so it is fixed in advance. */
  readonly roleName: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Lets the role read the key pair, where there is one. */
  readonly grantTo: (role: IRole) => void;
}

export interface SnowflakeLoginOptions {
  readonly project: Project;
  readonly names: CloudNames;
  readonly snowflake: Cloud['snowflake'] & { readonly account: string };
}

/** The login of one of the service users. With workload identity there is no secret: AWS vouches for the role. */
export function snowflakeLogin(
  scope: Construct,
  of: SnowflakeFunction,
  options: SnowflakeLoginOptions,
): SnowflakeLogin {
  const { project, names, snowflake } = options;
  const secretName = snowflake.credentials === 'keyPair' ? names.keyPairSecrets[of] : undefined;
  const secret =
    secretName === undefined ? undefined : Secret.fromSecretNameV2(scope, `KeyPair-${of}`, secretName);
  return {
    roleName: names.functionRoles[of],
    environment: {
      SLUICE_SNOWFLAKE_ACCOUNT: snowflake.account,
      SLUICE_SNOWFLAKE_USER: names.users[of],
      SLUICE_SNOWFLAKE_ROLE: project.snowflake.roles[of],
      SLUICE_SNOWFLAKE_WAREHOUSE: project.snowflake.warehouse,
      ...(snowflake.accessUrl === undefined ? {} : { SLUICE_SNOWFLAKE_URL: snowflake.accessUrl }),
      ...(secretName === undefined ? {} : { SLUICE_SNOWFLAKE_SECRET: secretName }),
    },
    grantTo: (role) => {
      secret?.grantRead(role);
    },
  };
}
