import type { Warehouse } from '../../../snowflake/index.ts';
import { folded, quote } from '../../relation.ts';
import { candidatePrefix, candidateSchema } from '../compile/placement.ts';

/** A schema of the warehouse. */
export interface SchemaName {
  readonly database: string;
  readonly schema: string;
}

/** What the comment of a candidate schema says of its run. */
const kept = 'sluice: not published, kept to be looked at; the next build drops it';
const building = 'sluice: candidates of a run that is building';

/** A run that ended without a word, killed or cut off, is taken for dead after this many hours. */
const hoursUntilDead = 24;

export function schemaSql({ database, schema }: SchemaName): string {
  return `${quote(folded(database, false))}.${quote(folded(schema, false))}`;
}

/** The candidate schema of a published one. */
export function candidateOf({ database, schema }: SchemaName, runId: string): SchemaName {
  return { database, schema: candidateSchema(schema, runId) };
}

/**
 * Makes the candidate schemas of a run, after dropping those that earlier runs left.
 *
 * @param home the schema in which the session goes on, if the run builds into it: that of the target
 */
export async function prepareCandidates(
  session: Warehouse,
  schemas: readonly SchemaName[],
  runId: string,
  home?: SchemaName,
): Promise<void> {
  for (const schema of schemas) {
    await dropLeftovers(session, schema, runId);
    await session.execute(`CREATE SCHEMA IF NOT EXISTS ${schemaSql(schema)}`);
    await session.execute(
      `CREATE SCHEMA IF NOT EXISTS ${schemaSql(candidateOf(schema, runId))} COMMENT = '${building}'`,
    );
    // A run that is retried has its candidates already, marked as nobody's.
    await session.execute(`COMMENT ON SCHEMA ${schemaSql(candidateOf(schema, runId))} IS '${building}'`);
  }
  // CREATE SCHEMA has made the last candidate the session's own schema.
  const there = schemas.some((schema) => home !== undefined && schemaSql(schema) === schemaSql(home));
  if (home !== undefined && there) await session.execute(`USE SCHEMA ${schemaSql(home)}`);
}

/** Makes the schemas of a review. */
export async function createSchemas(session: Warehouse, schemas: readonly SchemaName[]): Promise<void> {
  for (const schema of schemas) await session.execute(`CREATE SCHEMA IF NOT EXISTS ${schemaSql(schema)}`);
}

/** Whether the candidates of a run are all still there. */
export async function candidatesStand(
  session: Warehouse,
  schemas: readonly SchemaName[],
  runId: string,
): Promise<boolean> {
  for (const schema of schemas) {
    const catalog = `${quote(folded(schema.database, false))}.INFORMATION_SCHEMA.SCHEMATA`;
    const { rows } = await session.execute(`SELECT SCHEMA_NAME FROM ${catalog} WHERE SCHEMA_NAME = ?`, {
      binds: [candidateOf(schema, runId).schema],
    });
    if (rows.length === 0) return false;
  }
  return true;
}

/** Drops the candidates of a run that was published. */
export async function dropCandidates(
  session: Warehouse,
  schemas: readonly SchemaName[],
  runId: string,
): Promise<void> {
  for (const schema of schemas) {
    await session.execute(`DROP SCHEMA IF EXISTS ${schemaSql(candidateOf(schema, runId))} CASCADE`);
  }
}

/** Says of the candidates of a run that nobody works on them any more. */
export async function keepCandidates(
  session: Warehouse,
  schemas: readonly SchemaName[],
  runId: string,
): Promise<void> {
  for (const schema of schemas) {
    await session.execute(`COMMENT ON SCHEMA ${schemaSql(candidateOf(schema, runId))} IS '${kept}'`);
  }
}

/** Drops the candidates of runs that are over. Those of a run that may still be building elsewhere are left alone. */
async function dropLeftovers(session: Warehouse, schema: SchemaName, runId: string): Promise<void> {
  for (const leftover of await leftovers(session, schema)) {
    if (leftover.schema === candidateSchema(schema.schema, runId)) continue;
    await session.execute(`DROP SCHEMA IF EXISTS ${schemaSql(leftover)} CASCADE`);
  }
}

/** The candidate schemas of a published one that no run works on any more. */
export async function leftovers(
  session: Warehouse,
  { database, schema }: SchemaName,
): Promise<readonly SchemaName[]> {
  const catalog = `${quote(folded(database, false))}.INFORMATION_SCHEMA.SCHEMATA`;
  const { rows } = await session.execute(
    `SELECT SCHEMA_NAME, COMMENT, DATEDIFF('hour', CREATED, CURRENT_TIMESTAMP()) AS AGE FROM ${catalog} WHERE STARTSWITH(SCHEMA_NAME, ?) ORDER BY 1`,
    { binds: [candidatePrefix(schema)] },
  );
  return rows
    .filter((row) => row.COMMENT === kept || Number(row.AGE) >= hoursUntilDead)
    .map((row) => ({ database, schema: String(row.SCHEMA_NAME) }));
}
