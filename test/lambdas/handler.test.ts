import { setTimeout as delay } from 'node:timers/promises';
import { beforeEach, expect, test, vi } from 'vitest';
import type { Services } from '../../lambdas/support/services.ts';
import { parseProject, runErrorNames, SluiceError } from '../../lib/config/index.ts';
import { functionOf } from './invoke.ts';

const services: Services = {
  project: parseProject({ name: 'shop', tables: { films: { mode: 'full' } } }, { directory: '/', file: 'f' }),
  directory: '/',
  artifactsDirectory: '/tmp',
  staging: { bucket: 'b', region: 'r' },
  source: () => Promise.reject(new Error('none')),
  snowflake: () => Promise.reject(new Error('none')),
};

beforeEach(() => {
  vi.stubEnv('POWERTOOLS_LOG_LEVEL', 'SILENT');
});

const failingWith = (error: unknown) => functionOf(() => Promise.reject(error), services);
const problem = { kind: 'outside', message: 'It broke.', hint: 'Mend it.' } as const;

test('what heals has the name that the state machine tries again, and says what it is', async () => {
  await expect(
    failingWith(new SluiceError({ ...problem, code: 'X', retryable: true }))({}),
  ).rejects.toMatchObject({
    name: runErrorNames.passing,
    message: 'X: It broke.\nMend it.',
  });
});

test('loads that are not applied yet have a name of their own', async () => {
  const error = new SluiceError({ ...problem, code: 'LOAD_TIMEOUT', retryable: true });
  await expect(failingWith(error)({})).rejects.toMatchObject({ name: runErrorNames.pending });
});

test('what needs a person keeps its code as its name, and an error of the code itself its own', async () => {
  await expect(failingWith(new SluiceError({ ...problem, code: 'X' }))({})).rejects.toMatchObject({
    name: 'X',
  });
  await expect(failingWith(new TypeError('a bug'))({})).rejects.toMatchObject({ name: 'TypeError' });
});

test('work that is stopped because the time is up says so', async () => {
  const work = functionOf(
    (_event: object, { signal }) => delay(60_000, undefined, { signal }),
    services,
    30_000,
  );
  await expect(work({})).rejects.toMatchObject({
    name: 'FUNCTION_TIME_UP',
    message: expect.stringContaining('shortly before the time limit'),
  });
});

test('an error stays small enough for the state of an execution', async () => {
  const long = new SluiceError({ ...problem, code: 'X', message: 'm'.repeat(10_000) });
  const error = await failingWith(long)({}).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ message: expect.stringMatching(/^X: m{3996}…$/), stack: '' });
});
