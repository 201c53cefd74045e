import { readFileSync } from 'node:fs';
import {
  type Environment,
  loadEnvironments,
  SluiceError,
  type SnowflakeFunction,
  snowflakeFunctions,
} from '../../lib/config/index.ts';
import { renderBootstrap } from '../../lib/snowflake/index.ts';
import type { CommandContext } from '../context.ts';

export interface BootstrapCommandOptions {
  /** Which environment of the config; the only one unless told. */
  readonly environment?: string;
  readonly awsAccount?: string;
  /** `role=file` of each public key, with `credentials: 'keyPair'`. */
  readonly publicKey?: readonly string[];
}

/** `sluice bootstrap`: prints what an account admin of Snowflake runs once before the first deploy. */
export async function run(context: CommandContext, options: BootstrapCommandOptions): Promise<0> {
  const { environments } = await loadEnvironments(context.globals.config);
  const sql = renderBootstrap({
    environment: chosen(environments, options.environment),
    ...(options.awsAccount === undefined ? {} : { awsAccount: options.awsAccount }),
    ...(options.publicKey === undefined ? {} : { publicKeys: publicKeysOf(options.publicKey) }),
  });
  context.output.line(sql);
  context.output.result({ sql });
  return 0;
}

function chosen(environments: readonly Environment[], wanted: string | undefined): Environment {
  const found = environments.filter(({ name }) => wanted === undefined || name === wanted);
  const [environment] = found;
  if (environment !== undefined && found.length === 1) return environment;
  const names = environments.map(({ name }) => name ?? '(one without a name)').join(', ');
  throw new SluiceError({
    code: 'ENVIRONMENT_UNKNOWN',
    kind: 'usage',
    message:
      wanted === undefined
        ? 'The config has several environments.'
        : `The config has no environment ${wanted}.`,
    hint: `Name one with --environment: ${names}.`,
  });
}

function publicKeysOf(given: readonly string[]): Readonly<Record<SnowflakeFunction, string>> {
  const files = new Map(
    given.map((text) => [text.slice(0, text.indexOf('=')), text.slice(text.indexOf('=') + 1)]),
  );
  const read = (of: SnowflakeFunction): string => {
    const file = files.get(of);
    if (file !== undefined) return readFileSync(file, 'utf8');
    throw new SluiceError({
      code: 'BOOTSTRAP_INCOMPLETE',
      kind: 'usage',
      message: `The public key of ${of} is not given.`,
      hint: `Give one of each: ${snowflakeFunctions.map((one) => `--public-key ${one}=${one}.pub`).join(' ')}`,
    });
  };
  return { deployer: read('deployer'), loader: read('loader'), transformer: read('transformer') };
}
