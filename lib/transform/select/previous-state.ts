import { manifestRecords, readArtifact } from '../artifacts/read.ts';
import type { ParsedProject } from '../parse/project.ts';
import { asList, asRecord, asText, type DataRecord } from '../values.ts';

/** The parts of a manifest that hold what can be selected. */
const parts = [
  'nodes',
  'sources',
  'exposures',
  'metrics',
  'semantic_models',
  'saved_queries',
  'unit_tests',
] as const;

/** What another run left behind, read when a selection first asks for it. */
export class PreviousState {
  /** The project as it is now, to compare with. */
  readonly project: ParsedProject;
  readonly #directory: string;
  readonly #currentDirectory: string;
  #manifest: DataRecord | undefined;
  #nodes: ReadonlyMap<string, DataRecord> | undefined;

  /**
   * @param directory the artifacts of the other run
   * @param currentDirectory those of this project's own last run
   */
  constructor(project: ParsedProject, directory: string, currentDirectory: string) {
    this.project = project;
    this.#directory = directory;
    this.#currentDirectory = currentDirectory;
  }

  /** What each node was, as the manifest has it. */
  nodes(): ReadonlyMap<string, DataRecord> {
    this.#nodes ??= manifestRecords(this.#read(), parts);
    return this.#nodes;
  }

  macros(): ReadonlyMap<string, DataRecord> {
    return manifestRecords(this.#read(), ['macros']);
  }

  /** How each node ended, by `run_results.json`. */
  statuses(): ReadonlyMap<string, string> {
    const found = new Map<string, string>();
    for (const result of resultsOf(readArtifact(this.#directory, 'run_results.json'))) {
      const id = asText(result.unique_id);
      if (id !== undefined) found.set(id, asText(result.status) ?? '');
    }
    return found;
  }

  /** Sources whose newest row is newer now than it was, by `sources.json` of both runs. */
  fresherSources(): ReadonlySet<string> {
    const before = newestRows(readArtifact(this.#directory, 'sources.json'));
    const now = newestRows(readArtifact(this.#currentDirectory, 'sources.json'));
    const fresher = new Set<string>();
    for (const [id, loadedAt] of now) {
      const earlier = before.get(id);
      if (earlier === undefined || Date.parse(loadedAt) > Date.parse(earlier)) fresher.add(id);
    }
    return fresher;
  }

  #read(): DataRecord {
    this.#manifest ??= readArtifact(this.#directory, 'manifest.json');
    return this.#manifest;
  }
}

function resultsOf(artifact: DataRecord): DataRecord[] {
  return asList(artifact.results)
    .map(asRecord)
    .filter((result) => result !== undefined);
}

/** The newest row of every source that could be asked. */
function newestRows(artifact: DataRecord): Map<string, string> {
  const found = new Map<string, string>();
  for (const result of resultsOf(artifact)) {
    const id = asText(result.unique_id);
    const loadedAt = asText(result.max_loaded_at);
    if (id !== undefined && loadedAt !== undefined) found.set(id, loadedAt);
  }
  return found;
}
