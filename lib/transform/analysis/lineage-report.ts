import { SluiceError, similarNames } from '../../config/index.ts';
import type { TransformOptions } from '../options.ts';
import { openWorkspace } from '../run/workspace.ts';
import { columnLineage, exposuresOf } from './lineage.ts';
import type { ColumnLineage, ColumnRef, LineageEdge, LineageNode } from './lineage-types.ts';
import { shown } from './query/index.ts';

export interface LineageRequest {
  /** `model`, `model.column`, `source.table` or `source.table.column`; a unique id instead of the name, too. */
  readonly of: string;
  readonly direction: 'up' | 'down' | 'both';
  /** How many nodes far. @default all the way for a column, one for all columns of a node */
  readonly depth?: number;
}

/** A column, and the columns that it is made of, or that are made of it. */
export interface LineageTree {
  readonly node: string;
  readonly column: string;
  /** As people write it: `orders.amount`, `raw.orders.amount`. */
  readonly label: string;
  readonly type: string | null;
  /** The SQL that makes it; null for a column of a source or seed, and for one that `*` passes on. */
  readonly expression: string | null;
  /** How the column above it in the tree and this one belong together; null for the column that was asked for. */
  readonly kind: 'copy' | 'computed' | null;
  readonly next: readonly LineageTree[];
}

export interface LineageReport {
  /** What was asked for, one tree a column. */
  readonly up: readonly LineageTree[];
  readonly down: readonly LineageTree[];
  /** Columns that decide which rows the node has. */
  readonly rows: readonly string[];
  /** Nodes for whose rows these columns decide. */
  readonly decides: readonly string[];
  /** Exposures that read the node, or with `down` something that is made of it. */
  readonly exposures: readonly string[];
}

/**
 * Where columns come from and where they go.
 *
 * @throws SluiceError LINEAGE_UNKNOWN for a name that is none
 */
export async function lineage(options: TransformOptions & LineageRequest): Promise<LineageReport> {
  const { project, pool, runId } = openWorkspace('lineage', options);
  try {
    const tag = { project: project.loaded.root.name, run: runId, node: 'lineage' };
    const found = await columnLineage({
      project,
      config: options.project,
      withWarehouse: (use) => pool.use(tag, use),
      ...(options.configDirectory === undefined ? {} : { configDirectory: options.configDirectory }),
    });
    return lineageReport(found, exposuresOf(project), options);
  } finally {
    await pool.close();
  }
}

/** @param exposures by the id of what they read */
export function lineageReport(
  found: ColumnLineage,
  exposures: ReadonlyMap<string, readonly string[]>,
  { of, direction, depth }: LineageRequest,
): LineageReport {
  const { node, columns } = meantBy(of, found);
  const trees = new Trees(found);
  const steps = depth ?? (columns.length === 1 ? Number.POSITIVE_INFINITY : 1);
  const asked = columns.map((column) => ({ node: node.id, column }));
  const up = direction === 'down' ? [] : asked.map((column) => trees.of(column, 'up', steps));
  const down = direction === 'up' ? [] : asked.map((column) => trees.of(column, 'down', steps));
  const named = new Set(columns);
  const rows = found.edges.filter(({ kind, to }) => kind === 'rows' && to.node === node.id);
  const decides = found.edges.filter(
    ({ kind, from }) => kind === 'rows' && from.node === node.id && named.has(from.column),
  );
  const below = new Set([node.id, ...down.flatMap(nodesOf), ...decides.map(({ to }) => to.node)]);
  return {
    up,
    down,
    rows: direction === 'down' ? [] : distinct(rows.map(({ from }) => trees.label(from))),
    decides:
      direction === 'up' ? [] : distinct(decides.map(({ to }) => found.nodes.get(to.node)?.name ?? to.node)),
    exposures: direction === 'up' ? [] : distinct([...below].flatMap((id) => exposures.get(id) ?? [])),
  };
}

function distinct(names: readonly string[]): string[] {
  return [...new Set(names)].sort();
}

function nodesOf(tree: LineageTree): string[] {
  return [tree.node, ...tree.next.flatMap(nodesOf)];
}

/** Follows the edges from a column. A column that is there already above itself is not followed again. */
class Trees {
  readonly #found: ColumnLineage;
  readonly #edges = { up: new Map<string, LineageEdge[]>(), down: new Map<string, LineageEdge[]>() };

  constructor(found: ColumnLineage) {
    this.#found = found;
    for (const edge of found.edges) {
      if (edge.to.column === null) continue;
      add(this.#edges.up, `${edge.to.node}\0${edge.to.column}`, edge);
      add(this.#edges.down, `${edge.from.node}\0${edge.from.column}`, edge);
    }
  }

  of(from: ColumnRef, direction: 'up' | 'down', depth: number): LineageTree {
    return this.#tree(from, direction, depth, null, []);
  }

  label({ node, column }: ColumnRef): string {
    return `${this.#found.nodes.get(node)?.name ?? node}.${shown(column)}`;
  }

  #tree(
    at: ColumnRef,
    direction: 'up' | 'down',
    depth: number,
    kind: LineageTree['kind'],
    path: readonly string[],
  ): LineageTree {
    const key = `${at.node}\0${at.column}`;
    const column = this.#found.nodes.get(at.node)?.columns.find(({ name }) => name === at.column);
    const edges = depth > 0 && !path.includes(key) ? (this.#edges[direction].get(key) ?? []) : [];
    const next = edges.flatMap((edge) => {
      const { node, column: other } = direction === 'up' ? edge.from : edge.to;
      if (other === null || edge.kind === 'rows') return [];
      return [this.#tree({ node, column: other }, direction, depth - 1, edge.kind, [...path, key])];
    });
    return {
      ...at,
      label: this.label(at),
      type: column?.type ?? null,
      expression: column?.expression ?? null,
      kind,
      next,
    };
  }
}

function add(edges: Map<string, LineageEdge[]>, key: string, edge: LineageEdge): void {
  const before = edges.get(key);
  if (before === undefined) edges.set(key, [edge]);
  else before.push(edge);
}

/** The node and the columns that a name means: all of them where it names none. */
function meantBy(of: string, found: ColumnLineage): { node: LineageNode; columns: readonly string[] } {
  const whole = nodeCalled(of, found);
  if (whole !== undefined) return { node: whole, columns: whole.columns.map(({ name }) => name) };
  const dot = of.lastIndexOf('.');
  const node = dot === -1 ? undefined : nodeCalled(of.slice(0, dot), found);
  if (node === undefined) throw unknownNode(of, found);
  const written = of.slice(dot + 1);
  const name = /^".*"$/.test(written) ? written.slice(1, -1).replaceAll('""', '"') : written.toUpperCase();
  const column =
    node.columns.find((one) => one.name === name) ?? node.columns.find((one) => one.name === written);
  if (column !== undefined) return { node, columns: [column.name] };
  const names = node.columns.map((one) => shown(one.name));
  const [similar] = similarNames(written, names);
  throw new SluiceError({
    code: 'LINEAGE_UNKNOWN',
    kind: 'usage',
    message: `${node.name} has no column ${written}${node.complete ? '' : ', as far as its columns are known'}.`,
    hint:
      similar === undefined
        ? `It has ${names.join(', ') || 'none that is known'}.`
        : `Did you mean ${node.name}.${similar}?`,
  });
}

function nodeCalled(name: string, found: ColumnLineage): LineageNode | undefined {
  const exact = found.nodes.get(name);
  if (exact !== undefined) return exact;
  const called = [...found.nodes.values()].filter((node) => node.name === name);
  const [first, second] = called;
  if (second === undefined) return first;
  throw new SluiceError({
    code: 'LINEAGE_UNKNOWN',
    kind: 'usage',
    message: `${called.length} nodes are called ${name}.`,
    hint: `Give the unique id: ${called.map(({ id }) => id).join(', ')}.`,
  });
}

function unknownNode(of: string, found: ColumnLineage): SluiceError {
  const names = [...found.nodes.values()].map(({ name }) => name);
  const dot = of.lastIndexOf('.');
  const [part] = dot === -1 ? [] : similarNames(of.slice(0, dot), names);
  const similar = part === undefined ? similarNames(of, names)[0] : `${part}${of.slice(dot)}`;
  return new SluiceError({
    code: 'LINEAGE_UNKNOWN',
    kind: 'usage',
    message: `There is no model, seed, snapshot or source ${of}.`,
    hint:
      similar === undefined
        ? 'Write model.column, or source.table.column; `sluice ls` lists the nodes.'
        : `Did you mean ${similar}?`,
  });
}
