import {
  cloudNames,
  type Environment,
  SluiceError,
  type SnowflakeFunction,
  snowflakeFunctions,
} from '../config/index.ts';
import { bootstrapFile, defaultMigrationsDirectory, readTemplate } from './migration-files.ts';
import { quoteIdentifier, quoteLiteral } from './quoting.ts';
import { renderTemplate } from './templates.ts';

export interface BootstrapOptions {
  readonly environment: Environment;
  /** AWS account that the stack is deployed to, 12 digits. @default `cloud.account` of the config */
  readonly awsAccount?: string;
  /** With `credentials: 'keyPair'`: the public key of each user, PEM or its base64. */
  readonly publicKeys?: Readonly<Record<SnowflakeFunction, string>>;
}

/**
 * `snowflake/bootstrap.sql` with the names of an environment: what an account admin of Snowflake runs once before the first
 * deploy. It names the roles in AWS that do not exist yet.
 *
 * @throws SluiceError BOOTSTRAP_INCOMPLETE when the AWS account, or a public key, is not known
 */
export function renderBootstrap(options: BootstrapOptions): string {
  const { environment } = options;
  const { roles } = environment.project.snowflake;
  const keyPair = environment.cloud.snowflake.credentials === 'keyPair';
  const template = readTemplate(defaultMigrationsDirectory(), bootstrapFile);
  const values = {
    deployer: quoteIdentifier(roles.deployer),
    loader: quoteIdentifier(roles.loader),
    transformer: quoteIdentifier(roles.transformer),
    reader: quoteIdentifier(roles.reader),
    workload_identity: !keyPair,
    key_pair: keyPair,
    ...userValues(environment),
    ...(keyPair ? keyValues(options) : roleValues(options)),
  };
  return renderTemplate(template, { values, tables: [] });
}

function userValues(environment: Environment): Record<string, string> {
  const { users } = cloudNames(environment);
  return each((of) => [`${of}_user`, quoteIdentifier(users[of])]);
}

function roleValues({
  environment,
  awsAccount = environment.cloud.account,
}: BootstrapOptions): Record<string, string> {
  if (awsAccount === undefined || !/^\d{12}$/.test(awsAccount)) {
    throw incomplete(
      'Which AWS account the stack is deployed to is not known.',
      'Name it with --aws-account, 12 digits, or as cloud.account in the config.',
    );
  }
  const { functionRoles } = cloudNames(environment);
  return each((of) => [`${of}_arn`, quoteLiteral(`arn:aws:iam::${awsAccount}:role/${functionRoles[of]}`)]);
}

function keyValues({ publicKeys }: BootstrapOptions): Record<string, string> {
  if (publicKeys === undefined) {
    throw incomplete(
      'The config says keyPair, but no public keys are given.',
      'Give the public key of each user; docs/deploy.md, "Key pairs", shows how to make them.',
    );
  }
  // Snowflake takes the key without the lines around it.
  const bare = (pem: string): string => pem.replaceAll(/-----[A-Z ]+-----|\s/g, '');
  return each((of) => [`${of}_key`, quoteLiteral(bare(publicKeys[of]))]);
}

function each(entryOf: (of: SnowflakeFunction) => [string, string]): Record<string, string> {
  return Object.fromEntries(snowflakeFunctions.map(entryOf));
}

function incomplete(message: string, hint: string): SluiceError {
  return new SluiceError({ code: 'BOOTSTRAP_INCOMPLETE', kind: 'usage', message, hint });
}
