import type { Project } from '../config/index.ts';
import { quoteLiteral, quoteName } from './quoting.ts';
import { applyTaskName, opsSchema } from './template-values.ts';
import type { Warehouse } from './warehouse.ts';

/** A task of the graph, as SHOW TASKS has it. */
export interface TaskState {
  readonly name: string;
  /** `started` once resumed, `suspended` otherwise. */
  readonly state: string;
}

/** A run of a task that ended badly. */
export interface FailedTask {
  readonly name: string;
  readonly error: string;
  readonly at: string;
}

/** Names of the tasks a project has, the root first. */
export function taskNames(project: Project): readonly string[] {
  return ['IMPORT', ...project.tables.map(applyTaskName), 'CLEAN'];
}

export async function showTasks(warehouse: Warehouse, project: Project): Promise<readonly TaskState[]> {
  const { rows } = await warehouse.execute(`SHOW TASKS IN SCHEMA ${opsSchema(project)}`);
  return rows.map((row) => ({ name: String(row.name), state: String(row.state) }));
}

/** Drops the tasks of tables that the config no longer has. Their RAW tables stay. */
export async function dropForeignTasks(warehouse: Warehouse, project: Project): Promise<void> {
  const { database, schemas } = project.snowflake;
  const own = new Set(taskNames(project));
  const tasks = await showTasks(warehouse, project);
  const foreign = tasks.filter(({ name }) => name.startsWith('APPLY_') && !own.has(name));
  if (foreign.length === 0) return;
  await warehouse.execute(`ALTER TASK IF EXISTS ${opsSchema(project)}.IMPORT SUSPEND`);
  for (const { name } of foreign) {
    await warehouse.execute(`DROP TASK IF EXISTS ${quoteName(database, schemas.ops, name)}`);
  }
}

/** Failed runs of the graph since `since` (ISO 8601), newest first. */
export async function failedTasks(
  warehouse: Warehouse,
  project: Project,
  since: string,
): Promise<readonly FailedTask[]> {
  const { database, schemas } = project.snowflake;
  const { rows } = await warehouse.execute(
    `SELECT NAME, ERROR_MESSAGE, COMPLETED_TIME
     FROM TABLE(${quoteName(database)}.INFORMATION_SCHEMA.TASK_HISTORY(
       SCHEDULED_TIME_RANGE_START => TO_TIMESTAMP_LTZ(${quoteLiteral(since)}), RESULT_LIMIT => 1000))
     WHERE SCHEMA_NAME = ${quoteLiteral(schemas.ops)} AND STATE = 'FAILED'
     ORDER BY COMPLETED_TIME DESC`,
  );
  return rows.map((row) => ({
    name: String(row.NAME),
    error: String(row.ERROR_MESSAGE),
    at: String(row.COMPLETED_TIME),
  }));
}
