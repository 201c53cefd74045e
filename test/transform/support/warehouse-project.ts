import { connectWarehouse, type Warehouse } from '../../../lib/snowflake/index.ts';
import { type BuildReport, build, type TransformOptions } from '../../../lib/transform/index.ts';
import { temporaryFolder } from '../../support/folder.ts';
import { dbtProject, shop } from './projects.ts';

/** A session for looking at what builds have made, and builds of small projects into the same warehouse. */
export interface WarehouseProjects {
  readonly warehouse: Warehouse;
  /** Values of the rows, in order of the columns. */
  rows(sql: string): Promise<unknown[][]>;
  /** Rows of a SHOW or DESCRIBE, by column. */
  records(sql: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
  run(...statements: string[]): Promise<void>;
  /** Every statement that builds have sent since this was last called. */
  sent(): string[];
  /** Builds a project of these files; a failed node is an error with its message. */
  build(files: Readonly<Record<string, string>>, options?: Partial<TransformOptions>): Promise<BuildReport>;
}

/** @param database is made anew before each test by the caller: `CREATE OR REPLACE DATABASE SHOP` */
export async function warehouseProjects(
  connection: Parameters<typeof connectWarehouse>[0],
): Promise<WarehouseProjects> {
  const warehouse = await connectWarehouse(connection);
  let statements: string[] = [];
  const connect = async (): Promise<Warehouse> => {
    const session = await connectWarehouse(connection);
    return {
      execute: (sql, settings) => {
        statements.push(sql.trim());
        return session.execute(sql, settings);
      },
      close: () => session.close(),
    };
  };
  return {
    warehouse,
    rows: async (sql) => (await warehouse.execute(sql)).rows.map((row) => Object.values(row)),
    records: async (sql) => (await warehouse.execute(sql)).rows,
    run: async (...all) => {
      for (const sql of all) await warehouse.execute(sql);
    },
    sent: () => {
      const all = statements;
      statements = [];
      return all;
    },
    build: (files, options = {}) =>
      build({
        directory: dbtProject(files),
        project: shop,
        connect,
        artifactsDirectory: temporaryFolder(),
        threads: 1,
        ...options,
      }),
  };
}
