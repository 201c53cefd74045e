import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { daily, full, type Project, parseProject, type SnowflakeConnection } from '../../lib/config/index.ts';
import { connectWarehouse, provision, type Warehouse } from '../../lib/snowflake/index.ts';
import { defaultMigrationsDirectory } from '../../lib/snowflake/migration-files.ts';
import { freshBucket, freshSnowflake, temporaryFolder } from '../support/index.ts';
import { contract, fiveTables } from './samples.ts';

const films = contract('films', { film_id: 'NUMBER(10,0)', title: 'VARCHAR(20)' });

let connection: SnowflakeConnection;
let staging: { readonly bucket: string };
let warehouse: Warehouse;

beforeAll(async () => {
  ({ connection } = await freshSnowflake());
  staging = await freshBucket();
  warehouse = await connectWarehouse(connection);
  return () => warehouse.close();
}, 60_000);

/** A project of its own database, so that tests do not see each other. */
function named(name: string, tables = { films: full() }): Project {
  return parseProject({ name, tables }, { directory: '/nowhere', file: 'sluice.config.ts' });
}

async function columns(database: string, schema: string, table: string): Promise<readonly string[]> {
  const { rows } = await warehouse.execute(
    `SELECT COLUMN_NAME FROM ${database}.INFORMATION_SCHEMA.COLUMNS
     WHERE TABLE_SCHEMA = '${schema}' AND TABLE_NAME = '${table}' ORDER BY ORDINAL_POSITION`,
  );
  return rows.map((row) => String(row.COLUMN_NAME));
}

async function taskStates(database: string): Promise<Readonly<Record<string, unknown>>> {
  const { rows } = await warehouse.execute(`SHOW TASKS IN SCHEMA ${database}.OPS`);
  return Object.fromEntries(rows.map((row) => [String(row.name), row.state]));
}

/** The same session, but it dies after `count` statements: what was sent last was done, its answer is not seen. */
function dyingAfter(count: number): { warehouse: Warehouse; executed: () => number } {
  let executed = 0;
  return {
    executed: () => executed,
    warehouse: {
      execute: async (sql, options) => {
        if (executed >= count) throw new Error('killed');
        const result = await warehouse.execute(sql, options);
        executed++;
        if (executed === count) throw new Error('killed');
        return result;
      },
      close: async () => {},
    },
  };
}

describe('provision', () => {
  test('makes everything, says what the cloud has to know, and does nothing the second time', async () => {
    const seen: string[] = [];
    const options = { warehouse, project: fiveTables.project, contracts: fiveTables.contracts, staging };
    const first = await provision({ ...options, onMigration: (name) => seen.push(name) });
    expect(first.applied).toEqual(seen);
    expect(first.applied).toHaveLength(8);
    expect(first.notificationChannel).toMatch(/^arn:aws:sqs:/);
    expect(first.storageUserArn).toMatch(/^arn:aws:iam::/);
    expect(first.externalId).toBe('sluice-shop');
    expect(await taskStates('SHOP')).toEqual({
      IMPORT: 'started',
      APPLY_ECOMMERCE_SALES: 'started',
      APPLY_FILMS: 'started',
      APPLY_NOTES: 'started',
      APPLY_EVERY_TYPE: 'started',
      APPLY_CHANGES: 'started',
      CLEAN: 'started',
    });
    expect((await provision(options)).applied).toEqual(['A__grants.sql']);
  });

  test('records every file before and after', async () => {
    await provision({ warehouse, project: named('recorded'), contracts: [films], staging });
    const { rows } = await warehouse.execute(
      "SELECT NAME, STATUS, LENGTH(CHECKSUM) AS DIGITS, ERROR, APPLIED_BY FROM RECORDED.OPS.MIGRATIONS WHERE NAME = 'R__30_pipe.sql'",
    );
    expect(rows).toEqual([
      { NAME: 'R__30_pipe.sql', STATUS: 'done', DIGITS: 64, ERROR: null, APPLIED_BY: connection.username },
    ]);
  });

  test('can be repeated after a crash between any two statements', async () => {
    const counting = dyingAfter(Number.POSITIVE_INFINITY);
    await provision({ warehouse: counting.warehouse, project: named('whole'), contracts: [films], staging });
    const whole = await describeAll('WHOLE');
    // All of them take a minute: SLUICE_THOROUGH=1 does that.
    const step = process.env.SLUICE_THOROUGH === undefined ? 9 : 1;
    for (let count = 1; count < counting.executed(); count += step) {
      const project = named(`crash-${count}`);
      const dying = dyingAfter(count);
      await expect(
        provision({ warehouse: dying.warehouse, project, contracts: [films], staging }),
      ).rejects.toThrow();
      await warehouse.execute('ROLLBACK');
      await provision({ warehouse, project, contracts: [films], staging });
      expect(await describeAll(`CRASH_${count}`), `after ${count} statements`).toEqual(whole);
    }
  }, 300_000);

  test('refuses a V file that was changed, and names it', async () => {
    const directory = temporaryFolder();
    cpSync(defaultMigrationsDirectory(), directory, { recursive: true });
    const options = { warehouse, project: named('changed'), contracts: [films], staging, directory };
    await provision(options);
    const file = join(directory, 'V001__schemas_and_formats.sql');
    writeFileSync(file, `${readFileSync(file, 'utf8')}\n-- changed\n`);
    await expect(provision(options)).rejects.toMatchObject({
      code: 'MIGRATION_CHANGED',
      message: expect.stringContaining('snowflake/V001__schemas_and_formats.sql'),
    });
  });

  test('names file and statement of what Snowflake refuses, and goes on there once it is mended', async () => {
    const directory = temporaryFolder();
    cpSync(defaultMigrationsDirectory(), directory, { recursive: true });
    const file = join(directory, 'R__20_tables.sql');
    const good = readFileSync(file, 'utf8');
    writeFileSync(file, good.replace('{{ landing_columns }}', 'A NOSUCHTYPE'));
    const options = { warehouse, project: named('refused'), contracts: [films], staging, directory };
    await expect(provision(options)).rejects.toMatchObject({
      code: 'MIGRATION_FAILED',
      message: expect.stringContaining('snowflake/R__20_tables.sql, statement 1'),
    });
    const { rows } = await warehouse.execute(
      "SELECT STATUS FROM REFUSED.OPS.MIGRATIONS WHERE NAME = 'R__20_tables.sql'",
    );
    expect(rows).toEqual([{ STATUS: 'failed' }]);
    writeFileSync(file, good);
    expect((await provision(options)).applied).toEqual([
      'R__20_tables.sql',
      'R__30_pipe.sql',
      'R__40_tasks',
      'A__grants.sql',
    ]);
  });

  test('adds columns, widens types, keeps columns that are gone, and refuses to narrow', async () => {
    const options = { warehouse, project: named('grown'), staging };
    await provision({ ...options, contracts: [films] });
    const wider = contract('films', { film_id: 'NUMBER(12,0)', title: 'VARCHAR', year: 'NUMBER(4,0)' });
    expect((await provision({ ...options, contracts: [wider] })).applied).toEqual([
      'R__20_tables.sql',
      'R__40_tasks',
      'A__grants.sql',
    ]);
    expect(await columns('GROWN', 'RAW', 'FILMS')).toEqual([
      'FILM_ID',
      'TITLE',
      '_RUN_ID',
      '_WINDOW',
      '_FILE',
      '_ROW',
      '_LOADED_AT',
      'YEAR',
    ]);
    expect(await columns('GROWN', 'LANDING', 'FILMS')).toEqual(['FILM_ID', 'TITLE', '_FILE', '_ROW', 'YEAR']);
    await expect(provision({ ...options, contracts: [films] })).rejects.toMatchObject({
      code: 'CONTRACT_NARROWS',
      message: expect.stringMatching(
        /films\.FILM_ID: NUMBER\(12,0\) -> NUMBER\(10,0\)\n.*films\.TITLE: VARCHAR -> VARCHAR\(20\)/,
      ),
    });
    await provision({ ...options, contracts: [contract('films', { film_id: 'NUMBER(12,0)' })] });
    expect(await columns('GROWN', 'RAW', 'FILMS')).toContain('TITLE');
  });

  test('drops the task of a table that is gone, not its rows', async () => {
    const notes = contract('notes', { note: 'VARCHAR' });
    const two = named('shrunk', { films: full(), notes: daily({ column: 'note' }) } as {
      films: ReturnType<typeof full>;
    });
    await provision({ warehouse, project: two, contracts: [films, notes], staging });
    await provision({ warehouse, project: named('shrunk'), contracts: [films], staging });
    expect(await taskStates('SHRUNK')).toEqual({
      IMPORT: 'started',
      APPLY_FILMS: 'started',
      CLEAN: 'started',
    });
    expect(await columns('SHRUNK', 'RAW', 'NOTES')).toContain('NOTE');
  });

  test('of two at once the later one goes on and the other says so', async () => {
    const project = named('twice');
    await provision({ warehouse, project, contracts: [films], staging });
    let begun = false;
    const slow: Warehouse = {
      execute: async (sql, options) => {
        const result = await warehouse.execute(sql, options);
        if (!begun && sql.startsWith('INSERT') && options?.binds?.includes('provision')) {
          begun = true;
          await warehouse.execute(
            `INSERT INTO TWICE.OPS.MIGRATIONS (PROVISION_ID, NAME, CHECKSUM, STATUS, STARTED_AT, APPLIED_BY)
             SELECT 'another', 'provision', '', 'running', CURRENT_TIMESTAMP(), 'SOMEBODY'`,
          );
        }
        return result;
      },
      close: async () => {},
    };
    await expect(provision({ warehouse: slow, project, contracts: [films], staging })).rejects.toMatchObject({
      code: 'PROVISION_OVERTAKEN',
      message: expect.stringContaining('SOMEBODY'),
    });
  });

  /** What a provision leaves behind, as far as Snowflake shows it. */
  async function describeAll(database: string): Promise<unknown> {
    const shown = async (sql: string, keys: readonly string[]) =>
      (await warehouse.execute(sql)).rows.map((row) => keys.map((key) => row[key]));
    return {
      schemas: await shown(
        `SELECT SCHEMA_NAME FROM ${database}.INFORMATION_SCHEMA.SCHEMATA WHERE SCHEMA_NAME IN ('LANDING', 'RAW', 'OPS', 'DEV', 'PROD') ORDER BY SCHEMA_NAME`,
        ['SCHEMA_NAME'],
      ),
      columns: await shown(
        `SELECT TABLE_SCHEMA, TABLE_NAME, COLUMN_NAME FROM ${database}.INFORMATION_SCHEMA.COLUMNS WHERE TABLE_SCHEMA <> 'INFORMATION_SCHEMA' ORDER BY 1, 2, 3`,
        ['TABLE_SCHEMA', 'TABLE_NAME', 'COLUMN_NAME'],
      ),
      contract: await shown(`SELECT * FROM ${database}.OPS.CONTRACT_COLUMNS ORDER BY 1, 2`, [
        'TABLE_NAME',
        'COLUMN_NAME',
        'TARGET_TYPE',
      ]),
      tasks: await taskStates(database),
      pipes: await shown(`SHOW PIPES IN SCHEMA ${database}.OPS`, ['name']),
      streams: await shown(`SHOW STREAMS IN SCHEMA ${database}.OPS`, ['name']),
    };
  }
});
