import { manifestRecords, readArtifact } from '../../artifacts/read.ts';
import type { RunResult } from '../../artifacts/results.ts';
import { asRecord, asText, type Data, type DataRecord } from '../../values.ts';

/** What the artifacts of a run tell of it. */
export interface EarlierRun {
  readonly runId: string;
  readonly command: string;
  readonly startedAt: Date | undefined;
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
  const metadata = asRecord(results.metadata);
  const startedAt = metadata?.invocation_started_at;
  return {
    runId: asText(metadata?.invocation_id) ?? '',
    command: asText(args.which) ?? 'build',
    startedAt: typeof startedAt === 'string' ? new Date(startedAt) : undefined,
    args,
    results: isResults(results.results) ? results.results : [],
    nodes: manifestRecords(readArtifact(directory, 'manifest.json'), ['nodes', 'unit_tests']),
  };
}

function isResults(value: unknown): value is RunResult[] {
  return Array.isArray(value) && value.every((item: Data) => typeof asRecord(item)?.unique_id === 'string');
}
