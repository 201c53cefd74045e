import { existsSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Environment, parseEnvironments } from './environments.ts';
import { SluiceError } from './errors.ts';
import { parseProject } from './parse.ts';
import type { LoadedProject } from './project.ts';

/**
 * Reads and checks a config file.
 *
 * @param path of `sluice.config.ts`, or of a folder that holds one
 * @throws SluiceError CONFIG_MISSING, CONFIG_UNREADABLE; ConfigError with every problem of its content
 */
export async function loadProject(path: string): Promise<LoadedProject> {
  const { input, directory, file } = await readConfig(path);
  return { project: parseProject(input, { directory, file }), directory };
}

/** The environments of a config file, and the folder it stands in. Errors as of `loadProject`. */
export async function loadEnvironments(
  path: string,
): Promise<{ environments: readonly Environment[]; directory: string }> {
  const { input, directory, file } = await readConfig(path);
  return { environments: parseEnvironments(input, { directory, file }), directory };
}

async function readConfig(path: string): Promise<{ input: unknown; directory: string; file: string }> {
  const file = resolve(path.endsWith('.ts') || path.endsWith('.mjs') ? path : `${path}/sluice.config.ts`);
  if (!existsSync(file)) {
    throw new SluiceError({
      code: 'CONFIG_MISSING',
      kind: 'usage',
      message: `There is no config at ${file}.`,
      hint: 'Run from the folder that holds sluice.config.ts, or name it with --config FILE.',
    });
  }
  const directory = dirname(file);
  const module: unknown = await import(pathToFileURL(file).href).catch((cause: unknown) => {
    throw new SluiceError({
      code: 'CONFIG_UNREADABLE',
      kind: 'usage',
      message: `${file} cannot be loaded: ${cause instanceof Error ? cause.message : String(cause)}`,
      hint: 'Correct the error; `node --check` on the file shows its place.',
      cause,
    });
  });
  const input =
    typeof module === 'object' && module !== null && 'default' in module ? module.default : undefined;
  return { input, directory, file: basename(file) };
}
