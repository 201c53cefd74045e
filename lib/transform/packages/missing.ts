import { resolve } from 'node:path';
import { SluiceError } from '../../config/index.ts';
import type { Problem } from '../errors.ts';
import type { ProjectFileConfig } from '../project/config-file.ts';
import { readDeclaredPackages } from './declared.ts';
import { lockFileName, readLockFile } from './lock-file.ts';
import { packageFoldersIn, stateOf } from './packages-folder.ts';

/**
 * What keeps a project from being read because its packages are not installed. Local packages need not be: they are read where
 * they are. Without a lock a package's folder is not known before it is fetched, so they are counted, as dbt does.
 */
export function missingPackages(root: ProjectFileConfig): Problem | undefined {
  const asWritten = (text: string): unknown => text;
  try {
    const { file, packages } = readDeclaredPackages(root.directory, asWritten);
    const fetched = packages.filter(({ spec }) => spec.kind !== 'local');
    if (fetched.length === 0) return undefined;
    const path = resolve(root.directory, root.packagesPath);
    const hint = 'Run `sluice deps`.';
    const lock = readLockFile(root.directory, asWritten);
    if (lock === undefined) {
      const found = packageFoldersIn(path).length;
      if (found >= fetched.length) return undefined;
      return {
        file,
        message: `it asks for ${count(fetched.length)}, and ${root.packagesPath} holds ${found}.`,
        hint,
      };
    }
    const unlocked = fetched.flatMap(({ spec }) =>
      spec.kind === 'hub' &&
      !lock.packages.some((pinned) => pinned.kind === 'hub' && pinned.package === spec.package)
        ? [spec.package]
        : [],
    );
    if (unlocked.length > 0) {
      return {
        file,
        message: `it asks for ${unlocked.join(', ')}, which ${lockFileName} does not hold.`,
        hint,
      };
    }
    const states = lock.packages
      .filter(({ kind }) => kind !== 'local')
      .map((pinned) => ({ name: pinned.name, state: stateOf(path, pinned) }));
    const named = (wanted: string): string =>
      states.flatMap(({ name, state }) => (state === wanted ? [name] : [])).join(', ');
    if (named('missing') !== '') {
      return {
        file: lockFileName,
        message: `not installed in ${root.packagesPath}: ${named('missing')}.`,
        hint,
      };
    }
    if (named('other') !== '') {
      return {
        file: lockFileName,
        message: `installed in ${root.packagesPath} in another version: ${named('other')}.`,
        hint,
      };
    }
    return undefined;
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error;
    return { message: error.message, hint: error.hint };
  }
}

function count(packages: number): string {
  return packages === 1 ? '1 package' : `${packages} packages`;
}
