import { neighbours } from './layers.ts';

type Edges = readonly (readonly [number, number])[];

/**
 * Orders the nodes within their layers so that few edges cross: sweeps to and fro, each node to the mean place of its
 * neighbours, and the best order seen is kept (Sugiyama's method).
 *
 * @param edges between neighbouring layers only
 * @returns the layers, each a list of nodes from top to bottom
 */
export function orderLayers(layerOf: readonly number[], edges: Edges, sweeps: number): number[][] {
  const size = layerOf.length;
  const parents = neighbours(size, edges, 1);
  const children = neighbours(size, edges, 0);
  let layers = firstOrder(layerOf, parents, children);
  let best = layers.map((layer) => [...layer]);
  let fewest = crossings(layers, children);
  for (let sweep = 0; sweep < sweeps && fewest > 0; sweep++) {
    const down = sweep % 2 === 0;
    const place = placesOf(size, layers);
    const indices = layers.map((_, index) => (down ? index : layers.length - 1 - index)).slice(1);
    layers = layers.map((layer) => [...layer]);
    for (const index of indices) {
      const layer = layers[index] ?? [];
      const near = down ? parents : children;
      const wanted = new Map(
        layer.map((node) => [
          node,
          mean(
            (near[node] ?? []).map((other) => place[other] ?? 0),
            place[node] ?? 0,
          ),
        ]),
      );
      layer.sort((a, b) => (wanted.get(a) ?? 0) - (wanted.get(b) ?? 0));
      layer.forEach((node, at) => {
        place[node] = at / Math.max(1, layer.length);
      });
    }
    const now = crossings(layers, children);
    if (now < fewest) {
      fewest = now;
      best = layers.map((layer) => [...layer]);
    }
  }
  return best;
}

function mean(values: readonly number[], otherwise: number): number {
  return values.length === 0 ? otherwise : values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Places from 0 to 1, so that layers of different length can be compared. */
function placesOf(size: number, layers: readonly (readonly number[])[]): number[] {
  const place = new Array<number>(size).fill(0);
  for (const layer of layers) {
    layer.forEach((node, at) => {
      place[node] = at / Math.max(1, layer.length);
    });
  }
  return place;
}

/** What hangs together is put together: nodes in the order in which a walk along the edges meets them. */
function firstOrder(
  layerOf: readonly number[],
  parents: readonly (readonly number[])[],
  children: readonly (readonly number[])[],
): number[][] {
  const layers: number[][] = Array.from({ length: Math.max(0, ...layerOf) + 1 }, () => []);
  const seen = new Uint8Array(layerOf.length);
  for (let start = 0; start < layerOf.length; start++) {
    const stack = [start];
    for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
      if (seen[node] === 1) continue;
      seen[node] = 1;
      layers[layerOf[node] ?? 0]?.push(node);
      stack.push(...(children[node] ?? []).toReversed(), ...(parents[node] ?? []).toReversed());
    }
  }
  return layers;
}

/** How many pairs of edges cross: inversions between each two layers, counted with a Fenwick tree. */
export function crossings(
  layers: readonly (readonly number[])[],
  children: readonly (readonly number[])[],
): number {
  let total = 0;
  for (let index = 0; index + 1 < layers.length; index++) {
    const below = layers[index + 1] ?? [];
    const placeBelow = new Map(below.map((node, at) => [node, at]));
    const tree = new Int32Array(below.length + 1);
    let added = 0;
    for (const node of layers[index] ?? []) {
      const ends = (children[node] ?? []).flatMap((child) => placeBelow.get(child) ?? []);
      for (const end of ends) total += added - sumUpTo(tree, end);
      for (const end of ends) {
        addAt(tree, end);
        added++;
      }
    }
  }
  return total;
}

function addAt(tree: Int32Array, place: number): void {
  for (let at = place + 1; at < tree.length; at += at & -at) tree[at] = (tree[at] ?? 0) + 1;
}

function sumUpTo(tree: Int32Array, place: number): number {
  let sum = 0;
  for (let at = place + 1; at > 0; at -= at & -at) sum += tree[at] ?? 0;
  return sum;
}
