import { execFile } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../support/index.ts';
import { deployableProject } from './bundled-project.ts';

const root = resolve(import.meta.dirname, '../..');

/** `cdk synth` as a newcomer runs it, without credentials and with no way to any network. */
async function synth(config: string): Promise<{ output: string; directory: string }> {
  const directory = join(temporaryFolder(), 'cdk.out');
  const inherited = Object.entries(process.env).filter(([name]) => !/^(AWS|CDK|SLUICE)_/.test(name));
  const { stdout, stderr } = await promisify(execFile)(
    process.execPath,
    [
      resolve(root, 'node_modules/aws-cdk/bin/cdk'),
      'synth',
      '--quiet',
      '-c',
      `config=${config}`,
      '-o',
      directory,
    ],
    {
      cwd: root,
      env: {
        ...Object.fromEntries(inherited),
        PATH: `${resolve(root, 'node_modules/.bin')}:${process.env.PATH}`,
        AWS_EC2_METADATA_DISABLED: 'true',
        HTTPS_PROXY: 'http://127.0.0.1:9',
        HTTP_PROXY: 'http://127.0.0.1:9',
      },
    },
  );
  return { output: stdout + stderr, directory };
}

const templatesOf = (directory: string): string[] =>
  readdirSync(directory).filter((name) => name.endsWith('.template.json'));

test('cdk synth works offline and without Docker, and cdk-nag finds nothing', async () => {
  const { output, directory } = await synth(deployableProject());
  expect(templatesOf(directory)).toEqual(['sluice-shop.template.json']);
  expect(output).not.toMatch(/ERROR|WARNING/);
});

test('a stack for each environment, with names of its own', async () => {
  const project = deployableProject();
  const file = join(project, 'sluice.config.ts');
  const text = readFileSync(file, 'utf8').replace(
    "name: 'shop',",
    "name: 'shop', environments: { dev: {}, prod: {} },",
  );
  writeFileSync(file, text);
  const { directory } = await synth(project);
  expect(templatesOf(directory)).toEqual(['sluice-shop-dev.template.json', 'sluice-shop-prod.template.json']);
  const template = readFileSync(join(directory, 'sluice-shop-dev.template.json'), 'utf8');
  expect(template).toContain('SHOP_DEV_LOADER_SERVICE');
  expect(template).not.toContain('sluice-shop-prod');
});

test('what is missing to deploy is named', async () => {
  const project = deployableProject();
  writeFileSync(
    join(project, 'sluice.config.ts'),
    "export default { name: 'shop', tables: { films: { mode: 'full' } } };\n",
  );
  await expect(synth(project)).rejects.toMatchObject({
    stderr: expect.stringContaining(
      'Error CLOUD_INCOMPLETE: The config does not say cloud.source and cloud.snowflake.account.',
    ),
  });
});
