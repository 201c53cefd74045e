import type { Table } from '../config/index.ts';
import { quoteTable } from './quote.ts';
import type { Session } from './session.ts';

/** A relation that holds rows itself: a table, a leaf partition, a child that inherits. */
export interface Heap {
  readonly schema: string;
  readonly table: string;
  /** Pages of 8 KiB (of the server's block size, to be exact). */
  readonly blocks: number;
}

/** The first version that reads a range of ctids without reading all that is before it. */
const firstWithTidRangeScan = 14;

const heapsOfRelation = `
  WITH RECURSIVE tree AS (
    SELECT c.oid
    FROM pg_catalog.pg_class AS c
    JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
    WHERE n.nspname = $1 AND c.relname = $2
    UNION
    SELECT i.inhrelid FROM tree JOIN pg_catalog.pg_inherits AS i ON i.inhparent = tree.oid
  )
  SELECT
    n.nspname AS schema,
    c.relname AS table,
    c.relkind AS kind,
    coalesce(m.amname = 'heap', false) AS is_heap,
    pg_catalog.has_table_privilege(c.oid, 'SELECT') AS is_allowed,
    pg_catalog.row_security_active(c.oid) AS is_secured,
    CASE WHEN c.relkind IN ('r', 'm')
      THEN (pg_catalog.pg_relation_size(c.oid) / current_setting('block_size')::bigint)::integer ELSE 0 END AS blocks
  FROM tree
  JOIN pg_catalog.pg_class AS c ON c.oid = tree.oid
  JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
  LEFT JOIN pg_catalog.pg_am AS m ON m.oid = c.relam
  ORDER BY c.oid`;

interface HeapRow extends Heap {
  readonly kind: string;
  readonly is_heap: boolean;
  readonly is_allowed: boolean;
  readonly is_secured: boolean;
}

/**
 * Where the rows of a table lie, with its partitions and children. Undefined where they cannot be read block by block: views,
 * foreign tables, rows that policies select, children that may be read through their parent only.
 */
export async function readHeaps(session: Session, table: Table): Promise<readonly Heap[] | undefined> {
  if (Number.parseInt(session.snapshot.serverVersion, 10) < firstWithTidRangeScan) return undefined;
  const { schema, table: name } = table.source;
  const rows = await session.query<HeapRow>(heapsOfRelation, [schema, name]);
  const isReadable = rows.every(
    ({ kind, is_heap, is_allowed, is_secured }) =>
      (kind === 'p' || ((kind === 'r' || kind === 'm') && is_heap)) && is_allowed && !is_secured,
  );
  if (!isReadable || rows.length === 0) return undefined;
  return rows
    .filter(({ kind }) => kind !== 'p')
    .map((row) => ({ schema: row.schema, table: row.table, blocks: row.blocks }));
}

interface Plan {
  readonly 'Node Type': string;
  readonly Plans?: readonly Plan[];
}

/** Whether the server would read the whole table for these rows anyway, so that reading it in pieces costs no more. */
export async function readsWholeTable(session: Session, table: Table, condition: string): Promise<boolean> {
  const [row] = await session.query<{ 'QUERY PLAN': readonly [{ Plan: Plan }] }>(
    `EXPLAIN (FORMAT JSON) SELECT * FROM ${quoteTable(table.source)} WHERE ${condition}`,
  );
  return row !== undefined && scansOnly(row['QUERY PLAN'][0].Plan);
}

function scansOnly(plan: Plan): boolean {
  return plan.Plans === undefined ? plan['Node Type'] === 'Seq Scan' : plan.Plans.every(scansOnly);
}
