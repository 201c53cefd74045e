import type { ManifestFile, Staging } from '../staging/index.ts';
import { BlockPool } from './blocks.ts';
import { CopyOut } from './copy.ts';
import { type SourcePlace, sourceError } from './errors.ts';
import { gzip } from './gzip.ts';
import type { Session } from './session.ts';

export interface ReadWindowOptions {
  /** A whole COPY statement. */
  readonly copy: string;
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
 * The fast path: rows of one COPY, gzipped, to one new key. No value is looked at. Everything between socket and upload is
 * bounded: who is slower pauses who is before.
 * @returns the file; undefined when there were no rows, and then nothing is written
 */
export async function readWindow(
  session: Session,
  options: ReadWindowOptions,
): Promise<ManifestFile | undefined> {
  const { key, place, signal } = options;
  const copy = CopyOut.start(session.client, options.copy, pool);
  const stop = (): void => copy.abandon(stopped(signal));
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  try {
    const blocks = withProgress(copy, options);
    const first = await blocks.next();
    // The first block comes when it is full or the copy is complete.
    if (first.done === true || (copy.complete && copy.rows === 0)) {
      await blocks.return(undefined);
      return undefined;
    }
    const bytes = gzip(startingWith(first.value, blocks), pool);
    const written = await options.staging.upload(key, bytes, { signal });
    return { key, rows: copy.rows, bytes: written.bytes, sha256: written.sha256 };
  } catch (cause) {
    if (signal.aborted) throw stopped(signal);
    throw sourceError(cause, 'Reading rows', place);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

async function* withProgress(copy: CopyOut, options: ReadWindowOptions): AsyncGenerator<Buffer> {
  for await (const block of copy) {
    options.onRows(copy.rows, copy.bytes);
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
