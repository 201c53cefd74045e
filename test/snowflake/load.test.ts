import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, test } from 'vitest';
import { daily, full } from '../../lib/config/index.ts';
import { readLoads, reconcileTable, retryLoads, triggerLoad } from '../../lib/snowflake/index.ts';
import { newRunId } from '../../lib/staging/index.ts';
import { announce, csv, load, openWorld, query, upload, type World } from './harness.ts';
import { contract, project } from './samples.ts';

const sales = contract('sales', { invoice: 'VARCHAR', sold_at: 'TIMESTAMP_NTZ(6)', amount: 'NUMBER(10,3)' });
const lenient = contract('lenient', { id: 'NUMBER(10,0)', note: 'VARCHAR' });
const films = contract('films', { film_id: 'NUMBER(10,0)', title: 'VARCHAR' });

let world: World;

beforeAll(async () => {
  world = await openWorld({
    project: project({
      sales: daily({ column: 'sold_at', timezone: 'Europe/London' }),
      lenient: daily({ column: 'id', onReject: 'apply' }),
      films: full(),
    }),
    contracts: [sales, lenient, films],
  });
}, 60_000);

const row = (invoice: string | null, amount: string | null) => [
  invoice,
  '2011-12-09 12:50:00.000001',
  amount,
];

async function visible(window: string): Promise<unknown> {
  return await query(
    world,
    `SELECT INVOICE, AMOUNT, _RUN_ID, _FILE, _ROW FROM SHOP.RAW.SALES WHERE _WINDOW = '${window}' ORDER BY INVOICE, AMOUNT`,
  );
}

describe('a load', () => {
  test('makes windows visible as they were, counted, and leaves nothing landed', async () => {
    const loads = await load(
      world,
      {
        table: 'sales',
        window: '2011-12-01',
        files: [[row('  a,"b"\\', '1.500'), row(null, '-0.001')], [row('', '2')]],
      },
      { table: 'sales', window: '2011-12-02', files: [[row('x\ny', '9999999.999')]] },
    );
    expect(
      loads.map(({ status, rowsExtracted, rowsLanded, rowsApplied, rowsRejected }) => [
        status,
        rowsExtracted,
        rowsLanded,
        rowsApplied,
        rowsRejected,
      ]),
    ).toEqual([
      ['applied', 3, 3, 3, 0],
      ['applied', 1, 1, 1, 0],
    ]);
    const values = await query(
      world,
      "SELECT INVOICE, SOLD_AT, AMOUNT, _WINDOW FROM SHOP.RAW.SALES WHERE _WINDOW IN ('2011-12-01', '2011-12-02') ORDER BY _WINDOW, AMOUNT",
    );
    expect(values).toEqual([
      { INVOICE: null, SOLD_AT: '2011-12-09T12:50:00.000001', AMOUNT: -0.001, _WINDOW: '2011-12-01' },
      { INVOICE: '  a,"b"\\', SOLD_AT: '2011-12-09T12:50:00.000001', AMOUNT: 1.5, _WINDOW: '2011-12-01' },
      { INVOICE: '', SOLD_AT: '2011-12-09T12:50:00.000001', AMOUNT: 2, _WINDOW: '2011-12-01' },
      { INVOICE: 'x\ny', SOLD_AT: '2011-12-09T12:50:00.000001', AMOUNT: 9999999.999, _WINDOW: '2011-12-02' },
    ]);
    await expect.poll(() => query(world, 'SELECT COUNT(*) AS N FROM SHOP.LANDING.SALES')).toEqual([{ N: 0 }]);
  });

  test('of an empty window is a success, with no file and with one that has only a header', async () => {
    const [before] = await load(world, { table: 'sales', window: '2011-12-03', files: [[row('gone', '1')]] });
    expect(before).toMatchObject({ status: 'applied', rowsApplied: 1 });
    const loads = await load(
      world,
      { table: 'sales', window: '2011-12-03', files: [] },
      { table: 'sales', window: '2011-12-04', files: [[]] },
    );
    expect(loads).toMatchObject([
      { status: 'applied', rowsExtracted: 0, rowsLanded: 0, rowsApplied: 0, rowsRejected: 0 },
      { status: 'applied', rowsExtracted: 0, rowsLanded: 0, rowsApplied: 0, rowsRejected: 0 },
    ]);
    expect(await visible('2011-12-03')).toEqual([]);
  });

  test('with values that do not fit is held, says which, and changes nothing', async () => {
    await load(world, { table: 'sales', window: '2011-12-05', files: [[row('old', '1')]] });
    const loads = await load(
      world,
      {
        table: 'sales',
        window: '2011-12-05',
        files: [[row('new', '2'), ['bad', 'infinity', '1.2345'], row('big', '12345678')]],
      },
      { table: 'sales', window: '2011-12-06', files: [[row('fine', '3')]] },
    );
    expect(loads).toMatchObject([
      { status: 'held', rowsLanded: 3, rowsRejected: 2, rowsApplied: null },
      { status: 'applied', rowsApplied: 1 },
    ]);
    expect(await visible('2011-12-05')).toMatchObject([{ INVOICE: 'old' }]);
    const rejects = await query(
      world,
      "SELECT COLUMN_NAME, REASON, VALUE_LENGTH FROM SHOP.OPS.REJECTS WHERE WINDOW_ID = '2011-12-05' ORDER BY FILE_ROW, COLUMN_NAME",
    );
    expect(rejects).toEqual([
      { COLUMN_NAME: 'AMOUNT', REASON: 'has more than 3 decimals', VALUE_LENGTH: 6 },
      {
        COLUMN_NAME: 'SOLD_AT',
        REASON: 'is not a timestamp of the years 0001 to 9999 with at most 6 decimals',
        VALUE_LENGTH: 8,
      },
      { COLUMN_NAME: 'AMOUNT', REASON: 'has more than 7 digits before the point', VALUE_LENGTH: 8 },
    ]);
    const [mended] = await load(world, { table: 'sales', window: '2011-12-05', files: [[row('new', '2')]] });
    expect(mended?.status).toBe('applied');
    expect(await visible('2011-12-05')).toMatchObject([{ INVOICE: 'new' }]);
  });

  test('goes on without rejected rows where the config says so', async () => {
    const [loaded] = await load(world, {
      table: 'lenient',
      window: 'w',
      files: [
        [
          ['1', 'a'],
          ['one', 'b'],
          ['2', 'c'],
        ],
      ],
    });
    expect(loaded).toMatchObject({
      status: 'applied',
      rowsExtracted: 3,
      rowsLanded: 3,
      rowsApplied: 2,
      rowsRejected: 1,
    });
    expect(await query(world, 'SELECT ID, NOTE FROM SHOP.RAW.LENIENT ORDER BY ID')).toEqual([
      { ID: 1, NOTE: 'a' },
      { ID: 2, NOTE: 'c' },
    ]);
  });

  test('of a damaged file fails its own window only, and is loaded once the file is there', async () => {
    const broken = await upload(world, { table: 'sales', window: '2011-12-07', files: [[row('a', '1')]] });
    const [file] = broken.files;
    const key = `${file?.key ?? ''}.late.csv.gz`;
    const manifest = { ...broken, files: [{ key, rows: 1, bytes: 1, sha256: '0'.repeat(64) }] };
    const good = await upload(world, { table: 'sales', window: '2011-12-08', files: [[row('b', '1')]] });
    const loads = await announce(world, [manifest, good]);
    expect(loads).toMatchObject([
      { window: '2011-12-07', status: 'failed', error: expect.stringContaining('part-00000') },
      { window: '2011-12-08', status: 'applied', rowsApplied: 1 },
    ]);
    await world.staging.upload(key, gzipSync(csv(['INVOICE', 'SOLD_AT', 'AMOUNT'], [row('late', '5')])));
    expect(await retryLoads(world.warehouse, world.project, { window: '2011-12-07' })).toBe(1);
    await triggerLoad(world.warehouse, world.project);
    await expect
      .poll(() => readLoads(world.warehouse, world.project, { window: '2011-12-07' }), { timeout: 10_000 })
      .toMatchObject([{ status: 'applied', rowsApplied: 1 }]);
    expect(await visible('2011-12-07')).toMatchObject([{ INVOICE: 'late' }]);
  });

  test('of a truncated gzip fails with the file named', async () => {
    const manifest = await upload(world, { table: 'sales', window: '2011-12-10', files: [] });
    const key = `data/sales/window=2011-12-10/run=${manifest.runId}/part-00000.csv.gz`;
    const whole = gzipSync(csv(['INVOICE', 'SOLD_AT', 'AMOUNT'], [row('a', '1'), row('b', '2')]));
    const written = await world.staging.upload(key, whole.subarray(0, whole.length - 12));
    const [loaded] = await announce(world, [
      { ...manifest, files: [{ key, rows: 2, ...written }], totalRows: 2 },
    ]);
    expect(loaded).toMatchObject({ status: 'failed', error: expect.stringContaining('part-00000.csv.gz') });
    expect(await visible('2011-12-10')).toEqual([]);
  });

  test('with fewer rows than the manifest says fails with both counts', async () => {
    const manifest = await upload(world, { table: 'sales', window: '2011-12-11', files: [[row('a', '1')]] });
    const files = manifest.files.map((file) => ({ ...file, rows: 2 }));
    const [loaded] = await announce(world, [{ ...manifest, files, totalRows: 2 }]);
    expect(loaded).toMatchObject({ status: 'failed', error: 'The files hold 1 rows, the manifest says 2.' });
    expect(await visible('2011-12-11')).toEqual([]);
  });

  test('of an older run that comes late changes nothing', async () => {
    const older = newRunId(new Date('2026-01-01T00:00:00Z'));
    const newer = newRunId(new Date('2026-01-02T00:00:00Z'));
    await load(world, { table: 'sales', window: '2011-12-12', runId: newer, files: [[row('newer', '1')]] });
    const [late] = await load(world, {
      table: 'sales',
      window: '2011-12-12',
      runId: older,
      files: [[row('older', '1')]],
    });
    expect(late?.status).toBe('superseded');
    expect(await visible('2011-12-12')).toMatchObject([{ INVOICE: 'newer', _RUN_ID: newer }]);
  });

  test('of two runs at once shows the newer one once', async () => {
    const runs = [newRunId(new Date('2026-01-01T00:00:00Z')), newRunId(new Date('2026-01-02T00:00:00Z'))];
    const loads = await load(
      world,
      ...runs.map((runId) => ({ table: 'sales', window: '2011-12-13', runId, files: [[row(runId, '1')]] })),
    );
    expect(loads.map(({ status }) => status)).toEqual(['superseded', 'applied']);
    expect(await visible('2011-12-13')).toMatchObject([{ INVOICE: runs[1], _RUN_ID: runs[1] }]);
  });

  test('of a manifest that arrives twice happens once', async () => {
    const manifest = await upload(world, {
      table: 'sales',
      window: '2011-12-14',
      files: [[row('once', '1')]],
    });
    await world.staging.put('manifests/sales/copy/again.json', JSON.stringify(manifest));
    await announce(world, [manifest]);
    await triggerLoad(world.warehouse, world.project);
    const again = await readLoads(world.warehouse, world.project, { window: '2011-12-14' });
    expect(again).toMatchObject([{ status: 'applied', rowsApplied: 1 }]);
    expect(await visible('2011-12-14')).toHaveLength(1);
  });

  test('of a whole table replaces it', async () => {
    await load(world, {
      table: 'films',
      window: 'full',
      files: [
        [
          ['1', 'one'],
          ['2', 'two'],
        ],
      ],
    });
    const [second] = await load(world, {
      table: 'films',
      window: 'full',
      files: [
        [
          ['2', 'two'],
          ['3', 'three'],
        ],
      ],
    });
    expect(second?.status).toBe('applied');
    expect(await query(world, 'SELECT FILM_ID, TITLE FROM SHOP.RAW.FILMS ORDER BY FILM_ID')).toEqual([
      { FILM_ID: 2, TITLE: 'two' },
      { FILM_ID: 3, TITLE: 'three' },
    ]);
    const states = await readLoads(world.warehouse, world.project, { table: 'films' });
    expect(states.map(({ status }) => status)).toEqual(['applied', 'superseded']);
  });

  test('with a column that the contract does not know fails and names it', async () => {
    const [loaded] = await load(world, {
      table: 'films',
      window: 'full',
      columns: ['FILM_ID', 'TITLE', 'YEAR'],
      files: [[['9', 'nine', '1999']]],
    });
    expect(loaded).toMatchObject({ status: 'failed', error: expect.stringContaining('does not know YEAR') });
  });

  test('of a file of another table fails and names it', async () => {
    const foreign = await upload(world, { table: 'sales', window: '2011-12-15', files: [[row('a', '1')]] });
    const [loaded] = await announce(world, [
      { ...foreign, table: 'films', window: { ...foreign.window, id: 'full' }, columns: films.columns },
    ]);
    expect(loaded).toMatchObject({ status: 'failed', error: expect.stringContaining('data/sales/') });
  });

  test('leaves counts that agree everywhere', async () => {
    const counts = await reconcileTable(
      world.warehouse,
      world.project,
      world.project.tables[0] ?? expect.fail(),
    );
    expect(counts.length).toBeGreaterThan(5);
    expect(counts.filter(({ status }) => status !== 'equal')).toEqual([]);
  });
});
