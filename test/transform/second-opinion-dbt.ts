// A second opinion on models/: dbt itself builds them over the same embedded Snowflake, and every relation has to come out
// as ours did. Needs `dbt` on the PATH (second-opinion-dbt.txt). Run: node test/transform/second-opinion-dbt.ts
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { loadProject } from '../../lib/config/index.ts';
import { startLocal } from '../../lib/local/index.ts';
import { connectWarehouse, type Warehouse } from '../../lib/snowflake/index.ts';

const root = resolve(import.meta.dirname, '../..');
const state = mkdtempSync(join(tmpdir(), 'sluice-dbt-'));

async function run(command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<void> {
  const child = spawn(command, args, { cwd: root, stdio: 'inherit', env: { ...process.env, ...env } });
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`${command} ${args[0]} ended with ${String(code)}`);
}

/** Rows of a relation, and a checksum over all of them that does not depend on their order. */
async function fingerprint(warehouse: Warehouse, schema: string, name: string): Promise<string> {
  const { rows } = await warehouse.execute(
    `SELECT COUNT(*) AS N, HASH_AGG(*) AS CHECKSUM FROM "${schema}"."${name.toUpperCase()}"`,
  );
  return `${String(rows[0]?.N)} rows, checksum ${String(rows[0]?.CHECKSUM)}`;
}

try {
  await run(process.execPath, [
    'bin/sluice.ts',
    'demo',
    '--local-state',
    state,
    '--rows',
    '20000',
    '--days',
    '40',
  ]);
  const { project } = await loadProject(root);
  const { database, schemas, roles, warehouse: computing } = project.snowflake;
  const servers = await startLocal({ state });
  try {
    const { snowflake } = servers.connections;
    const { authentication } = snowflake;
    const url = new URL(snowflake.accessUrl ?? '');
    const target = join(state, 'dbt-target');
    await run(
      'dbt',
      [
        ...['build', '--target', 'prod', '--project-dir', 'models', '--profiles-dir', 'models'],
        ...['--target-path', target, '--log-path', join(state, 'dbt-logs')],
      ],
      {
        DBT_SEND_ANONYMOUS_USAGE_STATS: 'false',
        SLUICE_SNOWFLAKE_ACCOUNT: snowflake.account,
        SLUICE_SNOWFLAKE_USER: snowflake.username,
        SLUICE_SNOWFLAKE_PASSWORD: authentication.kind === 'password' ? authentication.password : '',
        SLUICE_SNOWFLAKE_HOST: url.hostname,
        SLUICE_SNOWFLAKE_PORT: url.port,
        SLUICE_SNOWFLAKE_PROTOCOL: 'http',
        SLUICE_SNOWFLAKE_ROLE: roles.transformer,
        SLUICE_SNOWFLAKE_WAREHOUSE: computing,
        SLUICE_SNOWFLAKE_DATABASE: database,
      },
    );
    const results: { results: { unique_id: string }[] } = JSON.parse(
      readFileSync(join(target, 'run_results.json'), 'utf8'),
    );
    const models = results.results.flatMap(({ unique_id: id }) => /^model\.\w+\.(\w+)$/.exec(id)?.[1] ?? []);
    const warehouse = await connectWarehouse({ ...snowflake, database });
    const differing: string[] = [];
    for (const name of models) {
      const ours = await fingerprint(warehouse, schemas.dev, name);
      const theirs = await fingerprint(warehouse, schemas.prod, name);
      const verdict =
        ours === theirs ? `same  ${name}  ${ours}` : `DIFFERENT  ${name}  ${ours} / dbt: ${theirs}`;
      process.stdout.write(`${verdict}\n`);
      if (ours !== theirs) differing.push(name);
    }
    await warehouse.close();
    if (models.length === 0 || differing.length > 0) {
      throw new Error(
        `dbt builds ${differing.length} of ${models.length} models differently: ${differing.join(', ')}`,
      );
    }
  } finally {
    await servers.stop();
  }
} finally {
  rmSync(state, { recursive: true, force: true });
}
