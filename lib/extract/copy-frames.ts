const copyDataCode = 'd'.charCodeAt(0);
/** A message of the protocol: one byte that says what it is, four that say its length (themselves included), a body. */
const headerBytes = 5;

export interface Cut {
  /** The bodies of the CopyData messages, one after the other; part of the chunk that was given. */
  readonly data: Buffer;
  /** All other messages as they came, headers included. */
  readonly others: readonly Buffer[];
}

const none: readonly Buffer[] = [];

/**
 * Separates the data of a COPY from the other messages of a connection, over any cut of the bytes into chunks. Data is
 * moved to the front of its chunk, so a row costs one small move and no object.
 */
export class CopyFrames {
  /** CopyData messages begun. */
  messages = 0;
  readonly #header = Buffer.alloc(headerBytes);
  #headerFilled = 0;
  #unread = 0;
  #isData = false;

  /** Takes the next bytes of the connection, and overwrites them. */
  cut(chunk: Buffer): Cut {
    let others: Buffer[] | undefined;
    let from = 0;
    let kept = 0;
    while (from < chunk.length) {
      if (this.#unread > 0) {
        const end = Math.min(from + this.#unread, chunk.length);
        if (this.#isData) {
          chunk.copyWithin(kept, from, end);
          kept += end - from;
        } else {
          others ??= [];
          // A copy, because data may be moved over it.
          others.push(Buffer.from(chunk.subarray(from, end)));
        }
        this.#unread -= end - from;
        from = end;
        continue;
      }
      from += this.#fillHeader(chunk, from);
      if (this.#headerFilled < headerBytes) break;
      this.#headerFilled = 0;
      this.#unread = this.#header.readUInt32BE(1) - 4;
      this.#isData = this.#header[0] === copyDataCode;
      if (this.#isData) {
        this.messages += 1;
      } else {
        others ??= [];
        others.push(Buffer.from(this.#header));
      }
    }
    return { data: chunk.subarray(0, kept), others: others ?? none };
  }

  #fillHeader(chunk: Buffer, from: number): number {
    const size = Math.min(headerBytes - this.#headerFilled, chunk.length - from);
    for (let i = 0; i < size; i++) this.#header[this.#headerFilled + i] = chunk[from + i] ?? 0;
    this.#headerFilled += size;
    return size;
  }
}
