/** Bytes handed on at once: enough that compressing them costs far more than passing them around. */
export const blockBytes = 512 * 1024;

/** Buffers that are filled, compressed and filled again: memory stays what is in use at once. */
export class BlockPool {
  readonly #spare: Buffer[] = [];

  take(): Buffer {
    return this.#spare.pop() ?? Buffer.allocUnsafeSlow(blockBytes);
  }

  /** Takes back a block, or the filled part of one, that nobody reads any more. */
  give(block: Buffer): void {
    if (block.buffer.byteLength === blockBytes) this.#spare.push(Buffer.from(block.buffer));
  }
}
