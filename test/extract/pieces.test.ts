import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Heap } from '../../lib/extract/heaps.ts';
import { defaultPieceSizes, type Piece, PieceQueue } from '../../lib/extract/pieces.ts';

function heap(table: string, blocks: number): Heap {
  return { schema: 'public', table, blocks };
}

function drain(queue: PieceQueue, bytesPerBlock?: number): Piece[] {
  const pieces: Piece[] = [];
  for (let piece = queue.take(); piece !== undefined; piece = queue.take()) {
    pieces.push(piece);
    if (bytesPerBlock !== undefined) queue.measured(piece, piece.blocks * bytesPerBlock);
  }
  return pieces;
}

test('pieces hold every block of every heap once, in order, and each heap is read to its end', () => {
  const heaps = fc.array(fc.nat(500), { minLength: 1, maxLength: 8 });
  const sizes = fc.record({
    leastHeapBytes: fc.integer({ min: 1, max: 100 * 8192 }),
    fileBytes: fc.integer({ min: 1, max: 50 * 8192 }),
  });
  fc.assert(
    fc.property(
      heaps,
      sizes,
      fc.integer({ min: 1, max: 8 }),
      fc.nat(9000),
      (blocks, piece, connections, ratio) => {
        const given = blocks.map((count, i) => heap(`t${i}`, count));
        const pieces = drain(new PieceQueue(given, connections, piece), ratio);
        const ranges = pieces.flatMap((each) => each.ranges);
        for (const each of given) {
          const own = ranges.filter((range) => range.heap === each);
          expect(own[0]?.from).toBe(0);
          expect(own.at(-1)?.to).toBeUndefined();
          for (const [i, range] of own.slice(0, -1).entries()) {
            expect(range.to).toBe(own[i + 1]?.from);
            expect(range.to).toBeGreaterThan(range.from);
          }
        }
        expect(pieces.reduce((sum, each) => sum + each.blocks, 0)).toBe(
          blocks.reduce((sum, count) => sum + count, 0),
        );
        expect(pieces.every((each) => each.ranges.length > 0)).toBe(true);
      },
    ),
  );
});

const gigabyte = 1024 ** 3 / 8192;

test('a large table becomes files of the size wanted, once the first has shown how well it compresses', () => {
  const bytesPerBlock = 8192 / 10;
  const pieces = drain(new PieceQueue([heap('t', 20 * gigabyte)], 4, defaultPieceSizes), bytesPerBlock);
  const sizes = pieces.map(({ blocks }) => (blocks * bytesPerBlock) / 1e6);
  expect(sizes[0]).toBeCloseTo(63, 0);
  for (const size of sizes.slice(1)) {
    expect(size).toBeGreaterThan(100);
    expect(size).toBeLessThan(250);
  }
});

test('connections share a window that is large enough for them, and small partitions share a file', () => {
  const megabytes = (count: number): number => (count * 1024 * 1024) / 8192;
  const counts = (heaps: Heap[], connections: number): number[] =>
    drain(new PieceQueue(heaps, connections, defaultPieceSizes)).map(({ ranges }) => ranges.length);
  expect(counts([heap('t', megabytes(300))], 1)).toEqual([1]);
  expect(counts([heap('t', megabytes(300))], 2)).toEqual([1, 1]);
  const partitions = Array.from({ length: 100 }, (_, i) => heap(`p${i}`, megabytes(1)));
  expect(counts(partitions, 4)).toEqual([100]);
});

test('a window without heaps is one piece', () => {
  expect(drain(new PieceQueue(undefined, 4, defaultPieceSizes))).toEqual([{ ranges: [], blocks: 0 }]);
});
