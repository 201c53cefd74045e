/**
 * Heights of nodes in ordered layers: each as near as possible to the middle of its neighbours, none over another.
 *
 * @returns the upper edge of every node; the topmost is at 0
 */
export function spread(
  layers: readonly (readonly number[])[],
  heights: readonly number[],
  parents: readonly (readonly number[])[],
  children: readonly (readonly number[])[],
  gap: number,
): number[] {
  const middle = new Array<number>(heights.length).fill(0);
  for (const layer of layers) {
    let at = 0;
    for (const node of layer) {
      middle[node] = at + (heights[node] ?? 0) / 2;
      at += (heights[node] ?? 0) + gap;
    }
  }
  const meanOf = (node: number, lists: readonly (readonly (readonly number[])[])[]) => {
    const near = lists.flatMap((list) => list[node] ?? []);
    if (near.length === 0) return middle[node] ?? 0;
    return near.reduce((sum, other) => sum + (middle[other] ?? 0), 0) / near.length;
  };
  const settle = (layer: readonly number[], lists: readonly (readonly (readonly number[])[])[]) => {
    const wanted = layer.map((node) => meanOf(node, lists));
    const placed = apart(
      wanted,
      layer.map((node) => heights[node] ?? 0),
      gap,
    );
    layer.forEach((node, index) => {
      middle[node] = placed[index] ?? 0;
    });
  };
  for (let round = 0; round < 6; round++) {
    for (const layer of layers) settle(layer, [parents]);
    for (const layer of layers.toReversed()) settle(layer, [children]);
  }
  for (const layer of layers) settle(layer, [parents, children]);
  let top = Number.POSITIVE_INFINITY;
  heights.forEach((height, node) => {
    top = Math.min(top, (middle[node] ?? 0) - height / 2);
  });
  return heights.map((height, node) => (middle[node] ?? 0) - height / 2 - top);
}

/**
 * The places nearest to those wanted (by least squares) that keep order and distance: neighbours that would overlap are
 * moved as one block to the mean of what they want.
 */
export function apart(wanted: readonly number[], heights: readonly number[], gap: number): number[] {
  // Measured from where each would stand if all were packed, the condition is only that places do not fall.
  const packed: number[] = [];
  let at = 0;
  heights.forEach((height, index) => {
    if (index > 0) at += ((heights[index - 1] ?? 0) + height) / 2 + gap;
    packed.push(at);
  });
  const blocks: { sum: number; count: number }[] = [];
  wanted.forEach((want, index) => {
    let block = { sum: want - (packed[index] ?? 0), count: 1 };
    for (
      let last = blocks.at(-1);
      last !== undefined && last.sum / last.count >= block.sum / block.count;
      last = blocks.at(-1)
    ) {
      block = { sum: block.sum + last.sum, count: block.count + last.count };
      blocks.pop();
    }
    blocks.push(block);
  });
  const offsets = blocks.flatMap(({ sum, count }) => new Array<number>(count).fill(sum / count));
  return packed.map((place, index) => place + (offsets[index] ?? 0));
}
