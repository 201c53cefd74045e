import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { type Contract, type Project, SluiceError } from '../config/index.ts';
import {
  defaultMigrationsDirectory,
  ledgerFile,
  type Migration,
  readMigrations,
  readTemplate,
  type Template,
} from './migration-files.ts';
import { MigrationLedger } from './migration-ledger.ts';
import { drainPipe, notificationChannel, pipeExists, refreshPipe } from './pipe.ts';
import { quoteIdentifier } from './quoting.ts';
import { splitStatements } from './statements.ts';
import { readStorageIdentity } from './storage-integration.ts';
import { tableChanges } from './table-changes.ts';
import { dropForeignTasks } from './tasks.ts';
import { opsSchema, templateContext } from './template-values.ts';
import { renderTemplate } from './templates.ts';
import type { Warehouse } from './warehouse.ts';

export interface ProvisionOptions {
  readonly warehouse: Warehouse;
  readonly project: Project;
  /** The recorded contract of every table. */
  readonly contracts: readonly Contract[];
  readonly staging: { readonly bucket: string };
  /** Called with the name of each file before it is run. */
  readonly onMigration?: (name: string) => void;
  /** Runs every `R` file, changed or not: heals what was dropped by hand. */
  readonly force?: boolean;
  /** @default `snowflake/` of the project */
  readonly directory?: string;
}

export interface ProvisionResult {
  /** Names of the files that were run, in order. */
  readonly applied: readonly string[];
  /** ARN of the queue that the bucket has to notify of new manifests. */
  readonly notificationChannel: string;
  /** The AWS user of Snowflake's that the storage role has to trust, and with which external id. */
  readonly storageUserArn: string;
  readonly externalId: string;
}

/** Migrations with something to be done around them that SQL alone cannot say. */
const tablesMigration = 'R__20_tables.sql';
const pipeMigration = 'R__30_pipe.sql';
const tasksMigration = 'R__40_tasks';

/** A role that was just made takes a while until AWS lets it be assumed. */
const assumeRoleTimeout = 120_000;

/**
 * Makes Snowflake what the config and the contracts say, by running `snowflake/`. Can be repeated at any time, also after a
 * crash between any two statements.
 *
 * @throws SluiceError MIGRATION_CHANGED, MIGRATION_FAILED, CONTRACT_NARROWS, PROVISION_OVERTAKEN, ROLES_MISSING
 */
export async function provision(options: ProvisionOptions): Promise<ProvisionResult> {
  const { warehouse, project, contracts } = options;
  const directory = options.directory ?? defaultMigrationsDirectory();
  const context = templateContext(project, contracts, options.staging);
  await ensureRoles(warehouse, project);
  await runStatements(warehouse, ledgerFile, renderTemplate(readTemplate(directory, ledgerFile), context));
  await warehouse.execute(`USE WAREHOUSE ${quoteIdentifier(project.snowflake.warehouse)}`);
  const ledger = await MigrationLedger.open(warehouse, `${opsSchema(project)}.MIGRATIONS`);
  const applied: string[] = [];
  try {
    for (const migration of readMigrations(directory)) {
      const rendered = migration.parts.map((part) => ({
        file: part.file,
        text: renderTemplate(part, context),
      }));
      const checksum = createHash('sha256')
        .update(rendered.map(({ text }) => text).join('\n'))
        .digest('hex');
      if (migration.name === tablesMigration) await changeTables(warehouse, project, contracts);
      if (!isDue(migration, checksum, ledger, options.force ?? false)) continue;
      await ledger.assertNewest();
      options.onMigration?.(migration.name);
      await ledger.begin(migration.name, checksum);
      try {
        await runMigration(warehouse, project, migration.name, rendered);
      } catch (error) {
        await ledger.finish(migration.name, messageOf(error)).catch(() => {});
        throw error;
      }
      await ledger.finish(migration.name);
      applied.push(migration.name);
    }
    await ledger.finish();
  } catch (error) {
    await ledger.finish(undefined, messageOf(error)).catch(() => {});
    throw error;
  }
  return {
    applied,
    notificationChannel: await notificationChannel(warehouse, project),
    ...(await readStorageIdentity(warehouse, project)),
  };
}

function isDue(
  { name, kind }: Migration,
  checksum: string,
  ledger: MigrationLedger,
  force: boolean,
): boolean {
  const recorded = ledger.recorded(name);
  if (kind === 'A' || recorded === undefined) return true;
  if (kind === 'R') return force || !recorded.settled || recorded.checksum !== checksum;
  if (recorded.checksum === checksum) return false;
  throw new SluiceError({
    code: 'MIGRATION_CHANGED',
    kind: 'usage',
    message: `snowflake/${name} is not what was run at ${recorded.finishedAt}, and a V file is run once.`,
    hint: 'Take it back and write the change into a new V file. If a schema was renamed in the config, name it as before.',
    details: { file: name },
  });
}

async function runMigration(
  warehouse: Warehouse,
  project: Project,
  name: string,
  rendered: readonly Template[],
): Promise<void> {
  const replacesPipe = name === pipeMigration && (await pipeExists(warehouse, project));
  if (replacesPipe) await drainPipe(warehouse, project);
  if (name === tasksMigration) await dropForeignTasks(warehouse, project);
  for (const { file, text } of rendered) await runStatements(warehouse, file, text);
  if (replacesPipe) await refreshPipe(warehouse, project);
}

async function runStatements(warehouse: Warehouse, file: string, text: string): Promise<void> {
  for (const [index, statement] of splitStatements(text).entries()) {
    try {
      await untilRoleIsAssumed(() => warehouse.execute(statement));
    } catch (error) {
      throw new SluiceError({
        code: 'MIGRATION_FAILED',
        kind: error instanceof SluiceError ? error.kind : 'outside',
        message: `snowflake/${file}, statement ${index + 1} (${firstLine(statement)}): ${messageOf(error)}`,
        hint: error instanceof SluiceError ? error.hint : 'Provision again: what was done is not done twice.',
        retryable: error instanceof SluiceError && error.retryable,
        details: { file, statement: index + 1, ...(error instanceof SluiceError ? error.details : {}) },
        cause: error,
      });
    }
  }
}

async function untilRoleIsAssumed(run: () => Promise<unknown>): Promise<void> {
  const deadline = Date.now() + assumeRoleTimeout;
  for (;;) {
    try {
      await run();
      return;
    } catch (error) {
      if (!/assum\w* (aws_?)?role/i.test(messageOf(error)) || Date.now() > deadline) throw error;
      await delay(5_000);
    }
  }
}

async function changeTables(
  warehouse: Warehouse,
  project: Project,
  contracts: readonly Contract[],
): Promise<void> {
  for (const statement of await tableChanges(warehouse, project, contracts)) {
    await warehouse.execute(statement);
  }
}

/** The roles come from `snowflake/bootstrap.sql`; where this role may make roles itself, those that are missing are made. */
async function ensureRoles(warehouse: Warehouse, project: Project): Promise<void> {
  const { rows } = await warehouse.execute('SHOW ROLES');
  const there = new Set(rows.map((row) => String(row.name)));
  for (const role of Object.values(project.snowflake.roles).filter((name) => !there.has(name))) {
    try {
      await warehouse.execute(`CREATE ROLE IF NOT EXISTS ${quoteIdentifier(role)}`);
    } catch (error) {
      throw new SluiceError({
        code: 'ROLES_MISSING',
        kind: 'outside',
        message: `The role ${role} does not exist and could not be made: ${messageOf(error)}`,
        hint: 'Have an account admin run `sluice bootstrap`, which makes the roles and the service users.',
        cause: error,
      });
    }
  }
}

function firstLine(statement: string): string {
  return statement.split('\n')[0]?.slice(0, 100) ?? '';
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
