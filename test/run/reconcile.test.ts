import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { daily, defineProject, full, incremental, parseProject } from '../../lib/config/index.ts';
import { silentLogger } from '../../lib/observe/index.ts';
import {
  extractStep,
  provisionProject,
  type ReconciledWindow,
  type RunContext,
  reconcile,
  reconcileDeletes,
} from '../../lib/run/index.ts';
import { awaitLoads, connectWarehouse, type Warehouse } from '../../lib/snowflake/index.ts';
import { freshServers, temporaryFolder, withClient } from '../support/index.ts';

let context: RunContext;
let warehouse: Warehouse;

const days = { from: '2024-03-01', to: '2024-03-03' };

beforeAll(async () => {
  const directory = temporaryFolder();
  const { connections } = await freshServers();
  const source = { ...connections.source, maskingKey: 'k'.repeat(32) };
  const project = parseProject(
    defineProject({
      name: 'shop',
      tables: {
        orders: daily({ column: 'placed_at', timezone: 'Europe/London', values: { price: 'clamp' } }),
        customers: incremental({
          cursor: 'updated_at',
          key: 'email',
          mask: { email: 'hash', phone: 'partial', note: 'redact', born: 'null' },
        }),
        products: full(),
        clicks: full(),
      },
    }),
    { directory, file: 'sluice.config.ts' },
  );
  context = {
    project,
    directory,
    connections: { ...connections, source },
    artifactsDirectory: directory,
    logger: silentLogger,
  };
  await sql(`
    CREATE TABLE orders (id integer PRIMARY KEY, placed_at timestamptz, price numeric, weight real, paid boolean, note text, tags jsonb);
    INSERT INTO orders SELECT n, timestamptz '2024-03-01 00:00Z' + n * interval '1 hour',
      CASE WHEN n = 7 THEN 1e35 ELSE n / 7.0 END, n / 3.0, n % 2 = 0, CASE WHEN n % 3 = 0 THEN 'note ' || n END,
      jsonb_build_object('b', jsonb_build_array(n / 3.0, NULL, jsonb_build_object('x', n)), 'a', 'text ' || n)
      FROM generate_series(0, 71) AS n;
    CREATE TABLE customers (email text PRIMARY KEY, phone text, note text, born date, updated_at timestamptz);
    INSERT INTO customers SELECT 'c' || n || '@example.com', '0123456' || n, 'likes ' || n, date '1980-01-01' + n,
      timestamptz '2024-03-01 00:00Z' + n * interval '1 minute' FROM generate_series(1, 5000) AS n;
    CREATE TABLE products (shop text, code integer, name text, PRIMARY KEY (shop, code));
    INSERT INTO products SELECT 'north', n, 'product ' || n FROM generate_series(1, 2000) AS n;
    CREATE TABLE clicks (page text);
    INSERT INTO clicks SELECT 'page ' || n % 3 FROM generate_series(1, 30) AS n`);
  await provisionProject(context);
  warehouse = await connectWarehouse({
    ...connections.snowflake,
    database: project.snowflake.database,
  });
  await run();
}, 60_000);

afterAll(() => warehouse.close());

async function sql(text: string): Promise<void> {
  await withClient(context.connections.source, (client) => client.query(text));
}

async function run(tables?: readonly string[]): Promise<void> {
  const manifests = await extractStep(context, { ...days, ...(tables ? { tables } : {}) });
  const loads = await awaitLoads(warehouse, context.project, manifests, { timeoutSeconds: 60 });
  expect(loads.filter(({ status }) => status !== 'applied')).toEqual([]);
}

/** The windows of a table that are not equal, with what is not zero of their explanations. */
async function unequal(table: string, columns = false): Promise<readonly object[]> {
  const windows = await reconcile(context, { ...days, tables: [table], checksum: true, columns });
  return windows
    .filter(({ status }) => status !== 'equal')
    .map(({ window, status, explanation, content }) => ({
      window,
      status,
      ...nonZero(explanation),
      ...(columns ? { differing: content?.differing } : {}),
    }));
}

function nonZero(explanation: ReconciledWindow['explanation']): object {
  return Object.fromEntries(Object.entries(explanation).filter(([, rows]) => rows > 0));
}

test('what was just loaded has the same content on both sides, masked and clamped columns included', async () => {
  const windows = await reconcile(context, { ...days, checksum: true });
  expect(
    windows.map(({ table, window, status, source, raw }) => [table, window, status, source, raw]),
  ).toEqual([
    ['orders', '2024-03-01', 'equal', 24, 24],
    ['orders', '2024-03-02', 'equal', 24, 24],
    ['orders', '2024-03-03', 'equal', 24, 24],
    ['customers', 'start..2024-03-04 11:20:00+00', 'equal', null, 5000],
    ['customers', 'all', 'equal', 5000, 5000],
    ['products', 'full', 'equal', 2000, 2000],
    ['clicks', 'full', 'equal', 30, 30],
  ]);
  expect(windows.filter(({ table, content }) => table !== 'customers' && content?.isEqual !== true)).toEqual(
    [],
  );
});

describe('differences that came later are explained', () => {
  test('late, changed and deleted rows of a day', async () => {
    await sql(`INSERT INTO orders (id, placed_at) VALUES (100, '2024-03-01 12:00Z'), (101, '2024-03-01 13:00Z');
      UPDATE orders SET note = 'changed' WHERE id = 30; DELETE FROM orders WHERE id IN (50, 51, 52)`);
    expect(await unequal('orders', true)).toEqual([
      {
        window: '2024-03-01',
        status: 'explained',
        late: 2,
        differing: ['ID', 'PLACED_AT'],
      },
      { window: '2024-03-02', status: 'explained', updated: 1, differing: ['NOTE'] },
      {
        window: '2024-03-03',
        status: 'explained',
        deleted: 3,
        differing: ['ID', 'PLACED_AT', 'PRICE', 'WEIGHT', 'PAID', 'NOTE', 'TAGS'],
      },
    ]);
    // Numbers alone say the same, but for what changed within its row.
    const counted = await reconcile(context, { ...days, tables: ['orders'] });
    expect(counted.map(({ status, explanation }) => [status, nonZero(explanation)])).toEqual([
      ['explained', { late: 2 }],
      ['equal', {}],
      ['explained', { deleted: 3 }],
    ]);
    await run(['orders']);
    expect(await unequal('orders')).toEqual([]);
  });

  test('rows of a table that merges, whether they are due or not', async () => {
    await sql(`INSERT INTO customers VALUES ('new@example.com', '1', NULL, NULL, now()), ('undated@example.com', '1', NULL, NULL, NULL);
      UPDATE customers SET phone = '99887766', updated_at = now() WHERE email IN ('c1@example.com', 'c2@example.com');
      DELETE FROM customers WHERE email = 'c3@example.com'`);
    expect(await unequal('customers')).toEqual([
      { window: 'all', status: 'explained', late: 2, updated: 2, deleted: 1 },
    ]);
    await run(['customers']);
    expect(await unequal('customers')).toEqual([{ window: 'all', status: 'explained', late: 1, deleted: 1 }]);
  });

  test('rows that no key tells apart', async () => {
    await sql(`INSERT INTO clicks VALUES ('page 1'), ('page 9'); DELETE FROM clicks WHERE page = 'page 2'`);
    expect(await unequal('clicks')).toEqual([{ window: 'full', status: 'explained', late: 2, deleted: 10 }]);
    await run(['clicks']);
  });
});

describe('differences that the source was not written to for are not explained', () => {
  test('rows that are missing, altered or doubled in RAW', async () => {
    const before = await warehouse.execute('SELECT COUNT(*) AS N FROM RAW.ORDERS');
    await warehouse.execute(`DELETE FROM RAW.ORDERS WHERE ID IN (3, 4)`);
    await warehouse.execute(`UPDATE RAW.ORDERS SET PRICE = PRICE + 0.000000001 WHERE ID = 31`);
    await warehouse.execute(
      `UPDATE RAW.ORDERS SET TAGS = PARSE_JSON(REPLACE(TO_JSON(TAGS), '32}', '33}')) WHERE ID = 32`,
    );
    await warehouse.execute(`INSERT INTO RAW.ORDERS SELECT * FROM RAW.ORDERS WHERE ID = 60`);
    expect(await unequal('orders')).toEqual([
      { window: '2024-03-01', status: 'different', missing: 2 },
      { window: '2024-03-02', status: 'different', altered: 2 },
      { window: '2024-03-03', status: 'different', duplicates: 1 },
    ]);
    await run(['orders']);
    expect(await unequal('orders')).toEqual([]);
    expect((await warehouse.execute('SELECT COUNT(*) AS N FROM RAW.ORDERS')).rows).toEqual(before.rows);
  });

  test('a row that a cursor has passed by', async () => {
    await warehouse.execute(`DELETE FROM RAW.CUSTOMERS WHERE UPDATED_AT = '2024-03-01 00:05:00 +00:00'`);
    expect(await unequal('customers')).toEqual([
      { window: 'all', status: 'different', late: 1, deleted: 1, missing: 1 },
    ]);
  });

  test('a day that was never loaded', async () => {
    await sql(`INSERT INTO orders (id, placed_at) VALUES (200, '2024-03-05 12:00Z')`);
    const windows = await reconcile(context, { from: '2024-03-04', to: '2024-03-05', tables: ['orders'] });
    expect(windows.map(({ window, status, explanation }) => [window, status, nonZero(explanation)])).toEqual([
      ['2024-03-04', 'equal', {}],
      ['2024-03-05', 'different', { missing: 1 }],
    ]);
  });
});

describe('keys that have vanished in the source', () => {
  test('are told, and nothing is changed unless asked for', async () => {
    await sql(
      `DELETE FROM products WHERE code IN (10, 1500); INSERT INTO products VALUES ('south', 10, 'other')`,
    );
    const results = await reconcileDeletes(context, {});
    expect(
      results.map(({ table, compared, vanished, removed }) => [table, compared, vanished, removed]),
    ).toEqual([
      ['customers', 5000, 1, null],
      ['products', 2000, 2, null],
    ]);
    expect(results[1]?.keys).toEqual([
      { SHOP: 'north', CODE: '10' },
      { SHOP: 'north', CODE: '1500' },
    ]);
    expect(JSON.stringify(results)).not.toContain('example.com');
    expect(Object.values(results[0]?.keys[0] ?? {})[0]).toMatch(/^[0-9a-f]{64}$/);
  });

  test('are removed once, and the ledger still adds up', async () => {
    const applied = await reconcileDeletes(context, { apply: true });
    expect(applied.map(({ table, removed }) => [table, removed])).toEqual([
      ['customers', 1],
      ['products', 2],
    ]);
    const again = await reconcileDeletes(context, { apply: true });
    expect(again.map(({ vanished, removed }) => [vanished, removed])).toEqual([
      [0, 0],
      [0, 0],
    ]);
    const { rows } = await warehouse.execute(
      'SELECT TABLE_NAME, SUM(ROWS_DELETED) AS N FROM OPS.DELETES GROUP BY TABLE_NAME ORDER BY 1',
    );
    expect(rows).toEqual([
      { TABLE_NAME: 'customers', N: 1 },
      { TABLE_NAME: 'products', N: 2 },
    ]);
    const [products] = await reconcile(context, { tables: ['products'], checksum: true });
    expect(products).toMatchObject({ applied: 2000, deleted: 2, raw: 1998, status: 'explained' });
    expect(products?.explanation).toMatchObject({ late: 1, deleted: 0, missing: 0 });
  });

  test('are not removed when they are most of the table, unless that is said', async () => {
    await sql(`DELETE FROM products WHERE code > 300`);
    await expect(reconcileDeletes(context, { tables: ['products'], apply: true })).rejects.toMatchObject({
      code: 'TOO_MANY_DELETES',
    });
    const [all] = await reconcileDeletes(context, { tables: ['products'], apply: true, most: 100 });
    expect(all?.removed).toBe(1699);
  });

  test('of a table without a key cannot be found', async () => {
    await expect(reconcileDeletes(context, { tables: ['clicks'] })).rejects.toMatchObject({
      code: 'TABLE_NO_KEY',
    });
  });
});
