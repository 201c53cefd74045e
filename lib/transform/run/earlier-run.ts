import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SluiceError } from '../../config/index.ts';
import type { RunResult } from '../artifacts/results.ts';
import { asRecord, asText, type Data, type DataRecord } from '../values.ts';

/** What the artifacts of a run tell of it. */
export interface EarlierRun {
  readonly runId: string;
  readonly command: string;
  /** The arguments it was called with. */
  readonly args: DataRecord;
  readonly results: readonly RunResult[];
  /** What each node was, as its manifest has it. */
  readonly nodes: ReadonlyMap<string, DataRecord>;
}

/**
 * Reads `run_results.json` and `manifest.json` of a folder.
 *
 * @throws SluiceError ARTIFACTS_MISSING when one of them is not there or cannot be read
 */
export function readEarlierRun(directory: string): EarlierRun {
  const results = readArtifact(directory, 'run_results.json');
  const args = asRecord(results.args) ?? {};
  return {
    runId: asText(asRecord(results.metadata)?.invocation_id) ?? '',
    command: asText(args.which) ?? 'build',
    args,
    results: isResults(results.results) ? results.results : [],
    nodes: manifestNodes(directory),
  };
}

/** What `manifest.json` of a folder says of every node, by unique id. */
export function manifestNodes(directory: string): ReadonlyMap<string, DataRecord> {
  const manifest = readArtifact(directory, 'manifest.json');
  const parts = ['nodes', 'sources', 'exposures', 'unit_tests'].flatMap((key) =>
    Object.entries(asRecord(manifest[key]) ?? {}),
  );
  return new Map(parts.map(([id, node]) => [id, asRecord(node) ?? {}]));
}

/** An artifact of dbt's or ours, as plain data. */
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

function isResults(value: unknown): value is RunResult[] {
  return Array.isArray(value) && value.every((item: Data) => typeof asRecord(item)?.unique_id === 'string');
}

function missing(path: string, what: string): SluiceError {
  return new SluiceError({
    code: 'ARTIFACTS_MISSING',
    kind: 'usage',
    message: `${path} ${what}.`,
    hint: 'It is written by `sluice build` and kept in the state folder; --local-state names another one.',
  });
}
