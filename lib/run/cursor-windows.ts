import type { Table } from '../config/index.ts';
import { planCursorWindow, type Source } from '../extract/index.ts';
import { connectWarehouse, readCursors } from '../snowflake/index.ts';
import type { ManifestWindow } from '../staging/index.ts';
import type { RunContext } from './context.ts';

/** The next window of each `incremental` table: from where the ledger says that its cursor has come. */
export async function planCursorWindows(
  { project, connections }: RunContext,
  tables: readonly Table[],
  source: Source,
): Promise<ReadonlyMap<string, readonly ManifestWindow[]>> {
  const incremental = tables.filter(({ mode }) => mode.kind === 'incremental');
  if (incremental.length === 0) return new Map();
  const warehouse = await connectWarehouse(
    { ...connections.snowflake, database: project.snowflake.database },
    { queryTag: { project: project.name } },
  );
  try {
    const cursors = await readCursors(warehouse, project);
    const windows = new Map<string, readonly ManifestWindow[]>();
    for (const table of incremental) {
      windows.set(table.name, [await planCursorWindow(source, table, cursors.get(table.name) ?? null)]);
    }
    return windows;
  } finally {
    await warehouse.close();
  }
}
