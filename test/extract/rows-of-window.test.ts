import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { planWindows } from '../../lib/extract/index.ts';
import { rowsOfWindows } from '../../lib/extract/rows-of-window.ts';
import { daily, openWorkbench, projectOf, type Workbench } from './workbench.ts';

let workbench: Workbench;

beforeAll(async () => {
  workbench = await openWorkbench();
  await workbench.sql('CREATE TABLE instants (at timestamptz)');
});
afterAll(() => workbench.close());

function tableIn(timezone: string) {
  const [table] = projectOf({ instants: daily({ column: 'at', timezone }) }).tables;
  if (table === undefined) throw new Error('the project has no table');
  return table;
}

/** Ids of the windows each of the `instants` is in, by the SQL that selects rows. */
async function windowsOf(
  timezone: string,
  from: string,
  to: string,
  instants: readonly string[],
  type: string,
) {
  const table = tableIn(timezone);
  const windows = planWindows(table, { from, to });
  const rowsOf = await rowsOfWindows(workbench.source, table, type, windows);
  const cases = windows.map((window) => `CASE WHEN ${rowsOf(window)} THEN '${window.id}' END`);
  const rows = await workbench.source.query<{ ids: string[] }>(
    `SELECT array_remove(ARRAY[${cases.join(', ')}], NULL) AS ids
     FROM unnest($1::text[]) WITH ORDINALITY AS t (text, n), LATERAL (SELECT text::${type} AS at) AS v ORDER BY n`,
    [instants],
  );
  return rows.map(({ ids }) => ids);
}

const hour = 3_600_000;

test.each([
  ['Europe/London', '2011-03-27', 23],
  ['Europe/London', '2011-10-30', 25],
  ['Europe/London', '2011-10-31', 24],
  // Clocks change at midnight: these days begin at one o'clock, or twice.
  ['America/Sao_Paulo', '2016-10-16', 23],
  ['America/Sao_Paulo', '2016-02-20', 25],
  ['America/Havana', '2011-11-13', 25],
  ['Australia/Lord_Howe', '2011-04-03', 24.5],
  // A day that was left out.
  ['Pacific/Apia', '2011-12-30', 0],
])('in %s the day %s has %d hours', async (timezone, day, hours) => {
  const begin = Date.parse(`${day}T00:00:00Z`) - 24 * hour;
  const instants = Array.from({ length: 4 * 72 }, (_, i) => new Date(begin + (i * hour) / 4).toISOString());
  const ids = await windowsOf(timezone, day, day, instants, 'timestamptz');
  expect(ids.filter((found) => found.length === 1)).toHaveLength(hours * 4);
});

test('every instant is in the one window of its local day, in any zone', async () => {
  const zones = Intl.supportedValuesOf('timeZone');
  const known = await workbench.source.query<{ name: string }>('SELECT name FROM pg_timezone_names');
  const names = new Set(known.map(({ name }) => name));
  // From 2012 on no zone sets its clocks back over midnight by minutes, which makes a day come twice.
  const instant = fc.date({
    min: new Date('2012-01-03'),
    max: new Date('2024-12-28'),
    noInvalidDate: true,
  });
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...zones.filter((zone) => names.has(zone))),
      instant,
      fc.array(fc.integer({ min: 0, max: 96 * hour }), { minLength: 20, maxLength: 20 }),
      async (timezone, begin, offsets) => {
        const instants = offsets.map((offset) => new Date(begin.getTime() + offset).toISOString());
        const day = (days: number): string =>
          new Date(begin.getTime() + days * 24 * hour).toISOString().slice(0, 10);
        const ids = await windowsOf(timezone, day(-2), day(6), instants, 'timestamptz');
        const local = await workbench.source.query<{ day: string }>(
          'SELECT ((t.at AT TIME ZONE $1)::date)::text AS day FROM unnest($2::timestamptz[]) WITH ORDINALITY AS t (at, n) ORDER BY n',
          [timezone, instants],
        );
        expect(ids).toEqual(local.map((row) => [row.day]));
      },
    ),
    { numRuns: 60 },
  );
});

test('wall-clock times and dates are cut at midnight, half-open', async () => {
  const times = ['2011-12-08 23:59:59.999999', '2011-12-09', '2011-12-09 23:59:59.999999', '2011-12-10'];
  expect(await windowsOf('Europe/London', '2011-12-09', '2011-12-09', times, 'timestamp')).toEqual([
    [],
    ['2011-12-09'],
    ['2011-12-09'],
    [],
  ]);
  const dates = ['2011-12-08', '2011-12-09', '2011-12-10', '2011-12-11', 'infinity'];
  expect(await windowsOf('Europe/London', '2011-12-09', '2011-12-10', dates, 'date')).toEqual([
    [],
    ['2011-12-09'],
    ['2011-12-10'],
    [],
    [],
  ]);
});

test('a column that is no date is refused by its name', async () => {
  const table = tableIn('UTC');
  await expect(rowsOfWindows(workbench.source, table, 'text', [])).rejects.toMatchObject({
    code: 'WINDOW_COLUMN_TYPE',
    kind: 'usage',
    message: expect.stringContaining('"at"'),
  });
});
