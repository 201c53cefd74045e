// A second opinion on the materializations: dbt and sluice build the same project three times, with other rows in between,
// into two schemas of one embedded Snowflake. Every relation has to come out the same, and as the tests expect it
// (fixtures/materializations/expected.json; `--write` writes it anew from what dbt made).
// Needs `dbt` on the PATH (second-opinion-dbt.txt). Run: node test/transform/second-opinion-materializations.ts
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSnowflake } from '../../lib/local/snowflake/index.ts';
import { connectWarehouse } from '../../lib/snowflake/index.ts';
import { build } from '../../lib/transform/index.ts';
import { matrixProject, matrixRounds, matrixSetup, picturesOf } from './support/matrix.ts';
import { shop } from './support/projects.ts';

const folder = mkdtempSync(join(tmpdir(), 'sluice-materializations-'));
const expectedFile = join(matrixProject, 'expected.json');

async function run(command: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<void> {
  const child = spawn(command, args, { stdio: 'inherit', env: { ...process.env, ...env } });
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`${command} ended with ${String(code)}`);
}

const server = await startSnowflake({ memory: true });
const connection = {
  account: server.account,
  username: server.username,
  accessUrl: server.url,
  authentication: { kind: 'password', password: server.password },
} as const;
const differing: string[] = [];
const rounds: Record<string, string[]>[] = [];
try {
  const warehouse = await connectWarehouse(connection);
  for (const sql of matrixSetup) await warehouse.execute(sql);
  const url = new URL(server.url);
  for (const { statements, vars, from, to } of matrixRounds) {
    for (const sql of statements) await warehouse.execute(sql);
    await run(
      'dbt',
      [
        ...['--quiet', 'build', '--project-dir', matrixProject, '--profiles-dir', matrixProject],
        ...['--vars', JSON.stringify(vars), '--event-time-start', from, '--event-time-end', to],
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
    // A build of ours refreshes dynamic tables, one of dbt's leaves it to the warehouse.
    await warehouse.execute('alter dynamic table SHOP.PROD.DYNAMIC refresh');
    const report = await build({
      directory: matrixProject,
      project: { ...shop, models: { ...shop.models, threads: 4 } },
      vars,
      eventTimeStart: from,
      eventTimeEnd: to,
      connect: () => connectWarehouse({ ...connection, database: 'SHOP', schema: 'DEV' }),
      artifactsDirectory: join(folder, 'artifacts'),
    });
    if (!report.published) throw new Error(report.problems.join('\n'));
    const [ours, theirs] = [await picturesOf(warehouse, 'DEV'), await picturesOf(warehouse, 'PROD')];
    for (const name of new Set([...Object.keys(ours), ...Object.keys(theirs)])) {
      const [mine, dbts] = [ours[name] ?? ['is not there'], theirs[name] ?? ['is not there']];
      if (mine.join('\n') === dbts.join('\n')) continue;
      differing.push(`${name} of round ${vars.round}`);
      process.stdout.write(`${name} differs\n--- sluice\n${mine.join('\n')}\n--- dbt\n${dbts.join('\n')}\n`);
    }
    process.stdout.write(`round ${vars.round}: ${Object.keys(theirs).length} relations compared\n`);
    rounds.push(theirs);
  }
  await warehouse.close();
} finally {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
}
if (process.argv.includes('--write')) writeFileSync(expectedFile, JSON.stringify(rounds, null, 2));
else if (JSON.stringify(JSON.parse(readFileSync(expectedFile, 'utf8'))) !== JSON.stringify(rounds)) {
  differing.push('what the tests expect');
}
if (differing.length > 0) throw new Error(`dbt's are otherwise: ${differing.join(', ')}`);
