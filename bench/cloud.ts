/**
 * What deploying costs on this side: `cdk synth` of this repository, and how long each function's bundle takes to load in a fresh Node
 * (the part of a Lambda's cold start that is ours).
 *
 *   npm run bench:cloud
 *
 * Ends with 1 when a bound is missed.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { loadEnvironments } from '../lib/config/index.ts';
import { bundleCode, functionNames, layBundles } from '../lib/stacks/index.ts';
import { median } from './statistics.ts';

const bounds = { synthSeconds: 20, loadMilliseconds: 600, megabytes: 6 };

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '3' }, json: { type: 'boolean', default: false } },
});
const rounds = Number(values.rounds);
const root = resolve(import.meta.dirname, '..');

function run(program: string, args: readonly string[], cwd: string, env: NodeJS.ProcessEnv = {}): string {
  const { status, stdout, stderr } = spawnSync(program, args, {
    cwd,
    encoding: 'utf8',
    env: { ...process.env, ...env },
  });
  if (status !== 0) throw new Error(`${program} ${args[0]} ended with ${status}: ${stderr}`);
  return stdout;
}

function synthSeconds(outDirectory: string): number {
  const started = performance.now();
  const cdk = resolve(root, 'node_modules/aws-cdk/bin/cdk');
  run(process.execPath, [cdk, 'synth', '--quiet', '-o', outDirectory], root);
  return (performance.now() - started) / 1000;
}

function loadMilliseconds(bundle: string): number {
  const script =
    "const started = performance.now(); await import('./index.mjs'); console.log(performance.now() - started)";
  const env = { LAMBDA_TASK_ROOT: bundle, POWERTOOLS_LOG_LEVEL: 'SILENT' };
  return Number(run(process.execPath, ['--input-type=module', '--eval', script], bundle, env));
}

function megabytesOf(bundle: string): number {
  const sizes = readdirSync(bundle, { recursive: true, encoding: 'utf8' }).map((name) => {
    const status = statSync(join(bundle, name));
    return status.isFile() ? status.size : 0;
  });
  return sizes.reduce((total, size) => total + size, 0) / 1e6;
}

const directory = mkdtempSync(join(tmpdir(), 'sluice-bench-'));
try {
  const synth = median(Array.from({ length: rounds }, () => synthSeconds(join(directory, 'cdk.out'))));
  const [environment] = (await loadEnvironments(root)).environments;
  if (environment === undefined) throw new Error('the config has no environment');
  const codeDirectory = join(directory, 'code');
  await bundleCode(codeDirectory);
  const outDirectory = join(directory, 'bundles');
  const bundles = layBundles({ environment, directory: root, codeDirectory, outDirectory });
  const functions = functionNames.map((name) => ({
    name,
    milliseconds: median(Array.from({ length: rounds }, () => loadMilliseconds(bundles[name]))),
    megabytes: megabytesOf(bundles[name]),
  }));
  const ok =
    synth <= bounds.synthSeconds &&
    functions.every(
      ({ milliseconds, megabytes }) =>
        milliseconds <= bounds.loadMilliseconds && megabytes <= bounds.megabytes,
    );
  const lines = functions.map(
    ({ name, milliseconds, megabytes }) =>
      `${name.padEnd(12)} ${milliseconds.toFixed(0).padStart(5)} ms to load, ${megabytes.toFixed(1)} MB`,
  );
  console.log(
    values.json
      ? JSON.stringify({ synthSeconds: synth, functions, ok })
      : [`cdk synth    ${synth.toFixed(1).padStart(5)} s (at most ${bounds.synthSeconds})`, ...lines].join(
          '\n',
        ),
  );
  process.exitCode = ok ? 0 : 1;
} finally {
  rmSync(directory, { recursive: true, force: true });
}
