import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  dataKey,
  dataPrefix,
  decodeWindow,
  encodeWindow,
  manifestKey,
  manifestPrefix,
  newRunId,
} from '../../lib/staging/index.ts';

const december = {
  prefix: 'sluice/',
  table: 'sales',
  window: '2011-12-09',
  runId: '20111210T030000000Z-0a1b2c3d',
};

test('keys stand where the design says', () => {
  expect(dataKey({ ...december, part: 7 })).toBe(
    'sluice/data/sales/window=2011-12-09/run=20111210T030000000Z-0a1b2c3d/part-00007.csv.gz',
  );
  expect(manifestKey(december)).toBe('sluice/manifests/sales/2011-12-09/20111210T030000000Z-0a1b2c3d.json');
  expect(dataPrefix('', 'sales')).toBe('data/sales/');
  expect(manifestPrefix('')).toBe('manifests/');
});

test('the prefix of a table holds no file of another whose name begins alike', () => {
  const other = dataKey({ ...december, table: 'sales_lines', part: 0 });
  expect(other.startsWith(dataPrefix('sluice/', 'sales'))).toBe(false);
});

test('a run id names its time and is of the shape others rely on', () => {
  const id = newRunId(new Date('2011-12-09T12:50:01.002Z'));
  expect(id).toMatch(/^[0-9TZ]+-[a-z0-9]+$/);
  expect(id.startsWith('20111209T125001002Z-')).toBe(true);
});

test('run ids sort by their time', () => {
  const instant = fc.date({ min: new Date('1971-01-01'), max: new Date('9999-01-01'), noInvalidDate: true });
  fc.assert(
    fc.property(instant, instant, (a, b) => {
      fc.pre(a.getTime() < b.getTime());
      expect(newRunId(a) < newRunId(b)).toBe(true);
    }),
  );
});

test('any window is one safe segment of a key, and comes back from it', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (window) => {
      const segment = encodeWindow(window);
      expect(segment).toMatch(/^[A-Za-z0-9._-]+$/);
      expect(decodeWindow(segment)).toBe(window);
    }),
  );
});

test('days and snapshots are readable in keys', () => {
  expect(encodeWindow('2011-12-09')).toBe('2011-12-09');
  expect(encodeWindow('full')).toBe('full');
  expect(encodeWindow('2011-12-09 12:50')).toBe('2011-12-09_2012_3A50');
});
