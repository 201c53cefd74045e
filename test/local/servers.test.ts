import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { HeadBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, describe, expect, test, vi } from 'vitest';
import type { Connections } from '../../lib/config/index.ts';
import { connectionLines, startLocal, useLocal } from '../../lib/local/index.ts';
import { runModule, temporaryFolder, withClient } from '../support/index.ts';

const folder = temporaryFolder();
const children: ChildProcess[] = [];
afterAll(() => {
  for (const child of children) child.kill('SIGKILL');
});

/** A command in a process of its own that has the servers ready, and can be killed. */
async function command(
  name: 'startLocal' | 'useLocal',
  state: string,
): Promise<{ child: ChildProcess; connections: Connections }> {
  const module = join(import.meta.dirname, '../../lib/local/index.ts');
  const script = `
    import { ${name} } from ${JSON.stringify(module)};
    const { connections } = await ${name}({ state: ${JSON.stringify(state)} });
    console.log(JSON.stringify(connections));
    setInterval(() => {}, 1000);`;
  const { child, line } = await runModule(script);
  children.push(child);
  return { child, connections: JSON.parse(line) };
}

async function checkAll({ source, staging, snowflake }: Connections): Promise<void> {
  expect(await withClient(source, async (client) => (await client.query('SELECT 1 AS one')).rows)).toEqual([
    { one: 1 },
  ]);
  const { endpoint = '', region, credentials = { accessKeyId: '', secretAccessKey: '' } } = staging;
  const client = new S3Client({ endpoint, region, credentials: { ...credentials }, forcePathStyle: true });
  await client.send(new HeadBucketCommand({ Bucket: staging.bucket }));
  client.destroy();
  expect(
    (await fetch(`${snowflake.accessUrl}/session/heartbeat`, { method: 'POST', body: '{}' })).status,
  ).toBe(200);
}

function withoutAddresses(connections: Connections): unknown {
  const { source, staging, snowflake } = connections;
  return [
    { ...source, port: 0 },
    { ...staging, endpoint: '' },
    { ...snowflake, accessUrl: '' },
  ];
}

describe('servers in this process', () => {
  test('answer, keep their passwords and ports, and refuse a second start', async () => {
    const state = join(folder, 'up');
    const first = await startLocal({ state });
    await checkAll(first.connections);
    await expect(startLocal({ state })).rejects.toMatchObject({ code: 'LOCAL_STATE_IN_USE', kind: 'usage' });
    await first.stop();
    await first.stop();
    const second = await startLocal({ state });
    expect(withoutAddresses(second.connections)).toEqual(withoutAddresses(first.connections));
    await second.stop();
  });

  test('take the ports they are told, and name one that is taken', async () => {
    const state = join(folder, 'ports');
    const other = await startLocal({ state: join(folder, 'other') });
    const taken = Number(new URL(other.connections.staging.endpoint ?? '').port);
    await expect(startLocal({ state, ports: { s3: taken } })).rejects.toMatchObject({
      code: 'LOCAL_PORT_IN_USE',
      kind: 'usage',
      message: `Port ${taken} of 127.0.0.1, wanted for s3, is taken.`,
    });
    await other.stop();
    const servers = await startLocal({ state, ports: { s3: taken } });
    expect(servers.connections.staging.endpoint).toBe(`http://127.0.0.1:${taken}`);
    await servers.stop();
  });

  test('are used by other commands, which leave them running', async () => {
    const state = join(folder, 'shared');
    const up = await command('startLocal', state);
    expect(statSync(join(state, 'local.json')).mode & 0o777).toBe(0o600);
    const used = await useLocal({ state });
    expect(used.connections).toEqual(up.connections);
    await used.stop();
    await checkAll(up.connections);
    up.child.kill('SIGKILL');
    await once(up.child, 'exit');
    // Whoever comes after a killed one starts its own.
    const next = await useLocal({ state });
    await checkAll(next.connections);
    expect(withoutAddresses(next.connections)).toEqual(withoutAddresses(up.connections));
    await next.stop();
  });
});

describe('servers of one command', () => {
  test('answer, end with stop, and find their data again', async () => {
    const state = join(folder, 'command');
    const first = await useLocal({ state });
    await checkAll(first.connections);
    await expect(useLocal({ state })).rejects.toMatchObject({ code: 'LOCAL_STATE_IN_USE' });
    await withClient(first.connections.source, (client) =>
      client.query('CREATE TABLE kept AS SELECT 42 AS n'),
    );
    await first.stop();
    await expect(withClient(first.connections.source, async () => 1)).rejects.toMatchObject({
      code: 'ECONNREFUSED',
    });
    const second = await useLocal({ state });
    const kept = await withClient(
      second.connections.source,
      async (client) => (await client.query('TABLE kept')).rows,
    );
    expect(kept).toEqual([{ n: 42 }]);
    await second.stop();
  });

  test('end when the command is killed with -9, and the next one waits for that', async () => {
    const state = join(folder, 'killed');
    const killed = await command('useLocal', state);
    killed.child.kill('SIGKILL');
    await once(killed.child, 'exit');
    const next = await useLocal({ state });
    await checkAll(next.connections);
    await next.stop();
  });

  test('that cannot start say why', async () => {
    const state = join(folder, 'in-use');
    const running = await command('useLocal', state);
    await expect(startLocal({ state })).rejects.toMatchObject({
      code: 'LOCAL_STATE_IN_USE',
      message: expect.stringContaining(String(running.child.pid)),
    });
    running.child.kill('SIGKILL');
    // Its servers are on their way out; the folder is removed when they are gone.
    await vi.waitFor(() => expect(existsSync(join(state, 'lock'))).toBe(false), 20_000);
  });
});

test('a person is told how to connect to each server', async () => {
  const servers = await startLocal({ state: join(folder, 'lines') });
  const lines = connectionLines(servers).join('\n');
  const { source, staging, snowflake } = servers.connections;
  expect(lines).toContain(`psql postgresql://postgres:${source.password}@127.0.0.1:${source.port}/source`);
  expect(lines).toContain(
    `aws --endpoint-url ${staging.endpoint} --region us-east-1 s3 ls s3://${staging.bucket}`,
  );
  expect(lines).toContain(`accessUrl: '${snowflake.accessUrl}', account: '${snowflake.account}'`);
  await servers.stop();
});
