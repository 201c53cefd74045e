import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { SluiceError } from '../../config/index.ts';

/** Writes a file of a run, and the folders above it, in one step: a reader sees the old file or the new one. */
export function writeArtifact(directory: string, name: string, text: string): string {
  const path = join(directory, name);
  // Two runs may write it at once.
  const temporary = `${path}.${process.pid}.tmp`;
  write(temporary, text);
  renameSync(temporary, path);
  return path;
}

/** Writes SQL for people to look at; most of a large project's is there already as it is, and reading costs less than writing. */
export function writeSql(directory: string, name: string, sql: string): string {
  const path = join(directory, name);
  const text = `${sql.trim()}\n`;
  if (textOf(path) !== text) write(path, text);
  return path;
}

function write(path: string, text: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  } catch (cause) {
    throw new SluiceError({
      code: 'ARTIFACT_NOT_WRITTEN',
      kind: 'outside',
      message: `${path} cannot be written: ${cause instanceof Error ? cause.message : String(cause)}`,
      hint: 'Make room on that disk, or grant access to the folder; then give the same command again.',
      cause,
    });
  }
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
