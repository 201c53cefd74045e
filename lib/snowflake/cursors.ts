import type { Project } from '../config/index.ts';
import { opsSchema } from './template-values.ts';
import type { Warehouse } from './warehouse.ts';

/**
 * How far the cursor of each `incremental` table has come: the high mark of the newest run that is applied, by table. Loads that
 * are not applied, or never will be, do not count, so their rows are read again.
 */
export async function readCursors(
  warehouse: Warehouse,
  project: Project,
): Promise<ReadonlyMap<string, string>> {
  const { rows } = await warehouse.execute(
    `SELECT TABLE_NAME, CURSOR_HIGH FROM ${opsSchema(project)}.LOADS
     WHERE STATUS = 'applied' AND MODE = 'incremental' AND CURSOR_HIGH IS NOT NULL
     QUALIFY ROW_NUMBER() OVER (PARTITION BY TABLE_NAME ORDER BY RUN_ID DESC) = 1`,
  );
  return new Map(rows.map((row) => [String(row.TABLE_NAME), String(row.CURSOR_HIGH)]));
}
