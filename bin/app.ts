import { join } from 'node:path';
import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { cloudNames, type Environment, loadEnvironments, SluiceError } from '../lib/config/index.ts';
import { bundleCode, layBundles, PipelineStack, provisionDigest } from '../lib/stacks/index.ts';

/**
 * The CDK's app: a stack for each environment of the config.
 *
 * `-c config=DIR` names the folder of another config, `-c environment=NAME` takes one environment only.
 */
async function synthesize(app: App): Promise<void> {
  const { environments, directory } = await loadEnvironments(String(app.node.tryGetContext('config') ?? '.'));
  const folder = join('.sluice', 'bundles');
  const codeDirectory = join(folder, '.code');
  await bundleCode(codeDirectory);
  Validations.of(app).addPlugins(new AwsSolutionsChecks());
  for (const environment of selected(environments, app.node.tryGetContext('environment'))) {
    const { cloud, baseName } = environment;
    const outDirectory = join(folder, baseName);
    const bundles = layBundles({ environment, directory, codeDirectory, outDirectory });
    new PipelineStack(app, cloudNames(environment).stack, {
      environment,
      bundles,
      provisionDigest: provisionDigest(environment, directory),
      description: `Sluice ${baseName}: Postgres to Snowflake`,
      env: environmentOf(cloud),
      terminationProtection: cloud.staging.onDelete === 'retain' && environment.name === 'prod',
    });
  }
  app.synth();
}

function selected(environments: readonly Environment[], wanted: unknown): readonly Environment[] {
  if (wanted === undefined) return environments;
  const found = environments.filter(({ name }) => name === wanted);
  if (found.length > 0) return found;
  throw new SluiceError({
    code: 'ENVIRONMENT_UNKNOWN',
    kind: 'usage',
    message: `The config has no environment ${String(wanted)}.`,
    hint: `It has ${environments.map(({ name }) => name ?? '(one without a name)').join(', ')}.`,
  });
}

/**
 * What the config leaves out is that of the credentials that the CDK runs with. Without credentials the template fits every
 * account and region.
 */
function environmentOf({ account, region }: Environment['cloud']): { account?: string; region?: string } {
  const chosenAccount = account ?? process.env.CDK_DEFAULT_ACCOUNT;
  // Without an account the CDK's default region is but a guess.
  const chosenRegion = region ?? (chosenAccount === undefined ? undefined : process.env.CDK_DEFAULT_REGION);
  return {
    ...(chosenAccount === undefined ? {} : { account: chosenAccount }),
    ...(chosenRegion === undefined ? {} : { region: chosenRegion }),
  };
}

try {
  await synthesize(new App());
} catch (error) {
  if (!(error instanceof SluiceError)) throw error;
  process.stderr.write(`\nError ${error.code}: ${error.message}\n  ${error.hint}\n`);
  process.exitCode = 2;
}
