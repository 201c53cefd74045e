import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BlockPool, blockBytes } from '../../lib/extract/blocks.ts';
import { gzip } from '../../lib/extract/gzip.ts';

async function* blocksOf(pool: BlockPool, contents: readonly Uint8Array[]): AsyncGenerator<Buffer> {
  for (const content of contents) {
    const block = pool.take();
    block.set(content);
    yield block.subarray(0, content.length);
  }
}

async function gzipped(contents: readonly Uint8Array[]): Promise<Buffer> {
  const pool = new BlockPool();
  return Buffer.concat(await Array.fromAsync(gzip(blocksOf(pool, contents), pool)));
}

test('blocks come back as one stream of the same bytes', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 3000 }), { maxLength: 12 }), async (contents) => {
      const bytes = await gzipped(contents);
      expect(gunzipSync(bytes)).toEqual(Buffer.concat(contents));
      // One member: its trailer holds the length of everything.
      expect(bytes.readUInt32LE(bytes.length - 4)).toBe(Buffer.concat(contents).length);
    }),
    { numRuns: 50 },
  );
});

test('whole blocks of text come back, and the same text gives the same bytes', async () => {
  const text = Buffer.from('"536365","85123A","WHITE HANGING HEART T-LIGHT HOLDER","6"\n'.repeat(9000));
  const contents = [0, 1, 2, 3, 4, 5].map(() => text.subarray(0, blockBytes));
  const bytes = await gzipped(contents);
  expect(gunzipSync(bytes).equals(Buffer.concat(contents))).toBe(true);
  expect(await gzipped(contents)).toEqual(bytes);
});

test('blocks are used again: memory does not grow with their number', async () => {
  const pool = new BlockPool();
  const used = new Set<ArrayBufferLike>();
  async function* remembered(): AsyncGenerator<Buffer> {
    for await (const block of blocksOf(
      pool,
      Array.from({ length: 100 }, () => Buffer.alloc(1000, 7)),
    )) {
      used.add(block.buffer);
      yield block;
    }
  }
  await Array.fromAsync(gzip(remembered(), pool));
  expect(used.size).toBeLessThan(10);
});
