import type { Project } from '../config/index.ts';
import { waitingFor } from './await-loads.ts';
import type { LoadStatus } from './loads.ts';
import { opsSchema } from './template-values.ts';
import type { Warehouse } from './warehouse.ts';

/** How the loads of a table stand. */
export interface TableLoadStatus {
  readonly table: string;
  /** Loads by status. */
  readonly loads: Readonly<Partial<Record<LoadStatus, number>>>;
  /** Rows that the visible loads brought. */
  readonly rowsApplied: number;
  readonly lastAppliedAt: string | null;
  /** The newest window that is visible. */
  readonly newestWindow: string | null;
}

export interface LoadStatusReport {
  readonly tables: readonly TableLoadStatus[];
  /** What keeps loads from going on: pipe and tasks that do not run, tasks that failed within a day. Empty when all is well. */
  readonly problems: readonly string[];
}

const day = 86_400_000;

/** How the loads of every table stand, and whether pipe and tasks work. */
export async function loadStatus(warehouse: Warehouse, project: Project): Promise<LoadStatusReport> {
  const { rows } = await warehouse.execute(
    `SELECT TABLE_NAME, STATUS, COUNT(*) AS LOADS, SUM(ROWS_APPLIED) AS ROWS_APPLIED,
       MAX(FINISHED_AT) AS FINISHED_AT, MAX(WINDOW_ID) AS WINDOW_ID
     FROM ${opsSchema(project)}.LOADS
     GROUP BY TABLE_NAME, STATUS`,
  );
  return {
    tables: project.tables.map(({ name }) => {
      const own = rows.filter((row) => row.TABLE_NAME === name);
      const applied = own.find((row) => row.STATUS === 'applied');
      return {
        table: name,
        loads: Object.fromEntries(own.map((row) => [String(row.STATUS), Number(row.LOADS)])),
        rowsApplied: Number(applied?.ROWS_APPLIED ?? 0),
        lastAppliedAt: typeof applied?.FINISHED_AT === 'string' ? applied.FINISHED_AT : null,
        newestWindow: typeof applied?.WINDOW_ID === 'string' ? applied.WINDOW_ID : null,
      };
    }),
    problems: await waitingFor(warehouse, project, new Date(Date.now() - day)),
  };
}
