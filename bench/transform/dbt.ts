import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SnowflakeServer } from '../../lib/local/snowflake/index.ts';

/**
 * The same project through dbt-core over the same server: nothing kept, then everything kept, then with the SQL.
 *
 * @param dbt the program, with dbt-snowflake beside it
 * @returns seconds by what was timed
 */
export function timeDbt(dbt: string, project: string, server: SnowflakeServer): [string, number][] {
  const { hostname, port } = new URL(server.url);
  const output = {
    type: 'snowflake',
    account: server.account,
    user: server.username,
    password: server.password,
    host: hostname,
    port: Number(port),
    protocol: 'http',
    database: 'SLUICE',
    warehouse: 'SLUICE_TRANSFORM',
    schema: 'DEV',
    threads: 4,
  };
  const profile = { grown: { target: 'dev', outputs: { dev: output } } };
  // JSON is YAML.
  writeFileSync(join(project, 'profiles.yml'), JSON.stringify(profile));
  const time = (...args: string[]): number => {
    const started = performance.now();
    const { status, stdout } = spawnSync(
      dbt,
      [...args, '--project-dir', project, '--profiles-dir', project],
      {
        encoding: 'utf8',
        env: { ...process.env, DBT_SEND_ANONYMOUS_USAGE_STATS: 'false' },
      },
    );
    if (status !== 0) throw new Error(`dbt ${args[0]} ended with ${status}: ${stdout.slice(-2000)}`);
    return (performance.now() - started) / 1000;
  };
  return [
    ['dbt parse, cold', time('parse', '--no-partial-parse')],
    ['dbt parse, warm', time('parse')],
    ['dbt compile, warm', time('compile')],
  ];
}
