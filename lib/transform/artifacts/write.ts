import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Writes a file of a run, and the folders above it, in one step: a reader sees the old file or the new one. */
export function writeArtifact(directory: string, name: string, text: string): string {
  const path = join(directory, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(`${path}.tmp`, text);
  renameSync(`${path}.tmp`, path);
  return path;
}

/** Writes SQL for people to look at; most of a large project's is there already as it is, and reading costs less than writing. */
export function writeSql(directory: string, name: string, sql: string): string {
  const path = join(directory, name);
  const text = `${sql.trim()}\n`;
  if (textOf(path) === text) return path;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  return path;
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
