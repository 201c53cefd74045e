import { beforeAll, beforeEach } from 'vitest';
import { connectWarehouse, type Warehouse } from '../../../lib/snowflake/index.ts';
import type { TransformOptions } from '../../../lib/transform/index.ts';
import { freshSnowflake, temporaryFolder } from '../../support/index.ts';
import { shop } from './projects.ts';

export interface ShopWarehouse {
  /** Runs statements, one after the other. */
  run(...statements: readonly string[]): Promise<void>;
  /** The rows of a query, each as its values in order. */
  values(sql: string): Promise<unknown[][]>;
  /** Names of the tables and views of a schema, sorted. */
  relations(schema: string): Promise<unknown[]>;
  /** What runs a dbt project against it, with a folder of artifacts of its own. */
  options(directory: string, more?: Partial<TransformOptions>): TransformOptions;
}

/** An embedded Snowflake with an empty database SHOP before every test of the file. */
export async function shopWarehouse(): Promise<ShopWarehouse> {
  const { connection } = await freshSnowflake();
  let warehouse: Warehouse;
  beforeAll(async () => {
    warehouse = await connectWarehouse(connection);
  });
  beforeEach(async () => {
    await warehouse.execute('CREATE OR REPLACE DATABASE SHOP');
  });
  const values = async (sql: string): Promise<unknown[][]> => {
    const { rows } = await warehouse.execute(sql);
    return rows.map((row) => Object.values(row));
  };
  return {
    values,
    run: async (...statements) => {
      for (const sql of statements) await warehouse.execute(sql);
    },
    relations: async (schema) =>
      (
        await values(
          `SELECT TABLE_NAME FROM SHOP.INFORMATION_SCHEMA.TABLES WHERE TABLE_SCHEMA = '${schema}' ORDER BY 1`,
        )
      ).flat(),
    options: (directory, more = {}) => ({
      directory,
      project: shop,
      connect: () => connectWarehouse(connection),
      artifactsDirectory: temporaryFolder(),
      ...more,
    }),
  };
}
