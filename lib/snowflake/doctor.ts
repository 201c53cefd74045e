import { type Project, SluiceError } from '../config/index.ts';
import { pipeStatus } from './pipe.ts';
import { quoteIdentifier } from './quoting.ts';
import { showTasks, taskNames } from './tasks.ts';
import { opsSchema } from './template-values.ts';
import type { Warehouse } from './warehouse.ts';

/** One thing that was looked at. */
export interface Finding {
  readonly check: string;
  readonly ok: boolean;
  readonly message: string;
  /** What to do about it; only where it is not ok. */
  readonly fix?: string;
}

interface Check {
  readonly name: string;
  readonly fix: string;
  /** Says what it found; throws what is wrong. */
  look(): Promise<string>;
}

/**
 * Looks at everything on Snowflake's side that a load needs, one check after the other, and goes on after one that fails.
 *
 * @param connect logs in; its failure is the first finding
 */
export async function checkWarehouse(
  connect: () => Promise<Warehouse>,
  project: Project,
): Promise<readonly Finding[]> {
  let warehouse: Warehouse;
  try {
    warehouse = await connect();
  } catch (error) {
    const fix = error instanceof SluiceError ? error.hint : 'Check the connection in the environment.';
    return [{ check: 'login', ok: false, message: messageOf(error), fix }];
  }
  try {
    const findings: Finding[] = [];
    for (const { name, fix, look } of checks(warehouse, project)) {
      try {
        findings.push({ check: name, ok: true, message: await look() });
      } catch (error) {
        findings.push({ check: name, ok: false, message: messageOf(error), fix });
      }
    }
    return findings;
  } finally {
    await warehouse.close();
  }
}

function checks(warehouse: Warehouse, project: Project): readonly Check[] {
  const ops = opsSchema(project);
  const provisionAgain = 'Run `sluice provision`.';
  return [
    {
      name: 'login',
      fix: 'Check user and role.',
      look: async () => {
        const { rows } = await warehouse.execute('SELECT CURRENT_USER() AS LOGIN, CURRENT_ROLE() AS ROLE');
        return `Logged in as ${String(rows[0]?.LOGIN)} with the role ${String(rows[0]?.ROLE)}.`;
      },
    },
    {
      name: 'warehouse',
      fix: 'Grant USAGE on it to the role, or raise the quota that holds it.',
      look: async () => {
        await warehouse.execute(`USE WAREHOUSE ${quoteIdentifier(project.snowflake.warehouse)}`);
        return `The warehouse ${project.snowflake.warehouse} can be used.`;
      },
    },
    {
      name: 'ledger',
      fix: provisionAgain,
      look: async () => {
        const { rows } = await warehouse.execute(`SELECT COUNT(*) AS LOADS FROM ${ops}.LOADS`);
        return `The ledger of loads can be read (${String(rows[0]?.LOADS)} loads).`;
      },
    },
    {
      name: 'storage',
      fix: `Let the role ${project.snowflake.storageRoleArn} be assumed by Snowflake's user (DESC INTEGRATION names it) and read the bucket.`,
      look: async () => {
        // LIST reads the bucket through the integration; a window's folder that does not exist keeps it short.
        await warehouse.execute(`LIST @${ops}.STAGE/manifests/sluice-doctor/`);
        return 'Snowflake reads the bucket through the storage integration.';
      },
    },
    {
      name: 'pipe',
      fix: `${provisionAgain} If it is paused: ALTER PIPE … SET PIPE_EXECUTION_PAUSED = FALSE.`,
      look: async () => {
        const { executionState, pendingFileCount, error } = await pipeStatus(warehouse, project);
        if (executionState !== 'RUNNING')
          throw new Error(`The pipe is ${executionState}${error ? `: ${error}` : ''}.`);
        return `The pipe runs, ${pendingFileCount} manifests are pending.`;
      },
    },
    {
      name: 'tasks',
      fix: `${provisionAgain} Tasks that failed ten times in a row are suspended by Snowflake: see OPS.LOADS for errors first.`,
      look: async () => {
        const states = new Map((await showTasks(warehouse, project)).map(({ name, state }) => [name, state]));
        const resting = taskNames(project).filter((name) => states.get(name) !== 'started');
        if (resting.length > 0) {
          throw new Error(
            resting.map((name) => `The task ${name} is ${states.get(name) ?? 'missing'}.`).join(' '),
          );
        }
        return `${states.size} tasks are resumed.`;
      },
    },
  ];
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
