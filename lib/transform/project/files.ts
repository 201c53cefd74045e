import { type Dirent, readdirSync, realpathSync, statSync } from 'node:fs';
import { join, posix, sep } from 'node:path';
import { readIgnores } from './ignore.ts';

export interface ProjectFile {
  /** Absolute. */
  readonly absolute: string;
  /** From the package's folder, with `/`: `staging/stg_films.sql`. */
  readonly file: string;
  /** From the configured path it was found under: `stg_films.sql`. */
  readonly relative: string;
}

/** Folders that never hold a project's own files, wherever they are. */
const skipped = new Set(['.git', 'node_modules', '.venv']);
/** Folders of a project that hold what tools put there, if its files are looked for in all of it. */
const skippedAtTop = new Set(['target', 'dbt_packages', 'logs']);

/**
 * All files with one of the endings below the given paths of a package, sorted by name, but for those that its `.dbtignore`
 * names; a missing path holds none.
 */
export function filesBelow(
  directory: string,
  paths: readonly string[],
  endings: readonly string[],
): ProjectFile[] {
  const found = new Map<string, ProjectFile>();
  const ignores = readIgnores(directory);
  for (const path of paths) {
    for (const name of listRecursively(join(directory, path), '')) {
      if (!endings.some((ending) => name.endsWith(ending))) continue;
      const file = posix.normalize(posix.join(path.split(sep).join('/'), name));
      if (skippedAtTop.has(file.split('/')[0] ?? '') || ignores(file)) continue;
      found.set(file, { absolute: join(directory, path, name), file, relative: name });
    }
  }
  return [...found.values()].sort((a, b) => (a.file < b.file ? -1 : 1));
}

function listRecursively(directory: string, prefix: string): string[] {
  let entries: Dirent[];
  try {
    entries = readdirSync(directory, { withFileTypes: true });
  } catch {
    return [];
  }
  return entries.flatMap((entry) => {
    const name = prefix === '' ? entry.name : `${prefix}/${entry.name}`;
    const path = join(directory, entry.name);
    if (!isFolder(entry, path)) return [name];
    return skipped.has(entry.name) ? [] : listRecursively(path, name);
  });
}

/** A link to a folder is one, unless it leads nowhere or up to where it is, which would never end. */
function isFolder(entry: Dirent, path: string): boolean {
  if (!entry.isSymbolicLink()) return entry.isDirectory();
  try {
    return statSync(path).isDirectory() && !path.startsWith(`${realpathSync(path)}${sep}`);
  } catch {
    return false;
  }
}
