import { unsupported } from '../../../sql/index.ts';
import type { StatementContext } from '../context.ts';
import { duckTable, quote } from '../names.ts';
import type { CatalogObject, QualifiedName } from '../statement.ts';
import { createDuckTable } from './create-table.ts';
import { dynamicOf } from './dynamic.ts';
import { tableProperties } from './tables.ts';

interface Place {
  readonly database: string;
  readonly schema: string;
}

/** Makes `to` a table like `from` with its rows; properties may be changed on the way. */
export async function cloneTable(
  context: StatementContext,
  from: CatalogObject,
  to: QualifiedName,
  properties: CatalogObject['properties'] = from.properties,
): Promise<void> {
  context.engine.transactions.checkRead(context.owner, duckTable(from.name));
  const table: CatalogObject = {
    ...from,
    name: to,
    properties,
    owner: context.session.role,
    createdOn: context.now(),
  };
  const { columns } = tableProperties(table);
  await createDuckTable(context, to, columns);
  const names = columns.map((column) => quote(column.name)).join(', ');
  await context.duck.run(
    `INSERT INTO ${duckTable(to)} (${names}) SELECT ${names} FROM ${duckTable(from.name)}`,
  );
  await context.objects.put(table);
}

/** Copies what a schema holds into an empty one. */
export async function cloneSchemaContents(context: StatementContext, from: Place, to: Place): Promise<void> {
  for (const table of context.objects.all('TABLE', from)) {
    if (tableProperties(table).kind === 'TEMPORARY') continue;
    const dynamic = dynamicOf(table);
    // A clone does not refresh by itself until it is resumed.
    const properties: CatalogObject['properties'] =
      dynamic === undefined
        ? table.properties
        : { ...table.properties, dynamic: { ...dynamic, schedulingState: 'SUSPENDED' } };
    await cloneTable(context, table, { ...to, name: table.name.name }, properties);
  }
  for (const kind of ['VIEW', 'FILE_FORMAT', 'FUNCTION', 'PROCEDURE']) {
    for (const object of context.objects.all(kind, from)) {
      await context.objects.put({
        ...object,
        name: { ...to, name: object.name.name },
        createdOn: context.now(),
      });
    }
  }
  for (const kind of ['STREAM', 'TASK', 'PIPE', 'STAGE', 'SEQUENCE']) {
    if (context.objects.all(kind, from).length > 0)
      throw unsupported(`CLONE of a schema that holds a ${kind}`);
  }
}
