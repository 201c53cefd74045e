import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TableInput } from '../../lib/config/index.ts';
import type { Manifest } from '../../lib/staging/index.ts';
import { postgresVersion } from '../support/index.ts';
import { parseCsv } from './csv.ts';
import { daily, full, openWorkbench, type Workbench } from './workbench.ts';

/** So small that some thousand rows are several pieces. */
const pieceSizes = { leastHeapBytes: 4 * 8192, fileBytes: 40_000 };
/** PostgreSQL 13 reads all blocks before those that are asked for: there a table is one piece. */
const splits = postgresVersion() >= 14;
let workbench: Workbench;

beforeAll(async () => {
  workbench = await openWorkbench({ maxConnections: 3 });
  await workbench.sql(`
    CREATE TABLE large (n integer, at timestamp, note text);
    INSERT INTO large SELECT n, timestamp '2011-01-01' + n * interval '1 second', md5(n::text) || chr(10) || '"' FROM generate_series(1, 20000) AS n;
    -- Dead rows, and blocks without any row.
    DELETE FROM large WHERE n % 7 = 0 OR n BETWEEN 3000 AND 6000;
    CREATE TABLE parts (n integer, note text) PARTITION BY RANGE (n);
    CREATE TABLE parts_low PARTITION OF parts FOR VALUES FROM (0) TO (9000);
    -- Its columns in another order.
    CREATE TABLE parts_high (note text, n integer);
    ALTER TABLE parts ATTACH PARTITION parts_high FOR VALUES FROM (9000) TO (30000);
    INSERT INTO parts SELECT n, md5(n::text) FROM generate_series(1, 20000) AS n;
    CREATE TABLE base (n integer, note text);
    CREATE TABLE child (extra text) INHERITS (base);
    INSERT INTO base SELECT n, md5(n::text) FROM generate_series(1, 9000) AS n;
    INSERT INTO child SELECT n, md5(n::text), 'x' FROM generate_series(9001, 18000) AS n;
    CREATE MATERIALIZED VIEW kept AS SELECT * FROM base;
    CREATE VIEW seen AS SELECT * FROM base;
    ANALYZE`);
});
afterAll(() => workbench.close());

async function numbersOf(manifest: Manifest | undefined): Promise<number[]> {
  const numbers: number[] = [];
  for (const file of manifest?.files ?? []) {
    const own = parseCsv(await workbench.csv({ ...(manifest as Manifest), files: [file] }));
    expect(own[0]?.[0]).toBe('N');
    expect(own).toHaveLength(file.rows + 1);
    numbers.push(...own.slice(1).map(([n]) => Number(n)));
  }
  return numbers.toSorted((a, b) => a - b);
}

async function extractOne(table: string, input: TableInput = full(), options: object = {}) {
  const [manifest] = await workbench.extract({ [table]: input }, { pieceSizes, ...options });
  return { manifest, numbers: await numbersOf(manifest) };
}

async function numbersIn(table: string): Promise<number[]> {
  const { rows } = await workbench.sql(`SELECT n FROM ${table} ORDER BY n`);
  return rows.map(({ n }) => n);
}

test.each(['large', 'parts', 'base', 'kept'])('%s is read in pieces, every row once', async (table) => {
  const { manifest, numbers } = await extractOne(table);
  expect(numbers).toEqual(await numbersIn(table));
  expect((manifest?.files.length ?? 0) > 2).toBe(splits);
  expect(manifest?.totalRows).toBe(numbers.length);
  expect(manifest?.files.map(({ key }) => key)).toEqual(manifest?.files.map(({ key }) => key).toSorted());
});

test('views, and tables whose children or rows may not be read directly, are one piece', async () => {
  expect((await extractOne('seen')).manifest?.files).toHaveLength(1);
  await workbench.sql(`CREATE ROLE guest LOGIN PASSWORD 'guest'; GRANT SELECT ON parts, base, child, large TO guest;
    ALTER TABLE base ENABLE ROW LEVEL SECURITY; CREATE POLICY few ON base FOR SELECT USING (n <= 100)`);
  const guest = await openWorkbench({
    connection: { ...workbench.connection, user: 'guest', password: 'guest' },
  });
  const manifests = await guest.extract({ parts: full(), base: full(), large: full() }, { pieceSizes });
  expect(manifests.map(({ files }) => files.length > 1)).toEqual([false, false, splits]);
  expect(manifests.map(({ totalRows }) => totalRows)).toEqual([
    20_000,
    100,
    (await numbersIn('large')).length,
  ]);
  await guest.close();
});

test('a day is read in pieces when the whole table is scanned for it anyway, and not when an index leads to it', async () => {
  const sales = daily({ column: 'at' });
  const range = { from: '2011-01-01', to: '2011-01-01' };
  const scanned = await extractOne('large', sales, { range });
  expect((scanned.manifest?.files.length ?? 0) > 1).toBe(splits);
  expect(scanned.numbers).toEqual(await numbersIn('large'));

  await workbench.sql(
    `CREATE TABLE indexed AS SELECT n, at + n * interval '1 hour' AS at, note FROM large; CREATE INDEX ON indexed (at); ANALYZE indexed`,
  );
  const looked = await extractOne('indexed', sales, { range });
  expect(looked.manifest?.files).toHaveLength(1);
});

test('masked rows are read in pieces as well', async () => {
  const { manifest, numbers } = await extractOne('large', full({ mask: { note: 'redact' } }));
  expect(numbers).toEqual(await numbersIn('large'));
  expect((manifest?.files.length ?? 0) > 2).toBe(splits);
  expect(await workbench.csv(manifest)).toMatch(/^(N,AT,NOTE\n|"\d+","[^"]*","REDACTED"\n)+$/);
});

test('rows that move while the pieces are read are there once', async () => {
  const client = new pg.Client(workbench.connection);
  await client.connect();
  await workbench.sql('CREATE TABLE moving AS SELECT * FROM large');
  const before = await numbersIn('moving');
  let change: Promise<unknown> | undefined;
  const { numbers } = await extractOne('moving', full(), {
    onProgress: () => {
      change ??= client.query(`UPDATE moving SET note = note || 'x'`);
    },
  });
  await change;
  expect(numbers).toEqual(before);
  await client.end();
});

test('when one connection dies all pieces begin again, in one new snapshot and under new keys', async () => {
  const retries: number[] = [];
  let killed: Promise<unknown> | undefined;
  const { manifest, numbers } = await extractOne('large', full(), {
    pieceSizes: { leastHeapBytes: 8192, fileBytes: 5_000 },
    onRetry: ({ attempt }: { attempt: number }) => retries.push(attempt),
    onProgress: () => {
      killed ??= workbench.sql(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE application_name = 'sluice' AND datname = current_database()`);
    },
  });
  await killed;
  expect(retries.length).toBeGreaterThan(0);
  expect(numbers).toEqual(await numbersIn('large'));
  expect(new Set(manifest?.files.map(({ key }) => key)).size).toBe(manifest?.files.length);
});
