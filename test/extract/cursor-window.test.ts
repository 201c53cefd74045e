import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Table } from '../../lib/config/index.ts';
import { incremental } from '../../lib/config/index.ts';
import { countUndatedRows, planCursorWindow } from '../../lib/extract/index.ts';
import { parseCsv } from './csv.ts';
import { openWorkbench, projectOf, type Workbench } from './workbench.ts';

let workbench: Workbench;

beforeAll(async () => {
  workbench = await openWorkbench();
  await workbench.sql(`CREATE TABLE changes (
      id integer, instant timestamptz, local timestamp, day date, big bigint, small smallint, exact numeric, label text);
    INSERT INTO changes VALUES
      (1, '2011-06-01 10:00+01', '2011-06-01 10:00', '2011-06-01', 10, 10, 10.5, 'a'),
      (2, '2011-06-01 12:00:00.123456+01', '2011-06-01 12:00:00.123456', '2011-06-02', 2000, 2000, 2000.25, 'b'),
      (3, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
    CREATE TABLE empty (LIKE changes)`);
});
afterAll(() => workbench.close());

function byCursor(
  cursor: string,
  options: { overlap?: number; timezone?: string } = {},
  table = 'changes',
): Table {
  const [configured] = projectOf({ [table]: incremental({ cursor, key: 'id', ...options }) }).tables;
  if (configured === undefined) throw new Error('the project has no table');
  return configured;
}

test.each<[string, object, string | null, string | null, string]>([
  ['instant', {}, null, null, '2011-06-01 11:00:00.123456+00'],
  ['instant', {}, '2011-06-01 10:30:00+00', '2011-06-01 10:20:00+00', '2011-06-01 11:00:00.123456+00'],
  [
    'instant',
    { overlap: 0 },
    '2011-06-01 10:30:00+00',
    '2011-06-01 10:30:00+00',
    '2011-06-01 11:00:00.123456+00',
  ],
  ['local', { overlap: 60 }, '2011-06-01 10:00:00', '2011-06-01 09:59:00', '2011-06-01 12:00:00.123456'],
  ['day', {}, '2011-06-01', '2011-05-31', '2011-06-02'],
  ['big', {}, '1500', '500', '2000'],
  ['small', { overlap: 7 }, '10', '3', '2000'],
  ['exact', { overlap: 1 }, '10.5', '9.5', '2000.25'],
  // What was read last is gone from the source since.
  ['big', { overlap: 10 }, '5000', '4990', '2000'],
])('%s, %o, after %o: from %o to %o', async (cursor, options, last, low, high) => {
  const table = byCursor(cursor, options);
  expect(await planCursorWindow(workbench.source, table, last)).toEqual({
    id: `${low ?? 'start'}..${high}`,
    start: low,
    end: high,
    timezone: null,
  });
  expect(await countUndatedRows(workbench.source, table)).toBe(1);
});

test('a table without rows is an empty window, and one that was emptied keeps its place', async () => {
  const table = byCursor('instant', {}, 'empty');
  expect(await planCursorWindow(workbench.source, table, null)).toEqual({
    id: 'empty',
    start: null,
    end: null,
    timezone: null,
  });
  expect(await planCursorWindow(workbench.source, table, '2011-06-01 11:00:00+00')).toMatchObject({
    start: '2011-06-01 10:50:00+00',
    end: '2011-06-01 11:00:00+00',
  });
  const [manifest] = await workbench.extract({ empty: incremental({ cursor: 'big', key: 'id' }) });
  expect(manifest).toMatchObject({ mode: 'incremental', totalRows: 0, files: [] });
  expect(manifest).not.toHaveProperty('cursor');
});

test('a row of the future, or of never, does not hide the others', async () => {
  await workbench.sql(`CREATE TABLE ahead (id integer, instant timestamptz, local timestamp, day date, exact numeric);
    INSERT INTO ahead VALUES (1, now() + interval '9 years', '9999-01-01', '9999-01-01', 'NaN'),
      (2, 'infinity', 'infinity', 'infinity', NULL), (3, now() - interval '1 hour', '2011-01-01', '2011-01-01', 7)`);
  const { rows } = await workbench.sql(
    `SELECT now()::text AS instant, (now() AT TIME ZONE 'Asia/Tokyo')::date::text AS tokyo`,
  );
  const instant = await planCursorWindow(workbench.source, byCursor('instant', {}, 'ahead'), null);
  expect(Date.parse(instant.end ?? '')).toBeGreaterThanOrEqual(Date.parse(rows[0].instant));
  expect(Date.parse(instant.end ?? '')).toBeLessThan(Date.parse(rows[0].instant) + 60_000);
  const day = await planCursorWindow(
    workbench.source,
    byCursor('day', { timezone: 'Asia/Tokyo' }, 'ahead'),
    null,
  );
  expect(Date.parse(day.end ?? '') - Date.parse(rows[0].tokyo)).toBeLessThanOrEqual(86_400_000);
  expect(await planCursorWindow(workbench.source, byCursor('exact', {}, 'ahead'), null)).toMatchObject({
    end: '7',
  });
  expect(await countUndatedRows(workbench.source, byCursor('instant', {}, 'ahead'))).toBe(1);
  expect(await countUndatedRows(workbench.source, byCursor('exact', {}, 'ahead'))).toBe(2);
});

test('a window holds what is greater than its start and at most its end, and its manifest says so', async () => {
  const tables = { changes: incremental({ cursor: 'big', key: 'id' }) };
  const [table] = projectOf(tables).tables;
  if (table === undefined) throw new Error('the project has no table');
  const window = await planCursorWindow(workbench.source, table, '1010');
  const [manifest] = await workbench.extract(tables, { windows: new Map([['changes', [window]]]) });
  expect(parseCsv(await workbench.csv(manifest)).map(([id]) => id)).toEqual(['ID', '2']);
  expect(manifest).toMatchObject({ cursor: { low: '10', high: '2000' }, window: { id: '10..2000' } });
  expect(manifest?.files[0]?.key).toMatch(/^data\/changes\/window=10\.\.2000\/run=/);

  const [everything] = await workbench.extract(tables);
  expect(parseCsv(await workbench.csv(everything)).map(([id]) => id)).toEqual(['ID', '1', '2']);
  expect(everything?.cursor).toEqual({ low: null, high: '2000' });
});

test.each(['label', 'missing'])('%s is no cursor', async (cursor) => {
  const planning = planCursorWindow(workbench.source, byCursor(cursor), null);
  await expect(planning).rejects.toMatchObject({ code: 'WINDOW_COLUMN_TYPE', kind: 'usage' });
});
