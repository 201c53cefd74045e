import { randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { defineProject, full, parseProject } from '../../lib/config/index.ts';
import { silentLogger } from '../../lib/observe/index.ts';
import { extractStep, provisionProject, type RunContext, reconcile } from '../../lib/run/index.ts';
import { awaitLoads, connectWarehouse, type Warehouse } from '../../lib/snowflake/index.ts';
import { freshServers, postgresVersion, temporaryFolder, withClient } from '../support/index.ts';
import { parseCsv } from './csv.ts';
import { generated } from './generated-values.ts';
import { typeDefinitions, typeTableOf } from './type-table.ts';
import { typesDocument } from './types-document.ts';

const typeTable = typeTableOf(postgresVersion());
let warehouse: Warehouse;
let context: RunContext;
/** Of the generated values; told when a comparison fails. */
const seed = randomInt(2 ** 31);
/** By number of the row: what stands in RAW, and why a value was rejected. */
const loaded = new Map<number, string | null>();
const rejected = new Map<number, string>();

/** Every value of the table is a row of its own in one wide table, so that each is applied or rejected by itself. */
const values = typeTable.flatMap(({ type, target, values: own }, column) =>
  own.map((value) => ({ type, target, column, value })),
);

beforeAll(async () => {
  const state = temporaryFolder();
  const { connections } = await freshServers();
  await withClient(connections.source, async (client) => {
    await client.query(typeDefinitions);
    const columns = typeTable.map(({ type }, i) => `c${i} ${type}`);
    await client.query(`CREATE TABLE everything (n integer, ${columns.join(', ')})`);
    for (const [n, { column, value }] of values.entries()) {
      await client.query(`INSERT INTO everything (n, c${column}) VALUES (${n}, ${value[0]})`);
    }
    await client.query(
      `CREATE TABLE anything (n integer GENERATED ALWAYS AS IDENTITY, ${columns.join(', ')})`,
    );
    for (const [i, { type }] of typeTable.entries()) {
      const texts = fc.sample(generated[type] ?? fc.constant(''), { seed, numRuns: 25 });
      await client.query(`INSERT INTO anything (c${i}) SELECT v::${type} FROM unnest($1::text[]) AS v`, [
        texts,
      ]);
    }
  });
  const project = parseProject(
    defineProject({
      name: 'types',
      tables: { everything: full({ onReject: 'apply' }), anything: full({ onReject: 'apply' }) },
    }),
    { directory: state, file: 'sluice.config.ts' },
  );
  context = {
    project,
    directory: state,
    connections,
    artifactsDirectory: join(state, 'artifacts'),
    logger: silentLogger,
  };
  await provisionProject(context);
  warehouse = await connectWarehouse({
    ...connections.snowflake,
    database: project.snowflake.database,
  });
  const manifests = await extractStep(context, {});
  const [load, other] = await awaitLoads(warehouse, project, manifests, { timeoutSeconds: 120 });
  expect(load).toMatchObject({ status: 'applied', rowsLanded: values.length, error: null });
  expect(other).toMatchObject({ status: 'applied', rowsLanded: 25 * typeTable.length, error: null });

  const texts = typeTable.map(({ target }, i) => {
    if (target === 'VARIANT') return `TO_JSON(C${i}) AS C${i}`;
    if (target.startsWith('TIME(')) return `C${i}`;
    if (target.startsWith('TIMESTAMP_NTZ')) return `TO_VARCHAR(C${i}, 'YYYY-MM-DD HH24:MI:SS.FF6') AS C${i}`;
    if (target.startsWith('TIMESTAMP_TZ'))
      return `TO_VARCHAR(C${i}, 'YYYY-MM-DD HH24:MI:SS.FF6 TZHTZM') AS C${i}`;
    return target === 'BINARY' ? `HEX_ENCODE(C${i}) AS C${i}` : `C${i}::VARCHAR AS C${i}`;
  });
  const { rows } = await warehouse.execute(`SELECT N, ${texts.join(', ')} FROM RAW.EVERYTHING`);
  for (const row of rows) {
    const n = Number(row.N);
    const text = row[`C${values[n]?.column}`];
    // A fraction may be printed without the 0 before its point.
    loaded.set(n, text === null || text === undefined ? null : String(text).replace(/^(-?)\./, '$10.'));
  }
  const { rows: rejects } = await warehouse.execute(
    `SELECT FILE_ROW, REASON FROM OPS.REJECTS WHERE TABLE_NAME = 'everything'`,
  );
  for (const row of rejects) rejected.set(Number(row.FILE_ROW), String(row.REASON));
}, 180_000);

afterAll(() => warehouse.close());

test.each(values.map(({ type, value }, n) => ({ n, type, sql: value[0], csv: value[1], back: value[2] })))(
  '$type $sql',
  ({ n, csv, back }) => {
    if (typeof back === 'object') {
      expect(rejected.get(n + 1)).toBe(back.rejected);
      expect(loaded.has(n)).toBe(false);
      return;
    }
    const [[field = null] = []] = parseCsv(`${csv}\n`);
    expect(rejected.get(n + 1)).toBeUndefined();
    expect(loaded.get(n)).toBe(back ?? field);
  },
);

test.each(['everything', 'anything'])(
  'every value of %s that was applied has the same digest on both sides',
  async (table) => {
    const [window] = await reconcile(context, { tables: [table], checksum: true });
    const { source, rejected: refused, raw } = window ?? {};
    expect({ raw, seed }).toEqual({ raw: (source ?? 0) - (refused ?? 0), seed });
    expect(refused).toBeGreaterThan(0);
    expect({ ...window, seed }).toMatchObject({
      status: 'explained',
      explanation: {
        rejected: refused,
        late: 0,
        updated: 0,
        deleted: 0,
        missing: 0,
        altered: 0,
        duplicates: 0,
      },
      content: {
        notCompared: [{ column: expect.stringMatching(/^C\d+$/), reason: expect.stringContaining('json') }],
      },
    });
  },
);

test('docs/types.md is what the table says', () => {
  // Written by `npm run docs:types`.
  expect(readFileSync(join(import.meta.dirname, '../../docs/types.md'), 'utf8')).toBe(typesDocument());
});
