import type { Environment } from './environments.ts';

/** The functions that log in to Snowflake, by the role each of them has there. */
export const snowflakeFunctions = ['deployer', 'loader', 'transformer'] as const;
export type SnowflakeFunction = (typeof snowflakeFunctions)[number];

/**
 * Names in AWS and Snowflake that have to be known before anything is made: what is made on one side names what is made on
 * the other, so a single deploy needs both in advance.
 */
export interface CloudNames {
  readonly stack: string;
  /** The role that Snowflake assumes to read the bucket. */
  readonly storageRole: string;
  /** The role that GitHub Actions assumes to deploy. */
  readonly deployRole: string;
  /** The role each function runs as, which is also its identity in Snowflake. */
  readonly functionRoles: Readonly<Record<SnowflakeFunction, string>>;
  /** Snowflake's service users. */
  readonly users: Readonly<Record<SnowflakeFunction, string>>;
  /** Secrets of the key pairs; used when `cloud.snowflake.credentials` is `keyPair`. */
  readonly keyPairSecrets: Readonly<Record<SnowflakeFunction, string>>;
}

export function cloudNames({ baseName, project }: Environment): CloudNames {
  const each = (nameOf: (of: SnowflakeFunction) => string): Record<SnowflakeFunction, string> => ({
    deployer: nameOf('deployer'),
    loader: nameOf('loader'),
    transformer: nameOf('transformer'),
  });
  return {
    stack: `sluice-${baseName}`,
    storageRole: `sluice-${baseName}-snowflake`,
    deployRole: `sluice-${baseName}-deploy`,
    functionRoles: each((of) => `sluice-${baseName}-${of}`),
    users: each((of) => `${project.snowflake.database}_${of.toUpperCase()}_SERVICE`),
    keyPairSecrets: each((of) => `sluice/${baseName}/snowflake-${of}`),
  };
}
