import type { Connection, Submittable } from 'pg';
import type { BlockPool } from './blocks.ts';
import { CopyFrames } from './copy-frames.ts';
import { incompleteCopyError } from './errors.ts';
import type { RowReader } from './row-reader.ts';

/** The part of the driver's client that a COPY needs. */
export interface CopyClient {
  query(statement: CopyOut): unknown;
}

/** Full blocks that may wait before the socket is paused. */
const blocksWaiting = 2;

/**
 * One `COPY … TO STDOUT (FORMAT csv, HEADER)`, read as blocks of its bytes. Postgres sends a message a row and the driver
 * would make an object of each; here the data is cut out of what the socket delivers before the driver sees it, and every
 * other message goes to the driver as it came. The socket is paused while nobody takes the blocks.
 *
 * The copy is complete only when `COPY n` has arrived and n rows have; anything else throws. Leaving the loop early closes
 * the connection: the server stops when it next writes.
 */
export class CopyOut implements Submittable, RowReader {
  /** Bytes of CSV so far. */
  bytes = 0;
  /** Set by the driver while it watches for a server that has gone silent; to be called at the end. */
  callback: (() => void) | undefined;

  readonly #sql: string;
  readonly #blocks: BlockPool;
  readonly #frames = new CopyFrames();
  readonly #waiting: Buffer[] = [];
  #block: Buffer | undefined;
  #filled = 0;
  #saidRows: number | undefined;
  #ended = false;
  #failure: Error | undefined;
  #wake: (() => void) | undefined;
  #connection: Connection | undefined;
  #driver: ((chunk: Buffer) => void) | undefined;

  private constructor(sql: string, blocks: BlockPool) {
    this.#sql = sql;
    this.#blocks = blocks;
  }

  /** Sends the statement. */
  static start(client: CopyClient, sql: string, blocks: BlockPool): CopyOut {
    const copy = new CopyOut(sql, blocks);
    client.query(copy);
    return copy;
  }

  /** Rows so far, the header line not counted. */
  get rows(): number {
    return Math.max(0, this.#frames.messages - 1);
  }

  /** Whether the server has said that this was all, and it was. */
  get complete(): boolean {
    return this.#ended && this.#failure === undefined;
  }

  /** Blocks in order; each is the caller's until it gives it back to the pool. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer> {
    try {
      while (true) {
        const block = this.#waiting.shift();
        if (block !== undefined) {
          yield block;
        } else if (this.#ended) {
          if (this.#failure !== undefined) throw this.#failure;
          return;
        } else {
          this.#connection?.stream.resume();
          await new Promise<void>((resolve) => {
            this.#wake = resolve;
          });
        }
      }
    } finally {
      this.abandon(new Error('Connection terminated: the copy was given up'));
    }
  }

  /** Ends the copy and its connection; whoever waits for blocks gets `reason`. */
  abandon(reason: Error): void {
    // Once the copy has ended the connection may be somebody else's.
    if (this.#ended) return;
    this.#connection?.stream.destroy();
    this.#end(reason);
  }

  submit(connection: Connection): void {
    const [driver] = connection.stream.listeners('data');
    this.#connection = connection;
    this.#driver = driver as (chunk: Buffer) => void;
    connection.stream.removeAllListeners('data');
    connection.stream.on('data', this.#onChunk);
    connection.query(this.#sql);
  }

  /** `COPY n`, from the driver. */
  handleCommandComplete(message: { readonly text: string }): void {
    this.#saidRows = Number(/^COPY (\d+)$/.exec(message.text)?.[1] ?? Number.NaN);
  }

  handleReadyForQuery(): void {
    this.#passOn();
    const isComplete = this.#saidRows === this.rows && this.#frames.messages > 0;
    this.#end(isComplete ? undefined : incompleteCopyError(this.rows, this.#saidRows));
  }

  /** An error of the server, or of the connection. */
  handleError(error: Error): void {
    this.#end(error);
  }

  readonly #onChunk = (chunk: Buffer): void => {
    const { data, others } = this.#frames.cut(chunk);
    this.bytes += data.length;
    this.#append(data);
    for (const message of others) this.#driver?.(message);
    if (this.#waiting.length >= blocksWaiting && !this.#ended) this.#connection?.stream.pause();
  };

  #append(data: Buffer): void {
    let from = 0;
    while (from < data.length) {
      this.#block ??= this.#blocks.take();
      const size = data.copy(this.#block, this.#filled, from);
      this.#filled += size;
      from += size;
      if (this.#filled === this.#block.length) this.#passOn();
    }
  }

  /** Lets the block that is being filled be taken. */
  #passOn(): void {
    if (this.#block === undefined) return;
    this.#waiting.push(this.#block.subarray(0, this.#filled));
    this.#block = undefined;
    this.#filled = 0;
    this.#wake?.();
  }

  #end(failure: Error | undefined): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#failure = failure;
    this.callback?.();
    const stream = this.#connection?.stream;
    if (stream !== undefined && this.#driver !== undefined) {
      stream.off('data', this.#onChunk);
      stream.on('data', this.#driver);
      stream.resume();
    }
    this.#wake?.();
  }
}
