/**
 * A large dbt project is read, resolved, compiled and its manifest written, by a process of its own: first with nothing kept from
 * before (cold), then again (warm). With --dbt the same project goes through dbt-core, with --build a project is also built.
 *
 *   npm run bench:transform                       2,000 models and 4,000 tests
 *   npm run bench:transform -- --dbt PATH         a dbt with dbt-snowflake: `dbt parse` cold and warm, and `dbt compile`
 *   npm run bench:transform -- --build DIR        also builds the project at DIR, seeds and tests included
 *
 * Ends with 1 when a bound is missed.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { SnowflakeConnection } from '../lib/config/index.ts';
import { startSnowflake } from '../lib/local/snowflake/index.ts';
import { connectWarehouse } from '../lib/snowflake/index.ts';
import { median } from './statistics.ts';
import { timeBuild } from './transform/build-project.ts';
import { timeDbt } from './transform/dbt.ts';
import { generateProject } from './transform/generate-project.ts';

const bounds = { coldSeconds: 3, warmSeconds: 1, megabytes: 400, buildSeconds: 1 };

const { values } = parseArgs({
  options: {
    models: { type: 'string', default: '2000' },
    rounds: { type: 'string', default: '3' },
    dbt: { type: 'string' },
    build: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});
const rounds = Number(values.rounds);

interface Compiled {
  readonly nodes: number;
  readonly seconds: number;
  readonly megabytes: number;
}

/** One process that compiles the project, as a command does. */
function compileOnce(project: string, artifacts: string, connection: SnowflakeConnection): Compiled {
  const program = join(import.meta.dirname, 'transform/compile-project.ts');
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    // As bin/sluice.ts starts.
    ['--max-semi-space-size=16', program, project, artifacts, JSON.stringify(connection)],
    { encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(`compiling ended with ${status}: ${stderr}`);
  return JSON.parse(stdout);
}

const directory = mkdtempSync(join(tmpdir(), 'sluice-bench-'));
const server = await startSnowflake({ memory: true });
const connection: SnowflakeConnection = {
  account: server.account,
  username: server.username,
  authentication: { kind: 'password', password: server.password },
  accessUrl: server.url,
};
const project = join(directory, 'project');
const lines: string[] = [];
let ok = true;
const result: Record<string, unknown> = {};

function report(name: string, value: number, unit: string, bound?: number): void {
  result[name] = value;
  const missed = bound !== undefined && value > bound;
  if (missed) ok = false;
  const said = bound === undefined ? '' : ` (at most ${bound}${missed ? ', MISSED' : ''})`;
  lines.push(`${name.padEnd(24)} ${value.toFixed(2).padStart(8)} ${unit}${said}`);
}

try {
  generateProject(project, Number(values.models));
  const cold: Compiled[] = [];
  const warm: Compiled[] = [];
  for (let round = 1; round <= rounds; round++) {
    const artifacts = join(directory, `artifacts-${round}`);
    cold.push(compileOnce(project, artifacts, connection));
    warm.push(compileOnce(project, artifacts, connection));
    console.error(
      `round ${round}: cold ${cold.at(-1)?.seconds.toFixed(2)} s, warm ${warm.at(-1)?.seconds.toFixed(2)} s`,
    );
  }
  lines.push(`${cold[0]?.nodes} nodes compiled`);
  report('cold', median(cold.map(({ seconds }) => seconds)), 's', bounds.coldSeconds);
  report('warm', median(warm.map(({ seconds }) => seconds)), 's', bounds.warmSeconds);
  report(
    'peak memory',
    Math.max(...[...cold, ...warm].map(({ megabytes }) => megabytes)),
    'MB',
    bounds.megabytes,
  );
  if (values.dbt !== undefined) {
    const warehouse = await connectWarehouse(connection);
    await warehouse.execute('CREATE DATABASE IF NOT EXISTS "SLUICE"');
    await warehouse.execute('CREATE SCHEMA IF NOT EXISTS "SLUICE"."DEV"');
    await warehouse.close();
    for (const [name, seconds] of await timeDbt(values.dbt, project, server)) report(name, seconds, 's');
  }
  if (values.build !== undefined) {
    report(
      `build ${values.build}`,
      await timeBuild(values.build, connection, rounds),
      's',
      bounds.buildSeconds,
    );
  }
  console.log(values.json ? JSON.stringify({ ...result, ok }) : lines.join('\n'));
} finally {
  await server.stop();
  rmSync(directory, { recursive: true, force: true });
}
process.exitCode = ok ? 0 : 1;
