import { unsupported } from '../../../sql/index.ts';
import type { StatementContext } from '../context.ts';
import { duckName, duckTable, quote } from '../names.ts';
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

/** Makes a sequence that goes on where another one stands. */
async function cloneSequence(
  context: StatementContext,
  sequence: CatalogObject,
  to: QualifiedName,
): Promise<void> {
  const { name, properties } = sequence;
  const reader = await context.duck.runAndReadAll(
    `SELECT COALESCE(last_value + increment_by, start_value) FROM duckdb_sequences()
      WHERE schema_name = $1 AND sequence_name = $2`,
    [`${duckName(name.database)}.${duckName(name.schema)}`, duckName(name.name)],
  );
  const start = Number(reader.getRowsJS()[0]?.[0] ?? properties.start ?? 1);
  await createDuckSequence(context, to, start, Number(properties.increment ?? 1));
  await context.objects.put({
    ...sequence,
    name: to,
    properties: { ...properties, start },
    createdOn: context.now(),
  });
}

/** The DuckDB sequence of one of Snowflake's. */
export async function createDuckSequence(
  context: StatementContext,
  name: QualifiedName,
  start: number,
  increment: number,
): Promise<void> {
  const bounds = increment < 0 ? ' MINVALUE -9223372036854775807 MAXVALUE 9223372036854775807' : '';
  await context.duck.run(`CREATE SEQUENCE ${duckTable(name)}${bounds} START ${start} INCREMENT ${increment}`);
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
  for (const sequence of context.objects.all('SEQUENCE', from)) {
    await cloneSequence(context, sequence, { ...to, name: sequence.name.name });
  }
  for (const kind of ['STREAM', 'TASK', 'PIPE', 'STAGE']) {
    if (context.objects.all(kind, from).length > 0)
      throw unsupported(`CLONE of a schema that holds a ${kind}`);
  }
}
