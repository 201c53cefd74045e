import { awaitLoads, connectWarehouse, type Load } from '../snowflake/index.ts';
import { type Manifest, newRunId } from '../staging/index.ts';
import {
  type BuildReport,
  build,
  type CloneReport,
  type CompileReport,
  clone,
  compile,
  type DocsOptions,
  type DocsReport,
  type FreshnessReport,
  freshness,
  generateDocs,
  type LineageReport,
  type LineageRequest,
  lineage,
  type PruneReport,
  prune,
  retry,
  type ShowReport,
  show,
  test,
} from '../transform/index.ts';
import type { ModelsContext, RunContext } from './context.ts';
import { selectTables } from './contracts.ts';
import { extractStep, type WindowChoice } from './extract-step.ts';
import { recordRun } from './history.ts';
import { modelReports, type RunReport, tableReports, testCounts } from './report.ts';
import type { RunStep } from './steps.ts';
import { watchTables } from './table-times.ts';
import { type TransformChoice, transformOptions } from './transform-options.ts';

export interface RunOptions extends WindowChoice, TransformChoice {
  /** Bound on waiting for the loads, in seconds. @default 900 */
  readonly loadTimeoutSeconds?: number;
}

/** What a run did, and what a person has to look at: nothing when all is well. */
export interface RunOutcome {
  readonly report: RunReport;
  readonly problems: readonly string[];
}

/**
 * Walks the steps of a run and keeps its report in the bucket. What is wrong with the data (held windows, stale sources, failing tests) ends the run with
 * problems in its outcome; what is wrong outside or with the project is thrown.
 */
export async function runPipeline(context: RunContext, options: RunOptions = {}): Promise<RunOutcome> {
  const outcome = await walk(context, options);
  await inStep(context, 'notify', () => recordRun(context, outcome));
  return outcome;
}

async function walk(given: RunContext, options: RunOptions): Promise<RunOutcome> {
  const started = performance.now();
  const runId = newRunId();
  const times = watchTables(given.onEvent);
  const context: RunContext = { ...given, onEvent: times.onEvent };
  const tables = selectTables(context.project.tables, options.tables).map(({ name }) => name);

  const manifests = await inStep(context, 'extract', () => extractStep(context, options, runId));
  const loads = await inStep(context, 'load', () => loadStep(context, manifests, options.loadTimeoutSeconds));
  const report = (fresh?: FreshnessReport, built?: BuildReport): RunReport => ({
    runId,
    elapsedMs: Math.round(performance.now() - started),
    tables: tableReports(tables, manifests, loads, times.milliseconds()),
    models: built ? modelReports(built) : [],
    tests: testCounts(built),
    freshness: (fresh?.freshness ?? []).map(({ source, table, status, ageSeconds }) => ({
      source,
      table,
      status,
      ageSeconds,
    })),
  });

  const unfinished = loadProblems(loads);
  if (unfinished.length > 0) return { report: report(), problems: unfinished };

  const fresh = await inStep(context, 'freshness', () => freshnessStep(context, options));
  const stale = staleSources(fresh);
  if (stale.length > 0) return { report: report(fresh), problems: stale };

  const built = await inStep(context, 'build', () => buildStep(context, { ...options, runId }));
  return { report: report(fresh, built), problems: built.problems };
}

/** Waits until Snowflake has applied what the manifests say, or says why it did not. */
export async function loadStep(
  context: RunContext,
  manifests: readonly Manifest[],
  timeoutSeconds = 900,
): Promise<readonly Load[]> {
  const { project, connections } = context;
  const warehouse = await connectWarehouse(connections.snowflake, { queryTag: { project: project.name } });
  try {
    return await awaitLoads(warehouse, project, manifests, {
      timeoutSeconds,
      ...(context.signal ? { signal: context.signal } : {}),
      onProgress: (loads) => context.onEvent?.({ type: 'loaded', loads }),
    });
  } finally {
    await warehouse.close();
  }
}

/** How old the sources are, against their limits. */
export async function freshnessStep(
  context: ModelsContext,
  choice: TransformChoice = {},
): Promise<FreshnessReport> {
  return await freshness(transformOptions(context, choice));
}

/** Builds the models beside what is published, tests them there, and publishes them if every test of severity error holds. */
export async function buildStep(context: ModelsContext, choice: TransformChoice = {}): Promise<BuildReport> {
  return await build(transformOptions(context, choice));
}

/** Runs the tests of the dbt project on what is published. */
export async function testStep(context: ModelsContext, choice: TransformChoice = {}): Promise<BuildReport> {
  return await test(transformOptions(context, choice));
}

/** Writes the SQL of the selected nodes over published names, and runs none of it. */
export async function compileStep(
  context: ModelsContext,
  choice: TransformChoice = {},
): Promise<CompileReport> {
  return await compile(transformOptions(context, choice));
}

/** Makes the selected relations here as they are in another environment. */
export async function cloneStep(context: ModelsContext, choice: TransformChoice = {}): Promise<CloneReport> {
  return await clone(transformOptions(context, choice));
}

/** The first rows of what one node selects. */
export async function showStep(
  context: ModelsContext,
  choice: TransformChoice & { readonly limit: number },
): Promise<ShowReport> {
  return await show({ ...transformOptions(context, choice), limit: choice.limit });
}

/** Where columns of the models come from, and where they go. */
export async function lineageStep(
  context: ModelsContext,
  choice: TransformChoice & LineageRequest,
): Promise<LineageReport> {
  return await lineage({ ...transformOptions(context, choice), ...choice });
}

/** One page that shows the project, and the artifacts that it shows. */
export async function docsStep(
  context: ModelsContext,
  choice: TransformChoice & Pick<DocsOptions, 'output' | 'compile' | 'emptyCatalog'>,
): Promise<DocsReport> {
  return await generateDocs({ ...transformOptions(context, choice), ...choice });
}

/** What is in the project's schemas and made by no node any more. */
export async function pruneStep(
  context: ModelsContext,
  choice: TransformChoice & { readonly drop: boolean },
): Promise<PruneReport> {
  return await prune({ ...transformOptions(context, choice), drop: choice.drop });
}

/** Goes on with the last build from what failed. Only what `choice` says is not as it was then. */
export async function retryStep(context: ModelsContext, choice: TransformChoice = {}): Promise<BuildReport> {
  return await retry(transformOptions(context, choice));
}

/** What keeps loads from being visible, a line each. */
export function loadProblems(loads: readonly Load[]): string[] {
  return loads.flatMap(({ table, window, status, rowsRejected, error }) => {
    if (status === 'held') {
      return [`${table} ${window} is held: ${rowsRejected} rejected values. See them in OPS.REJECTS.`];
    }
    if (status === 'failed') return [`${table} ${window} failed: ${error}`];
    return [];
  });
}

function staleSources({ freshness: sources }: FreshnessReport): string[] {
  return sources
    .filter(({ status }) => status !== 'pass' && status !== 'warn')
    .map(
      ({ source, table, status }) => `Source ${source}.${table} is not fresh (${status}); nothing was built.`,
    );
}

async function inStep<Result>(
  context: RunContext,
  step: RunStep,
  work: () => Promise<Result>,
): Promise<Result> {
  context.onEvent?.({ type: 'step', step, state: 'started' });
  const started = performance.now();
  const result = await work();
  context.onEvent?.({ type: 'step', step, state: 'done', milliseconds: performance.now() - started });
  return result;
}
