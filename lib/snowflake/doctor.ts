import { randomUUID } from 'node:crypto';
import {
  type Check,
  type Finding,
  type Found,
  type Project,
  runChecks,
  targetName,
} from '../config/index.ts';
import { pipeName, pipeStatus } from './pipe.ts';
import { quoteIdentifier, quoteLiteral, quoteName } from './quoting.ts';
import { showTasks, taskNames } from './tasks.ts';
import { opsSchema } from './template-values.ts';
import type { Warehouse } from './warehouse.ts';

/** A file that was staged for Snowflake to read: CSV with one column V and one row. */
export interface StagedProbe {
  /** Below the location of the stage. */
  readonly key: string;
  readonly value: string;
}

interface Place {
  readonly warehouse: Warehouse;
  readonly project: Project;
  readonly ops: string;
  /** The role that is logged in, quoted. */
  readonly role: string;
  readonly probe: StagedProbe | undefined;
}

/**
 * Does in Snowflake what a load and a build do, one thing after the other, and goes on after one that fails: looks at the ledger, reads
 * the bucket, runs the tasks, and in a schema of its own, which is dropped again, makes tables, clones one and copies a staged file.
 *
 * @param connect logs in; its failure is the only finding
 * @param probe nothing is copied without one
 */
export async function checkWarehouse(
  connect: () => Promise<Warehouse>,
  project: Project,
  probe?: StagedProbe,
): Promise<readonly Finding[]> {
  let warehouse: Warehouse | undefined;
  let role = '';
  const [login] = await runChecks([
    {
      name: 'login',
      look: async () => {
        warehouse = await connect();
        const { rows } = await warehouse.execute('SELECT CURRENT_USER() AS LOGIN, CURRENT_ROLE() AS ROLE');
        role = String(rows[0]?.ROLE);
        return `Logged in as ${String(rows[0]?.LOGIN)} with the role ${role}.`;
      },
    },
  ]);
  if (login === undefined || warehouse === undefined) return login === undefined ? [] : [login];
  try {
    const place = { warehouse, project, ops: opsSchema(project), role: quoteIdentifier(role), probe };
    return [
      login,
      ...(await runChecks(loadChecks(place))),
      ...(await checkBuilding(place, role === project.snowflake.roles.loader)),
    ];
  } finally {
    await warehouse.close();
  }
}

const provisionAgain = 'Run `sluice provision`.';

function* loadChecks({ warehouse, project, ops, role }: Place): Generator<Check> {
  const { database, schemas } = project.snowflake;
  const own = quoteIdentifier(project.snowflake.warehouse);
  yield {
    name: 'warehouse',
    fix: `GRANT USAGE ON WAREHOUSE ${own} TO ROLE ${role}; or raise the quota of the resource monitor that holds it.`,
    look: async () => {
      await warehouse.execute(`USE WAREHOUSE ${own}`);
      return `The warehouse ${project.snowflake.warehouse} can be used.`;
    },
  };
  yield {
    name: 'ledger',
    fix: `${provisionAgain} If it has run: GRANT USAGE ON SCHEMA ${ops} TO ROLE ${role}; GRANT SELECT ON ALL TABLES IN SCHEMA ${ops} TO ROLE ${role};`,
    look: async () => {
      const { rows } = await warehouse.execute(`SELECT COUNT(*) AS LOADS FROM ${ops}.LOADS`);
      return `The ledger of loads can be read (${String(rows[0]?.LOADS)} loads).`;
    },
  };
  yield {
    name: 'raw',
    fix: `${provisionAgain} If it has run: GRANT USAGE ON SCHEMA ${quoteName(database, schemas.raw)} TO ROLE ${role}; GRANT SELECT ON ALL TABLES IN SCHEMA ${quoteName(database, schemas.raw)} TO ROLE ${role};`,
    look: async () => {
      for (const table of project.tables) {
        await warehouse.execute(
          `SELECT 1 FROM ${quoteName(database, schemas.raw, targetName(table.name))} LIMIT 1`,
        );
      }
      return `${project.tables.length} tables of RAW can be read.`;
    },
  };
  yield {
    name: 'storage',
    fix: `Let the role ${project.snowflake.storageRoleArn} be assumed by Snowflake's user (DESC INTEGRATION ${quoteIdentifier(project.snowflake.storageIntegration)} names it and the external id) and read the bucket; GRANT USAGE ON STAGE ${ops}.STAGE TO ROLE ${role};`,
    look: async () => {
      // LIST reads the bucket through the integration; a window's folder that does not exist keeps it short.
      await warehouse.execute(`LIST @${ops}.STAGE/manifests/sluice-doctor/`);
      return 'Snowflake reads the bucket through the storage integration.';
    },
  };
  yield {
    name: 'pipe',
    fix: `${provisionAgain} If it is paused: ALTER PIPE ${pipeName(project)} SET PIPE_EXECUTION_PAUSED = FALSE; if the role may not see it: GRANT MONITOR, OPERATE ON PIPE ${pipeName(project)} TO ROLE ${role};`,
    look: () => lookAtPipe(warehouse, project),
  };
  yield {
    name: 'tasks',
    fix: `${provisionAgain} Tasks that failed ten times in a row are suspended by Snowflake: see OPS.LOADS for errors first.`,
    look: () => lookAtTasks(warehouse, project),
  };
  yield {
    name: 'task run',
    fix: `GRANT OPERATE ON TASK ${ops}.IMPORT TO ROLE ${role}; its owner needs EXECUTE TASK ON ACCOUNT, which \`sluice bootstrap\` grants.`,
    look: async () => {
      await warehouse.execute(`EXECUTE TASK ${ops}.IMPORT`);
      return 'The task IMPORT can be started.';
    },
  };
}

async function lookAtPipe(warehouse: Warehouse, project: Project): Promise<Found> {
  const { executionState, pendingFileCount, error } = await pipeStatus(warehouse, project);
  if (executionState !== 'RUNNING') {
    throw new Error(`The pipe is ${executionState}${error ? `: ${error}` : ''}.`);
  }
  return `The pipe runs, ${pendingFileCount} manifests are pending.`;
}

async function lookAtTasks(warehouse: Warehouse, project: Project): Promise<Found> {
  const states = new Map((await showTasks(warehouse, project)).map(({ name, state }) => [name, state]));
  const resting = taskNames(project).filter((name) => states.get(name) !== 'started');
  if (resting.length > 0) {
    throw new Error(resting.map((name) => `The task ${name} is ${states.get(name) ?? 'missing'}.`).join(' '));
  }
  return `${states.size} tasks are resumed.`;
}

/**
 * In a schema of its own, what a build does with candidates and a task with files.
 *
 * @param isLoader the role that only starts loads: it need not make anything, the tasks run as their owner
 */
async function checkBuilding(place: Place, isLoader: boolean): Promise<readonly Finding[]> {
  const { warehouse, project } = place;
  const { database, roles } = project.snowflake;
  if (isLoader) {
    const message = `Not looked at: the role ${roles.loader} only starts loads. Log in with ${roles.transformer} to check what a build does.`;
    return [{ check: 'build', ok: true, message }];
  }
  const schema = quoteName(database, `SLUICE_DOCTOR_${randomUUID().replaceAll('-', '').toUpperCase()}`);
  try {
    return await runChecks(buildChecks(place, schema), { chained: true });
  } finally {
    await warehouse.execute(`DROP SCHEMA IF EXISTS ${schema}`).catch(() => undefined);
  }
}

function* buildChecks({ warehouse, project, ops, role, probe }: Place, schema: string): Generator<Check> {
  const database = quoteIdentifier(project.snowflake.database);
  yield {
    name: 'create schema',
    fix: `GRANT USAGE, CREATE SCHEMA ON DATABASE ${database} TO ROLE ${role};`,
    look: async () => {
      await warehouse.execute(`CREATE TRANSIENT SCHEMA ${schema}`);
      return 'A schema can be made.';
    },
  };
  yield {
    name: 'create table',
    fix: `GRANT CREATE TABLE ON SCHEMA ${quoteName(project.snowflake.database, project.snowflake.schemas.dev)} TO ROLE ${role}; of its own schemas it is the owner.`,
    look: async () => {
      await warehouse.execute(`CREATE TABLE ${schema}.PROBE (V VARCHAR)`);
      await warehouse.execute(`CREATE VIEW ${schema}.SEEN AS SELECT V FROM ${schema}.PROBE`);
      return 'Tables and views can be made.';
    },
  };
  yield {
    name: 'clone',
    fix: `GRANT SELECT ON ALL TABLES IN SCHEMA … TO ROLE ${role}; a clone needs SELECT on what is cloned.`,
    look: async () => {
      await warehouse.execute(`CREATE TABLE ${schema}.CLONED CLONE ${schema}.PROBE`);
      return 'A table can be cloned, as publishing does.';
    },
  };
  if (probe === undefined) return;
  yield {
    name: 'copy',
    fix: `GRANT USAGE ON STAGE ${ops}.STAGE TO ROLE ${role}; GRANT USAGE ON FILE FORMAT ${ops}.CSV_PARTS TO ROLE ${role}; and let the storage role read the bucket.`,
    look: () => copyProbe(warehouse, ops, schema, probe),
  };
}

async function copyProbe(
  warehouse: Warehouse,
  ops: string,
  schema: string,
  { key, value }: StagedProbe,
): Promise<Found> {
  await warehouse.execute(
    `COPY INTO ${schema}.PROBE FROM @${ops}.STAGE FILES = (${quoteLiteral(key)})
     FILE_FORMAT = (FORMAT_NAME = ${quoteLiteral(`${ops}.CSV_PARTS`)}) MATCH_BY_COLUMN_NAME = CASE_SENSITIVE
     ON_ERROR = ABORT_STATEMENT FORCE = TRUE`,
  );
  const { rows } = await warehouse.execute(`SELECT V FROM ${schema}.PROBE`);
  if (rows.length !== 1 || rows[0]?.V !== value) {
    throw new Error(`COPY brought ${rows.length} rows of the staged file instead of its one.`);
  }
  return 'A file that was just staged is copied into a table.';
}
