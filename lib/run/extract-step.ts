import { writeContract } from '../config/index.ts';
import { describeChange, extractTables, openSource, readClock, type Source } from '../extract/index.ts';
import { type Manifest, newRunId, openStaging, type Staging } from '../staging/index.ts';
import type { RunContext } from './context.ts';
import { ensureContracts, selectTables } from './contracts.ts';
import { planCursorWindows } from './cursor-windows.ts';
import { evolvedContracts } from './evolve-contracts.ts';
import { planTables } from './plan.ts';
import { provisionProject } from './provision.ts';

export interface WindowChoice {
  /** First and last business day of `daily` tables; what a scheduled run reads unless told. */
  readonly from?: string;
  readonly to?: string;
  /** These tables only. */
  readonly tables?: readonly string[];
}

/** Reads the chosen windows into S3, each with its manifest. Snowflake loads them by itself. */
export async function extractStep(
  context: RunContext,
  choice: WindowChoice,
  runId = newRunId(),
): Promise<readonly Manifest[]> {
  const { project } = context;
  return await withSourceAndStaging(context, async (source, staging) => {
    const tables = selectTables(project.tables, choice.tables);
    const evolved = await evolvedContracts(context.directory, tables, source);
    if (evolved.length > 0) {
      context.logger.warn('the source has changed; its contract is recorded anew', {
        tables: evolved.map(({ table }) => table),
      });
      // Recorded last: a run that dies before this finds the change again.
      await provisionProject(context, { evolved });
      for (const contract of evolved) writeContract(context.directory, contract);
    }
    const contracts = await ensureContracts(context.directory, tables, source);
    const windows = new Map([
      ...planTables(tables, choice, await readClock(source)),
      ...(await planCursorWindows(context, tables, source)),
    ]);
    for (const [table, planned] of windows) {
      context.onEvent?.({ type: 'planned', table, windows: planned.length });
    }
    return await extractTables({
      source,
      staging,
      project,
      tables,
      contracts: [...contracts.values()],
      runId,
      windows,
      ...(context.signal ? { signal: context.signal } : {}),
      onProgress: (progress) => context.onEvent?.({ type: 'extracted', ...progress }),
      onUploaded: (uploaded) => context.onEvent?.({ type: 'uploaded', ...uploaded }),
      onDrift: (table, changes) =>
        context.logger.warn('the source has changed', { runId, table, changes: changes.map(describeChange) }),
      onRetry: ({ error, ...retry }) =>
        context.logger.warn('window starts again', { runId, ...retry, error }),
    });
  });
}

/** Opens source and bucket for a piece of work, and closes them after it. */
export async function withSourceAndStaging<Result>(
  context: RunContext,
  work: (source: Source, staging: Staging) => Promise<Result>,
): Promise<Result> {
  const { project, connections } = context;
  const source = openSource(connections.source, project.source);
  const staging = openStaging(connections.staging, { prefix: project.staging.prefix });
  try {
    return await work(source, staging);
  } finally {
    staging.close();
    await source.close();
  }
}
