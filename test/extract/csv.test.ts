import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseCsv } from './csv.ts';
import { full, openWorkbench, type Workbench } from './workbench.ts';

let workbench: Workbench;

beforeAll(async () => {
  workbench = await openWorkbench();
});
afterAll(() => workbench.close());

/** Text that Postgres can hold, of the characters that break CSV. */
const nasty = fc
  .array(
    fc.oneof(
      fc.constantFrom('"', ',', '\n', '\r', '\\', '\\N', "'", ' ', '\t', '.', ';', '\ufeff', '£', 'é'),
      fc.string({ unit: 'grapheme', maxLength: 3 }),
    ),
    { maxLength: 8 },
  )
  .map((parts) => parts.join('').replaceAll('\0', ''));
const value = fc.option(nasty, { nil: null });

test('every text comes back from the bytes, NULL apart from the empty one', async () => {
  await workbench.sql('CREATE TABLE texts (n integer, a text, b text)');
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(value, value), { maxLength: 30 }), async (rows) => {
      await workbench.sql('TRUNCATE texts');
      await workbench.sql(
        'INSERT INTO texts SELECT n, a, b FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS t (a, b, n)',
        [rows.map(([a]) => a), rows.map(([, b]) => b)],
      );
      const [manifest] = await workbench.extract({ texts: full() });
      expect(manifest?.totalRows).toBe(rows.length);
      const parsed = parseCsv(await workbench.csv(manifest)).slice(1);
      expect(parsed).toEqual(rows.map(([a, b], i) => [String(i + 1), a, b]));
    }),
    { numRuns: 40 },
  );
});

test('a row of one NULL column is not a blank line', async () => {
  await workbench.sql(`CREATE TABLE narrow (alone text); INSERT INTO narrow VALUES (NULL), (''), ('x')`);
  const [manifest] = await workbench.extract({ narrow: full() });
  expect(await workbench.csv(manifest)).toBe('ALONE,_PRESENT\n,"1"\n"","1"\n"x","1"\n');
  expect(manifest?.columns.map(({ target }) => target)).toEqual(['ALONE']);
});

test('names keep every character, and are quoted where CSV needs it', async () => {
  const names = ['select', 'Mixed Case', 'say "hi"', 'a,b', 'naïve', "it's", '1st', 'x\\y', ' padded '];
  const list = names.map((name) => `"${name.replaceAll('"', '""')}" text DEFAULT 'v'`).join(', ');
  await workbench.sql(`CREATE SCHEMA "odd ""schema"; CREATE TABLE "odd ""schema"."t'able \\" (${list});
    INSERT INTO "odd ""schema"."t'able \\" DEFAULT VALUES`);
  const odd = full({ source: { schema: 'odd "schema', table: "t'able \\" } });
  const [manifest] = await workbench.extract({ odd });
  const [header, row] = parseCsv(await workbench.csv(manifest));
  expect(header).toEqual(['SELECT', ...names.slice(1)]);
  expect(row).toEqual(names.map(() => 'v'));
});

test('a value of several blocks arrives whole', async () => {
  await workbench.sql(`CREATE TABLE large (n integer, value text);
    INSERT INTO large SELECT n, string_agg(md5(n || '-' || i), '"') FROM generate_series(1, 3) AS n,
      generate_series(1, 60000) AS i GROUP BY n ORDER BY n`);
  const [manifest] = await workbench.extract({ large: full() });
  const parsed = parseCsv(await workbench.csv(manifest)).slice(1);
  const { rows } = await workbench.sql('SELECT n::text, value FROM large ORDER BY n');
  expect(parsed).toEqual(rows.map(({ n, value: text }) => [n, text]));
});
