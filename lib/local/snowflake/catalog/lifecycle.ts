import type { StatementContext } from '../context.ts';
import { missingObject } from '../errors.ts';
import { duckName, duckTable, printName, quote } from '../names.ts';
import type { CatalogObject, Extension, QualifiedName } from '../statement.ts';
import { createDuckTable } from './create-table.ts';
import { dropGrants } from './grants.ts';
import { tableProperties } from './tables.ts';

type Change = Parameters<NonNullable<Extension['tableChanged']>>[1];

export async function announce(context: StatementContext, change: Change): Promise<void> {
  for (const extension of context.engine.extensions) await extension.tableChanged?.(context, change);
}

/** Raises Snowflake's error unless the database and schema of a new object are there. */
export function requirePlace(context: StatementContext, name: QualifiedName): void {
  if (!context.objects.find('DATABASE', { database: '', schema: '', name: name.database })) {
    throw missingObject('Database', printName(name.database));
  }
  if (!context.objects.find('SCHEMA', { database: name.database, schema: '', name: name.schema })) {
    throw missingObject('Schema', `${printName(name.database)}.${printName(name.schema)}`);
  }
}

/** Drops a table if it is there, with the grants on it unless what replaces it keeps them. */
export async function dropTable(
  context: StatementContext,
  name: QualifiedName,
  kind: 'dropped' | 'replaced',
  keepsGrants = false,
): Promise<boolean> {
  if (!context.objects.find('TABLE', name)) return false;
  if (!keepsGrants) await dropGrants(context, 'TABLE', name);
  await announce(context, { kind, name });
  await context.duck.run(`DROP TABLE ${duckTable(name)}`);
  await context.objects.drop('TABLE', name);
  return true;
}

/** Gives a table another name; into another schema by copying, as DuckDB cannot move tables. */
export async function moveTable(
  context: StatementContext,
  table: CatalogObject,
  to: QualifiedName,
): Promise<void> {
  const { name } = table;
  if (name.database === to.database && name.schema === to.schema) {
    await context.duck.run(`ALTER TABLE ${duckTable(name)} RENAME TO ${quote(duckName(to.name))}`);
  } else {
    const { columns } = tableProperties(table);
    const list = columns.map((column) => quote(column.name)).join(', ');
    await createDuckTable(context, to, columns);
    await context.duck.run(`INSERT INTO ${duckTable(to)} (${list}) SELECT ${list} FROM ${duckTable(name)}`);
    await context.duck.run(`DROP TABLE ${duckTable(name)}`);
  }
  await context.objects.drop('TABLE', name);
  await context.objects.put({ ...table, name: to });
}
