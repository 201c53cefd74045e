import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { RunReport } from '../../lib/run/index.ts';
import { sluice, sluiceJson } from '../support/command-line.ts';
import { temporaryFolder } from '../support/index.ts';

const realSales = resolve(
  process.env.SLUICE_TEST_SALES ?? resolve(import.meta.dirname, '../../../shared/data/online_retail.csv.gz'),
);

type Row = Readonly<Record<string, unknown>>;

async function query(state: string, sql: string): Promise<readonly Row[]> {
  return (await sluiceJson<readonly Row[]>(['query', sql, '--local-state', state])).result;
}

/** What holds for any sales: every row is counted at every place, and every model reconciles with RAW. */
async function expectReconciled(state: string, report: RunReport): Promise<void> {
  for (const table of report.tables) {
    expect(table, table.table).toMatchObject({
      staged: table.extracted,
      landed: table.extracted,
      applied: table.extracted,
      rejected: 0,
    });
  }
  expect(report.tests).toMatchObject({ fail: 0, error: 0 });
  expect(report.freshness.map(({ status }) => status)).not.toContain('error');
  const [sums] = await query(
    state,
    `SELECT (SELECT COUNT(*) FROM RAW.ECOMMERCE_SALES) AS RAW_ROWS,
            (SELECT SUM(QUANTITY * UNITPRICE) FROM RAW.ECOMMERCE_SALES) = (SELECT SUM(AMOUNT) FROM DEV.INVOICES) AS SAME_AMOUNT,
            (SELECT COUNT(DISTINCT INVOICENO) FROM RAW.ECOMMERCE_SALES) = (SELECT COUNT(*) FROM DEV.INVOICES) AS SAME_INVOICES,
            (SELECT COUNT(DISTINCT STOCKCODE) FROM RAW.ECOMMERCE_SALES) = (SELECT COUNT(*) FROM DEV.PRODUCTS) AS SAME_PRODUCTS,
            (SELECT COUNT(*) FROM DEV.FILM_RATINGS) AS FILM_RATINGS`,
  );
  expect(sums).toEqual({
    RAW_ROWS: report.tables.find(({ table }) => table === 'ecommerce_sales')?.applied,
    SAME_AMOUNT: true,
    SAME_INVOICES: true,
    SAME_PRODUCTS: true,
    FILM_RATINGS: 20,
  });
}

describe('on generated sales', () => {
  const state = temporaryFolder();

  test('the whole way, then once more, leaves every row once', { timeout: 180_000 }, async () => {
    const args = ['demo', '--local-state', state, '--rows', '20000', '--days', '40'];
    const first = await sluiceJson<RunReport>(args);
    expect(first.exitCode, first.stderr).toBe(0);
    await expectReconciled(state, first.result);

    const again = await sluiceJson<RunReport>(args);
    expect(again.exitCode, again.stderr).toBe(0);
    expect(again.result.tables.map(({ table, applied }) => ({ table, applied }))).toEqual(
      first.result.tables.map(({ table, applied }) => ({ table, applied })),
    );
    await expectReconciled(state, again.result);
  });

  test('reconcile finds every window the same at all places', { timeout: 120_000 }, async () => {
    const { exitCode, stdout } = await sluice(['reconcile', '--local-state', state]);
    expect(exitCode, stdout).toBe(0);
  });
});

test('killed half-way and started again, every row is there once', { timeout: 240_000 }, async () => {
  const state = temporaryFolder();
  const args = ['demo', '--local-state', state, '--rows', '20000', '--days', '40'];
  const killed = await sluice(args, {
    onStart: (child) => {
      // The extract has begun: some windows are staged, none of the models is built.
      child.stdout?.on('data', (chunk: string) => {
        if (chunk.includes('Extract')) child.kill('SIGKILL');
      });
    },
  });
  expect(killed.exitCode).toBeNull();
  const second = await sluiceJson<RunReport>(args);
  expect(second.exitCode, second.stderr).toBe(0);
  await expectReconciled(state, second.result);
});

describe.runIf(existsSync(realSales))('on the real sales', () => {
  const state = temporaryFolder();

  test('541,909 rows arrive exactly', { timeout: 180_000 }, async () => {
    const { exitCode, result, stderr } = await sluiceJson<RunReport>([
      'demo',
      '--local-state',
      state,
      '--data',
      realSales,
    ]);
    expect(exitCode, stderr).toBe(0);
    expect(result.tables.find(({ table }) => table === 'ecommerce_sales')).toMatchObject({
      extracted: 541_909,
      staged: 541_909,
      landed: 541_909,
      applied: 541_909,
      rejected: 0,
    });
    await expectReconciled(state, result);
    const [raw] = await query(
      state,
      `SELECT SUM(QUANTITY) AS UNITS, SUM(QUANTITY * UNITPRICE) AS AMOUNT, COUNT_IF(DESCRIPTION IS NULL) AS MISSING,
              COUNT_IF(DESCRIPTION <> TRIM(DESCRIPTION)) AS PADDED FROM RAW.ECOMMERCE_SALES`,
    );
    expect(raw).toEqual({ UNITS: 5_176_450, AMOUNT: 9_747_747.934, MISSING: 1_454, PADDED: 113_452 });
    const [marts] = await query(
      state,
      `SELECT (SELECT COUNT(*) FROM DEV.INVOICES) AS INVOICES, (SELECT SUM(AMOUNT) FROM DEV.INVOICES) AS AMOUNT,
              (SELECT COUNT_IF(IS_CANCELLED) FROM DEV.INVOICES) AS CANCELLED, (SELECT COUNT(*) FROM DEV.PRODUCTS) AS PRODUCTS`,
    );
    expect(marts).toEqual({ INVOICES: 25_900, AMOUNT: 9_747_747.934, CANCELLED: 3_836, PRODUCTS: 4_070 });
  });
});
