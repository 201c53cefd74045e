import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, vi } from 'vitest';
import type { Services } from '../../lambdas/support/services.ts';
import {
  type Connections,
  daily,
  type Environment,
  full,
  incremental,
  type ProjectInput,
  parseEnvironments,
  writeContract,
} from '../../lib/config/index.ts';
import { openSource, readContract } from '../../lib/extract/index.ts';
import { connectWarehouse, type Warehouse } from '../../lib/snowflake/index.ts';
import { freshServers, temporaryFolder, withClient } from '../support/index.ts';

/** A small shop: sales by day, a list of products and orders that change, with a model that sums up days and tests it. */
export interface Shop {
  readonly config: ProjectInput;
  readonly environment: Environment;
  readonly connections: Connections;
  /** What the functions work on. */
  readonly services: Services;
  /** A session of an administrator. */
  readonly warehouse: Warehouse;
  /** Runs a statement in the source. */
  source(sql: string): Promise<void>;
  /** Rows of a statement in Snowflake. */
  query(sql: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
}

const config: ProjectInput = {
  name: 'shop',
  tables: {
    sales: daily({ column: 'sold_at', timezone: 'Europe/London', lookbackDays: 1 }),
    products: full(),
    orders: incremental({ cursor: 'changed_at', key: 'id' }),
  },
  cloud: { source: { host: 'db.example.com', database: 'shop' }, snowflake: { account: 'org-account' } },
};

const models: Readonly<Record<string, string>> = {
  'dbt_project.yml': `name: shop
version: '1.0'
profile: shop
model-paths: [marts]
models:
  shop:
    +materialized: table
`,
  'marts/sources.yml': `version: 2
sources:
  - name: raw
    schema: "{{ var('raw_schema', 'RAW') }}"
    loaded_at_field: sold_at
    tables:
      - name: sales
        freshness:
          error_after: { count: 36500, period: day }
`,
  'marts/days.sql': `select cast(sold_at as date) as day, count(*) as sales, sum(amount) as amount
from {{ source('raw', 'sales') }}
group by 1
`,
  'marts/days.yml': `version: 2
models:
  - name: days
    columns:
      - name: amount
        data_tests:
          - not_null
`,
};

export async function openShop(): Promise<Shop> {
  vi.stubEnv('POWERTOOLS_LOG_LEVEL', 'SILENT');
  vi.stubEnv('POWERTOOLS_METRICS_DISABLED', 'true');
  const { connections } = await freshServers();
  const directory = temporaryFolder();
  writeModels(join(directory, 'models'), models);
  const [environment] = parseEnvironments(config, { directory, file: 'sluice.config.ts' });
  if (environment === undefined) throw new Error('the config has no environment');
  const { project } = environment;

  await withClient(connections.source, (client) =>
    client.query(`
      CREATE TABLE sales (id int NOT NULL, sold_at timestamp NOT NULL, amount numeric(10, 2));
      CREATE TABLE products (code text NOT NULL, name text);
      CREATE TABLE orders (id int NOT NULL, state text, changed_at timestamptz NOT NULL);
      INSERT INTO orders VALUES (1, 'new', '2011-12-09 10:00Z'), (2, 'new', '2011-12-09 11:00Z');
      INSERT INTO sales VALUES (1, '2011-12-08 10:00', 1.50), (2, '2011-12-09 11:00', 2.25), (3, '2011-12-09 23:59', 4);
      INSERT INTO products VALUES ('a', 'Apple'), ('b', NULL);`),
  );
  const source = openSource(connections.source, project.source);
  for (const table of project.tables) writeContract(directory, await readContract(source, table));
  await source.close();

  const warehouse = await connectWarehouse(connections.snowflake);
  afterAll(() => warehouse.close());
  return {
    config,
    environment,
    connections,
    warehouse,
    services: {
      project,
      directory,
      artifactsDirectory: join(directory, 'artifacts'),
      staging: connections.staging,
      source: async () => connections.source,
      snowflake: async () => connections.snowflake,
    },
    source: async (sql) => {
      await withClient(connections.source, (client) => client.query(sql));
    },
    query: async (sql) => (await warehouse.execute(sql)).rows,
  };
}

/** Writes files of the dbt project, new ones or others in their place. */
export function writeModels(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    const file = join(folder, name);
    mkdirSync(join(file, '..'), { recursive: true });
    writeFileSync(file, text);
  }
}
