/** A directed graph over unique ids: who reads whom. Insertion order is kept, so every answer is in a stable order. */
export class Graph {
  readonly #parents = new Map<string, readonly string[]>();
  readonly #children = new Map<string, string[]>();

  constructor(nodes: Iterable<{ readonly id: string; readonly parents: readonly string[] }>) {
    const all = [...nodes];
    for (const { id } of all) this.#children.set(id, []);
    for (const { id, parents } of all) {
      const known = [...new Set(parents)].filter((parent) => this.#children.has(parent));
      this.#parents.set(id, known);
      for (const parent of known) this.#children.get(parent)?.push(id);
    }
  }

  get ids(): Iterable<string> {
    return this.#children.keys();
  }

  parents(id: string): readonly string[] {
    return this.#parents.get(id) ?? [];
  }

  children(id: string): readonly string[] {
    return this.#children.get(id) ?? [];
  }

  /** Everything above `from`, at most `depth` steps away; `from` itself is not part of it unless it is above itself. */
  ancestors(from: Iterable<string>, depth = Number.POSITIVE_INFINITY): Set<string> {
    return reach(from, depth, (id) => this.parents(id));
  }

  /** Everything below `from`, at most `depth` steps away. */
  descendants(from: Iterable<string>, depth = Number.POSITIVE_INFINITY): Set<string> {
    return reach(from, depth, (id) => this.children(id));
  }

  /** All ids so that parents come before their children. Ids on a cycle come last, in their own order. */
  inOrder(): string[] {
    const waiting = new Map<string, number>();
    for (const id of this.ids) waiting.set(id, this.parents(id).length);
    const order = [...waiting].filter(([, count]) => count === 0).map(([id]) => id);
    for (let at = 0; at < order.length; at++) {
      for (const child of this.children(order[at] ?? '')) {
        const left = (waiting.get(child) ?? 0) - 1;
        waiting.set(child, left);
        if (left === 0) order.push(child);
      }
    }
    const done = new Set(order);
    return [...order, ...[...this.ids].filter((id) => !done.has(id))];
  }

  /** The cycles of the graph, each as the path that comes back to its first id; one for every knot. */
  cycles(): string[][] {
    const state = new Map<string, 'open' | 'closed'>();
    const found: string[][] = [];
    for (const start of this.ids) {
      if (state.has(start)) continue;
      const path: { id: string; next: number }[] = [{ id: start, next: 0 }];
      state.set(start, 'open');
      for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
        const child = this.children(top.id)[top.next++];
        if (child === undefined) {
          state.set(top.id, 'closed');
          path.pop();
        } else if (state.get(child) === 'open') {
          const from = path.findIndex(({ id }) => id === child);
          found.push([...path.slice(from).map(({ id }) => id), child]);
        } else if (!state.has(child)) {
          state.set(child, 'open');
          path.push({ id: child, next: 0 });
        }
      }
    }
    return found;
  }
}

function reach(from: Iterable<string>, depth: number, step: (id: string) => readonly string[]): Set<string> {
  const reached = new Set<string>();
  let edge = [...from];
  for (let taken = 0; edge.length > 0 && taken < depth; taken++) {
    const next: string[] = [];
    for (const id of edge) {
      for (const neighbour of step(id)) {
        if (reached.has(neighbour)) continue;
        reached.add(neighbour);
        next.push(neighbour);
      }
    }
    edge = next;
  }
  return reached;
}
