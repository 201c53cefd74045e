import { manifest } from '../artifacts/manifest.ts';
import { relationNameOf } from '../artifacts/node-dict.ts';
import { type RunResult, runResults, type SourceResult, sourceResults } from '../artifacts/results.ts';
import { writeArtifact } from '../artifacts/write.ts';
import type { Outcome } from './outcome.ts';
import type { Workspace } from './workspace.ts';

/** Writes `manifest.json`. */
export function writeManifest({ options, invocation, project }: Workspace): void {
  writeJson(options.artifactsDirectory, 'manifest.json', manifest(project, invocation));
}

/** Writes `run_results.json`, with the results of an earlier run that were carried over. */
export function writeRunResults(
  workspace: Workspace,
  outcomes: readonly Outcome[],
  carried: readonly RunResult[] = [],
): void {
  const { options, invocation, project } = workspace;
  const args = {
    which: project.scope.command,
    select: options.select ?? [],
    exclude: options.exclude ?? [],
    target: project.scope.target.name,
    threads: workspace.threads,
    full_refresh: options.fullRefresh ?? false,
    vars: options.vars ?? {},
  };
  const artifact = runResults([...carried, ...outcomes.map(runResult)], invocation, args);
  writeJson(options.artifactsDirectory, 'run_results.json', artifact);
}

/** Writes `sources.json`. */
export function writeSources(workspace: Workspace, results: readonly SourceResult[]): void {
  const artifact = sourceResults(results, workspace.invocation);
  writeJson(workspace.options.artifactsDirectory, 'sources.json', artifact);
}

function writeJson(directory: string, name: string, value: unknown): void {
  writeArtifact(directory, name, `${JSON.stringify(value)}\n`);
}

function runResult(outcome: Outcome): RunResult {
  const { node } = outcome;
  return {
    status: outcome.status,
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
    batch_results: null,
  };
}
