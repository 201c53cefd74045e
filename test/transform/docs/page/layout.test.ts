import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { crossings, orderLayers } from '../../../../lib/transform/docs/page/layer-order.ts';
import { assignLayers } from '../../../../lib/transform/docs/page/layers.ts';
import { layOut } from '../../../../lib/transform/docs/page/layout.ts';
import { apart } from '../../../../lib/transform/docs/page/spread.ts';

const boxes = fc.array(
  fc.record({ width: fc.integer({ min: 1, max: 300 }), height: fc.integer({ min: 1, max: 200 }) }),
  { minLength: 1, maxLength: 40 },
);

/** Boxes with edges between them, circles included: a drawing must not hang on what no project has. */
const graphs = boxes.chain((list) =>
  fc.record({
    list: fc.constant(list),
    edges: fc.array(
      fc.tuple(fc.integer({ min: 0, max: list.length - 1 }), fc.integer({ min: 0, max: list.length - 1 })),
      { maxLength: 80 },
    ),
  }),
);

describe('layers', () => {
  test('lie behind those of all parents, and sources stand next to what reads them', () => {
    // 0 -> 1 -> 2, and 3 is read by 2 only.
    expect(
      assignLayers(4, [
        [0, 1],
        [1, 2],
        [3, 2],
      ]).layerOf,
    ).toEqual([0, 1, 2, 1]);
  });

  test('leave out an edge that closes a circle', () => {
    const { edges, layerOf } = assignLayers(3, [
      [0, 1],
      [1, 2],
      [2, 0],
    ]);
    expect(edges).toEqual([
      [0, 1],
      [1, 2],
    ]);
    expect(layerOf).toEqual([0, 1, 2]);
  });
});

test('the order of layers has no crossing where none is needed', () => {
  const edges = [
    [0, 5],
    [1, 4],
    [2, 3],
  ] as const;
  const layers = orderLayers([0, 0, 0, 1, 1, 1], edges, 8);
  const children = [[5], [4], [3], [], [], []];
  expect(crossings(layers, children)).toBe(0);
  expect(
    crossings(
      [
        [0, 1, 2],
        [3, 4, 5],
      ],
      children,
    ),
  ).toBe(3);
});

test('places keep order and distance, and are those wanted where there is room', () => {
  expect(apart([0, 100, 200], [10, 10, 10], 5)).toEqual([0, 100, 200]);
  expect(apart([50, 50], [10, 10], 10)).toEqual([40, 60]);
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.integer({ min: -500, max: 500 }), fc.integer({ min: 1, max: 50 })), {
        maxLength: 30,
      }),
      (items) => {
        const heights = items.map(([, height]) => height);
        const places = apart(
          items.map(([want]) => want),
          heights,
          4,
        );
        places.slice(1).forEach((place, index) => {
          const before = (places[index] ?? 0) + (heights[index] ?? 0) / 2;
          expect(place - (heights[index + 1] ?? 0) / 2 - before).toBeGreaterThanOrEqual(4 - 1e-6);
        });
      },
    ),
  );
});

test('no box of a drawing lies over another, every edge leads to the right, and all of it is inside', () => {
  fc.assert(
    fc.property(graphs, ({ list, edges }) => {
      const drawing = layOut(list, edges);
      expect(drawing.boxes).toHaveLength(list.length);
      for (const { from, to, between } of drawing.edges) {
        const xs = [
          drawing.boxes[from]?.x ?? 0,
          ...between.map(({ left }) => left),
          drawing.boxes[to]?.x ?? 0,
        ];
        expect(xs).toEqual(xs.toSorted((a, b) => a - b));
        expect(new Set(xs).size).toBe(xs.length);
      }
      drawing.boxes.forEach((a, index) => {
        expect(a.x + a.width).toBeLessThanOrEqual(drawing.width + 1e-6);
        expect(a.y).toBeGreaterThanOrEqual(-1e-6);
        expect(a.y + a.height).toBeLessThanOrEqual(drawing.height + 1e-6);
        for (const b of drawing.boxes.slice(index + 1)) {
          const beside = a.x + a.width <= b.x || b.x + b.width <= a.x;
          const above = a.y + a.height <= b.y + 1e-6 || b.y + b.height <= a.y + 1e-6;
          expect(beside || above).toBe(true);
        }
      });
    }),
    { numRuns: 60 },
  );
});
