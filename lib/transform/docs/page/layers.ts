/** A graph by numbers: `edges[i]` leads from the one node to the other. */
export interface LayeredGraph {
  /** Layer of every node, from 0; an edge leads from a lower to a higher one. */
  readonly layerOf: readonly number[];
  /** Edges without those that would close a circle. */
  readonly edges: readonly (readonly [from: number, to: number])[];
}

/** Puts every node one layer right of the last of its parents, and what has no parents next to its first child. */
export function assignLayers(size: number, edges: readonly (readonly [number, number])[]): LayeredGraph {
  const kept = withoutCircles(size, edges);
  const children = neighbours(size, kept, 0);
  const parents = neighbours(size, kept, 1);
  const waiting = parents.map((list) => list.length);
  const layerOf = new Array<number>(size).fill(0);
  const order = waiting.flatMap((count, node) => (count === 0 ? [node] : []));
  for (let at = 0; at < order.length; at++) {
    const node = order[at] ?? 0;
    for (const child of children[node] ?? []) {
      layerOf[child] = Math.max(layerOf[child] ?? 0, (layerOf[node] ?? 0) + 1);
      waiting[child] = (waiting[child] ?? 0) - 1;
      if (waiting[child] === 0) order.push(child);
    }
  }
  for (let node = 0; node < size; node++) {
    const below = children[node] ?? [];
    if ((parents[node] ?? []).length > 0 || below.length === 0) continue;
    layerOf[node] = Math.min(...below.map((child) => layerOf[child] ?? 0)) - 1;
  }
  return { layerOf, edges: kept };
}

/** The nodes at the other end of each node's edges. @param end 0 for children, 1 for parents */
export function neighbours(
  size: number,
  edges: readonly (readonly [number, number])[],
  end: 0 | 1,
): readonly (readonly number[])[] {
  const lists: number[][] = Array.from({ length: size }, () => []);
  for (const edge of edges) lists[edge[end]]?.push(edge[end === 0 ? 1 : 0]);
  return lists;
}

/** A project has no circles; what is drawn may come from elsewhere, and must not hang the page. */
function withoutCircles(
  size: number,
  edges: readonly (readonly [number, number])[],
): readonly (readonly [number, number])[] {
  const children = neighbours(size, edges, 0);
  const state = new Uint8Array(size);
  const closing = new Set<number>();
  for (let start = 0; start < size; start++) {
    if (state[start] !== 0) continue;
    const path: { node: number; next: number }[] = [{ node: start, next: 0 }];
    state[start] = 1;
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const child = children[top.node]?.[top.next++];
      if (child === undefined) {
        state[top.node] = 2;
        path.pop();
      } else if (state[child] === 1) closing.add(top.node * size + child);
      else if (state[child] === 0) {
        state[child] = 1;
        path.push({ node: child, next: 0 });
      }
    }
  }
  return closing.size === 0 ? edges : edges.filter(([from, to]) => !closing.has(from * size + to));
}
