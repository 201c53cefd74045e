import { type Invocation, metadata } from '../artifacts/results.ts';
import { type GraphNode, isEphemeral } from '../graph/node.ts';
import { folded } from '../relation.ts';
import { publishedRelation, sourceRelation } from '../run/compile/placement.ts';
import type { CatalogPlace, CatalogRelation } from './read-catalog.ts';

/** Where a node's relation is in the warehouse; undefined for what makes none. */
export function placeOf(node: GraphNode): CatalogPlace | undefined {
  const kinds = ['source', 'model', 'seed', 'snapshot'];
  if (!kinds.includes(node.resourceType) || isEphemeral(node)) return undefined;
  const { database, schema, identifier, quoting } =
    node.resourceType === 'source' ? sourceRelation(node) : publishedRelation(node);
  return {
    database: folded(database ?? '', quoting.database),
    schema: folded(schema ?? '', quoting.schema),
    name: folded(identifier ?? '', quoting.identifier),
  };
}

/**
 * What the warehouse knows of the nodes' relations, as `catalog.json` has it (dbt catalog v1).
 *
 * @param relations by unique id; a node whose relation is not among them is left out, as dbt leaves it out
 * @param errors what kept the warehouse from being asked
 */
export function catalog(
  nodes: Iterable<GraphNode>,
  relations: ReadonlyMap<string, CatalogRelation>,
  invocation: Invocation,
  errors: readonly string[] = [],
): Record<string, unknown> {
  const tables: Record<string, unknown> = {};
  const sources: Record<string, unknown> = {};
  for (const node of nodes) {
    const relation = relations.get(node.uniqueId);
    if (relation === undefined) continue;
    (node.resourceType === 'source' ? sources : tables)[node.uniqueId] = tableDict(node.uniqueId, relation);
  }
  return {
    metadata: metadata('catalog/v1', invocation),
    nodes: tables,
    sources,
    errors: errors.length === 0 ? null : errors,
  };
}

function tableDict(uniqueId: string, relation: CatalogRelation): Record<string, unknown> {
  const { database, schema, name, type, owner, comment, columns } = relation;
  return {
    metadata: { type, schema, name, database, comment, owner },
    columns: Object.fromEntries(
      columns.map((column) => [
        column.name,
        { type: column.type, index: column.index, name: column.name, comment: column.comment },
      ]),
    ),
    stats: statsDict(relation),
    unique_id: uniqueId,
  };
}

/** The statistics that dbt-snowflake gives, under its ids and labels. */
function statsDict(relation: CatalogRelation): Record<string, unknown> {
  const { clusteringKey, rows, bytes, lastAltered, type } = relation;
  const all = [
    ['clustering_key', 'Clustering Key', clusteringKey, 'The key used to cluster this table', true],
    ['row_count', 'Row Count', rows, 'An approximate count of rows in this table', true],
    ['bytes', 'Approximate Size', bytes, 'Approximate size of the table as reported by Snowflake', true],
    // Of a view it would say when it was last defined, which is no statement about its rows.
    ['last_modified', 'Last Modified', lastAltered, 'The timestamp for last update/change', type !== 'VIEW'],
  ] as const;
  const known = all.filter(([, , value, , include]) => include && value !== null);
  return {
    ...Object.fromEntries(
      known.map(([id, label, value, description]) => [id, { id, label, value, include: true, description }]),
    ),
    has_stats: {
      id: 'has_stats',
      label: 'Has Stats?',
      value: known.length > 0,
      include: false,
      description: 'Indicates whether there are statistics for this table',
    },
  };
}
