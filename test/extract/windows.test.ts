import fc from 'fast-check';
import { expect, test } from 'vitest';
import { defaultRange, planWindows } from '../../lib/extract/index.ts';
import { daily, full, projectOf } from './workbench.ts';

function table(options: { timezone?: string; lookbackDays?: number } = {}) {
  const [planned] = projectOf({
    sales: daily({ column: 'at', timezone: 'Europe/London', ...options }),
  }).tables;
  if (planned === undefined) throw new Error('the project has no table');
  return planned;
}

test('both ends of a range are included, and each window ends where the next begins', () => {
  const windows = planWindows(table(), { from: '2012-02-28', to: '2012-03-01' });
  expect(windows).toEqual([
    { id: '2012-02-28', start: '2012-02-28T00:00:00', end: '2012-02-29T00:00:00', timezone: 'Europe/London' },
    { id: '2012-02-29', start: '2012-02-29T00:00:00', end: '2012-03-01T00:00:00', timezone: 'Europe/London' },
    { id: '2012-03-01', start: '2012-03-01T00:00:00', end: '2012-03-02T00:00:00', timezone: 'Europe/London' },
  ]);
});

test('the days of the real sales are 374', () => {
  expect(planWindows(table(), { from: '2010-12-01', to: '2011-12-09' })).toHaveLength(374);
});

test('days have neither gap nor overlap over any range', () => {
  const day = fc
    .date({ min: new Date('1900-01-01'), max: new Date('2200-01-01'), noInvalidDate: true })
    .map((date) => date.toISOString().slice(0, 10));
  fc.assert(
    fc.property(day, fc.integer({ min: 0, max: 800 }), (from, length) => {
      const to = new Date(Date.parse(from) + length * 86_400_000).toISOString().slice(0, 10);
      const windows = planWindows(table(), { from, to });
      expect(windows).toHaveLength(length + 1);
      expect(windows[0]?.id).toBe(from);
      expect(windows.at(-1)?.id).toBe(to);
      for (const [i, window] of windows.entries()) {
        if (i > 0) expect(window.start).toBe(windows[i - 1]?.end);
      }
    }),
  );
});

test.each([
  ['2011-02-30', '2011-03-01', 'DAY_INVALID'],
  ['2011-3-1', '2011-03-01', 'DAY_INVALID'],
  ['2011-03-02', '2011-03-01', 'RANGE_EMPTY'],
])('the range %s to %s is refused', (from, to, code) => {
  expect(() => planWindows(table(), { from, to })).toThrow(expect.objectContaining({ code, kind: 'usage' }));
});

test('a scheduled run reads the day that is over in its zone, and the lookback before it', () => {
  const justAfterMidnightInTokyo = new Date('2011-12-09T15:05:00Z');
  const tokyo = table({ timezone: 'Asia/Tokyo', lookbackDays: 2 });
  expect(defaultRange(tokyo, justAfterMidnightInTokyo)).toEqual({ from: '2011-12-07', to: '2011-12-09' });
  const london = table({ lookbackDays: 0 });
  expect(defaultRange(london, justAfterMidnightInTokyo)).toEqual({ from: '2011-12-08', to: '2011-12-08' });
});

test('a full table is one window, whatever the range', () => {
  const [films] = projectOf({ films: full() }).tables;
  if (films === undefined) throw new Error('the project has no table');
  expect(planWindows(films, defaultRange(films, new Date()))).toEqual([
    { id: 'full', start: null, end: null, timezone: null },
  ]);
});
