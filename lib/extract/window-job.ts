import type { SluiceError, Table } from '../config/index.ts';
import {
  dataKey,
  type Manifest,
  type ManifestFile,
  type ManifestWindow,
  type Staging,
} from '../staging/index.ts';
import type { BlockPool } from './blocks.ts';
import type { ContractedColumn } from './contract.ts';
import { CopyOut } from './copy.ts';
import { SourceError } from './errors.ts';
import type { Mask } from './mask.ts';
import { readWindow } from './read-window.ts';
import { backOff } from './retry.ts';
import type { RowReader } from './row-reader.ts';
import { MaskedRows } from './rows.ts';
import { copyStatement, selectedNames, selectStatement } from './select.ts';
import type { Session, Sessions, Snapshot } from './session.ts';
import type { Source } from './source.ts';

/** One window to extract. */
export interface WindowJob {
  readonly table: Table;
  readonly columns: readonly ContractedColumn[];
  readonly window: ManifestWindow;
  /** SQL that is true for its rows; undefined for all. */
  readonly condition: string | undefined;
  /** By position of the column; none on the fast path. */
  readonly masks: ReadonlyMap<number, Mask>;
}

export interface ExtractProgress {
  readonly table: string;
  readonly window: string;
  /** Rows so far, and bytes of CSV before compression. */
  readonly rows: number;
  readonly bytes: number;
  /** The manifest is written. */
  readonly done: boolean;
}

export interface ExtractRetry {
  readonly table: string;
  readonly window: string;
  /** The attempt that failed, from 1, and how many there are at most. */
  readonly attempt: number;
  readonly attempts: number;
  readonly error: SluiceError;
}

/** What all windows of a run share. */
export interface WindowContext {
  readonly project: string;
  readonly runId: string;
  readonly source: Source;
  readonly sessions: Sessions;
  readonly staging: Staging;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: ExtractProgress) => void;
  readonly onRetry: (retry: ExtractRetry) => void;
}

/** Over about a minute: a restart of the server, or the failover of a managed one, ends within it. */
const attemptsOfSource = 8;
/** What concerns one table (a timeout, a lock) has waited long already. */
const attemptsOfTable = 2;

interface ReadRows {
  readonly file: ManifestFile | undefined;
  readonly snapshot: Snapshot;
}

/**
 * Extracts one window: its rows, then its manifest. A window whose connection dies, or that the server cancels, is read again
 * from the start; what an attempt left unfinished is never visible.
 */
export async function extractWindow(job: WindowJob, context: WindowContext): Promise<Manifest> {
  const { file, snapshot } = await readWithRetries(job, context);
  const manifest = manifestOf(job, context, snapshot, file);
  await context.staging.putManifest(manifest, { signal: context.signal });
  return manifest;
}

async function readWithRetries(job: WindowJob, context: WindowContext): Promise<ReadRows> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await readOnce(job, context);
    } catch (error) {
      if (!(error instanceof SourceError) || !error.retryable || context.signal.aborted) throw error;
      const attempts = error.scope === 'table' ? attemptsOfTable : attemptsOfSource;
      if (attempt >= attempts) throw error;
      context.onRetry({ table: job.table.name, window: job.window.id, attempt, attempts, error });
      await backOff(attempt, context.signal);
    }
  }
}

async function readOnce(job: WindowJob, context: WindowContext): Promise<ReadRows> {
  const { sessions } = context;
  const session = await sessions.acquire(context.signal);
  const holder = new SessionHolder(sessions, session);
  try {
    const file = await readWindow({
      start: (pool) => startReading(session, job, pool),
      isMasked: job.masks.size > 0,
      key: dataKey({
        prefix: context.staging.prefix,
        table: job.table.name,
        window: job.window.id,
        runId: context.runId,
        part: 0,
      }),
      staging: context.staging,
      place: context.source.place,
      signal: context.signal,
      onRows: (rows, bytes) =>
        context.onProgress({ table: job.table.name, window: job.window.id, rows, bytes, done: false }),
      onComplete: () => holder.release(),
    });
    holder.release();
    return { file, snapshot: session.snapshot };
  } catch (error) {
    await holder.recover(error);
    throw error;
  }
}

/** COPY where no value has to be looked at, rows where some are masked. */
function startReading(session: Session, job: WindowJob, pool: BlockPool): RowReader {
  const select = selectStatement(job.table, job.columns, job.condition);
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

function manifestOf(
  job: WindowJob,
  context: WindowContext,
  snapshot: Snapshot,
  file: ManifestFile | undefined,
): Manifest {
  return {
    version: 1,
    project: context.project,
    table: job.table.name,
    mode: job.table.mode.kind,
    window: job.window,
    runId: context.runId,
    extractedAt: snapshot.takenAt,
    source: { serverVersion: snapshot.serverVersion, snapshotId: snapshot.id },
    columns: job.columns.map(({ live: _live, ...column }) => column),
    files: file === undefined ? [] : [file],
    totalRows: file?.rows ?? 0,
    ...cursorOf(job),
    masking: job.columns.flatMap(({ name }) => {
      const method = job.table.mask[name];
      return method === undefined ? [] : [{ column: name, method }];
    }),
  };
}

function cursorOf({ table, window }: WindowJob): Pick<Manifest, 'cursor'> {
  if (table.mode.kind !== 'incremental' || window.end === null) return {};
  return { cursor: { low: window.start, high: window.end } };
}
