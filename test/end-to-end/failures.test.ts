import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Connections, exitCodeOf, loadProject } from '../../lib/config/index.ts';
import { type LocalServers, startLocal } from '../../lib/local/index.ts';
import { silentLogger } from '../../lib/observe/index.ts';
import { extractStep, provisionProject, type RunContext } from '../../lib/run/index.ts';
import { generateSales, initializeSource } from '../../source_db_init/index.ts';
import { sluice, sluiceJson } from '../support/command-line.ts';
import { projectCopy, temporaryFolder, writeProjectFile } from '../support/index.ts';

/** One set of servers with a few days of sales, provisioned, loaded and built; the tests do not depend on each other. */
let servers: LocalServers;
const state = temporaryFolder();

const at = (directory: string): string[] => ['--config', directory, '--local-state', state];

async function contextOf(connections: Connections): Promise<RunContext> {
  return {
    ...(await loadProject(projectCopy())),
    connections,
    artifactsDirectory: join(state, 'artifacts'),
    logger: silentLogger,
  };
}

async function query(sql: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
  return (await sluiceJson<readonly Readonly<Record<string, unknown>>[]>(['query', sql, ...at('.')])).result;
}

beforeAll(async () => {
  servers = await startLocal({ state });
  await initializeSource(servers.connections.source);
  await generateSales(servers.connections.source, { days: 5, rows: 2_000, seed: 3 });
  await provisionProject(await contextOf(servers.connections));
  const first = await sluice(['run', ...at(projectCopy())]);
  expect(first.exitCode, first.stdout + first.stderr).toBe(0);
});

afterAll(async () => {
  await servers.stop();
});

describe('the source', () => {
  test('that is down is named, with what to do', async () => {
    const outcome = await sluice(['extract', ...at(projectCopy())], {
      env: { SLUICE_SOURCE_URL: 'postgres://shop:secret-word@127.0.0.1:1/shop' },
    });
    expect(outcome.exitCode).toBe(3);
    expect(outcome.stderr).toContain('SOURCE_UNREACHABLE');
    expect(outcome.stderr).toContain('127.0.0.1:1');
    expect(outcome.stderr + outcome.stdout).not.toContain('secret-word');
  });

  test('that refuses the password is named, without the password', async () => {
    const { host, port, database, user } = servers.connections.source;
    const outcome = await sluice(['extract', ...at(projectCopy())], {
      env: { SLUICE_SOURCE_URL: `postgres://${user}:not-the-password@${host}:${port}/${database}` },
    });
    expect(outcome.exitCode).toBe(3);
    expect(outcome.stderr).toContain(user);
    expect(outcome.stderr).toMatch(/password/i);
    expect(outcome.stderr + outcome.stdout).not.toContain('not-the-password');
  });
});

test('a config that is wrong gets all its problems at once', async () => {
  const directory = projectCopy({ tables: `films: { mode: 'ful' }, users: full({ sorce: {} })` });
  const outcome = await sluice(['plan', ...at(directory)]);
  expect(outcome.exitCode).toBe(2);
  expect(outcome.stderr).toContain('tables.films');
  expect(outcome.stderr).toContain('tables.users.sorce: unknown option (did you mean source?)');
});

test('a bucket that refuses is named, and nothing becomes visible', async () => {
  const before = await query('SELECT COUNT(*) AS LOADS FROM OPS.LOADS');
  const { source, staging, snowflake } = servers.connections;
  const refused = await contextOf({
    source,
    snowflake,
    staging: { ...staging, credentials: { accessKeyId: 'nobody', secretAccessKey: 'wrong-secret' } },
  });
  const error = await extractStep(refused, { tables: ['films'] }).catch((reason: unknown) => reason);
  expect(exitCodeOf(error)).toBe(3);
  expect(String(error)).toContain(staging.bucket);
  expect(String(error)).not.toContain('wrong-secret');
  expect(await query('SELECT COUNT(*) AS LOADS FROM OPS.LOADS')).toEqual(before);
});

test('a Snowflake that refuses the login is named, without the password', async () => {
  const { source, staging, snowflake } = servers.connections;
  const refused = await contextOf({
    source,
    staging,
    snowflake: { ...snowflake, authentication: { kind: 'password', password: 'wrong-secret' } },
  });
  const error = await provisionProject(refused).catch((reason: unknown) => reason);
  expect(exitCodeOf(error)).toBe(3);
  expect(error).toMatchObject({ code: 'SNOWFLAKE_LOGIN_REFUSED' });
  expect(String(error)).not.toContain('wrong-secret');
});

describe('models', () => {
  test('with a template that is wrong are refused with file, line and column, before anything runs', async () => {
    const directory = projectCopy();
    writeProjectFile(directory, 'models/marts/broken.sql', 'select 1 as a\nfrom {{ ref("films" }}\n');
    const outcome = await sluice(['build', ...at(directory)]);
    expect(outcome.exitCode).toBe(2);
    expect(outcome.stderr).toMatch(/marts\/broken\.sql/);
    expect(outcome.stderr).toMatch(/\b2\b/);
  });

  test('with SQL that Snowflake refuses fail by name, and nothing is published', async () => {
    const directory = projectCopy();
    writeProjectFile(directory, 'models/marts/broken.sql', 'selekt 1 as a');
    const outcome = await sluice(['build', ...at(directory)]);
    expect(outcome.exitCode).toBe(1);
    expect(outcome.stdout).toContain('broken');
    expect(outcome.stdout).toContain('Nothing was published');
  });

  test('that fail a test leave what was published before untouched', async () => {
    const before = await query('SELECT COUNT(*) AS FILMS, MAX(TITLE) AS TITLE FROM DEV.FILM_RATINGS');
    const directory = projectCopy();
    writeProjectFile(directory, 'models/tests/never.sql', 'select * from {{ ref("film_ratings") }}');
    const outcome = await sluiceJson<{ published: boolean; problems: string[] }>(['build', ...at(directory)]);
    expect(outcome.exitCode).toBe(1);
    expect(outcome.result.published).toBe(false);
    expect(outcome.result.problems.join('\n')).toContain('never');
    expect(await query('SELECT COUNT(*) AS FILMS, MAX(TITLE) AS TITLE FROM DEV.FILM_RATINGS')).toEqual(
      before,
    );
  });
});

test('a source that is stale keeps the models from being built', async () => {
  const directory = projectCopy();
  const healthy = await query('SELECT MAX(_LOADED_AT) AS AT FROM RAW.FILMS');
  await query("UPDATE RAW.FILMS SET _LOADED_AT = '2020-01-01'::TIMESTAMP_LTZ");
  try {
    const fresh = await sluice(['freshness', ...at(directory)]);
    expect(fresh.exitCode).toBe(1);
    expect(fresh.stdout).toMatch(/films +\S.*error/);
  } finally {
    await query(`UPDATE RAW.FILMS SET _LOADED_AT = '${healthy[0]?.AT}'::TIMESTAMP_LTZ`);
  }
});

test('doctor finds nothing wrong, and names the fix when there is', async () => {
  const directory = projectCopy();
  const well = await sluice(['doctor', ...at(directory)]);
  expect(well.exitCode, well.stdout + well.stderr).toBe(0);
  rmSync(join(directory, 'contracts/films.json'));
  writeProjectFile(
    directory,
    'contracts/films.json',
    JSON.stringify({
      version: 1,
      table: 'films',
      columns: [{ name: 'gone', target: 'GONE', sourceType: 'text', targetType: 'VARCHAR', nullable: true }],
    }),
  );
  const ill = await sluice(['doctor', ...at(directory)]);
  expect(ill.exitCode).toBe(1);
  expect(ill.stdout).toMatch(/FAIL {2}source table films/);
});
