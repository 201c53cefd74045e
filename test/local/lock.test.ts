import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { currentHolder, takeLock } from '../../lib/local/lock.ts';
import { isRunning, processIdentity, thisProcess } from '../../lib/local/process.ts';
import { temporaryFolder } from '../support/index.ts';

const folder = temporaryFolder();
const IDLE = ['-e', 'setInterval(() => {}, 1000)'];

/** A process that has ended, as a lock file would know it. */
async function endedProcess() {
  const child = spawn(process.execPath, IDLE);
  await once(child, 'spawn');
  const identity = processIdentity(child.pid ?? 0);
  child.kill('SIGKILL');
  await once(child, 'exit');
  return identity;
}

test('a process is told from a later one with the same id', async () => {
  expect(isRunning(thisProcess())).toBe(true);
  expect(isRunning({ ...thisProcess(), started: 'before' })).toBe(false);
  expect(isRunning(await endedProcess())).toBe(false);
});

test('a held lock is refused by name and with what to do, and free after its release', async () => {
  const path = join(folder, 'held');
  const lock = await takeLock(path, '/the/state');
  expect(currentHolder(path)).toEqual({ ...thisProcess() });
  await expect(takeLock(path, '/the/state')).rejects.toMatchObject({
    code: 'LOCAL_STATE_IN_USE',
    kind: 'usage',
    message: `The embedded servers of /the/state are in use by process ${process.pid}.`,
    hint: expect.stringContaining(`kill ${process.pid}`),
  });
  lock.release();
  expect(existsSync(path)).toBe(false);
  (await takeLock(path, '/the/state')).release();
});

test('servers of another command are refused with its process, not theirs', async () => {
  const command = spawn(process.execPath, IDLE);
  await once(command, 'spawn');
  const path = join(folder, 'command');
  const lock = await takeLock(path, '/the/state', processIdentity(command.pid ?? 0));
  await expect(takeLock(path, '/the/state')).rejects.toMatchObject({
    message: expect.stringContaining(`process ${command.pid}.`),
    hint: expect.stringContaining('sluice local up'),
  });
  lock.release();
  command.kill('SIGKILL');
});

test('servers whose command has ended are waited for', async () => {
  const path = join(folder, 'leaving');
  const leaving = await takeLock(path, '/the/state', await endedProcess());
  const next = takeLock(path, '/the/state');
  leaving.release();
  (await next).release();
});

test('the lock of a dead holder is replaced', async () => {
  const path = join(folder, 'dead');
  writeFileSync(path, JSON.stringify(await endedProcess()));
  const lock = await takeLock(path, '/the/state');
  expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual(thisProcess());
  lock.release();
  expect(readdirSync(folder).filter((name) => name.startsWith('dead'))).toEqual([]);
});

test('of many processes that find a dead holder at once, one gets the lock', async () => {
  const path = join(folder, 'race');
  writeFileSync(path, JSON.stringify(await endedProcess()));
  const module = join(import.meta.dirname, '../../lib/local/lock.ts');
  const script = `
    import { takeLock } from ${JSON.stringify(module)};
    try {
      await takeLock(${JSON.stringify(path)}, 'state');
      console.log('taken');
      setInterval(() => {}, 1000);
    } catch (error) { console.log(error.code); }`;
  const children = Array.from({ length: 6 }, () =>
    spawn(process.execPath, ['--input-type=module', '-e', script]),
  );
  const lines = await Promise.all(
    children.map(async (child) => String((await once(child.stdout, 'data'))[0]).trim()),
  );
  expect(lines.toSorted()).toEqual([...Array.from({ length: 5 }, () => 'LOCAL_STATE_IN_USE'), 'taken']);
  for (const child of children) child.kill('SIGKILL');
});
