import type { Heap } from './heaps.ts';

/** Blocks of one heap from `from` on, before `to`; without `to` all that follow. */
export interface BlockRange {
  readonly heap: Heap;
  readonly from: number;
  readonly to: number | undefined;
}

/** What becomes one file: the rows of some blocks, or all rows of the window where there are no ranges. */
export interface Piece {
  readonly ranges: readonly BlockRange[];
  /** Blocks in it; 0 when there are no ranges. */
  readonly blocks: number;
}

export interface PieceSizes {
  /** A piece has at least this many bytes of heap: less is not worth a file, nor a connection of its own. */
  readonly leastHeapBytes: number;
  /** Size of a file, compressed. */
  readonly fileBytes: number;
}

/** Files of 100 to 250 MB, compressed, are what Snowflake advises. */
export const defaultPieceSizes: PieceSizes = {
  leastHeapBytes: 64 * 1024 * 1024,
  fileBytes: 160_000_000,
};

const blockBytes = 8192;
/** Bytes of gzipped CSV a byte of heap becomes, until the first file has been measured. */
const firstGuess = 0.25;

/**
 * Hands out the pieces of a window, each when a connection is free for it: so many that all connections have work, and so
 * large that files are of the size wanted, as far as those before tell.
 */
export class PieceQueue {
  readonly #sizes: PieceSizes;
  readonly #heaps: readonly Heap[];
  #heap = 0;
  #block = 0;
  #left: number;
  /** Pieces that connections still wait for. */
  #wanted: number;
  #isWhole: boolean;
  #measuredBlocks = 0;
  #measuredBytes = 0;

  /** @param heaps to be read block by block; undefined for a window that is one piece */
  constructor(heaps: readonly Heap[] | undefined, connections: number, sizes: PieceSizes) {
    this.#sizes = sizes;
    this.#heaps = heaps ?? [];
    this.#left = this.#heaps.reduce((blocks, heap) => blocks + heap.blocks, 0);
    this.#wanted = Math.min(connections, Math.floor((this.#left * blockBytes) / sizes.leastHeapBytes));
    this.#isWhole = heaps === undefined;
  }

  /** The next piece; undefined when there is none left. */
  take(): Piece | undefined {
    if (this.#isWhole) {
      this.#isWhole = false;
      return { ranges: [], blocks: 0 };
    }
    if (this.#heap >= this.#heaps.length) return undefined;
    const wanted = Math.ceil(this.#left / this.#piecesLeft());
    this.#wanted -= 1;
    const ranges: BlockRange[] = [];
    let blocks = 0;
    while (this.#heap < this.#heaps.length) {
      const heap = this.#heaps[this.#heap];
      if (heap === undefined) break;
      const rest = heap.blocks - this.#block;
      if (rest <= wanted - blocks) {
        // To the end whatever it is: a heap only grows while it is read.
        ranges.push({ heap, from: this.#block, to: undefined });
        blocks += rest;
        this.#heap += 1;
        this.#block = 0;
      } else if (blocks === wanted) {
        break;
      } else {
        const to = this.#block + wanted - blocks;
        ranges.push({ heap, from: this.#block, to });
        blocks = wanted;
        this.#block = to;
        break;
      }
    }
    this.#left -= blocks;
    return { ranges, blocks };
  }

  /** Takes in what a piece came to, for the size of those that follow. */
  measured(piece: Piece, bytes: number): void {
    this.#measuredBlocks += piece.blocks;
    this.#measuredBytes += bytes;
  }

  #piecesLeft(): number {
    const leftBytes = this.#left * blockBytes;
    const ratio =
      this.#measuredBlocks === 0 ? firstGuess : this.#measuredBytes / (this.#measuredBlocks * blockBytes);
    const bySize = Math.ceil((leftBytes * ratio) / this.#sizes.fileBytes);
    return Math.max(1, bySize, this.#wanted);
  }
}

/** Whether a table has enough blocks for more than one piece. */
export function isSplittable(heaps: readonly Heap[], sizes: PieceSizes): boolean {
  const bytes = heaps.reduce((blocks, heap) => blocks + heap.blocks, 0) * blockBytes;
  return bytes >= 2 * sizes.leastHeapBytes;
}
