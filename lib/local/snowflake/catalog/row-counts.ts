import type { StatementContext } from '../context.ts';
import { duckTable } from '../names.ts';
import type { CatalogObject } from '../statement.ts';

/** Rows of tables, counted: DuckDB's own estimate still holds what was deleted. */
export async function rowCounts(
  core: StatementContext,
  tables: readonly CatalogObject[],
): Promise<Map<CatalogObject, string>> {
  const counts = new Map<CatalogObject, string>();
  for (const table of tables) {
    const reader = await core.duck.runAndReadAll(`SELECT count(*) FROM ${duckTable(table.name)}`);
    counts.set(table, String(reader.getRowsJS()[0]?.[0] ?? 0));
  }
  return counts;
}
