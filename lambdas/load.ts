import { type Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { loadWaitMinutes } from '../lib/config/index.ts';
import { loadProblems, type TableReport, tableReports } from '../lib/run/index.ts';
import { awaitLoads, connectWarehouse, type Load } from '../lib/snowflake/index.ts';
import {
  type Manifest,
  manifestKey,
  openStaging,
  parseManifest,
  type Staging,
} from '../lib/staging/index.ts';
import { type Invocation, lambdaHandler } from './support/handler.ts';
import { messageOf, type RunState } from './support/run-state.ts';

export interface LoadResult {
  readonly ok: boolean;
  /** What keeps something from being visible, a line each: windows that were not extracted, held or failed. */
  readonly problems: readonly string[];
  readonly tables: readonly TableReport[];
}

/** Waits until Snowflake has settled every load of the run. Throws `SluicePending` when that takes longer than a call. */
export async function awaitRun(state: RunState, invocation: Invocation): Promise<LoadResult> {
  const { services, metrics, logger, signal } = invocation;
  const { project } = services;
  const manifests = await readManifests(state, invocation);
  const warehouse = await connectWarehouse(
    { ...(await services.snowflake()), database: project.snowflake.database },
    { queryTag: { project: project.name, run: state.runId, step: 'load' } },
  );
  let loads: readonly Load[];
  try {
    loads = await awaitLoads(warehouse, project, manifests, {
      timeoutSeconds: Math.min(loadWaitMinutes * 60, invocation.remainingSeconds),
      signal,
      onWaiting: (reasons) => logger.warn('waiting for Snowflake', { reasons }),
    });
  } finally {
    await warehouse.close();
  }
  const tables = tableReports(
    [...new Set(state.items.map(({ table }) => table))],
    manifests,
    loads,
    new Map(),
  );
  measure(metrics, state, tables, loads);
  const problems = [...notExtracted(state), ...loadProblems(loads)];
  logger.info('settled', { loads: loads.length, problems: problems.length });
  return { ok: problems.length === 0, problems, tables };
}

/** Manifests of everything that the run has staged, some requests at a time. */
async function readManifests(
  state: RunState,
  { services, signal }: Invocation,
): Promise<readonly Manifest[]> {
  const { prefix } = services.project.staging;
  const keys = (state.extracted ?? []).flatMap(({ table, done }) =>
    done.flatMap(({ runId, windows }) =>
      windows.map((window) => manifestKey({ prefix, table, window, runId })),
    ),
  );
  const staging = openStaging(services.staging, { prefix });
  const manifests: Manifest[] = [];
  try {
    for (let start = 0; start < keys.length; start += requestsAtOnce) {
      signal.throwIfAborted();
      const some = keys.slice(start, start + requestsAtOnce);
      manifests.push(...(await Promise.all(some.map((key) => readManifest(staging, key)))));
    }
  } finally {
    staging.close();
  }
  return newestOfWindows(manifests);
}

const requestsAtOnce = 32;

async function readManifest(staging: Staging, key: string): Promise<Manifest> {
  return parseManifest((await staging.get(key)).toString('utf8'), key);
}

/** A window that was staged twice by one run counts once, by its newest. */
function newestOfWindows(manifests: readonly Manifest[]): readonly Manifest[] {
  const newest = new Map<string, Manifest>();
  for (const manifest of manifests) {
    const key = JSON.stringify([manifest.table, manifest.window.id]);
    const other = newest.get(key);
    if (other === undefined || other.runId < manifest.runId) newest.set(key, manifest);
  }
  return [...newest.values()];
}

function notExtracted({ extracted }: RunState): string[] {
  return (extracted ?? []).flatMap(({ table, item, error }) => {
    if (error === undefined) return [];
    const range = item === null ? '' : ` from ${item.from} to ${item.to}`;
    return [`${table}${range} was not extracted. ${messageOf(error)}`];
  });
}

function measure(
  metrics: Metrics,
  { scheduled }: RunState,
  tables: readonly TableReport[],
  loads: readonly Load[],
): void {
  const total = (of: (report: TableReport) => number): number =>
    tables.reduce((sum, report) => sum + of(report), 0);
  const applied = loads.filter(({ status }) => status === 'applied');
  const unaccounted = applied.reduce(
    (sum, load) => sum + load.rowsExtracted - (load.rowsApplied ?? 0) - (load.rowsRejected ?? 0),
    0,
  );
  // Of a backfill nobody knows how many rows are usual.
  if (scheduled)
    metrics.addMetric(
      'RowsExtracted',
      MetricUnit.Count,
      total(({ extracted }) => extracted),
    );
  metrics.addMetric(
    'RowsApplied',
    MetricUnit.Count,
    total(({ applied: rows }) => rows),
  );
  metrics.addMetric(
    'RowsRejected',
    MetricUnit.Count,
    total(({ rejected }) => rejected),
  );
  metrics.addMetric('RowsUnaccounted', MetricUnit.Count, Math.abs(unaccounted));
  const lags = applied.flatMap(({ stagedAt, finishedAt }) =>
    stagedAt === null || finishedAt === null ? [] : [Date.parse(finishedAt) - Date.parse(stagedAt)],
  );
  if (lags.length > 0) metrics.addMetric('LoadLag', MetricUnit.Milliseconds, Math.max(...lags));
}

export const handler = lambdaHandler(awaitRun);
