import type { Table } from '../config/index.ts';
import { planWindows } from '../extract/index.ts';
import {
  connectWarehouse,
  type Load,
  quoteName,
  readLoadFiles,
  readLoads,
  type Warehouse,
} from '../snowflake/index.ts';
import type { ManifestWindow, Staging } from '../staging/index.ts';
import type { RunContext } from './context.ts';

/** What the ledger says about the windows of a table, besides those that are planned. */
export interface LedgerView {
  /** Days between the first that is loaded and the last that is planned which are neither loaded nor planned. */
  readonly overdue: readonly string[];
  /** Windows that wait to be loaded, or failed, whose files are no longer in the bucket: only reading them again helps. */
  readonly filesGone: readonly string[];
}

export const nothingKnown: LedgerView = { overdue: [], filesGone: [] };

/** Windows that are waiting are few; beyond this the bucket is not asked for more of them. */
const mostFilesAsked = 1000;

/**
 * What the ledger knows of tables. A database that was never provisioned knows nothing.
 *
 * @param planned windows by table, as the run would read them
 */
export async function viewLedger(
  context: RunContext,
  tables: readonly Table[],
  planned: ReadonlyMap<string, readonly ManifestWindow[]>,
  staging: Staging,
): Promise<ReadonlyMap<string, LedgerView>> {
  const { project, connections } = context;
  const warehouse = await connectWarehouse(
    { ...connections.snowflake, database: project.snowflake.database },
    { queryTag: { project: project.name } },
  );
  try {
    const isProvisioned = await warehouse
      .execute(
        `SELECT 1 FROM ${quoteName(project.snowflake.database, project.snowflake.schemas.ops, 'LOADS')} LIMIT 1`,
      )
      .then(
        () => true,
        () => false,
      );
    if (!isProvisioned) return new Map();
    const gone = await windowsWithoutFiles(context, warehouse, staging);
    const views = new Map<string, LedgerView>();
    for (const table of tables) {
      const loads = await readLoads(warehouse, project, { table: table.name, statuses: ['applied', 'held'] });
      views.set(table.name, {
        overdue: overdueDays(table, loads, planned.get(table.name) ?? []),
        filesGone: gone.get(table.name) ?? [],
      });
    }
    return views;
  } finally {
    await warehouse.close();
  }
}

function overdueDays(
  table: Table,
  loads: readonly Load[],
  planned: readonly ManifestWindow[],
): readonly string[] {
  if (table.mode.kind !== 'daily') return [];
  const known = new Set([...loads.map(({ window }) => window), ...planned.map(({ id }) => id)]);
  const [from] = loads.map(({ window }) => window).sort();
  const to = planned.at(-1)?.id;
  if (from === undefined || to === undefined || from > to) return [];
  return planWindows(table, { from, to })
    .map(({ id }) => id)
    .filter((id) => !known.has(id));
}

async function windowsWithoutFiles(
  { project }: RunContext,
  warehouse: Warehouse,
  staging: Staging,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const files = await readLoadFiles(warehouse, project, ['staged', 'failed'], mostFilesAsked);
  const gone = new Map<string, Set<string>>();
  for (const { table, window, file } of files) {
    if ((await staging.head(file)) !== undefined) continue;
    const windows = gone.get(table) ?? new Set();
    gone.set(table, windows.add(window));
  }
  return new Map([...gone].map(([table, windows]) => [table, [...windows]]));
}
