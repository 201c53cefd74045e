import { type DynamicTable, dynamicOf } from '../catalog/dynamic.ts';
import { columnsOfQuery } from '../catalog/query-columns.ts';
import { tableProperties } from '../catalog/tables.ts';
import type { StatementContext } from '../context.ts';
import { invalidIdentifier, missingObject } from '../errors.ts';
import { duckTable, printName, printQualified, quote } from '../names.ts';
import type { CatalogObject, QualifiedName } from '../statement.ts';
import { changed } from '../statements/dml.ts';
import { assignTo } from '../translate/casts.ts';
import { beginTranslation } from '../translate/index.ts';
import { emitQuery } from '../translate/query.ts';
import { parseWholeQuery } from '../translate/resolve.ts';
import type { TranslatedQuery } from '../translate/translation.ts';

/** The query of a dynamic table in DuckDB's SQL, and the tables that it reads, through views too. */
export async function translateDefinition(
  core: StatementContext,
  name: QualifiedName,
  text: string,
): Promise<{ readonly query: TranslatedQuery; readonly reads: readonly QualifiedName[] }> {
  const translation = await beginTranslation(core, parseWholeQuery(text), {
    database: name.database,
    schema: name.schema,
  });
  const query = emitQuery(parseWholeQuery(text), undefined, translation);
  return { query, reads: [...translation.resolved.tables.values()] };
}

/** The dynamic table of this name, or Snowflake's error. */
export function requireDynamic(
  core: StatementContext,
  name: QualifiedName,
): { readonly object: CatalogObject; readonly dynamic: DynamicTable } {
  const object = core.objects.find('TABLE', name);
  const dynamic = dynamicOf(object);
  if (object === undefined || dynamic === undefined) {
    throw missingObject('Dynamic Table', printQualified(name));
  }
  return { object, dynamic };
}

/** Replaces some of what makes a table dynamic. */
export async function recordDynamic(
  core: StatementContext,
  name: QualifiedName,
  change: Partial<DynamicTable>,
): Promise<void> {
  const { object, dynamic } = requireDynamic(core, name);
  await core.objects.put({
    ...object,
    properties: { ...object.properties, dynamic: { ...dynamic, ...change } },
  });
}

/**
 * Computes the rows of a dynamic table again, after those of the dynamic tables that it reads, in the transaction that is
 * open: all of them show the same moment.
 *
 * @param above which of the tables that it reads are refreshed first
 */
export async function refresh(
  core: StatementContext,
  name: QualifiedName,
  above: 'all' | 'uninitialized',
  seen: Set<string> = new Set(),
): Promise<void> {
  seen.add(duckTable(name));
  const { object, dynamic } = requireDynamic(core, name);
  await core.lock(name);
  for (const upper of await dynamicAbove(core, name, dynamic)) {
    if (seen.has(duckTable(upper.name))) continue;
    if (above === 'all' || dynamicOf(upper)?.dataTimestamp === null) {
      await refresh(core, upper.name, above, seen);
    }
  }
  const { query } = await translateDefinition(core, name, dynamic.query);
  await replaceRows(core, object, query);
  await recordDynamic(core, name, { dataTimestamp: core.now().toISOString(), failures: 0 });
}

/** The dynamic tables that one reads. */
export async function dynamicAbove(
  core: StatementContext,
  name: QualifiedName,
  { query }: DynamicTable,
): Promise<CatalogObject[]> {
  const translation = await beginTranslation(core, parseWholeQuery(query), name);
  return [...translation.resolved.tables.values()].flatMap((read) => {
    const found = core.objects.find('TABLE', read);
    return found !== undefined && dynamicOf(found) !== undefined ? [found] : [];
  });
}

/** Columns are found by name, so that one that `SELECT *` has gained since does no harm. */
async function replaceRows(
  core: StatementContext,
  object: CatalogObject,
  query: TranslatedQuery,
): Promise<void> {
  const found = await columnsOfQuery(core, query);
  const inside = found.map((_, index) => `"c${index}"`).join(', ');
  const { columns } = tableProperties(object);
  const values = columns.map((column) => {
    const at = found.findIndex((one) => one.name === column.name);
    if (at === -1) throw invalidIdentifier(printName(column.name));
    return assignTo({ sql: `"c${at}"`, type: found[at] }, column);
  });
  const table = duckTable(object.name);
  const list = columns.map((column) => quote(column.name)).join(', ');
  await changed(core, { kind: 'TRUNCATE', table: object.name }, `DELETE FROM ${table}`);
  await changed(
    core,
    { kind: 'INSERT', table: object.name },
    `INSERT INTO ${table} (${list}) SELECT ${values.join(', ')} FROM (${query.sql}) AS "q"(${inside})`,
  );
}
