import { typeName } from '../../sql/index.ts';
import type { ParsedProject } from '../parse/project.ts';
import { type CheckOptions, sourceColumns } from './check.ts';
import type { ColumnLineage, LineageColumn, LineageEdge, LineageNode } from './lineage-types.ts';
import { type AnalyzedNode, ProjectAnalysis } from './project-analysis.ts';
import type { Origin, OutputColumn } from './query/index.ts';
import { WarehouseColumns } from './warehouse-columns.ts';

export type LineageOptions = Pick<CheckOptions, 'project' | 'config' | 'configDirectory' | 'withWarehouse'>;

/**
 * The columns of all models, seeds, snapshots and sources of a project, and which of them each is made of. The warehouse is asked
 * for the columns of sources that no contract describes, if it is lent.
 */
export async function columnLineage(options: LineageOptions): Promise<ColumnLineage> {
  const { project, withWarehouse } = options;
  const ids = new Set([...project.nodes.values()].filter(hasColumns).map(({ uniqueId }) => uniqueId));
  const analysis = new ProjectAnalysis({ project, sourceColumns: sourceColumns(options), made: ids });
  const unknown = analysis.unknownSources(ids);
  const warehouse = new WarehouseColumns();
  if (unknown.length > 0 && withWarehouse !== undefined) {
    await withWarehouse((session) => warehouse.ask(session, unknown));
  }
  return lineageOf(analysis.run(ids, warehouse));
}

function hasColumns({ resourceType }: { readonly resourceType: string }): boolean {
  return ['model', 'seed', 'snapshot', 'source'].includes(resourceType);
}

function lineageOf(analyzed: ReadonlyMap<string, AnalyzedNode>): ColumnLineage {
  const edges = new Map<string, LineageEdge>();
  for (const [id, { queries }] of analyzed) {
    for (const { analysis } of queries) {
      for (const column of analysis.columns) {
        for (const origin of column.origins) addEdge(edges, analyzed, origin, id, column.name);
      }
      for (const origin of analysis.rows) addEdge(edges, analyzed, origin, id, null);
    }
  }
  const nodes = new Map([...analyzed].map(([id, node]) => [id, lineageNode(node)] as const));
  return { nodes: withReadColumns(nodes, [...edges.values()]), edges: [...edges.values()] };
}

function addEdge(
  edges: Map<string, LineageEdge>,
  analyzed: ReadonlyMap<string, AnalyzedNode>,
  { relation, column, copied }: Origin,
  node: string,
  made: string | null,
): void {
  // An incremental model reads itself, and some tables belong to no node.
  if (relation === node || !analyzed.has(relation)) return;
  const kind = made === null ? 'rows' : copied ? 'copy' : 'computed';
  const key = `${relation}\0${column}\0${node}\0${made ?? ''}`;
  const before = edges.get(key);
  if (before !== undefined && (before.kind === kind || kind === 'copy')) return;
  edges.set(key, { from: { node: relation, column }, to: { node, column: made }, kind });
}

function lineageNode({ node, columns, complete, queries }: AnalyzedNode): LineageNode {
  const made = new Map<string, { readonly column: OutputColumn; readonly sql: string }>();
  for (const { sql, analysis } of queries) {
    for (const column of analysis.columns) if (!made.has(column.name)) made.set(column.name, { column, sql });
  }
  return {
    id: node.uniqueId,
    name: node.resourceType === 'source' ? `${node.sourceName}.${node.name}` : node.name,
    resourceType: node.resourceType,
    columns: columns.map(({ name, type, nullable }): LineageColumn => {
      const span = made.get(name)?.column.span;
      return {
        name,
        type: type === undefined ? null : typeName(type),
        nullable: nullable ?? null,
        expression: span === undefined ? null : (made.get(name)?.sql.slice(span.start, span.end) ?? null),
      };
    }),
    complete,
  };
}

/** Columns that somebody reads of a table whose columns are not known are there as well. */
function withReadColumns(
  nodes: ReadonlyMap<string, LineageNode>,
  edges: readonly LineageEdge[],
): ReadonlyMap<string, LineageNode> {
  const found = new Map(nodes);
  for (const { from } of edges) {
    const node = found.get(from.node);
    if (node === undefined || node.complete || node.columns.some(({ name }) => name === from.column))
      continue;
    const column: LineageColumn = { name: from.column, type: null, nullable: null, expression: null };
    found.set(from.node, { ...node, columns: [...node.columns, column] });
  }
  return found;
}

/** What reads the nodes of a project and is nothing of the warehouse: exposures, by the id of what they read. */
export function exposuresOf(project: ParsedProject): ReadonlyMap<string, readonly string[]> {
  const readers = new Map<string, string[]>();
  for (const { resourceType, name, dependsOn } of project.definitions.values()) {
    if (resourceType !== 'exposure') continue;
    for (const id of dependsOn) readers.set(id, [...(readers.get(id) ?? []), name]);
  }
  return readers;
}
