import type { StatementContext } from '../context.ts';
import { duckName, duckTable, quote } from '../names.ts';
import type { CatalogObject, QualifiedName } from '../statement.ts';
import { dropGrants } from './grants.ts';
import { announce } from './lifecycle.ts';
import { tableProperties } from './tables.ts';

/** How long a table that was dropped can be had back: Snowflake's own retention, unless a table asks for more. */
const RETENTION_MS = 24 * 3_600_000;

const KIND = 'DROPPED_TABLE';

/** A table that UNDROP can bring back. */
interface DroppedTable {
  readonly name: string;
  /** Under which name DuckDB keeps its rows. */
  readonly aside: string;
  readonly droppedAt: number;
  readonly table: Omit<CatalogObject, 'createdOn'> & { readonly createdOn: string };
}

function isDropped(properties: object): properties is DroppedTable {
  return 'aside' in properties && 'table' in properties;
}

function droppedTables(
  context: StatementContext,
  { database, schema }: QualifiedName,
): { readonly object: CatalogObject; readonly dropped: DroppedTable }[] {
  return context.objects
    .all(KIND, { database, schema })
    .flatMap((object) => (isDropped(object.properties) ? [{ object, dropped: object.properties }] : []));
}

/** Drops a table so that UNDROP can bring it back: the last one of each name, for a day. */
export async function putAside(context: StatementContext, table: CatalogObject): Promise<void> {
  const { name } = table;
  const { kind, retentionDays } = tableProperties(table);
  await announce(context, { kind: 'dropped', name });
  await dropGrants(context, 'TABLE', name);
  await context.objects.drop('TABLE', name);
  if (kind === 'TEMPORARY' || retentionDays === 0) {
    await context.duck.run(`DROP TABLE ${duckTable(name)}`);
    return;
  }
  const now = context.now().getTime();
  for (const { object, dropped } of droppedTables(context, name)) {
    if (dropped.name !== name.name && now - dropped.droppedAt < RETENTION_MS) continue;
    await context.duck.run(`DROP TABLE ${duckTable({ ...name, name: dropped.aside })}`);
    await context.objects.drop(KIND, object.name);
  }
  const aside = `${name.name}#dropped`;
  await context.duck.run(`ALTER TABLE ${duckTable(name)} RENAME TO ${quote(duckName(aside))}`);
  const properties: DroppedTable = {
    name: name.name,
    aside,
    droppedAt: now,
    table: { ...table, createdOn: table.createdOn.toISOString() },
  };
  await context.objects.put({
    kind: KIND,
    name,
    properties: { ...properties },
    owner: table.owner,
    createdOn: context.now(),
  });
}

/** Brings back the table of this name that was dropped last. @returns false when there is none */
export async function bringBack(context: StatementContext, name: QualifiedName): Promise<boolean> {
  const found = droppedTables(context, name).find(({ dropped }) => dropped.name === name.name);
  if (found === undefined) return false;
  const { aside, table } = found.dropped;
  await context.duck.run(
    `ALTER TABLE ${duckTable({ ...name, name: aside })} RENAME TO ${quote(duckName(name.name))}`,
  );
  await context.objects.drop(KIND, found.object.name);
  await context.objects.put({ ...table, createdOn: new Date(table.createdOn) });
  return true;
}
