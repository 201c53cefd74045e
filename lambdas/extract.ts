import { MetricUnit } from '@aws-lambda-powertools/metrics';
import { readContract, SluiceError, type Table } from '../lib/config/index.ts';
import {
  describeChange,
  ExtractError,
  extractTables,
  openSource,
  planCursorWindow,
  planWindows,
  type Source,
} from '../lib/extract/index.ts';
import { selectTables } from '../lib/run/index.ts';
import { type Manifest, type ManifestWindow, newRunId, openStaging } from '../lib/staging/index.ts';
import { type Invocation, lambdaHandler } from './support/handler.ts';
import type { ExtractItem, ExtractState, Staged } from './support/run-state.ts';

/**
 * Reads the windows of an item, one after the other. When the time is nearly up it stops, and its answer says what is left:
 * the state machine calls it again with that.
 */
export async function extractItem(state: ExtractState, invocation: Invocation): Promise<ExtractState> {
  const { item } = state;
  if (item === null) return state;
  const { services, logger, metrics, signal } = invocation;
  const { project } = services;
  const [table] = selectTables(project.tables, [item.table]);
  const contract = readContract(services.directory, item.table);
  if (table === undefined || contract === undefined) throw contractMissing(item.table);

  const runId = newRunId();
  const source = openSource(await services.source(), { ...project.source, maxConnections: 1 });
  const staging = openStaging(services.staging, { prefix: project.staging.prefix });
  let windows: readonly ManifestWindow[] = [];
  let manifests: readonly Manifest[];
  try {
    windows = await windowsOf(table, item, source);
    manifests = await extractTables({
      source,
      staging,
      project,
      tables: [table],
      contracts: [contract],
      runId,
      windows: new Map([[table.name, windows]]),
      signal,
      onProgress: ({ done, window, rows, bytes }) => {
        if (done) logger.info('extracted', { table: table.name, window, rows, bytes });
      },
      onDrift: (name, changes) =>
        logger.warn('the source has changed', { table: name, changes: changes.map(describeChange) }),
      onRetry: ({ error, ...retry }) => logger.warn('window starts again', { ...retry, error }),
    });
  } catch (error) {
    if (!(error instanceof ExtractError && error.code === 'EXTRACT_STOPPED')) throw error;
    manifests = error.manifests;
    if (manifests.length === 0) throw tooLarge(item.table, windows);
  } finally {
    staging.close();
    await source.close();
  }
  const bytes = manifests.flatMap(({ files }) => files).reduce((total, file) => total + file.bytes, 0);
  metrics.addMetric('BytesStaged', MetricUnit.Bytes, bytes);
  return { ...state, ...whatIsLeft(state, windows, runId, manifests) };
}

async function windowsOf(
  table: Table,
  item: ExtractItem,
  source: Source,
): Promise<readonly ManifestWindow[]> {
  if (table.mode.kind !== 'incremental') return planWindows(table, item);
  return [await planCursorWindow(source, table, item.after ?? null)];
}

/** Windows that were not reached form one range again, from the first of them on; one in it that is done is done twice. */
function whatIsLeft(
  { item, done }: ExtractState,
  windows: readonly ManifestWindow[],
  runId: string,
  manifests: readonly Manifest[],
): Pick<ExtractState, 'item' | 'done'> {
  const complete = new Set(manifests.map(({ window }) => window.id));
  const first = windows.find(({ id }) => !complete.has(id));
  const staged: Staged = { runId, windows: [...complete] };
  return {
    item: first === undefined || item === null ? null : { ...item, from: first.id },
    done: [...done, staged],
  };
}

function contractMissing(table: string): SluiceError {
  return new SluiceError({
    code: 'CONTRACT_MISSING',
    kind: 'usage',
    message: `The function was deployed without a contract of ${table}.`,
    hint: 'Run `sluice plan`, commit contracts/, and deploy.',
    details: { table },
  });
}

function tooLarge(table: string, windows: readonly ManifestWindow[]): SluiceError {
  return new SluiceError({
    code: 'WINDOW_TOO_LARGE',
    kind: 'work',
    message: `Not one of the windows of ${table} from ${windows[0]?.id} on was read within the time of a function.`,
    hint: 'Give the extract more memory (cloud.functions.extractMemoryMb), which is also more CPU, or extract this window with `sluice extract` from a machine in the network.',
    details: { table, window: windows[0]?.id },
  });
}

// Of a backfill, hundreds of pieces may fail: the state machine holds the errors of all of them.
export const handler = lambdaHandler(extractItem, { messageLength: 500 });
