import { SluiceError, similarNames, type Table, type ValuePolicy } from '../config/index.ts';
import type { Queryable } from './source.ts';
import { carry, type SourceType } from './types.ts';
import { withPolicy } from './value-policies.ts';

/** A column as it stands in the source now. */
export interface SourceColumn {
  readonly name: string;
  /** As `format_type` prints it, domains resolved, with the schema of a type that is not Postgres' own. */
  readonly type: string;
  /** `pg_type.typname` where it is Postgres' own type, and no array; empty otherwise. */
  readonly plainType: string;
  readonly target: string;
  /** SQL of the value in COPY. */
  readonly expression: (column: string) => string;
  readonly nullable: boolean;
  /** SQL that is true for a value that the column's policy changes; undefined when none is changed. */
  readonly changes: ((column: string) => string) | undefined;
}

interface CatalogRow {
  name: string;
  type: string;
  element: string;
  built_in: boolean;
  kind: string;
  is_array: boolean;
  modifier: number;
  not_null: boolean;
}

/**
 * Columns in their order, generated ones included. A domain may stand on another domain; the first modifier on the way is
 * the one that counts. The names of types do not depend on anybody's search_path.
 */
const columnsOfRelation = `
  WITH RECURSIVE resolved AS (
    SELECT a.attnum, a.attname, a.attnotnull, a.atttypid AS type, a.atttypmod AS modifier
    FROM pg_catalog.pg_attribute AS a
    WHERE a.attrelid = $1::oid AND a.attnum > 0 AND NOT a.attisdropped
    UNION ALL
    SELECT r.attnum, r.attname, r.attnotnull, t.typbasetype, greatest(r.modifier, t.typtypmod)
    FROM resolved AS r
    JOIN pg_catalog.pg_type AS t ON t.oid = r.type AND t.typtype = 'd'
  )
  SELECT
    r.attname AS name,
    CASE
      WHEN n.nspname = 'pg_catalog' THEN pg_catalog.format_type(t.oid, r.modifier)
      ELSE pg_catalog.format('%I.%I', n.nspname, e.typname) || CASE WHEN t.oid = e.oid THEN '' ELSE '[]' END
    END AS type,
    e.typname AS element,
    n.nspname = 'pg_catalog' AS built_in,
    e.typtype AS kind,
    t.oid <> e.oid AS is_array,
    r.modifier,
    r.attnotnull AS not_null
  FROM resolved AS r
  JOIN pg_catalog.pg_type AS t ON t.oid = r.type AND t.typtype <> 'd'
  LEFT JOIN pg_catalog.pg_type AS member ON member.oid = t.typelem AND member.typarray = t.oid
  JOIN pg_catalog.pg_type AS e ON e.oid = coalesce(member.oid, t.oid)
  JOIN pg_catalog.pg_namespace AS n ON n.oid = e.typnamespace
  ORDER BY r.attnum`;

/** The columns of a table, view, materialized view, partitioned or foreign table. */
export async function readColumns(source: Queryable, table: Table): Promise<readonly SourceColumn[]> {
  const rows = await source.query<CatalogRow>(columnsOfRelation, [await relationOf(source, table)]);
  if (rows.length > 0) return rows.map((row) => columnOf(row, table.values[row.name] ?? 'reject'));
  throw new SluiceError({
    code: 'SOURCE_NO_COLUMNS',
    kind: 'usage',
    message: `${nameOf(table)} has no columns`,
    hint: 'Take the table out of sluice.config.ts: there is nothing to move.',
    details: { table: table.name },
  });
}

function columnOf(row: CatalogRow, policy: ValuePolicy): SourceColumn {
  const type: SourceType = {
    name: row.element,
    isBuiltIn: row.built_in,
    kind: row.kind,
    isArray: row.is_array,
    modifier: row.modifier,
  };
  const { target, expression, changes } = withPolicy(type, carry(type), policy, row.name);
  return {
    name: row.name,
    type: row.type,
    plainType: row.built_in && !row.is_array ? row.element : '',
    target,
    expression,
    nullable: !row.not_null || policy === 'null' || policy === 'clamp',
    changes,
  };
}

async function relationOf(source: Queryable, table: Table): Promise<string> {
  const { schema, table: name } = table.source;
  const relations = await source.query<{ oid: string; name: string }>(
    `SELECT c.oid::text AS oid, c.relname AS name
     FROM pg_catalog.pg_class AS c
     JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
     WHERE n.nspname = $1 AND c.relkind IN ('r', 'p', 'v', 'm', 'f')`,
    [schema],
  );
  const found = relations.find((relation) => relation.name === name);
  if (found !== undefined) return found.oid;
  const [similar] = similarNames(
    name,
    relations.map((relation) => relation.name),
  );
  throw new SluiceError({
    code: 'SOURCE_NO_TABLE',
    kind: 'usage',
    message: `The source has no table or view ${nameOf(table)}`,
    hint:
      similar === undefined
        ? `Check source.schema and source.table of the table ${table.name} in sluice.config.ts.`
        : `Did you mean "${schema}"."${similar}"? Correct the table ${table.name} in sluice.config.ts.`,
    details: { table: table.name },
  });
}

function nameOf(table: Table): string {
  return `"${table.source.schema}"."${table.source.table}"`;
}
