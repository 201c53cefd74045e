import type { Table } from '../config/index.ts';
import { countWindows, planWindows, type Source } from '../extract/index.ts';
import { connectWarehouse, reconcileTable, type Warehouse, type WindowCounts } from '../snowflake/index.ts';
import type { RunContext } from './context.ts';
import { selectTables } from './contracts.ts';
import { type WindowChoice, withSourceAndStaging } from './extract-step.ts';

/** Where the rows of one window are: the four counts of the way, and the source as it is now. */
export interface ReconciledWindow extends Omit<WindowCounts, 'status'> {
  /** Null for a table that merges: the rows of an older range of its cursor have moved on. */
  readonly source: number | null;
  /** `late`: the source has changed since the window was read; `different`: rows are missing or doubled on the way. */
  readonly status: 'equal' | 'late' | 'different';
}

/**
 * Compares, window by window, the rows in the source now with those in the manifest, landed, applied and in RAW.
 * Without days named it looks at all days from the first to the last that is loaded.
 */
export async function reconcile(
  context: RunContext,
  choice: WindowChoice,
): Promise<readonly ReconciledWindow[]> {
  const { project, connections } = context;
  return await withSourceAndStaging(context, async (source) => {
    const warehouse = await connectWarehouse(
      { ...connections.snowflake, database: project.snowflake.database },
      { queryTag: { project: project.name } },
    );
    try {
      const windows: ReconciledWindow[] = [];
      for (const table of selectTables(project.tables, choice.tables)) {
        windows.push(...(await reconcileOne(context, choice, table, source, warehouse)));
      }
      return windows;
    } finally {
      await warehouse.close();
    }
  });
}

async function reconcileOne(
  { project }: RunContext,
  choice: WindowChoice,
  table: Table,
  source: Source,
  warehouse: Warehouse,
): Promise<readonly ReconciledWindow[]> {
  const loaded = new Map(
    (await reconcileTable(warehouse, project, table)).map((counts) => [counts.window, counts]),
  );
  if (table.mode.kind === 'incremental')
    return [...loaded.values()].map((counts) => ({ ...counts, source: null }));
  const days = [...loaded.keys()].sort();
  const from = choice.from ?? days[0];
  const to = choice.to ?? days.at(-1);
  if (from === undefined || to === undefined) return [];
  const planned = planWindows(table, { from, to });
  const inSource = await countWindows(source, table, planned);
  return planned.map(({ id }) => {
    const { status, ...counts } = loaded.get(id) ?? nothingLoaded(table.name, id);
    const rows = inSource.get(id) ?? 0;
    return {
      ...counts,
      source: rows,
      status: status === 'equal' && rows !== counts.extracted ? 'late' : status,
    };
  });
}

function nothingLoaded(table: string, window: string): WindowCounts {
  return {
    table,
    window,
    runId: null,
    extracted: 0,
    staged: 0,
    landed: 0,
    applied: 0,
    rejected: 0,
    raw: 0,
    status: 'equal',
  };
}
