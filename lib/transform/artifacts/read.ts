import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SluiceError } from '../../config/index.ts';
import { asRecord, type DataRecord } from '../values.ts';

/**
 * An artifact of dbt's or ours, as plain data.
 *
 * @throws SluiceError ARTIFACTS_MISSING when it is not there or cannot be read
 */
export function readArtifact(directory: string, name: string): DataRecord {
  const path = join(directory, name);
  if (!existsSync(path)) throw missing(path, 'is not there');
  try {
    const value = asRecord(JSON.parse(readFileSync(path, 'utf8')));
    if (value !== undefined) return value;
  } catch {
    // Said below, as for any other file that is no artifact.
  }
  throw missing(path, 'is not an artifact');
}

/** The records of some parts of a manifest, by unique id. */
export function manifestRecords(
  manifest: DataRecord,
  parts: readonly string[],
): ReadonlyMap<string, DataRecord> {
  const entries = parts.flatMap((part) => Object.entries(asRecord(manifest[part]) ?? {}));
  return new Map(entries.map(([id, record]) => [id, asRecord(record) ?? {}]));
}

function missing(path: string, what: string): SluiceError {
  return new SluiceError({
    code: 'ARTIFACTS_MISSING',
    kind: 'usage',
    message: `${path} ${what}.`,
    hint: 'It is written by `sluice build` (and by dbt) into its folder of artifacts; --target-path and --state name one.',
  });
}
