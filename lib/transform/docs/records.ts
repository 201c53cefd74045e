import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { asList, asRecord, type Data, type DataRecord } from '../values.ts';

/** The records of a list; what is none is left out. */
export function recordsOf(value: Data | undefined): DataRecord[] {
  return asList(value)
    .map(asRecord)
    .filter((record) => record !== undefined);
}

/** The records that a record holds. */
export function recordsIn(value: Data | undefined): DataRecord[] {
  return recordsOf(Object.values(asRecord(value) ?? {}));
}

/** An artifact of an earlier run; that there was none yet, or not a whole one, keeps nobody from reading the docs. */
export function artifactIfThere(directory: string, name: string): DataRecord | undefined {
  const path = join(directory, name);
  if (!existsSync(path)) return undefined;
  try {
    return asRecord(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    return undefined;
  }
}
