import { SluiceError } from '../../config/index.ts';
import type { SourceResult } from '../artifacts/results.ts';
import type { SourceNode, Threshold } from '../graph/node.ts';
import type { FreshnessReport, FreshnessResult, TransformOptions } from '../options.ts';
import { sourceRelation } from '../run/compile/placement.ts';
import { type Age, measureAge } from '../run/nodes/source-age.ts';
import { writeSources } from '../run/results/artifacts.ts';
import { runSchedule } from '../run/scheduler.ts';
import { openWorkspace, type Workspace } from '../run/workspace.ts';

interface Checked {
  readonly passed: true;
  readonly source: SourceNode;
  readonly thread: number;
  readonly startedAt: Date;
  readonly endedAt: Date;
  readonly age: Age | undefined;
  readonly error: string | undefined;
}

/**
 * Asks how old the selected sources' tables are, and writes `sources.json`. Sources without thresholds or without a way to
 * tell are left out.
 *
 * @returns the age of every source's table; `failure` is set when one is older than its `error_after`, or cannot be asked
 */
export async function freshness(options: TransformOptions): Promise<FreshnessReport> {
  const workspace = openWorkspace('source freshness', options);
  try {
    const checked = await checkAll(workspace, chosenSources(workspace));
    writeSources(workspace, checked.map(sourceResult));
    const results = checked.map(freshnessResult);
    const failure = failureOf(results);
    return { freshness: results, ...(failure === undefined ? {} : { failure }) };
  } finally {
    await workspace.pool.close();
  }
}

/** What is selected, or read by what is selected: a mart's freshness is that of its sources. */
function chosenSources({ project, selection }: Workspace): SourceNode[] {
  return [...project.nodes.values()].filter(
    (node): node is SourceNode =>
      node.resourceType === 'source' &&
      selection.ids.has(node.uniqueId) &&
      node.freshness !== null &&
      (node.loadedAtField !== null || node.loadedAtQuery !== null),
  );
}

async function checkAll(workspace: Workspace, sources: readonly SourceNode[]): Promise<Checked[]> {
  const { pool, project, runId, threads, options } = workspace;
  const byId = new Map(sources.map((source) => [source.uniqueId, source]));
  const results = await runSchedule<Checked>({
    nodes: new Map(sources.map(({ uniqueId }) => [uniqueId, []])),
    threads,
    ...(options.signal === undefined ? {} : { signal: options.signal }),
    run: async (id, thread) => {
      const source = byId.get(id);
      if (source === undefined) throw new Error(`${id} was not chosen`);
      const startedAt = new Date();
      let age: Age | undefined;
      let error: string | undefined;
      await pool.use({ project: project.loaded.root.name, run: runId, node: id }, async (session) => {
        try {
          age = await measureAge(session, source, sourceRelation(source));
        } catch (cause) {
          options.signal?.throwIfAborted();
          error = `source ${source.sourceName}.${source.name} (${source.originalPath}): ${cause instanceof Error ? cause.message : String(cause)}`;
        }
      });
      const checked: Checked = { passed: true, source, thread, startedAt, endedAt: new Date(), age, error };
      options.onNode?.({
        kind: 'source',
        name: `${source.sourceName}.${source.name}`,
        status: age?.status ?? 'runtime error',
        ms: checked.endedAt.getTime() - startedAt.getTime(),
        rows: null,
        message: error ?? null,
      });
      return checked;
    },
    skip: (id) => {
      throw new Error(`${id} waits for nothing`);
    },
  });
  return [...results.values()];
}

function freshnessResult({ source, age, error }: Checked): FreshnessResult {
  return {
    source: source.sourceName,
    table: source.name,
    status: age?.status ?? 'runtime error',
    ageSeconds: age?.ageSeconds ?? null,
    maxLoadedAt: age?.maxLoadedAt ?? null,
    ...(error === undefined ? {} : { error }),
  };
}

function sourceResult({ source, age, error, thread, startedAt, endedAt }: Checked): SourceResult {
  if (age === undefined) {
    return { unique_id: source.uniqueId, error: error ?? 'unknown', status: 'runtime error' };
  }
  const criterion = (threshold: Threshold | null | undefined) => ({
    count: threshold?.count ?? null,
    period: threshold?.period ?? null,
  });
  return {
    unique_id: source.uniqueId,
    max_loaded_at: age.maxLoadedAt,
    snapshotted_at: age.snapshottedAt,
    max_loaded_at_time_ago_in_s: age.ageSeconds,
    status: age.status,
    criteria: {
      warn_after: criterion(source.freshness?.warnAfter),
      error_after: criterion(source.freshness?.errorAfter),
      filter: source.freshness?.filter ?? null,
    },
    adapter_response: {},
    timing: [{ name: 'execute', started_at: startedAt.toISOString(), completed_at: endedAt.toISOString() }],
    thread_id: `Thread-${thread + 1}`,
    execution_time: (endedAt.getTime() - startedAt.getTime()) / 1000,
  };
}

function failureOf(results: readonly FreshnessResult[]): SluiceError | undefined {
  const bad = results.filter(({ status }) => status === 'error' || status === 'runtime error');
  if (bad.length === 0) return undefined;
  const lines = bad.map(({ source, table, ageSeconds, maxLoadedAt, error }) =>
    error === undefined
      ? `  ${source}.${table}: the newest row is of ${maxLoadedAt}, ${Math.round((ageSeconds ?? 0) / 3600)} hours ago`
      : `  ${error}`,
  );
  return new SluiceError({
    code: 'SOURCES_STALE',
    kind: 'work',
    message: `${bad.length} of ${results.length} sources are too old or cannot be asked:\n${lines.join('\n')}`,
    hint: 'Run the extract and look at `sluice status`; the thresholds stand in the schema file of the sources.',
    details: { sources: bad.map(({ source, table }) => `${source}.${table}`) },
  });
}
