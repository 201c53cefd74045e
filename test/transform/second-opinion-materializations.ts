// A second opinion on the materializations: dbt and sluice build the same project three times, with other rows in between,
// into two schemas of one embedded Snowflake, and every relation has to come out the same: rows, columns, comments, kind.
// Needs `dbt` on the PATH (second-opinion-dbt.txt). Run: node test/transform/second-opinion-materializations.ts
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { startSnowflake } from '../../lib/local/snowflake/index.ts';
import { connectWarehouse, type Warehouse } from '../../lib/snowflake/index.ts';
import { build } from '../../lib/transform/index.ts';
import { shop } from './support/projects.ts';

const fixture = resolve(import.meta.dirname, 'fixtures/materializations');
const folder = mkdtempSync(join(tmpdir(), 'sluice-materializations-'));
const day = (back: number, hour = 0) =>
  `'${new Date(Date.now() - back * 86_400_000).toISOString().slice(0, 10)} ${String(hour).padStart(2, '0')}:00:00'::timestamp_ntz`;

/** What happens to the source before each build. */
const rounds: readonly (readonly string[])[] = [
  [
    'create table SHOP.RAW.ITEMS (id int, label varchar, amount number(10,2), changed_at timestamp_ntz)',
    `insert into SHOP.RAW.ITEMS values (1, 'one', 1, ${day(3)}), (2, 'two', 2, ${day(2)}), (3, 'three', 3, ${day(1)}), (4, null, null, ${day(1)})`,
  ],
  [
    `update SHOP.RAW.ITEMS set label = 'TWO', amount = 22, changed_at = ${day(0)} where id = 2`,
    `update SHOP.RAW.ITEMS set amount = 44, changed_at = ${day(0)} where id = 4`,
    'delete from SHOP.RAW.ITEMS where id = 1',
    `insert into SHOP.RAW.ITEMS values (5, 'five', 5, ${day(0)})`,
  ],
  [
    `insert into SHOP.RAW.ITEMS values (1, 'one again', 11, ${day(0, 1)}), (6, 'six', 6, ${day(0, 1)})`,
    `update SHOP.RAW.ITEMS set label = 'three!', changed_at = ${day(0, 1)} where id = 3`,
    'delete from SHOP.RAW.ITEMS where id = 5',
  ],
];

async function run(command: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const child = spawn(command, args, { stdio: 'inherit', env: { ...process.env, ...env } });
  const [code] = await once(child, 'close');
  return Number(code);
}

async function rowsOf(
  warehouse: Warehouse,
  sql: string,
): Promise<readonly Readonly<Record<string, unknown>>[]> {
  return (await warehouse.execute(sql)).rows;
}

/** Columns that hold the time at which a snapshot without a time of its own ran, and ids made of it. */
const untold = /^(?:DBT_|SINCE|UNTIL|VERSION|SEEN)/;

/** All that readers see of a relation, as text. */
async function picture(warehouse: Warehouse, schema: string, name: string): Promise<string> {
  const relation = `SHOP.${schema}."${name}"`;
  const columns = await rowsOf(warehouse, `describe table ${relation}`);
  const names = columns.map((column) => String(column.name));
  const shown = names.map((column) =>
    untold.test(column) && !/IS_DELETED$/.test(column) ? `"${column}" is null as "${column}"` : `"${column}"`,
  );
  const rows = (await rowsOf(warehouse, `select ${shown.join(', ')} from ${relation}`)).map((row) =>
    JSON.stringify(Object.values(row)),
  );
  const [table] = await rowsOf(warehouse, `show objects like '${name}' in schema SHOP.${schema}`);
  const [full] = await rowsOf(warehouse, `show tables like '${name}' in schema SHOP.${schema}`);
  const [view] = await rowsOf(warehouse, `show views like '${name}' in schema SHOP.${schema}`);
  const [dynamic] = await rowsOf(warehouse, `show dynamic tables like '${name}' in schema SHOP.${schema}`);
  const grants = await rowsOf(warehouse, `show grants on ${view ? 'view' : 'table'} ${relation}`);
  return [
    `${table?.kind} ${full?.kind ?? ''} ${full?.cluster_by ?? ''} ${view?.is_secure ?? ''} ${table?.comment}`,
    `${dynamic?.target_lag ?? ''} ${dynamic?.warehouse ?? ''} ${dynamic?.refresh_mode ?? ''}`,
    ...columns.map((column) => `${column.name} ${column.type} ${column['null?']} ${column.comment || null}`),
    ...grants.map((grant) => `${grant.privilege} ${grant.grantee_name}`).toSorted(),
    ...rows.toSorted(),
  ].join('\n');
}

async function relations(warehouse: Warehouse, schema: string): Promise<string[]> {
  const found = await rowsOf(
    warehouse,
    `select table_name as name from SHOP.information_schema.tables where table_schema = '${schema}' order by 1`,
  );
  return found.map(({ NAME }) => String(NAME));
}

const server = await startSnowflake({ memory: true });
const connection = {
  account: server.account,
  username: server.username,
  accessUrl: server.url,
  authentication: { kind: 'password', password: server.password },
} as const;
let differing = 0;
try {
  const warehouse = await connectWarehouse(connection);
  for (const sql of [
    'create database SHOP',
    'create schema SHOP.RAW',
    'create warehouse SHOP_WH',
    'create role MATRIX_READER',
    'create role MATRIX_OTHER',
  ]) {
    await warehouse.execute(sql);
  }
  const url = new URL(server.url);
  for (const [index, statements] of rounds.entries()) {
    for (const sql of statements) await warehouse.execute(sql);
    const vars = { round: index + 1, begin: day(3).slice(1, 11) };
    const code = await run(
      'dbt',
      [
        ...[
          '--quiet',
          'build',
          '--project-dir',
          fixture,
          '--profiles-dir',
          fixture,
          '--vars',
          JSON.stringify(vars),
        ],
        ...['--target-path', join(folder, 'target'), '--log-path', join(folder, 'logs')],
      ],
      {
        DBT_SEND_ANONYMOUS_USAGE_STATS: 'false',
        MATRIX_ACCOUNT: server.account,
        MATRIX_USER: server.username,
        MATRIX_PASSWORD: server.password,
        MATRIX_HOST: url.hostname,
        MATRIX_PORT: url.port,
      },
    );
    if (code !== 0) throw new Error(`dbt ended with ${code}`);
    const report = await build({
      directory: fixture,
      project: { ...shop, models: { ...shop.models, threads: 4 } },
      vars,
      connect: () => connectWarehouse({ ...connection, database: 'SHOP', schema: 'DEV' }),
      artifactsDirectory: join(folder, 'artifacts'),
    });
    if (!report.published) throw new Error(report.problems.join('\n'));
    // A build of ours refreshes dynamic tables, one of dbt's leaves it to the warehouse.
    await warehouse.execute('alter dynamic table SHOP.PROD.DYNAMIC refresh');
    const [ours, theirs] = [await relations(warehouse, 'DEV'), await relations(warehouse, 'PROD')];
    for (const name of new Set([...ours, ...theirs].filter((one) => !one.endsWith('_LOG')))) {
      const mine = await picture(warehouse, 'DEV', name).catch(String);
      const dbts = await picture(warehouse, 'PROD', name).catch(String);
      if (mine === dbts) continue;
      differing += 1;
      process.stdout.write(`round ${index + 1}: ${name} differs\n--- sluice\n${mine}\n--- dbt\n${dbts}\n`);
    }
    process.stdout.write(`round ${index + 1}: ${theirs.length} relations compared\n`);
  }
  await warehouse.close();
} finally {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
}
if (differing > 0) throw new Error(`${differing} relations came out otherwise than dbt's`);
