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
import { postgresVersion } from '../support/index.ts';
import { generated, text } from './generated-values.ts';
import { typeDefinitions, typeTable, typeTableOf } from './type-table.ts';
import { full, openWorkbench, projectOf, type Workbench } from './workbench.ts';

let workbench: Workbench;

beforeAll(async () => {
  workbench = await openWorkbench();
  await workbench.sql(typeDefinitions);
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

test('there are generated values of every type of the table', () => {
  expect(typeTable.map(({ type }) => type).filter((type) => !(type in generated))).toEqual([]);
});

const ofThisVersion = typeTableOf(postgresVersion()).flatMap(({ type }) => {
  const values = generated[type];
  return values === undefined ? [] : [{ type, values }];
});

test.each(ofThisVersion)('$type: rows give the same bytes as COPY', async ({ type, values: value }) => {
  const table = `same_${type.replaceAll(/\W/g, '_')}`;
  await workbench.sql(`CREATE TABLE ${table} ("odd ""name"", of ${type.replaceAll('"', '')}" ${type})`);
  const values = fc.array(fc.option(value, { freq: 8 }), { minLength: 1, maxLength: 100 });
  await fc.assert(
    fc.asyncProperty(values, async (rows) => {
      await workbench.sql(`TRUNCATE ${table}`);
      await workbench.sql(`INSERT INTO ${table} SELECT v::${type} FROM unnest($1::text[]) AS v`, [rows]);
      const [copied, read] = await bothPaths(table);
      expect(read?.bytes.toString()).toBe(copied?.bytes.toString());
      expect(read?.rows).toBe(rows.length);
      expect(copied?.rows).toBe(rows.length);
    }),
    { numRuns: 4 },
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
