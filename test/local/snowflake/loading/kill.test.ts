import { once } from 'node:events';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { startSnowflake } from '../../../../lib/local/snowflake/index.ts';
import { freshBucket, runModule, temporaryFolder } from '../../../support/index.ts';
import { eventually, login } from './room.ts';

const index = resolve(import.meta.dirname, '../../../../lib/local/snowflake/index.ts');

/** A server in a process of its own, to be killed. */
async function startAside(directory: string, s3: object) {
  const { child, line } = await runModule(`
    const { startSnowflake } = await import(${JSON.stringify(index)});
    const server = await startSnowflake({ directory: ${JSON.stringify(directory)}, s3: ${JSON.stringify(s3)} });
    process.stdout.write(JSON.stringify(server) + '\\n');
    setInterval(() => undefined, 1000);`);
  return { child, server: JSON.parse(line) };
}

const connect = (server: { url: string; account: string; username: string; password: string }) =>
  login({
    account: server.account,
    username: server.username,
    authentication: { kind: 'password', password: server.password },
    accessUrl: server.url,
  });

test('kill -9 while a transaction consumes a stream: its rows are there again, and the task takes them after the restart', async () => {
  const directory = temporaryFolder();
  const { endpoint, region, credentials } = await freshBucket();
  const s3 = { endpoint, region, credentials };
  const { child, server } = await startAside(directory, s3);
  const first = await connect(server);
  for (const sql of [
    'CREATE DATABASE K',
    'CREATE SCHEMA K.S',
    'USE SCHEMA K.S',
    'CREATE TABLE SRC (A NUMBER)',
    'CREATE TABLE DST (A NUMBER)',
    'CREATE STREAM ST ON TABLE SRC APPEND_ONLY = TRUE',
    "CREATE TASK TAKE WAREHOUSE = COMPUTE_WH WHEN SYSTEM$STREAM_HAS_DATA('ST') AS INSERT INTO DST SELECT A FROM ST",
    'INSERT INTO SRC VALUES (1), (2)',
    'INSERT INTO DST SELECT A FROM ST',
    'INSERT INTO SRC VALUES (3)',
    'ALTER TASK TAKE SUSPEND',
    'BEGIN TRANSACTION',
    'INSERT INTO DST SELECT A FROM ST',
  ]) {
    await first.run(sql);
  }
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
  const again = await startSnowflake({ directory, s3 });
  try {
    const second = await connect(again);
    await second.run('USE SCHEMA K.S');
    expect(await second.run('SELECT A FROM ST')).toEqual([{ A: 3 }]);
    await second.run('ALTER TASK TAKE RESUME');
    await eventually(
      async () => ((await second.run('SELECT A FROM DST WHERE A = 3')).length > 0 ? true : undefined),
      'the task took it',
    );
    expect(await second.run('SELECT A FROM DST ORDER BY A')).toEqual([{ A: 1 }, { A: 2 }, { A: 3 }]);
    await second.close();
  } finally {
    await again.stop();
  }
});
