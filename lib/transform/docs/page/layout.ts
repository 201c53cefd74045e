import { orderLayers } from './layer-order.ts';
import { assignLayers, neighbours } from './layers.ts';
import { spread } from './spread.ts';

export interface Box {
  readonly width: number;
  readonly height: number;
}

export interface PlacedBox extends Box {
  readonly x: number;
  readonly y: number;
  /** Column of the drawing, from the left. */
  readonly layer: number;
}

export interface PlacedEdge {
  readonly from: number;
  readonly to: number;
  /** Where it passes through the layers between its ends: left and right edge of the layer, and the height. */
  readonly between: readonly { readonly left: number; readonly right: number; readonly y: number }[];
}

export interface Layout {
  readonly boxes: readonly PlacedBox[];
  readonly edges: readonly PlacedEdge[];
  readonly width: number;
  readonly height: number;
}

const layerGap = 72;
const boxGap = 14;
/** Height that an edge takes of a layer that it passes through. */
const lane = 6;
/** Beyond so many passages the drawing would take longer than it is worth: edges then run straight. */
const mostPassages = 20_000;

/**
 * Places boxes in layers from left to right: parents left of children, few crossings, edges around boxes rather than
 * over them, everything as near to its neighbours as it gets.
 *
 * @param edges between the boxes, by their places in the list
 */
export function layOut(boxes: readonly Box[], edges: readonly (readonly [number, number])[]): Layout {
  if (boxes.length === 0) return { boxes: [], edges: [], width: 0, height: 0 };
  const graph = assignLayers(boxes.length, edges);
  const { layerOf, pieces, passages } = withPassages(graph.layerOf, graph.edges);
  const layers = orderLayers(layerOf, pieces, layerOf.length > 4000 ? 6 : 16);
  const heights = layerOf.map((_, node) => boxes[node]?.height ?? lane);
  const y = spread(
    layers,
    heights,
    neighbours(layerOf.length, pieces, 1),
    neighbours(layerOf.length, pieces, 0),
    boxGap,
  );
  const columns = columnsOf(layers, boxes);
  const placed = boxes.map((box, node) => ({
    ...box,
    x: columns[layerOf[node] ?? 0]?.left ?? 0,
    y: y[node] ?? 0,
    layer: layerOf[node] ?? 0,
  }));
  return {
    boxes: placed,
    edges: graph.edges.map(([from, to], index) => ({
      from,
      to,
      between: (passages[index] ?? []).map((passage) => {
        const { left = 0, right = 0 } = columns[layerOf[passage] ?? 0] ?? {};
        return { left, right, y: (y[passage] ?? 0) + lane / 2 };
      }),
    })),
    width: columns.at(-1)?.right ?? 0,
    height: Math.max(...placed.map((box) => box.y + box.height)),
  };
}

interface Passages {
  readonly layerOf: readonly number[];
  /** The edges, cut where they pass through a layer. */
  readonly pieces: readonly (readonly [number, number])[];
  /** The passages of every edge. */
  readonly passages: readonly (readonly number[])[];
}

/** Edges that skip layers get a place of their own in each, as if a thin node stood there. */
function withPassages(layers: readonly number[], edges: readonly (readonly [number, number])[]): Passages {
  const skipped = edges.reduce((sum, [from, to]) => sum + (layers[to] ?? 0) - (layers[from] ?? 0) - 1, 0);
  if (skipped > mostPassages) return { layerOf: layers, pieces: edges, passages: edges.map(() => []) };
  const layerOf = [...layers];
  const pieces: (readonly [number, number])[] = [];
  const passages = edges.map(([from, to]) => {
    const own: number[] = [];
    let last = from;
    for (let layer = (layers[from] ?? 0) + 1; layer < (layers[to] ?? 0); layer++) {
      const passage = layerOf.push(layer) - 1;
      pieces.push([last, passage]);
      own.push(passage);
      last = passage;
    }
    pieces.push([last, to]);
    return own;
  });
  return { layerOf, pieces, passages };
}

/** A layer is as wide as its widest box, and further from the next the more edges run between them. */
function columnsOf(
  layers: readonly (readonly number[])[],
  boxes: readonly Box[],
): { left: number; right: number }[] {
  let left = 0;
  return layers.map((layer) => {
    const right = left + Math.max(0, ...layer.map((node) => boxes[node]?.width ?? 0));
    const column = { left, right };
    left = right + layerGap + Math.min(900, layer.length * 2.5);
    return column;
  });
}
