import { readdirSync } from 'node:fs';
import { join, posix, sep } from 'node:path';

export interface ProjectFile {
  /** Absolute. */
  readonly absolute: string;
  /** From the package's folder, with `/`: `staging/stg_films.sql`. */
  readonly file: string;
  /** From the configured path it was found under: `stg_films.sql`. */
  readonly relative: string;
}

/** Folders that never hold a project's own files, whatever the paths say. */
const skipped = new Set(['.git', 'node_modules', 'target', 'dbt_packages', 'logs', '.venv']);

/** All files with one of the endings below the given paths of a package, sorted by name; a missing path holds none. */
export function filesBelow(
  directory: string,
  paths: readonly string[],
  endings: readonly string[],
): ProjectFile[] {
  const found = new Map<string, ProjectFile>();
  for (const path of paths) {
    for (const name of listRecursively(join(directory, path), '')) {
      if (!endings.some((ending) => name.endsWith(ending))) continue;
      const file = posix.normalize(posix.join(path.split(sep).join('/'), name));
      found.set(file, { absolute: join(directory, path, name), file, relative: name });
    }
  }
  return [...found.values()].sort((a, b) => (a.file < b.file ? -1 : 1));
}

function listRecursively(directory: string, prefix: string): string[] {
  let entries: import('node:fs').Dirent[];
  try {
    entries = readdirSync(directory, { withFileTypes: true });
  } catch {
    return [];
  }
  return entries.flatMap((entry) => {
    const name = prefix === '' ? entry.name : `${prefix}/${entry.name}`;
    if (entry.isDirectory()) {
      return skipped.has(entry.name) ? [] : listRecursively(join(directory, entry.name), name);
    }
    return [name];
  });
}
