import { availableParallelism } from 'node:os';
import { promisify } from 'node:util';
import { constants, crc32, deflateRaw } from 'node:zlib';
import type { BlockPool } from './blocks.ts';

const deflate = promisify<Buffer, object, Buffer>(deflateRaw);

/**
 * Blocks compressed at once, of one file. Each is compressed by itself on a thread of Node's pool and ends at a byte, so
 * that they can be put together in order (as pigz does); what a block cannot refer back to costs about one percent.
 */
const blocksAhead = Math.min(4, availableParallelism());

const deflateOptions = {
  level: 1,
  memLevel: 9,
  finishFlush: constants.Z_SYNC_FLUSH,
  chunkSize: 128 * 1024,
};

/** No name and no time, so that the same rows give the same bytes; 4: fastest compression; 255: unknown system. */
const header = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 4, 255]);
/** The empty block that ends a deflate stream. */
const lastBlock = Buffer.from([3, 0]);

/** One gzip member (RFC 1952) of all `blocks`; each goes back to `pool` once it is compressed. */
export async function* gzip(blocks: AsyncIterable<Buffer>, pool: BlockPool): AsyncGenerator<Buffer> {
  const ahead: Promise<Buffer>[] = [];
  let checksum = 0;
  let size = 0;
  yield header;
  for await (const block of blocks) {
    checksum = crc32(block, checksum);
    size += block.length;
    const compressed = deflate(block, deflateOptions).finally(() => pool.give(block));
    // It is awaited in its turn; until then a failure must not count as unhandled.
    compressed.catch(() => undefined);
    ahead.push(compressed);
    const first = ahead.length > blocksAhead ? ahead.shift() : undefined;
    if (first !== undefined) yield await first;
  }
  for (const compressed of ahead) yield await compressed;
  yield lastBlock;
  yield trailer(checksum, size);
}

function trailer(checksum: number, size: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt32LE(checksum, 0);
  bytes.writeUInt32LE(size % 2 ** 32, 4);
  return bytes;
}
