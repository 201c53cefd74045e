import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { freshBucket } from '../support/index.ts';
import type { ChildInput } from './extract-child.ts';
import { createGate } from './gate.ts';
import { full, openWorkbench } from './workbench.ts';

test('kill -9 in the middle of an upload leaves nothing visible, and the next run is complete', async () => {
  const bucket = await freshBucket();
  const workbench = await openWorkbench({ bucket });
  const gate = await createGate(workbench.connection, 'killed', 600_000);
  const input: ChildInput = { connection: workbench.connection, staging: bucket, table: 'killed' };
  const child = spawn(process.execPath, [join(import.meta.dirname, 'extract-child.ts')], {
    stdio: ['pipe', 'inherit', 'inherit'],
  });
  child.stdin.end(JSON.stringify(input));
  await gate.reached();
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(await workbench.staging.list('')).toEqual([]);

  await gate.open();
  const [manifest] = await workbench.extract({ killed: full() });
  expect(manifest?.totalRows).toBe(600_000);
  expect((await workbench.staging.list('')).map(({ key }) => key)).toEqual([
    manifest?.files[0]?.key,
    `manifests/killed/full/${manifest?.runId}.json`,
  ]);
  await gate.close();
  await workbench.close();
});
