/** A column of a node: the node's unique id, and the column's name as Snowflake keeps it (`ORDER_ID`). */
export interface ColumnRef {
  readonly node: string;
  readonly column: string;
}

/** An output column of a node. */
export interface LineageColumn {
  /** As Snowflake keeps it: upper case unless it was quoted. */
  readonly name: string;
  /** As DESC TABLE prints it, `NUMBER(38,0)`; null where it is not known. */
  readonly type: string | null;
  /** Null where it is not known. */
  readonly nullable: boolean | null;
  /** The SQL that makes the column, as it is compiled; null for a column of a source or seed. */
  readonly expression: string | null;
}

/** What a node gives. */
export interface LineageNode {
  readonly id: string;
  readonly name: string;
  readonly resourceType: string;
  readonly columns: readonly LineageColumn[];
  /** False where there may be columns that could not be found out: they are not listed. */
  readonly complete: boolean;
}

/**
 * An arrow from a column to what is made of it.
 *
 * - `copy`: the same value under the same or another name
 * - `computed`: the value goes into the expression that makes the column
 * - `rows`: the value decides which rows there are (WHERE, JOIN, GROUP BY, QUALIFY); it leads to the node as a whole, so
 *   that `to.column` is null
 */
export interface LineageEdge {
  readonly from: ColumnRef;
  readonly to: { readonly node: string; readonly column: string | null };
  readonly kind: 'copy' | 'computed' | 'rows';
}

/** The columns of a project and where they come from. Edges lead from parents to children, one node at a time. */
export interface ColumnLineage {
  /** By unique id: models, seeds, snapshots and sources. */
  readonly nodes: ReadonlyMap<string, LineageNode>;
  readonly edges: readonly LineageEdge[];
}
