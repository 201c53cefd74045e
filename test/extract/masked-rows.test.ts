import { stringify } from 'csv-stringify/sync';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { BlockPool } from '../../lib/extract/blocks.ts';
import { checkContract } from '../../lib/extract/contract.ts';
import { CopyOut } from '../../lib/extract/copy.ts';
import { csvOfRows } from '../../lib/extract/csv.ts';
import { readContract } from '../../lib/extract/index.ts';
import type { RowReader } from '../../lib/extract/row-reader.ts';
import { MaskedRows } from '../../lib/extract/rows.ts';
import { copyStatement, selectedNames, selectStatement } from '../../lib/extract/select.ts';
import { full, openWorkbench, projectOf, type Workbench } from './workbench.ts';

let workbench: Workbench;

/** Texts that quoting, encodings and CSV readers trip over, and any others; Postgres holds no NUL. */
const text = fc.oneof(
  fc.constantFrom(
    '',
    ' ',
    '\\N',
    '\\.',
    '\\',
    '"',
    '""',
    ',',
    '\n',
    '\r\n',
    '\r',
    '\t',
    'NULL',
    '£',
    '漢字',
    '🛒',
    '\ufeff',
  ),
  fc.string({ unit: 'binary', maxLength: 30 }).map((value) => value.replaceAll('\u0000', '').toWellFormed()),
  fc.string({ unit: fc.constantFrom('"', ',', '\n', '\\', 'a', ' '), maxLength: 12 }),
);
const instant = fc.oneof(
  fc.constantFrom('infinity', '-infinity', '0044-03-15 12:00:00 BC', '294000-01-01 00:00:00'),
  fc
    .date({ noInvalidDate: true, min: new Date('0001-01-01'), max: new Date('9999-12-31') })
    .map((date) => date.toISOString()),
);
const number = fc.oneof(
  fc.constantFrom('NaN', 'Infinity', '-Infinity', '0', '-0.000', '1e30'),
  fc.tuple(fc.bigInt(-(10n ** 20n), 10n ** 20n), fc.nat(999_999)).map(([whole, part]) => `${whole}.${part}`),
);
const json = fc.json();

/** A literal of each kind of type; what Postgres makes of it is what both paths have to agree on. */
const typed: Readonly<Record<string, fc.Arbitrary<string>>> = {
  text,
  'character varying(40)': text.map((value) => value.slice(0, 20).toWellFormed()),
  'character(8)': fc.string({ maxLength: 8 }).map((value) => value.replaceAll('\u0000', '')),
  boolean: fc.constantFrom('true', 'false'),
  smallint: fc.integer({ min: -32_768, max: 32_767 }).map(String),
  integer: fc.integer().map(String),
  bigint: fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n).map(String),
  numeric: number,
  'numeric(30,4)': number.filter((value) => !/Infinity|e/.test(value)),
  real: fc.float({ noDefaultInfinity: true }).map(String),
  'double precision': fc.double().map(String),
  money: fc.integer().map((cents) => String(cents / 100)),
  date: instant,
  'timestamp(3)': instant,
  timestamp: instant,
  timestamptz: instant,
  time: fc.constantFrom('00:00:00', '24:00:00', '12:34:56.789012'),
  timetz: fc.constantFrom('00:00:00+00', '23:59:59.999999-15:59'),
  interval: fc.integer().map((seconds) => `${seconds} seconds`),
  bytea: fc.uint8Array({ maxLength: 20 }).map((bytes) => `\\x${Buffer.from(bytes).toString('hex')}`),
  uuid: fc.uuid(),
  json,
  jsonb: json.filter((value) => !value.includes('\\u0000')),
  inet: fc.ipV4(),
  'bit varying': fc.string({ unit: fc.constantFrom('0', '1'), maxLength: 20 }),
  xml: fc.constantFrom('<a/>', '<a b="c">,\n</a>', 'plain'),
  point: fc.tuple(fc.integer(), fc.integer()).map(([x, y]) => `(${x},${y})`),
  tsvector: fc.constantFrom("'a' 'b'", '\'say "hi"\':1'),
  int4range: fc.constantFrom('empty', '[1,5]', '(,3)'),
  mood: fc.constantFrom('ok', 'so, "so"'),
  'integer[]': fc.constantFrom('{}', '{1,NULL,3}', '{{1,2},{3,4}}'),
  'text[]': fc.constantFrom('{}', '{"a,b","say \\"hi\\""}'),
  address: fc.constantFrom('(,)', '("a ""street""",5)'),
};

beforeAll(async () => {
  workbench = await openWorkbench();
  await workbench.sql(
    `CREATE TYPE mood AS ENUM ('ok', 'so, "so"'); CREATE TYPE address AS (street text, no integer)`,
  );
});
afterAll(() => workbench.close());

async function bytesOf(reader: RowReader): Promise<Buffer> {
  const blocks: Buffer[] = [];
  for await (const block of reader) blocks.push(Buffer.from(block));
  expect(reader.complete).toBe(true);
  return Buffer.concat(blocks);
}

/** The bytes of a table on both paths, and how many rows each counted. */
async function bothPaths(table: string): Promise<readonly { bytes: Buffer; rows: number }[]> {
  const [configured] = projectOf({ [table]: full() }).tables;
  if (configured === undefined) throw new Error('the project has no table');
  const { columns } = await checkContract(
    workbench.source,
    configured,
    await readContract(workbench.source, configured),
  );
  const sql = selectStatement(configured, columns, undefined);
  const client = await workbench.source.connect();
  try {
    const copy = CopyOut.start(client, copyStatement(sql), new BlockPool());
    const copied = await bytesOf(copy);
    const rows = MaskedRows.start(client, {
      sql,
      header: selectedNames(columns),
      masks: new Map(),
      uncheckedText: false,
    });
    const read = await bytesOf(rows);
    expect(rows.bytes).toBe(read.length);
    return [
      { bytes: copied, rows: copy.rows },
      { bytes: read, rows: rows.rows },
    ];
  } finally {
    client.release();
  }
}

test.each(Object.entries(typed))('%s: rows give the same bytes as COPY', async (type, value) => {
  const table = `same_${type.replaceAll(/\W/g, '_')}`;
  await workbench.sql(`CREATE TABLE ${table} ("odd ""name"", of ${type.replaceAll('"', '')}" ${type})`);
  const values = fc.array(fc.option(value, { freq: 8 }), { minLength: 1, maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(values, async (rows) => {
      await workbench.sql(`TRUNCATE ${table}`);
      await workbench.sql(`INSERT INTO ${table} SELECT v::${type} FROM unnest($1::text[]) AS v`, [rows]);
      const [copied, read] = await bothPaths(table);
      expect(read?.bytes.toString()).toBe(copied?.bytes.toString());
      expect(read?.rows).toBe(rows.length);
      expect(copied?.rows).toBe(rows.length);
    }),
    { numRuns: 15 },
  );
});

test('CSV is written as csv-stringify writes it', () => {
  const rows = fc.array(fc.array(fc.option(text), { minLength: 1, maxLength: 4 }), { maxLength: 6 });
  fc.assert(
    fc.property(rows, (some) => {
      expect(csvOfRows(some)).toBe(stringify(some, { quoted_string: true }));
    }),
  );
});

test('many batches, an exact multiple of one, and rows that are suddenly long give the same bytes as COPY', async () => {
  await workbench.sql(`CREATE VIEW many AS SELECT n, CASE WHEN n % 9000 = 0 THEN repeat('x,"', 100000) ELSE 'short' END AS t
    FROM generate_series(1, 40000) AS n;
    CREATE VIEW exact AS SELECT n FROM generate_series(1, 200) AS n;
    CREATE VIEW none AS SELECT n FROM generate_series(1, 0) AS n`);
  for (const [table, count] of [
    ['many', 40_000],
    ['exact', 200],
    ['none', 0],
  ] as const) {
    const [copied, read] = await bothPaths(table);
    expect(read?.rows).toBe(count);
    expect(read?.bytes.equals(copied?.bytes ?? Buffer.alloc(0))).toBe(true);
  }
});

test('rows that fail in the middle throw what the server says, and the connection goes on', async () => {
  const client = await workbench.source.connect();
  const reader = MaskedRows.start(client, {
    sql: 'SELECT (1 / (5000 - n))::text FROM generate_series(1, 10000) AS n',
    header: ['N'],
    masks: new Map(),
    uncheckedText: false,
  });
  await expect(bytesOf(reader)).rejects.toMatchObject({ code: '22012' });
  expect(reader.complete).toBe(false);
  client.release(true);
});
