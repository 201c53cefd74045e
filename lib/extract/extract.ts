import { type Contract, type Project, SluiceError, type Table } from '../config/index.ts';
import type { Manifest, ManifestWindow, Staging } from '../staging/index.ts';
import { type ContractedColumn, checkContract } from './contract.ts';
import { planCursorWindow } from './cursor-window.ts';
import type { ColumnChange } from './drift.ts';
import { SourceError, sourceError } from './errors.ts';
import {
  failedError,
  noContractError,
  otherPrefixError,
  stoppedError,
  type TableFailure,
} from './extract-errors.ts';
import { type Heap, readHeaps, readsWholeTable } from './heaps.ts';
import { checkMasks, type Mask, maskOf } from './mask.ts';
import { defaultPieceSizes, isSplittable, type PieceSizes } from './pieces.ts';
import { placingColumn } from './placing.ts';
import { attemptsAfter, backOff } from './retry.ts';
import { rowsOfWindows } from './rows-of-window.ts';
import { type Session, Sessions } from './session.ts';
import type { Source } from './source.ts';
import {
  type ExtractProgress,
  type ExtractRetry,
  extractWindow,
  type UploadedWindow,
  type WindowContext,
  type WindowJob,
} from './window-job.ts';
import { type DayRange, defaultRange, planWindows } from './windows.ts';

export interface ExtractOptions {
  readonly source: Source;
  readonly staging: Staging;
  readonly project: Project;
  readonly tables: readonly Table[];
  /** One a table, by the table's name. */
  readonly contracts: readonly Contract[];
  readonly runId: string;
  /**
   * Windows by table. `daily` tables that are not in it take `range`, or what a scheduled run reads; `incremental` ones are read
   * from the beginning.
   */
  readonly windows?: ReadonlyMap<string, readonly ManifestWindow[]>;
  /** First and last business day, both included. */
  readonly range?: DayRange;
  /** How large windows are cut into files. @default files of about 160 MB */
  readonly pieceSizes?: PieceSizes;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: ExtractProgress) => void;
  /** A window's files are durable, and its manifest comes next. */
  readonly onUploaded?: (uploaded: UploadedWindow) => void;
  /** The source has changed since the contract was recorded, in a way that stops nothing. */
  readonly onDrift?: (table: string, changes: readonly ColumnChange[]) => void;
  /** A window, or the planning of a table, begins again: something outside failed that heals itself. */
  readonly onRetry?: (retry: ExtractRetry) => void;
}

/** Windows whose rows are read but whose upload is not finished, beyond those that are being read. */
const windowsFinishing = 4;

/**
 * Extracts windows of tables to the staging bucket: all read one snapshot, in parallel within the connections of the source,
 * each with its manifest last. A table that fails alone (its contract, a grant, a timeout) stops while the others go on;
 * when source or bucket fail, everything stops. What is complete stays, and a later run may read it again.
 * @returns the manifests, in the order of tables and windows
 * @throws ExtractError with the manifests that were written
 */
export async function extractTables(options: ExtractOptions): Promise<readonly Manifest[]> {
  const { project, staging } = options;
  if (staging.prefix !== project.staging.prefix)
    throw otherPrefixError(project.staging.prefix, staging.prefix);
  checkMasks(options.tables, options.source.maskingKey);
  return await new ExtractRun(options).execute();
}

class ExtractRun {
  readonly #options: ExtractOptions;
  readonly #sessions: Sessions;
  readonly #broken = new AbortController();
  readonly #signal: AbortSignal;
  readonly #pieceSizes: PieceSizes;
  readonly #failures: TableFailure[] = [];
  readonly #failedTables = new Set<string>();
  readonly #manifests = new Map<WindowJob, Manifest>();

  constructor(options: ExtractOptions) {
    this.#options = options;
    this.#pieceSizes = options.pieceSizes ?? defaultPieceSizes;
    this.#sessions = new Sessions(options.source, options.tables);
    this.#signal =
      options.signal === undefined
        ? this.#broken.signal
        : AbortSignal.any([options.signal, this.#broken.signal]);
  }

  async execute(): Promise<readonly Manifest[]> {
    let jobs: readonly WindowJob[] = [];
    try {
      jobs = await this.#plan();
      await this.#extractAll(jobs);
    } catch (error) {
      // A stop is told below, with what was done.
      if (!this.#signal.aborted) throw error;
    } finally {
      await this.#sessions.close();
    }
    const manifests = jobs.flatMap((job) => this.#manifests.get(job) ?? []);
    if (this.#failures.length > 0) throw failedError(this.#failures, jobs.length, manifests);
    if (this.#options.signal?.aborted) throw stoppedError(jobs.length, manifests);
    return manifests;
  }

  /** Checks contracts and windows of all tables, inside the snapshot that the rows will be read in. */
  async #plan(): Promise<readonly WindowJob[]> {
    const jobs: WindowJob[] = [];
    for (const table of this.#options.tables) {
      jobs.push(...(await this.#planAgain(table)));
      if (this.#signal.aborted) break;
    }
    return jobs;
  }

  /** What heals by itself is waited for, as where rows are read: a connection that dies costs another one, in a new snapshot. */
  async #planAgain(table: Table): Promise<readonly WindowJob[]> {
    for (let attempt = 1; ; attempt++) {
      const session = await this.#sessions.acquire(this.#signal);
      try {
        const jobs = await this.#planTable(session, table);
        this.#sessions.release(session);
        return jobs;
      } catch (error) {
        await this.#sessions.recover(session, error);
        const attempts = attemptsAfter(error);
        if (!(error instanceof SourceError) || attempt >= attempts || this.#signal.aborted) {
          this.#fail(table.name, undefined, error);
          return [];
        }
        this.#options.onRetry?.({ table: table.name, window: undefined, attempt, attempts, error });
        await backOff(attempt, this.#signal);
      }
    }
  }

  async #planTable(session: Session, table: Table): Promise<WindowJob[]> {
    const contract = this.#options.contracts.find((candidate) => candidate.table === table.name);
    if (contract === undefined) throw noContractError(table);
    const { columns, changes } = await checkContract(session, table, contract);
    if (changes.length > 0) this.#options.onDrift?.(table.name, changes);
    const windows = this.#options.windows?.get(table.name) ?? (await this.#windowsOf(session, table));
    const placing = placingColumn(table);
    const placed = columns.find(({ name }) => name === placing);
    const rowsOf = await rowsOfWindows(session, table, placed?.live.plainType ?? '', windows);
    const masks = this.#masksOf(table, columns);
    const heaps = await this.#heapsOf(session, table);
    const jobs: WindowJob[] = [];
    for (const window of windows) {
      const condition = rowsOf(window);
      const isWhole =
        heaps !== undefined &&
        (condition === undefined || (await readsWholeTable(session, table, condition)));
      jobs.push({ table, columns, window, condition, masks, heaps: isWhole ? heaps : undefined });
    }
    return jobs;
  }

  async #windowsOf(session: Session, table: Table): Promise<readonly ManifestWindow[]> {
    if (table.mode.kind === 'incremental') return [await planCursorWindow(session, table, null)];
    const { range } = this.#options;
    return planWindows(table, range ?? defaultRange(table, new Date(session.snapshot.takenAt)));
  }

  /** Where the rows of a table lie, if it is large enough to be read in pieces and can be. */
  async #heapsOf(session: Session, table: Table): Promise<readonly Heap[] | undefined> {
    const heaps = await readHeaps(session, table);
    return heaps !== undefined && isSplittable(heaps, this.#pieceSizes) ? heaps : undefined;
  }

  #masksOf(table: Table, columns: readonly ContractedColumn[]): ReadonlyMap<number, Mask> {
    const masks = new Map<number, Mask>();
    for (const [position, { name }] of columns.entries()) {
      const method = table.mask[name];
      if (method !== undefined) masks.set(position, maskOf(method, this.#options.source.maskingKey));
    }
    return masks;
  }

  async #extractAll(jobs: readonly WindowJob[]): Promise<void> {
    const queue = jobs.values();
    const workers = this.#options.source.maxConnections + windowsFinishing;
    const work = async (): Promise<void> => {
      // All workers take from one queue.
      for (const job of queue) {
        if (this.#signal.aborted) return;
        if (this.#failedTables.has(job.table.name)) continue;
        await this.#extract(job);
      }
    };
    await Promise.all(Array.from({ length: Math.min(workers, jobs.length) }, work));
  }

  async #extract(job: WindowJob): Promise<void> {
    const { onProgress, onUploaded, onRetry } = this.#options;
    const context: WindowContext = {
      project: this.#options.project.name,
      runId: this.#options.runId,
      source: this.#options.source,
      sessions: this.#sessions,
      staging: this.#options.staging,
      pieceSizes: this.#pieceSizes,
      signal: this.#signal,
      onProgress: (progress) => onProgress?.(progress),
      onUploaded: (uploaded) => onUploaded?.(uploaded),
      onRetry: (retry) => onRetry?.(retry),
    };
    try {
      const manifest = await extractWindow(job, context);
      this.#manifests.set(job, manifest);
      onProgress?.({
        table: job.table.name,
        window: job.window.id,
        rows: manifest.totalRows,
        bytes: manifest.files.reduce((bytes, file) => bytes + file.bytes, 0),
        done: true,
      });
    } catch (error) {
      if (this.#signal.aborted) return;
      this.#fail(job.table.name, job.window.id, error);
    }
  }

  #fail(table: string, window: string | undefined, cause: unknown): void {
    const error = sourceError(cause, `Extracting ${table}`, this.#options.source.place);
    this.#failures.push({ table, window, error });
    this.#failedTables.add(table);
    if (isOfSource(error)) this.#broken.abort(error);
  }
}

/** Whether no other table can succeed either. */
function isOfSource(error: unknown): boolean {
  if (error instanceof SourceError) return error.scope === 'source';
  return !(error instanceof SluiceError) || error.kind === 'outside';
}
