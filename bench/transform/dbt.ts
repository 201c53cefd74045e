import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { SnowflakeServer } from '../../lib/local/snowflake/index.ts';

/**
 * The same project through dbt-core over the same server: nothing kept, then everything kept, then with the SQL.
 *
 * @param dbt the program, with dbt-snowflake beside it
 * @returns seconds by what was timed
 */
export async function timeDbt(
  dbt: string,
  project: string,
  server: SnowflakeServer,
): Promise<[string, number][]> {
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
  // The server that dbt asks is in this process: it must not be blocked.
  const time = async (...args: string[]): Promise<number> => {
    const started = performance.now();
    await promisify(execFile)(dbt, [...args, '--project-dir', project, '--profiles-dir', project], {
      env: { ...process.env, DBT_SEND_ANONYMOUS_USAGE_STATS: 'false' },
      maxBuffer: 1e9,
    });
    return (performance.now() - started) / 1000;
  };
  return [
    ['dbt parse, cold', await time('parse', '--no-partial-parse')],
    ['dbt parse, warm', await time('parse')],
    ['dbt compile, warm', await time('compile')],
  ];
}
