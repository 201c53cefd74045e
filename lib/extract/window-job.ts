import type { SluiceError, Table } from '../config/index.ts';
import type { Manifest, ManifestWindow, Staging } from '../staging/index.ts';
import type { ContractedColumn } from './contract.ts';
import type { Heap } from './heaps.ts';
import type { Mask } from './mask.ts';
import type { PieceSizes } from './pieces.ts';
import { type ReadRows, readRows } from './read-rows.ts';
import type { Sessions } from './session.ts';
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
  /** Where its rows lie, when it is worth reading them in pieces. */
  readonly heaps: readonly Heap[] | undefined;
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

/** All files of a window are durable; its manifest is not written yet. */
export interface UploadedWindow {
  readonly table: string;
  readonly window: string;
  readonly files: number;
  readonly rows: number;
}

export interface ExtractRetry {
  readonly table: string;
  /** Undefined while the windows of the table are planned. */
  readonly window: string | undefined;
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
  readonly pieceSizes: PieceSizes;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: ExtractProgress) => void;
  readonly onUploaded: (uploaded: UploadedWindow) => void;
  readonly onRetry: (retry: ExtractRetry) => void;
}

/** Extracts one window: its rows, then its manifest. */
export async function extractWindow(job: WindowJob, context: WindowContext): Promise<Manifest> {
  const manifest = manifestOf(job, context, await readRows(job, context));
  const { table, window, files, totalRows } = manifest;
  context.onUploaded({ table, window: window.id, files: files.length, rows: totalRows });
  await context.staging.putManifest(manifest, { signal: context.signal });
  return manifest;
}

function manifestOf(
  job: WindowJob,
  context: WindowContext,
  { files, snapshot, adjusted }: ReadRows,
): Manifest {
  return {
    version: 1,
    project: context.project,
    table: job.table.name,
    mode: job.table.mode.kind,
    window: job.window,
    runId: context.runId,
    extractedAt: snapshot.takenAt,
    source: {
      serverVersion: snapshot.serverVersion,
      snapshotId: snapshot.id,
      oldestTransaction: snapshot.oldestTransaction,
    },
    columns: job.columns.map(({ live: _live, ...column }) => column),
    files,
    totalRows: files.reduce((rows, file) => rows + file.rows, 0),
    ...cursorOf(job),
    masking: job.columns.flatMap(({ name }) => {
      const method = job.table.mask[name];
      return method === undefined ? [] : [{ column: name, method }];
    }),
    ...(adjusted.length === 0 ? {} : { adjusted }),
  };
}

function cursorOf({ table, window }: WindowJob): Pick<Manifest, 'cursor'> {
  if (table.mode.kind !== 'incremental' || window.end === null) return {};
  return { cursor: { low: window.start, high: window.end } };
}
