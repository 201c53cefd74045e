import { Metrics } from '@aws-lambda-powertools/metrics';
import { expect, test } from 'vitest';
import { extractItem } from '../../lambdas/extract.ts';
import type { Invocation } from '../../lambdas/support/handler.ts';
import type { ExtractState } from '../../lambdas/support/run-state.ts';
import { silentLogger } from '../../lib/observe/index.ts';
import { manifestKey, openStaging, parseManifest } from '../../lib/staging/index.ts';
import { openShop } from './shop.ts';

const shop = await openShop();
const days = { table: 'sales', from: '2011-12-01', to: '2011-12-09' };
const fresh: ExtractState = { runId: 'run', table: 'sales', item: days, done: [] };

/** A call whose time is up once so many windows are extracted. */
function callEndingAfter(windows: number): Invocation {
  const time = new AbortController();
  let extracted = 0;
  if (windows === 0) time.abort();
  const logger = {
    ...silentLogger,
    info: (message: string) => {
      if (message === 'extracted' && ++extracted === windows) time.abort();
    },
  };
  return {
    services: shop.services,
    logger,
    metrics: new Metrics(),
    signal: time.signal,
    remainingSeconds: 60,
  };
}

test('when the time is up it says what is left, and the next call goes on with that', async () => {
  let state = fresh;
  let calls = 0;
  while (state.item !== null) {
    state = await extractItem(state, callEndingAfter(3));
    calls += 1;
    expect(calls).toBeLessThan(10);
  }
  expect(calls).toBeGreaterThan(1);
  expect(state.done).toHaveLength(calls);
  const windows = state.done.flatMap((staged) => staged.windows);
  expect([...new Set(windows)].sort()).toEqual(Array.from({ length: 9 }, (_, day) => `2011-12-0${day + 1}`));
});

test('what it says it has staged is in the bucket, with its manifest', async () => {
  const { done, item } = await extractItem(fresh, callEndingAfter(100));
  expect(item).toBeNull();
  const staging = openStaging(shop.connections.staging);
  const rows = new Map<string, number>();
  for (const { runId, windows } of done) {
    for (const window of windows) {
      const key = manifestKey({ prefix: '', table: 'sales', window, runId });
      rows.set(window, parseManifest((await staging.get(key)).toString()).totalRows);
    }
  }
  staging.close();
  expect(Object.fromEntries([...rows].filter(([, count]) => count > 0))).toEqual({
    '2011-12-08': 1,
    '2011-12-09': 2,
  });
  expect(rows.size).toBe(9);
});

test('the same item again, after a call of which no answer came, writes new keys and breaks nothing', async () => {
  const first = await extractItem(fresh, callEndingAfter(100));
  const second = await extractItem(fresh, callEndingAfter(100));
  expect(second.done[0]?.windows).toEqual(first.done[0]?.windows);
  const [before, after] = [first.done[0]?.runId ?? '', second.done[0]?.runId ?? ''];
  // The newest snapshot of a window counts, and run ids sort by time.
  expect(after > before).toBe(true);
});

test('a window that no call has the time for is an error that says so, not an endless loop', async () => {
  await expect(extractItem(fresh, callEndingAfter(0))).rejects.toMatchObject({
    code: 'WINDOW_TOO_LARGE',
    retryable: false,
    message: 'Not one of the windows of sales from 2011-12-01 on was read within the time of a function.',
  });
});

test('a column that was added since the deploy is told, and left out until it is recorded', async () => {
  await shop.source('ALTER TABLE sales ADD note text');
  const warnings: unknown[] = [];
  const call = callEndingAfter(100);
  const logger = {
    ...call.logger,
    warn: (message: string, facts?: object) => warnings.push([message, facts]),
  };
  const { done } = await extractItem(fresh, { ...call, logger });
  expect(done).toHaveLength(1);
  expect(warnings).toEqual([
    ['the source has changed', { table: 'sales', changes: ['column "note" (text) was added'] }],
  ]);
  await shop.source('ALTER TABLE sales DROP note');
});

test('nothing left to do is left alone', async () => {
  const nothing = { ...fresh, item: null };
  expect(await extractItem(nothing, callEndingAfter(1))).toEqual(nothing);
});
