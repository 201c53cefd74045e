import type { DuckDBConnection } from '@duckdb/node-api';
import { MACROS } from './macros.ts';

/** (Re)defines the macros that translated SQL calls; they live in the database so that every session sees them. */
export async function installFunctions(duck: DuckDBConnection): Promise<void> {
  await duck.run('CREATE SCHEMA IF NOT EXISTS "_f"');
  for (const macro of MACROS) await duck.run(`CREATE OR REPLACE MACRO "_f".${macro}`);
}
