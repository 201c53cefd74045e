import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Table } from '../../lib/config/index.ts';
import {
  countUndatedRows,
  countWindows,
  estimateWindows,
  planWindows,
  readClock,
  readDayRange,
} from '../../lib/extract/index.ts';
import { daily, openWorkbench, projectOf, type Workbench } from './workbench.ts';

let workbench: Workbench;

beforeAll(async () => {
  workbench = await openWorkbench();
  await workbench.sql(`CREATE TABLE sales (at timestamptz);
    INSERT INTO sales SELECT timestamptz '2011-06-01 23:30+00' + n * interval '1 minute' FROM generate_series(0, 4319) n;
    INSERT INTO sales VALUES (NULL), ('infinity'), ('-infinity');
    CREATE INDEX ON sales (at); ANALYZE sales;
    CREATE TABLE nothing (at date)`);
});
afterAll(() => workbench.close());

function tableNamed(name: string, timezone: string): Table {
  const [table] = projectOf({ [name]: daily({ column: 'at', timezone }) }).tables;
  if (table === undefined) throw new Error('the project has no table');
  return table;
}

test('the days that have rows are those of the zone, and infinite dates are none', async () => {
  const { source } = workbench;
  expect(await readDayRange(source, tableNamed('sales', 'UTC'))).toEqual({
    from: '2011-06-01',
    to: '2011-06-04',
  });
  expect(await readDayRange(source, tableNamed('sales', 'Europe/London'))).toEqual({
    from: '2011-06-02',
    to: '2011-06-05',
  });
  expect(await readDayRange(source, tableNamed('nothing', 'UTC'))).toBeUndefined();
});

test('rows that no window has are counted', async () => {
  expect(await countUndatedRows(workbench.source, tableNamed('sales', 'UTC'))).toBe(3);
});

test('estimates come from the planner, near the truth once the table is analyzed', async () => {
  const table = tableNamed('sales', 'UTC');
  const windows = planWindows(table, { from: '2011-06-02', to: '2011-06-03' });
  const estimates = await estimateWindows(workbench.source, table, windows);
  expect(estimates.map(({ window }) => window.id)).toEqual(['2011-06-02', '2011-06-03']);
  for (const { rows } of estimates) {
    expect(rows).toBeGreaterThan(1000);
    expect(rows).toBeLessThan(2000);
  }
});

test('the clock is the source’s', async () => {
  const { rows } = await workbench.sql('SELECT now() AS now');
  expect(Math.abs((await readClock(workbench.source)).getTime() - rows[0].now.getTime())).toBeLessThan(
    60_000,
  );
});

test('windows are counted as they would be read', async () => {
  const table = tableNamed('sales', 'Europe/London');
  const windows = planWindows(table, { from: '2011-06-01', to: '2011-06-05' });
  const counts = await countWindows(
    workbench.source,
    table,
    windows.map((window) => ({ window, oldestTransaction: undefined })),
  );
  expect([...counts].map(([id, { rows, newRows }]) => [id, rows, newRows])).toEqual([
    ['2011-06-01', 0, 0],
    ['2011-06-02', 1410, 1410],
    ['2011-06-03', 1440, 1440],
    ['2011-06-04', 1440, 1440],
    ['2011-06-05', 30, 30],
  ]);
});
