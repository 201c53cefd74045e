import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ValuePolicy } from '../../lib/config/index.ts';
import { readContract } from '../../lib/extract/index.ts';
import { postgresVersion } from '../support/index.ts';
import { parseCsv } from './csv.ts';
import { daily, full, openWorkbench, projectOf, type Workbench } from './workbench.ts';

let workbench: Workbench;

beforeAll(async () => {
  workbench = await openWorkbench();
});
afterAll(() => workbench.close());

/** A value as SQL, and what stands in the file under `null` and under `clamp`; a value that fits is the same under both. */
type Case = readonly [sql: string, nulled: string | null, clamped: string | null];

/** A numeric may be infinite from PostgreSQL 14 on. */
const hasInfiniteNumbers = postgresVersion() >= 14;
const nines = '9'.repeat(29);
const types: readonly { type: string; changed: number; cases: readonly Case[] }[] = [
  {
    type: 'date',
    changed: 3,
    cases: [
      ["'2012-02-29'", '2012-02-29', '2012-02-29'],
      ["'infinity'", null, '9999-12-31'],
      ["'-infinity'", null, '0001-01-01'],
      ["'0044-03-15 BC'", null, '0001-01-01'],
      ['NULL', null, null],
    ],
  },
  {
    type: 'timestamp',
    changed: 2,
    cases: [
      ["'9999-12-31 23:59:59.999999'", '9999-12-31 23:59:59.999999', '9999-12-31 23:59:59.999999'],
      ["'294276-12-31 23:59:59'", null, '9999-12-31 23:59:59.999999'],
      ["'-infinity'", null, '0001-01-01 00:00:00'],
    ],
  },
  { type: 'timestamp(0)', changed: 1, cases: [["'infinity'", null, '9999-12-31 23:59:59']] },
  {
    type: 'timestamptz(3)',
    changed: 2,
    cases: [
      ["'2011-06-09 12:50+01'", '2011-06-09 11:50:00+00', '2011-06-09 11:50:00+00'],
      ["'infinity'", null, '9999-12-31 23:59:59.999+00'],
      ["'-infinity'", null, '0001-01-01 00:00:00+00'],
    ],
  },
  {
    type: 'time',
    changed: 1,
    cases: [
      ["'24:00'", null, '23:59:59.999999'],
      ["'12:00'", '12:00:00', '12:00:00'],
    ],
  },
  {
    type: 'numeric',
    changed: hasInfiniteNumbers ? 5 : 4,
    cases: [
      ['1.123456789', '1.123456789', '1.123456789'],
      ['-1.1234567894', null, '-1.123456789'],
      ['1.1234567896', null, '1.123456790'],
      ['1e29', null, `${nines}.999999999`],
      ...(hasInfiniteNumbers ? [["'-Infinity'", null, `-${nines}.999999999`] as const] : []),
      ["'NaN'", null, null],
    ],
  },
  {
    type: 'numeric(5,2)',
    changed: 1,
    cases: [
      ['1.5', '1.50', '1.50'],
      ["'NaN'", null, null],
    ],
  },
];

test.each(types.map((row, i) => ({ ...row, i })))(
  '$type: null and clamp, counted',
  async ({ type, cases, changed, i }) => {
    const table = `policy_${i}`;
    await workbench.sql(`CREATE TABLE ${table} (n serial, v ${type})`);
    for (const [sql] of cases) await workbench.sql(`INSERT INTO ${table} (v) VALUES (${sql})`);
    for (const [policy, position] of [
      ['null', 1],
      ['clamp', 2],
    ] as const) {
      const [manifest] = await workbench.extract({ [table]: full({ values: { v: policy } }) });
      const rows = parseCsv(await workbench.csv(manifest)).slice(1);
      expect(rows.map(([, value]) => value)).toEqual(cases.map((row) => row[position]));
      expect(manifest?.adjusted).toEqual([{ column: 'v', policy, values: changed }]);
    }
    const [rejecting] = await workbench.extract({ [table]: full({ values: { v: 'reject' } }) });
    expect(rejecting).not.toHaveProperty('adjusted');
  },
);

test('json that no VARIANT holds becomes NULL, and only that', async () => {
  await workbench.sql(String.raw`CREATE TABLE documents (n serial, v json);
    INSERT INTO documents (v) VALUES ('{"a":"\u0000"}'), ('{"a":"\\u0000"}'), ('{"a":"\\\u0000"}'), ('"\u0001"'), ('null')`);
  const [manifest] = await workbench.extract({ documents: full({ values: { v: 'null' } }) });
  const rows = parseCsv(await workbench.csv(manifest)).slice(1);
  expect(rows.map(([, value]) => value)).toEqual([
    null,
    String.raw`{"a":"\\u0000"}`,
    null,
    String.raw`"\u0001"`,
    'null',
  ]);
  expect(manifest?.adjusted).toEqual([{ column: 'v', policy: 'null', values: 2 }]);
});

test('text carries every value as it is, in a column of text', async () => {
  await workbench.sql(`CREATE TABLE texts (d date, x numeric, j json);
    INSERT INTO texts VALUES ('infinity', 'NaN', '{"a":1e400}'), ('0044-03-15 BC', 1e40, NULL)`);
  const tables = { texts: full({ values: { d: 'text', x: 'text', j: 'text' } }) };
  const [manifest] = await workbench.extract(tables);
  expect(manifest?.columns.map(({ targetType }) => targetType)).toEqual(['VARCHAR', 'VARCHAR', 'VARCHAR']);
  expect(parseCsv(await workbench.csv(manifest)).slice(1)).toEqual([
    ['infinity', 'NaN', '{"a":1e400}'],
    ['0044-03-15 BC', `1${'0'.repeat(40)}`, null],
  ]);

  const contracts = await Promise.all(
    projectOf({ texts: full() }).tables.map((table) => readContract(workbench.source, table)),
  );
  await expect(workbench.extract(tables, { contracts })).rejects.toMatchObject({
    code: 'CONTRACT_BROKEN',
    message: expect.stringContaining('column "d" travels as text now, and is recorded as DATE'),
  });
});

test('a daily window counts its own values only', async () => {
  await workbench.sql(`CREATE TABLE dated (at date, x numeric);
    INSERT INTO dated VALUES ('2011-01-01', 'NaN'), ('2011-01-02', 'NaN'), ('2011-01-02', 'NaN'), ('2011-01-03', 1)`);
  const manifests = await workbench.extract(
    { dated: daily({ column: 'at', values: { x: 'null' } }) },
    { range: { from: '2011-01-01', to: '2011-01-03' } },
  );
  expect(manifests.map(({ adjusted }) => adjusted?.[0]?.values)).toEqual([1, 2, 0]);
});

test.each<[string, ValuePolicy]>([
  ['integer', 'null'],
  ['text', 'clamp'],
  ['json', 'clamp'],
  ['date[]', 'null'],
])('%s has nothing to %s', async (type, policy) => {
  await workbench.sql(`DROP TABLE IF EXISTS useless; CREATE TABLE useless (v ${type})`);
  const [table] = projectOf({ useless: full({ values: { v: policy } }) }).tables;
  if (table === undefined) throw new Error('the project has no table');
  await expect(readContract(workbench.source, table)).rejects.toMatchObject({
    code: 'VALUE_POLICY_USELESS',
    kind: 'usage',
  });
});
