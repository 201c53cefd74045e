import { dataKey, type ManifestFile } from '../staging/index.ts';
import { type AdjustedColumn, countAdjusted } from './adjusted.ts';
import type { BlockPool } from './blocks.ts';
import { CopyOut } from './copy.ts';
import { SourceError } from './errors.ts';
import { type Piece, PieceQueue } from './pieces.ts';
import { readWindow } from './read-window.ts';
import { attemptsAfter, backOff } from './retry.ts';
import type { RowReader } from './row-reader.ts';
import { MaskedRows } from './rows.ts';
import { copyStatement, selectedNames, selectStatement } from './select.ts';
import type { Session, Sessions, Snapshot } from './session.ts';
import type { WindowContext, WindowJob } from './window-job.ts';

export interface ReadRows {
  /** In the order of keys; none when there were no rows. */
  readonly files: readonly ManifestFile[];
  readonly snapshot: Snapshot;
  readonly adjusted: readonly AdjustedColumn[];
}

/**
 * Reads the rows of a window into files. A window whose connection dies, or that the server cancels, is read again from the
 * start, under new keys; what an attempt left is never visible.
 */
export async function readRows(job: WindowJob, context: WindowContext): Promise<ReadRows> {
  let parts = 0;
  const newKey = (): string =>
    dataKey({
      prefix: context.staging.prefix,
      table: job.table.name,
      window: job.window.id,
      runId: context.runId,
      part: parts++,
    });
  for (let attempt = 1; ; attempt++) {
    const reading = new WindowReading(job, context, newKey);
    try {
      return await reading.read();
    } catch (error) {
      const attempts = attemptsAfter(error);
      if (!(error instanceof SourceError) || attempt >= attempts || context.signal.aborted) throw error;
      context.onRetry({ table: job.table.name, window: job.window.id, attempt, attempts, error });
      await backOff(attempt, context.signal);
    }
  }
}

/** One attempt at a window: its pieces, over as many connections as are free, all in one snapshot. */
class WindowReading {
  readonly #job: WindowJob;
  readonly #context: WindowContext;
  readonly #newKey: () => string;
  readonly #queue: PieceQueue;
  readonly #failed = new AbortController();
  readonly #signal: AbortSignal;
  readonly #files: ManifestFile[] = [];
  readonly #progress = new Map<Piece, { rows: number; bytes: number }>();
  #snapshot: Snapshot | undefined;
  #adjusted: Promise<readonly AdjustedColumn[]> | undefined;

  constructor(job: WindowJob, context: WindowContext, newKey: () => string) {
    this.#job = job;
    this.#context = context;
    this.#newKey = newKey;
    this.#queue = new PieceQueue(job.heaps, context.source.maxConnections, context.pieceSizes);
    this.#signal = AbortSignal.any([context.signal, this.#failed.signal]);
  }

  async read(): Promise<ReadRows> {
    // One more than connections, so that none waits while the last bytes of a file are uploaded.
    const workers = this.#job.heaps === undefined ? 1 : this.#context.source.maxConnections + 1;
    const work = async (): Promise<void> => {
      try {
        while (await this.#readNext());
      } catch (error) {
        this.#failed.abort(error);
        throw error;
      }
    };
    await Promise.allSettled(Array.from({ length: workers }, work));
    this.#context.signal.throwIfAborted();
    this.#failed.signal.throwIfAborted();
    if (this.#snapshot === undefined || this.#adjusted === undefined) {
      throw new TypeError('a window has at least one piece');
    }
    const files = this.#files.toSorted((a, b) => (a.key < b.key ? -1 : 1));
    return { files, snapshot: this.#snapshot, adjusted: await this.#adjusted };
  }

  /** Reads one piece, once a connection is free. @returns whether there was one left */
  async #readNext(): Promise<boolean> {
    const { sessions, staging, source } = this.#context;
    const session = await sessions.acquire(this.#signal);
    const holder = new SessionHolder(sessions, session);
    try {
      const piece = this.#queue.take();
      if (piece !== undefined) {
        this.#sameSnapshot(session.snapshot);
        this.#adjusted ??= countAdjusted(session, this.#job);
        await this.#adjusted;
        const file = await readWindow({
          start: (pool) => startReading(session, this.#job, piece, pool),
          isMasked: this.#job.masks.size > 0,
          key: this.#newKey(),
          staging,
          place: source.place,
          signal: this.#signal,
          onRows: (rows, bytes) => this.#tell(piece, rows, bytes),
          onComplete: () => holder.release(),
        });
        this.#queue.measured(piece, file?.bytes ?? 0);
        if (file !== undefined) this.#files.push(file);
      }
      holder.release();
      return piece !== undefined;
    } catch (error) {
      await holder.recover(error);
      throw error;
    }
  }

  /** Between two snapshots a row may move from one piece to another, and would be read twice or never. */
  #sameSnapshot(snapshot: Snapshot): void {
    this.#snapshot ??= snapshot;
    if (snapshot.id === this.#snapshot.id) return;
    throw new SourceError({
      code: 'SOURCE_SNAPSHOT_LOST',
      kind: 'outside',
      message: `The snapshot in which ${this.#job.table.name} ${this.#job.window.id} was read is gone: the connection that held it has ended`,
      hint: 'The window is read again in a new snapshot.',
      retryable: true,
      scope: 'table',
    });
  }

  #tell(piece: Piece, rows: number, bytes: number): void {
    this.#progress.set(piece, { rows, bytes });
    const all = [...this.#progress.values()];
    this.#context.onProgress({
      table: this.#job.table.name,
      window: this.#job.window.id,
      rows: all.reduce((sum, part) => sum + part.rows, 0),
      bytes: all.reduce((sum, part) => sum + part.bytes, 0),
      done: false,
    });
  }
}

/** COPY where no value has to be looked at, rows where some are masked. */
function startReading(session: Session, job: WindowJob, piece: Piece, pool: BlockPool): RowReader {
  const select = selectStatement(job.table, job.columns, job.condition, piece.ranges);
  if (job.masks.size === 0) return CopyOut.start(session.client, copyStatement(select), pool);
  return MaskedRows.start(session.client, {
    sql: select,
    header: selectedNames(job.columns),
    masks: job.masks,
    uncheckedText: session.snapshot.encoding === 'SQL_ASCII',
  });
}

/** Gives a session back once, whoever is first: the end of its rows or the failure of its window. */
class SessionHolder {
  readonly #sessions: Sessions;
  readonly #session: Session;
  #held = true;

  constructor(sessions: Sessions, session: Session) {
    this.#sessions = sessions;
    this.#session = session;
  }

  release(): void {
    if (!this.#held) return;
    this.#held = false;
    this.#sessions.release(this.#session);
  }

  async recover(error: unknown): Promise<void> {
    if (!this.#held) return;
    this.#held = false;
    await this.#sessions.recover(this.#session, error);
  }
}
