import { afterAll, beforeAll, expect, test } from 'vitest';
import { defineProject, full, parseProject } from '../../lib/config/index.ts';
import { silentLogger } from '../../lib/observe/index.ts';
import {
  extractStep,
  provisionProject,
  type ReconciledWindow,
  type RunContext,
  reconcile,
} from '../../lib/run/index.ts';
import { awaitLoads, connectWarehouse, type Warehouse } from '../../lib/snowflake/index.ts';
import { freshServers, temporaryFolder, withClient } from '../support/index.ts';

let warehouse: Warehouse;
let windows: readonly ReconciledWindow[];

const wide = Array.from({ length: 250 }, (_, i) => `c${i} integer`).join(', ');
/** The embedded Snowflake has no two columns that differ only in case. */
const characters = Array.from({ length: 95 }, (_, i) => String.fromCharCode(32 + i)).filter(
  (character) => !/[a-z]/.test(character),
);
const oddNames = [
  ...characters.map((character) => `n ${character}`),
  'a\nb',
  'é漢🛒',
  'select',
  'VALUE',
  'all',
];
const odd = oddNames.map((name) => `"${name.replaceAll('"', '""')}" text`).join(', ');

/** By the table's name: SQL that makes it, and its rows. */
const tables: Readonly<Record<string, readonly [sql: string, rows: number]>> = {
  plain: ['CREATE TABLE plain AS SELECT n, md5(n::text) AS t FROM generate_series(1, 50) AS n', 50],
  empty: ['CREATE TABLE empty (a integer, b text)', 0],
  one_column: [
    "CREATE TABLE one_column (a text); INSERT INTO one_column VALUES (NULL), (''), (NULL), ('x')",
    4,
  ],
  all_null: [
    'CREATE TABLE all_null (a integer, b text); INSERT INTO all_null VALUES (NULL, NULL), (NULL, NULL)',
    2,
  ],
  seen: ['CREATE VIEW seen AS SELECT n AS a, t || chr(10) AS b FROM plain', 50],
  kept: ['CREATE MATERIALIZED VIEW kept AS SELECT * FROM plain WHERE n > 20', 30],
  parts: [
    `CREATE TABLE parts (n integer, t text) PARTITION BY LIST (n);
     CREATE TABLE parts_1 PARTITION OF parts FOR VALUES IN (1); CREATE TABLE parts_rest PARTITION OF parts DEFAULT PARTITION BY HASH (t);
     CREATE TABLE parts_a PARTITION OF parts_rest FOR VALUES WITH (MODULUS 2, REMAINDER 0);
     CREATE TABLE parts_b PARTITION OF parts_rest FOR VALUES WITH (MODULUS 2, REMAINDER 1);
     INSERT INTO parts SELECT n % 3, n::text FROM generate_series(1, 60) AS n`,
    60,
  ],
  base: [
    `CREATE TABLE base (a integer); CREATE TABLE derived (b text) INHERITS (base);
     INSERT INTO base VALUES (1); INSERT INTO derived VALUES (2, 'two'), (3, 'three')`,
    3,
  ],
  far: [
    `CREATE EXTENSION file_fdw; CREATE SERVER files FOREIGN DATA WRAPPER file_fdw;
     CREATE FOREIGN TABLE far (line text) SERVER files OPTIONS (program 'printf "one\\ntwo\\n"')`,
    2,
  ],
  generated: [
    `CREATE TABLE generated (id integer GENERATED ALWAYS AS IDENTITY, s serial, a numeric, b numeric GENERATED ALWAYS AS (a * 2) STORED);
     INSERT INTO generated (a) VALUES (1.5), (-0.001), (NULL)`,
    3,
  ],
  dropped: [
    `CREATE TABLE dropped (x text, a integer, y bytea, b text); ALTER TABLE dropped DROP x, DROP y, ADD c date DEFAULT '2020-02-02';
     INSERT INTO dropped VALUES (1, 'one'), (2, 'two')`,
    2,
  ],
  nested: [
    `CREATE TYPE item AS (name text, price numeric); CREATE TYPE mood AS ENUM ('ok', 'so, so'); CREATE DOMAIN moods AS mood[];
     CREATE TABLE nested (one item, many item[], feelings mood[], feeling moods, deep integer[][]);
     INSERT INTO nested VALUES (('a "b"', 1.5), ARRAY[('x', 1)::item, NULL], '{ok,"so, so"}', '{ok}', '{{1,2},{3,NULL}}'), (NULL, '{}', NULL, NULL, '{}')`,
    2,
  ],
  wide: [
    `CREATE TABLE wide (${wide}); INSERT INTO wide (c0, c100, c249) VALUES (1, 2, 3), (NULL, NULL, NULL)`,
    2,
  ],
  odd: [
    `CREATE TABLE odd (${odd}); INSERT INTO odd VALUES (${oddNames.map((_, i) => `'v${i}'`).join(', ')})`,
    1,
  ],
  unlogged: ['CREATE UNLOGGED TABLE unlogged AS SELECT 1 AS a', 1],
  toasted: [
    'CREATE TABLE toasted AS SELECT n, repeat(md5(n::text), 5000) AS t FROM generate_series(1, 5) AS n',
    5,
  ],
};

beforeAll(async () => {
  const directory = temporaryFolder();
  const { connections } = await freshServers();
  await withClient(connections.source, async (client) => {
    for (const [sql] of Object.values(tables)) await client.query(sql);
  });
  const project = parseProject(
    defineProject({
      name: 'shop',
      tables: Object.fromEntries(Object.keys(tables).map((name) => [name, full()])),
    }),
    { directory, file: 'sluice.config.ts' },
  );
  const context: RunContext = {
    project,
    directory,
    connections,
    artifactsDirectory: directory,
    logger: silentLogger,
  };
  await provisionProject(context);
  warehouse = await connectWarehouse({ ...connections.snowflake, database: project.snowflake.database });
  const manifests = await extractStep(context, {});
  const loads = await awaitLoads(warehouse, project, manifests, { timeoutSeconds: 120 });
  expect(loads.filter(({ status }) => status !== 'applied')).toEqual([]);
  windows = await reconcile(context, { checksum: true, columns: true });
}, 120_000);
afterAll(() => warehouse.close());

test.each(Object.entries(tables).map(([table, [, rows]]) => ({ table, rows })))(
  '$table arrives whole, with the same content',
  ({ table, rows }) => {
    const window = windows.find((each) => each.table === table);
    expect(window).toMatchObject({
      window: 'full',
      status: 'equal',
      source: rows,
      extracted: rows,
      raw: rows,
      content: { isEqual: true, differing: [], notCompared: [] },
    });
  },
);

test('columns that are generated are there, those that were dropped are not', async () => {
  const { rows } = await warehouse.execute('SELECT ID, S, B FROM RAW.GENERATED ORDER BY ID');
  expect(rows).toEqual([
    { ID: 1, S: 1, B: 3 },
    { ID: 2, S: 2, B: -0.002 },
    { ID: 3, S: 3, B: null },
  ]);
  const { columns } = await warehouse.execute(
    'SELECT * EXCLUDE (_RUN_ID, _WINDOW, _FILE, _ROW, _LOADED_AT) FROM RAW.DROPPED',
  );
  expect(columns.map(({ name }) => name)).toEqual(['A', 'B', 'C']);
});
