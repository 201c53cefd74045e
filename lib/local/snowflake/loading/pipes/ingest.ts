import { SqlError } from '../../../../sql/index.ts';
import { printQualified } from '../../names.ts';
import type { CatalogObject, EngineServices, ExecutionContext, QualifiedName } from '../../statement.ts';
import { type LoadedFile, loadedFiles, recordLoads } from '../copy/history.ts';
import { findFiles } from '../stages/files.ts';
import type { StagedFile } from '../stages/s3-files.ts';
import type { LoadingState } from '../state.ts';
import { notificationChannel, parsePipeCopy, pipeOf } from './pipe.ts';

/** Files that a pipe loads in one transaction. */
const BATCH = 1000;
/** How far REFRESH looks back. */
const REFRESH_DAYS = 7;

/** What is known of a pipe while the server runs. */
interface PipeState {
  readonly name: QualifiedName;
  readonly pending: Map<string, StagedFile>;
  /** Files of the batch that is being loaded. */
  loading: number;
  running: Promise<void> | undefined;
  lastReceived: Date | undefined;
  lastIngested: Date | undefined;
  lastIngestedFile: string | undefined;
  lastError: { readonly at: Date; readonly message: string } | undefined;
}

/** Brings the files that S3 tells of into the tables of AUTO_INGEST pipes: one pipe, one batch at a time. */
export class PipeIngest {
  readonly #state: LoadingState;
  readonly #pipes = new Map<string, PipeState>();
  #services: EngineServices | undefined;
  #stopping = false;

  constructor(state: LoadingState) {
    this.#state = state;
  }

  /** Looks for what arrived while the server was down. */
  async start(services: EngineServices): Promise<void> {
    this.#services = services;
    if (services.s3 === undefined) return;
    await this.#inSession(undefined, async (context) => {
      for (const pipe of await context.objects.list('PIPE')) {
        if (!pipeOf(pipe).autoIngest) continue;
        try {
          await this.#inSession(pipe, (own) => this.refresh(own, pipe, { after: pipe.createdOn }));
        } catch (error) {
          this.#failed(this.#of(pipe.name), error);
        }
      }
    });
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    await Promise.all([...this.#pipes.values()].map((pipe) => pipe.running));
  }

  /** An S3 event; resolves when its files stand in the queues of their pipes. */
  async notify(queueArn: string, event: unknown): Promise<void> {
    const files = filesOf(event);
    if (files.length === 0 || this.#services?.s3 === undefined) return;
    if (queueArn !== notificationChannel(this.#services.s3.region)) return;
    await this.#inSession(undefined, async (context) => {
      for (const pipe of await context.objects.list('PIPE')) {
        if (!pipeOf(pipe).autoIngest) continue;
        const state = this.#of(pipe.name);
        try {
          await this.#inSession(pipe, (own) => this.#receive(own, pipe, files));
        } catch (error) {
          this.#failed(state, error);
        }
      }
    });
  }

  async #receive(
    context: ExecutionContext,
    pipe: CatalogObject,
    files: readonly StagedFile[],
  ): Promise<void> {
    const { location, pattern } = await parsePipeCopy(context, pipeOf(pipe).definition);
    const matches = pattern === undefined ? undefined : new RegExp(`^(?:${pattern})$`, 's');
    const own = files.filter(
      ({ bucket, key }) =>
        bucket === location.bucket &&
        key.startsWith(location.prefix) &&
        !key.endsWith('/') &&
        (matches?.test(key.slice(location.stagePrefix.length)) ?? true),
    );
    if (own.length === 0) return;
    this.#of(pipe.name).lastReceived = new Date();
    this.#enqueue(pipe.name, own);
  }

  /** ALTER PIPE … REFRESH: queues the files of the last days that the pipe has not loaded. */
  async refresh(
    context: ExecutionContext,
    pipe: CatalogObject,
    only: { readonly prefix?: string | undefined; readonly after?: Date | undefined } = {},
  ): Promise<readonly StagedFile[]> {
    const copy = await parsePipeCopy(context, pipeOf(pipe).definition);
    const oldest = Math.max(Date.now() - REFRESH_DAYS * 86_400_000, only.after?.getTime() ?? 0);
    const location = { ...copy.location, prefix: `${copy.location.prefix}${only.prefix ?? ''}` };
    const loaded = await loadedFiles(context, copy.table, pipe.name);
    const found = await findFiles(this.#state.s3, location, { pattern: copy.pattern });
    // S3 keeps whole seconds.
    const fresh = found.filter((file) => file.lastModified.getTime() + 1000 >= oldest && !loaded(file));
    this.#enqueue(pipe.name, fresh);
    return fresh;
  }

  /** A pipe was made anew, changed or dropped. */
  changed(name: QualifiedName, forget: boolean): void {
    if (forget) this.#pipes.delete(printQualified(name));
    else this.#kick(this.#of(name));
  }

  #of(name: QualifiedName): PipeState {
    const key = printQualified(name);
    let state = this.#pipes.get(key);
    if (state === undefined) {
      state = {
        name,
        pending: new Map(),
        loading: 0,
        running: undefined,
        lastReceived: undefined,
        lastIngested: undefined,
        lastIngestedFile: undefined,
        lastError: undefined,
      };
      this.#pipes.set(key, state);
    }
    return state;
  }

  #enqueue(name: QualifiedName, files: readonly StagedFile[]): void {
    const state = this.#of(name);
    for (const file of files) state.pending.set(`${file.bucket}/${file.key}`, file);
    this.#kick(state);
  }

  #kick(state: PipeState): void {
    if (state.running !== undefined || this.#stopping) return;
    state.running = this.#drain(state)
      .catch((error: unknown) => this.#failed(state, error))
      .then(() => {
        state.running = undefined;
      });
  }

  /** Loads batch after batch until nothing is pending, or the pipe is paused or gone. */
  async #drain(state: PipeState): Promise<void> {
    while (state.pending.size > 0 && !this.#stopping) {
      const done = await this.#inSession(undefined, async (context) => {
        const pipe = await context.objects.get('PIPE', state.name);
        if (pipe === undefined || pipeOf(pipe).paused) return true;
        const batch = [...state.pending.values()].slice(0, BATCH);
        for (const file of batch) state.pending.delete(`${file.bucket}/${file.key}`);
        state.loading = batch.length;
        try {
          await this.#inSession(pipe, (own) => this.#load(own, pipe, batch, state));
        } finally {
          state.loading = 0;
        }
        return false;
      });
      if (done) return;
    }
  }

  /** One batch; when it fails as a whole, file by file, so that a bad one stops no other. */
  async #load(
    context: ExecutionContext,
    pipe: CatalogObject,
    batch: readonly StagedFile[],
    state: PipeState,
  ): Promise<void> {
    try {
      await this.#copy(context, pipe, batch);
      state.lastIngested = new Date();
      state.lastIngestedFile = batch.at(-1)?.key;
    } catch (error) {
      if (this.#stopping) return;
      if (batch.length > 1) {
        for (const file of batch) await this.#load(context, pipe, [file], state);
        return;
      }
      this.#failed(state, error);
      const [file] = batch;
      if (file !== undefined) await this.#recordFailure(context, pipe, file, error);
    }
  }

  async #copy(context: ExecutionContext, pipe: CatalogObject, files: readonly StagedFile[]): Promise<void> {
    this.#state.ingesting.set(context.session, { pipe: pipe.name, files });
    try {
      await context.execute(pipeOf(pipe).definition);
    } finally {
      this.#state.ingesting.delete(context.session);
    }
  }

  async #recordFailure(
    context: ExecutionContext,
    pipe: CatalogObject,
    file: StagedFile,
    error: unknown,
  ): Promise<void> {
    const message = error instanceof Error ? error.message : String(error);
    const load: LoadedFile = {
      file,
      status: 'LOAD_FAILED',
      rowsParsed: 0,
      rowsLoaded: 0,
      errorLimit: 1,
      errorsSeen: 1,
      firstError: message,
      firstErrorLine: null,
      firstErrorCharacter: null,
      firstErrorColumn: null,
    };
    try {
      const copy = await parsePipeCopy(context, pipeOf(pipe).definition);
      await recordLoads(context, copy.table, pipe.name, copy.locationText, [load]);
    } catch (cause) {
      this.#services?.report(cause, `recording a failed load of ${printQualified(pipe.name)}`);
    }
  }

  /** Errors of files that a batch left out. */
  skipped(name: QualifiedName, loads: readonly LoadedFile[]): void {
    const bad = loads.find((load) => load.status !== 'LOADED');
    if (bad?.firstError) {
      this.#of(name).lastError = { at: new Date(), message: `${bad.file.key}: ${bad.firstError}` };
    }
  }

  #failed(state: PipeState, error: unknown): void {
    const message = error instanceof SqlError || error instanceof Error ? error.message : String(error);
    state.lastError = { at: new Date(), message };
    this.#services?.report(error, `the pipe ${printQualified(state.name)}`);
  }

  /** SYSTEM$PIPE_STATUS. */
  status(pipe: CatalogObject): string {
    const state = this.#of(pipe.name);
    const { paused, autoIngest } = pipeOf(pipe);
    return JSON.stringify({
      executionState: paused ? 'PAUSED' : 'RUNNING',
      pendingFileCount: state.pending.size + state.loading,
      ...(autoIngest ? { notificationChannelName: this.channel, numOutstandingMessagesOnChannel: 0 } : {}),
      ...(state.lastReceived ? { lastReceivedMessageTimestamp: state.lastReceived.toISOString() } : {}),
      ...(state.lastIngested ? { lastIngestedTimestamp: state.lastIngested.toISOString() } : {}),
      ...(state.lastIngestedFile ? { lastIngestedFilePath: state.lastIngestedFile } : {}),
      ...(state.lastError
        ? {
            lastPipeErrorTimestamp: state.lastError.at.toISOString(),
            lastPipeErrorMessage: state.lastError.message,
          }
        : {}),
    });
  }

  get channel(): string {
    return notificationChannel(this.#services?.s3?.region ?? 'us-east-1');
  }

  async #inSession<T>(
    pipe: CatalogObject | undefined,
    work: (context: ExecutionContext) => Promise<T>,
  ): Promise<T> {
    if (this.#services === undefined) throw new TypeError('the server has not started');
    const { context, close } = await this.#services.openSession(
      pipe === undefined ? {} : { role: pipe.owner, database: pipe.name.database, schema: pipe.name.schema },
    );
    try {
      return await work(context);
    } finally {
      await close();
    }
  }
}

/** The objects that an S3 event says were made. */
function filesOf(event: unknown): StagedFile[] {
  const records = recordOf(event).Records;
  if (!Array.isArray(records)) return [];
  return records.flatMap((one: unknown) => {
    const record = recordOf(one);
    if (!String(record.eventName ?? '').startsWith('ObjectCreated:')) return [];
    const s3 = recordOf(record.s3);
    const object = recordOf(s3.object);
    const bucket = recordOf(s3.bucket).name;
    if (typeof bucket !== 'string' || typeof object.key !== 'string') return [];
    return [
      {
        bucket,
        // S3 encodes keys in events, with + for a blank.
        key: decodeURIComponent(object.key.replaceAll('+', ' ')),
        size: Number(object.size ?? 0),
        etag: String(object.eTag ?? '').replaceAll('"', ''),
        lastModified: new Date(String(record.eventTime ?? Date.now())),
      },
    ];
  });
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : {};
}
