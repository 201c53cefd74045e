import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ExtractProgress, readContract } from '../../lib/extract/index.ts';
import { parseManifest } from '../../lib/staging/index.ts';
import { parseCsv } from './csv.ts';
import { daily, full, openWorkbench, projectOf, type Workbench } from './workbench.ts';

let workbench: Workbench;

beforeAll(async () => {
  workbench = await openWorkbench({ maxConnections: 3 });
  await workbench.sql(`
    CREATE TABLE sales (invoiceno text, at timestamp NOT NULL);
    INSERT INTO sales
    SELECT 'A' || n, timestamp '2011-01-01' + n * interval '7 minutes' FROM generate_series(0, 9999) AS n;
    -- A day without sales.
    DELETE FROM sales WHERE at >= '2011-01-09' AND at < '2011-01-10';
    CREATE INDEX ON sales (at);
    CREATE TABLE films (id integer, title text);
    INSERT INTO films VALUES (1, 'One'), (2, NULL)`);
});
afterAll(() => workbench.close());

const sales = daily({ column: 'at', timezone: 'Europe/London' });
const january = { from: '2011-01-01', to: '2011-01-31' };

test('a day becomes one file and one manifest that says all about it', async () => {
  const [manifest, ...others] = await workbench.extract(
    { sales },
    { range: { from: '2011-01-02', to: '2011-01-02' } },
  );
  expect(others).toEqual([]);
  const [file] = manifest?.files ?? [];
  expect(manifest).toEqual({
    version: 1,
    project: 'test',
    table: 'sales',
    mode: 'daily',
    window: {
      id: '2011-01-02',
      start: '2011-01-02T00:00:00',
      end: '2011-01-03T00:00:00',
      timezone: 'Europe/London',
    },
    runId: manifest?.runId,
    extractedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/),
    source: {
      serverVersion: expect.any(String),
      snapshotId: expect.stringMatching(/^[0-9A-F-]+$/),
      oldestTransaction: expect.stringMatching(/^\d+$/),
    },
    columns: [
      { name: 'invoiceno', target: 'INVOICENO', sourceType: 'text', targetType: 'VARCHAR', nullable: true },
      {
        name: 'at',
        target: 'AT',
        sourceType: 'timestamp without time zone',
        targetType: 'TIMESTAMP_NTZ(6)',
        nullable: false,
      },
    ],
    files: [
      {
        key: `data/sales/window=2011-01-02/run=${manifest?.runId}/part-00000.csv.gz`,
        rows: manifest?.totalRows,
        bytes: (await workbench.staging.head(file?.key ?? ''))?.bytes,
        sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
      },
    ],
    totalRows: 206,
    masking: [],
  });
  const stored = await workbench.staging.get(`manifests/sales/2011-01-02/${manifest?.runId}.json`);
  expect(parseManifest(stored.toString())).toEqual(manifest);
});

test('windows together hold every row once; an empty day has a manifest and no file', async () => {
  const manifests = await workbench.extract({ sales }, { range: january });
  expect(manifests.map(({ window }) => window.id)).toEqual(
    Array.from({ length: 31 }, (_, i) => `2011-01-${String(i + 1).padStart(2, '0')}`),
  );
  const empty = manifests.find(({ window }) => window.id === '2011-01-09');
  expect(empty).toMatchObject({ totalRows: 0, files: [] });

  const texts = await Promise.all(manifests.map((manifest) => workbench.csv(manifest)));
  const extracted = texts.flatMap((text) => parseCsv(text).slice(1));
  const { rows } = await workbench.sql(
    `SELECT invoiceno, at::text FROM sales WHERE at < '2011-02-01' ORDER BY at`,
  );
  expect(extracted.toSorted(([, a], [, b]) => (String(a) < String(b) ? -1 : 1))).toEqual(
    rows.map(({ invoiceno, at }) => [invoiceno, at]),
  );
});

test('progress tells rows and bytes, and each window done once', async () => {
  const told: ExtractProgress[] = [];
  const manifests = await workbench.extract(
    { sales, films: full() },
    { range: january, onProgress: (progress) => told.push(progress) },
  );
  const done = told.filter((progress) => progress.done);
  expect(done.map(({ table, window, rows }) => `${table} ${window} ${rows}`).toSorted()).toEqual(
    manifests.map(({ table, window, totalRows }) => `${table} ${window.id} ${totalRows}`).toSorted(),
  );
  const films = told.filter(({ table }) => table === 'films');
  expect(films).toEqual([
    { table: 'films', window: 'full', rows: 2, bytes: 'ID,TITLE\n"1","One"\n"2",\n'.length, done: false },
    { table: 'films', window: 'full', rows: 2, bytes: expect.any(Number), done: true },
  ]);
});

test('all windows of a run read one snapshot, and never over more connections than allowed', async () => {
  const open: Promise<number>[] = [];
  let changed: Promise<unknown> | undefined;
  const manifests = await workbench.extract(
    { sales },
    {
      range: january,
      onProgress() {
        changed ??= workbench.sql(`UPDATE sales SET invoiceno = 'changed'`);
        open.push(
          workbench
            .sql(
              `SELECT count(*)::int AS open FROM pg_stat_activity WHERE application_name = 'sluice' AND datname = current_database()`,
            )
            .then(({ rows }) => rows[0].open),
        );
      },
    },
  );
  await changed;
  expect(new Set(manifests.map(({ source }) => source.snapshotId)).size).toBe(1);
  const texts = await Promise.all(manifests.map((manifest) => workbench.csv(manifest)));
  expect(texts.join('')).not.toContain('changed');
  expect(Math.max(...(await Promise.all(open)))).toBeLessThanOrEqual(3);
});

test('views, materialized views and partitioned tables are read like tables', async () => {
  await workbench.sql(`
    CREATE VIEW seen AS SELECT id, upper(title) AS title FROM films;
    CREATE MATERIALIZED VIEW kept AS SELECT * FROM films;
    CREATE TABLE parts (id integer, title text) PARTITION BY LIST (id);
    CREATE TABLE parts_1 PARTITION OF parts FOR VALUES IN (1);
    CREATE TABLE parts_2 PARTITION OF parts DEFAULT;
    INSERT INTO parts SELECT * FROM films`);
  const manifests = await workbench.extract({ seen: full(), kept: full(), parts: full() });
  const texts = await Promise.all(manifests.map((manifest) => workbench.csv(manifest)));
  expect(texts).toEqual([
    'ID,TITLE\n"1","ONE"\n"2",\n',
    'ID,TITLE\n"1","One"\n"2",\n',
    'ID,TITLE\n"1","One"\n"2",\n',
  ]);
});

test('one table that no longer is what its contract says stops alone', async () => {
  await workbench.sql('CREATE TABLE drifting (a integer, b text); INSERT INTO drifting VALUES (1, NULL)');
  const tables = { drifting: full(), films: full() };
  const contracts = await Promise.all(
    projectOf(tables).tables.map((table) => readContract(workbench.source, table)),
  );
  await workbench.sql(`ALTER TABLE drifting RENAME b TO c; ALTER TABLE drifting ALTER a TYPE smallint`);
  const failure = await workbench.extract(tables, { contracts }).catch((error: unknown) => error);
  expect(failure).toMatchObject({
    code: 'CONTRACT_BROKEN',
    kind: 'work',
    manifests: [{ table: 'films', totalRows: 2 }],
    failures: [{ table: 'drifting', window: undefined }],
  });
  expect(String(failure)).toContain(
    'column "a" changed from integer to smallint; column "b" was dropped or renamed',
  );
  expect(String(failure)).not.toContain('was added');
});
