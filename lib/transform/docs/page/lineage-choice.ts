import type { SiteNode } from '../data-types.ts';
import { type ColumnAt, type ColumnStep, columnKey, isTest, type Site } from './site.ts';

/** The part of the lineage that is drawn. */
export interface LineageChoice {
  readonly nodes: readonly SiteNode[];
  /** From parent to child, by id. */
  readonly edges: readonly (readonly [from: string, to: string])[];
  /** The trace of a column: its own columns and edges only. Undefined when no column is followed. */
  readonly trace: ColumnTrace | undefined;
}

export interface ColumnTrace {
  readonly columns: ReadonlyMap<string, ReadonlySet<string>>;
  readonly edges: readonly ColumnLink[];
}

export interface ColumnLink {
  readonly from: ColumnAt;
  readonly to: ColumnAt;
  readonly how: ColumnStep['how'];
}

/** How far from the focus the drawing reaches; null for all the way. */
export interface Reach {
  readonly up: number | null;
  readonly down: number | null;
}

/** The nodes around a focus, or all of them. Tests are left out: every node has them, and they lead nowhere. */
export function chooseLineage(site: Site, focus: SiteNode | undefined, reach: Reach): LineageChoice {
  const nodes =
    focus === undefined
      ? site.data.nodes.filter(
          (node) => !isTest(node) && (node.parents.length > 0 || site.children(node).length > 0),
        )
      : around(site, focus, reach);
  return { nodes, edges: edgesAmong(site, nodes), trace: undefined };
}

/** The nodes through which a column's values come and go, with the columns that carry them. */
export function traceColumn(site: Site, start: ColumnAt): LineageChoice {
  const columns = new Map<string, Set<string>>([[start.node.id, new Set([start.column])]]);
  const nodes = new Map<string, SiteNode>([[start.node.id, start.node]]);
  const links: ColumnLink[] = [];
  for (const direction of ['above', 'below'] as const) {
    const seen = new Set<string>();
    const waiting: ColumnAt[] = [start];
    for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
      const key = columnKey(at.node.id, at.column);
      if (seen.has(key)) continue;
      seen.add(key);
      for (const next of site.columns(at, direction)) {
        const { how } = next;
        links.push(direction === 'above' ? { from: next, to: at, how } : { from: at, to: next, how });
        nodes.set(next.node.id, next.node);
        const known = columns.get(next.node.id) ?? new Set();
        columns.set(next.node.id, known.add(next.column));
        waiting.push(next);
      }
    }
  }
  const chosen = [...nodes.values()];
  return { nodes: chosen, edges: edgesAmong(site, chosen), trace: { columns, edges: links } };
}

/** The column edges between two sets of shown columns. */
export function columnLinks(site: Site, shown: ReadonlyMap<SiteNode, readonly string[]>): ColumnLink[] {
  const visible = new Map([...shown].map(([node, columns]) => [node.id, new Set(columns)]));
  const links: ColumnLink[] = [];
  for (const [node, columns] of shown) {
    for (const column of columns) {
      const to = { node, column };
      for (const from of site.columns(to, 'above')) {
        if (visible.get(from.node.id)?.has(from.column)) links.push({ from, to, how: from.how });
      }
    }
  }
  return links;
}

function around(site: Site, focus: SiteNode, { up, down }: Reach): SiteNode[] {
  const found = new Map<string, SiteNode>([[focus.id, focus]]);
  const walk = (steps: number | null, next: (node: SiteNode) => readonly SiteNode[]) => {
    let edge = [focus];
    const seen = new Set([focus.id]);
    for (let taken = 0; edge.length > 0 && (steps === null || taken < steps); taken++) {
      edge = edge.flatMap(next).filter((node) => {
        if (seen.has(node.id)) return false;
        seen.add(node.id);
        found.set(node.id, node);
        return true;
      });
    }
  };
  walk(up, (node) => site.parents(node));
  walk(down, (node) => site.children(node));
  return [...found.values()];
}

function edgesAmong(site: Site, nodes: readonly SiteNode[]): (readonly [string, string])[] {
  const shown = new Set(nodes.map(({ id }) => id));
  return nodes.flatMap((node) =>
    site.parents(node).flatMap((parent) => (shown.has(parent.id) ? [[parent.id, node.id] as const] : [])),
  );
}

/** Everything above and below a node, itself included: what lights up when one points at it. */
export function relatives(edges: readonly (readonly [string, string])[], id: string): Set<string> {
  const found = new Set([id]);
  for (const [from, to] of [[0, 1] as const, [1, 0] as const]) {
    const next = Map.groupBy(edges, (edge) => edge[from]);
    const waiting = [id];
    for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
      for (const edge of next.get(at) ?? []) {
        const other = edge[to];
        if (!found.has(other)) waiting.push(other);
        found.add(other);
      }
    }
  }
  return found;
}
