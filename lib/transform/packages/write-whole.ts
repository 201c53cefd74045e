import { renameSync, writeFileSync } from 'node:fs';

/** Writes a file so that nobody ever reads half of it. */
export function writeWhole(file: string, text: string): void {
  const beside = `${file}.${process.pid}.tmp`;
  writeFileSync(beside, text);
  renameSync(beside, file);
}
