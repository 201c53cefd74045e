import { relationNameOf } from '../../artifacts/node-dict.ts';
import { type RunResult, runResults } from '../../artifacts/results.ts';
import { writeArtifact } from '../../artifacts/write.ts';
import type { SqlNode } from '../../graph/node.ts';
import type { Workspace } from '../workspace.ts';
import { runArguments } from './arguments.ts';
import type { Outcome } from './outcome.ts';

/** Between two writes while nodes end; longer where writing takes long, so that it takes no more than this share of the time. */
const pauseMilliseconds = 100;
const shareOfTime = 1 / 20;

/**
 * `run_results.json` of a run that goes on: written as nodes end, each time as a whole, so that a run which is killed has
 * left what it did. Nodes that were not reached stand in it as skipped.
 */
export class ResultsFile {
  readonly #workspace: Workspace;
  readonly #carried: readonly RunResult[];
  readonly #pending: Map<string, SqlNode>;
  readonly #ended: RunResult[] = [];
  #timer: NodeJS.Timeout | undefined;
  #pause = pauseMilliseconds;

  /**
   * @param chosen the nodes of the run
   * @param carried results of an earlier run of the same id that still hold
   */
  constructor(workspace: Workspace, chosen: ReadonlyMap<string, SqlNode>, carried: readonly RunResult[]) {
    this.#workspace = workspace;
    this.#carried = carried;
    this.#pending = new Map(chosen);
    for (const { unique_id: id } of carried) this.#pending.delete(id);
    this.#write();
  }

  add(outcome: Outcome): void {
    this.#pending.delete(outcome.node.uniqueId);
    this.#ended.push(runResult(outcome));
    this.#timer ??= setTimeout(() => this.#write(), this.#pause);
  }

  /** Writes the last state. */
  close(): void {
    this.#write();
  }

  #write(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const started = performance.now();
    const { options, invocation } = this.#workspace;
    const pending = [...this.#pending.values()].map(notReached);
    const all = [...this.#carried, ...this.#ended, ...pending];
    const artifact = runResults(all, invocation, runArguments(this.#workspace));
    writeArtifact(options.artifactsDirectory, 'run_results.json', `${JSON.stringify(artifact)}\n`);
    this.#pause = Math.max(pauseMilliseconds, (performance.now() - started) / shareOfTime);
  }
}

function notReached(node: SqlNode): RunResult {
  return {
    status: 'skipped',
    timing: [],
    thread_id: '',
    execution_time: 0,
    adapter_response: {},
    message: 'The run ended before this node began',
    failures: null,
    unique_id: node.uniqueId,
    compiled: false,
    compiled_code: null,
    relation_name: relationNameOf(node),
    batch_results: null,
  };
}

/** An outcome as `run_results.json` has it. */
export function runResult(outcome: Outcome): RunResult {
  const { node, batches } = outcome;
  const partial = batches !== undefined && batches.successful.length > 0 && batches.failed.length > 0;
  return {
    status: partial ? 'partial success' : outcome.status,
    timing: outcome.timing,
    thread_id: `Thread-${outcome.thread + 1}`,
    execution_time: outcome.ms / 1000,
    adapter_response: outcome.response,
    message: outcome.message,
    failures: outcome.failures,
    unique_id: node.uniqueId,
    compiled: outcome.sql !== null,
    compiled_code: outcome.sql,
    relation_name: relationNameOf(node),
    batch_results: batches ?? null,
  };
}
