import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import {
  type Connections,
  daily,
  defineProject,
  full,
  incremental,
  parseProject,
  type SourceConnection,
} from '../../lib/config/index.ts';
import { type Logger, silentLogger } from '../../lib/observe/index.ts';
import type { RunContext, RunEvent } from '../../lib/run/index.ts';

/** A small shop with a table of every mode and models over them: little to move, and every step of a run has something to do. */

export interface ShopOptions {
  /** Where config, contracts, models and artifacts stand. */
  readonly directory: string;
  readonly connections: Connections;
  /** Database in Snowflake. */
  readonly database: string;
  /** Inside the bucket. */
  readonly prefix?: string;
  readonly maxConnections?: number;
  /** Of its tables, only this one, and no models over them. */
  readonly onlyTable?: keyof typeof tables;
  readonly logger?: Logger;
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: RunEvent) => void;
}

/** The business days that hold the sales of `createShop`. */
export const shopDays = { from: '2024-03-01', to: '2024-03-02' } as const;

const tables = {
  sales: daily({ column: 'sold_at', timezone: 'Europe/London', lookbackDays: 1 }),
  products: full(),
  orders: incremental({ cursor: 'changed_at', key: 'id' }),
} as const;

const createTables = `
CREATE TABLE sales (id int PRIMARY KEY, sold_at timestamp NOT NULL, amount numeric(10, 2), note text);
CREATE TABLE products (code text PRIMARY KEY, name text);
CREATE TABLE orders (id int PRIMARY KEY, state text, changed_at timestamptz NOT NULL);`;

const rows = `
INSERT INTO sales VALUES
  (1, '2024-03-01 00:00', 1.50, 'a "quoted" note'), (2, '2024-03-01 23:59:59.999999', 2.25, NULL),
  (3, '2024-03-02 00:00', -4, E'two\\nlines'), (4, '2024-03-02 12:00', 0, '');
INSERT INTO products VALUES ('a', 'Apple'), ('b', NULL), ('ü', 'Überraschung');
INSERT INTO orders VALUES (1, 'new', '2024-03-01 10:00Z'), (2, 'paid', '2024-03-02 11:00:00.000001Z');`;

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
    loaded_at_field: _loaded_at
    tables:
      - name: sales
        freshness:
          error_after: { count: 36500, period: day }
      - name: orders
`,
  'marts/days.sql': `select cast(sold_at as date) as day, count(*) as sales, sum(amount) as amount
from {{ source('raw', 'sales') }}
group by 1
`,
  'marts/open_orders.sql': `{{ config(materialized='view') }}
select id, state from {{ source('raw', 'orders') }} where state <> 'done'
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

/** What a run of the shop works with. Writes its models when they are not there. */
export function shopContext(options: ShopOptions): RunContext {
  const { directory, connections, onlyTable, signal, onEvent } = options;
  for (const [name, text] of Object.entries(models)) {
    const file = join(directory, 'models', name);
    mkdirSync(join(file, '..'), { recursive: true });
    writeFileSync(file, text);
  }
  const input = defineProject({
    name: 'shop',
    tables: onlyTable === undefined ? tables : { [onlyTable]: tables[onlyTable] },
    source: { maxConnections: options.maxConnections ?? 2 },
    staging: { prefix: options.prefix ?? '' },
    snowflake: { database: options.database },
  });
  return {
    project: parseProject(input, { directory, file: 'sluice.config.ts' }),
    directory,
    connections,
    artifactsDirectory: join(directory, 'artifacts'),
    logger: options.logger ?? silentLogger,
    ...(signal === undefined ? {} : { signal }),
    ...(onEvent === undefined ? {} : { onEvent }),
  };
}

/** Makes the tables of the shop, with a few rows, in an empty database. */
export async function createShop(connection: SourceConnection): Promise<void> {
  await runSql(connection, createTables + rows);
}

export async function runSql(connection: SourceConnection, sql: string): Promise<void> {
  const client = new pg.Client(connection);
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
