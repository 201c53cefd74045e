import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { contractFile, defineProject, full, parseProject } from '../../lib/config/index.ts';
import { ExtractError } from '../../lib/extract/index.ts';
import { type LocalServers, startLocal } from '../../lib/local/index.ts';
import { silentLogger } from '../../lib/observe/index.ts';
import { extractStep, planStep, provisionProject, type RunContext } from '../../lib/run/index.ts';
import { awaitLoads, connectWarehouse, type Warehouse } from '../../lib/snowflake/index.ts';
import type { Manifest } from '../../lib/staging/index.ts';
import { temporaryFolder, withClient } from '../support/index.ts';

let servers: LocalServers;
let context: RunContext;
let warehouse: Warehouse;

beforeAll(async () => {
  const state = temporaryFolder();
  servers = await startLocal({ state });
  context = {
    project: parseProject(defineProject({ name: 'shop', tables: { items: full(), shelves: full() } }), {
      directory: state,
      file: 'sluice.config.ts',
    }),
    directory: state,
    connections: servers.connections,
    artifactsDirectory: join(state, 'artifacts'),
    logger: silentLogger,
  };
  await sql(`CREATE TABLE items (id integer, price numeric(6,2)); INSERT INTO items VALUES (1, 2.50);
    CREATE TABLE shelves (id integer); INSERT INTO shelves VALUES (1)`);
  await provisionProject(context);
  warehouse = await connectWarehouse({
    ...servers.connections.snowflake,
    database: context.project.snowflake.database,
  });
});

afterAll(async () => {
  await warehouse.close();
  await servers.stop();
});

async function sql(text: string): Promise<void> {
  await withClient(servers.connections.source, (client) => client.query(text));
}

async function load(manifests: readonly Manifest[]): Promise<void> {
  const loads = await awaitLoads(warehouse, context.project, manifests, { timeoutSeconds: 60 });
  expect(loads.map(({ status }) => status)).toEqual(manifests.map(() => 'applied'));
}

async function planned(table: string) {
  return (await planStep(context, {})).find((plan) => plan.table === table);
}

test('what grows is taken over by the next run; what is dropped stops its own table, after plan has told', {
  timeout: 120_000,
}, async () => {
  await load(await extractStep(context, {}));

  await sql(
    `ALTER TABLE items ADD label text, ALTER id TYPE bigint; UPDATE items SET label = 'new', id = 5000000000`,
  );
  expect(await planned('items')).toMatchObject({
    contract: 'grows',
    changes: [
      { column: 'id', change: 'type', accepted: true },
      { column: 'label', change: 'added', accepted: true },
    ],
  });
  await load(await extractStep(context, {}));
  const { rows } = await warehouse.execute('SELECT ID, PRICE, LABEL FROM RAW.ITEMS');
  expect(rows.map((row) => [String(row.ID), String(row.PRICE), row.LABEL])).toEqual([
    ['5000000000', '2.5', 'new'],
  ]);
  expect(await planned('items')).toMatchObject({ contract: 'recorded', changes: [] });

  await sql('ALTER TABLE items DROP COLUMN price');
  expect(await planned('items')).toMatchObject({ contract: 'changed', changes: [{ change: 'dropped' }] });
  const recorded = readFileSync(contractFile(context.directory, 'items'), 'utf8');
  const failure: unknown = await extractStep(context, {}).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(ExtractError);
  expect(failure).toMatchObject({
    code: 'CONTRACT_BROKEN',
    hint: expect.stringContaining('delete contracts/items.json'),
    manifests: [{ table: 'shelves' }],
  });
  expect(readFileSync(contractFile(context.directory, 'items'), 'utf8')).toBe(recorded);
});
