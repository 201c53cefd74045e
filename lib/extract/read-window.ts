import type { ManifestFile, Staging } from '../staging/index.ts';
import { BlockPool } from './blocks.ts';
import { type SourcePlace, sourceError } from './errors.ts';
import { gzip } from './gzip.ts';
import type { RowReader } from './row-reader.ts';

export interface ReadWindowOptions {
  /** Sends the statement that reads the rows. */
  readonly start: (pool: BlockPool) => RowReader;
  /** Whether rows have masked columns: then no text of the server's, which may quote a value, becomes part of an error. */
  readonly isMasked: boolean;
  /** New key of the file. */
  readonly key: string;
  readonly staging: Staging;
  readonly place: SourcePlace;
  readonly signal: AbortSignal;
  /** Called as the copy goes on, with rows and bytes of CSV so far. */
  readonly onRows: (rows: number, bytes: number) => void;
  /** Called once the last row has come: the session is free while the upload ends. */
  readonly onComplete: () => void;
}

/** Blocks are shared by all windows of the process. */
const pool = new BlockPool();

/**
 * Rows of one statement, gzipped, to one new key. Everything between socket and upload is bounded: who is slower pauses who
 * is before.
 * @returns the file; undefined when there were no rows, and then nothing is written
 */
export async function readWindow(options: ReadWindowOptions): Promise<ManifestFile | undefined> {
  const { key, place, signal } = options;
  const reader = options.start(pool);
  const stop = (): void => reader.abandon(stopped(signal));
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  try {
    const blocks = withProgress(reader, options);
    const first = await blocks.next();
    // The first block comes when it is full or all rows have come.
    if (first.done === true || (reader.complete && reader.rows === 0)) {
      await blocks.return(undefined);
      return undefined;
    }
    const bytes = gzip(startingWith(first.value, blocks), pool);
    const written = await options.staging.upload(key, bytes, { signal });
    return { key, rows: reader.rows, bytes: written.bytes, sha256: written.sha256 };
  } catch (cause) {
    if (signal.aborted) throw stopped(signal);
    throw sourceError(cause, 'Reading rows', place, { hidesText: options.isMasked });
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

async function* withProgress(reader: RowReader, options: ReadWindowOptions): AsyncGenerator<Buffer> {
  for await (const block of reader) {
    options.onRows(reader.rows, reader.bytes);
    yield block;
  }
  options.onComplete();
}

async function* startingWith(first: Buffer, rest: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  yield first;
  yield* rest;
}

function stopped(signal: AbortSignal): Error {
  return signal.reason instanceof Error ? signal.reason : new Error('stopped');
}
