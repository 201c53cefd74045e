import { SqlError, unsupported } from '../../../../sql/index.ts';
import { literal, quote } from '../../names.ts';
import { readResult } from '../../rows.ts';
import type { ExecutionContext, StatementResult } from '../../statement.ts';
import { duckType } from '../../types.ts';
import { type AnswerValue, answer, columnTypes } from '../answers.ts';
import { copyLocally, type LocalCopy } from '../files/local-copy.ts';
import { stageSource } from '../files/relation.ts';
import { findFiles } from '../stages/files.ts';
import type { StagedFile } from '../stages/s3-files.ts';
import type { LoadingState } from '../state.ts';
import type { WriteObserver } from '../streams/capture.ts';
import { columnLabel, type FileFault, findBadValues } from './checks.ts';
import { copyError } from './errors.ts';
import { type LoadedFile, type Loader, loadedFiles, recordLoads } from './history.ts';
import { type CopyPlan, insertList, planCopy } from './plan.ts';
import type { CopyStatement } from './statement.ts';

/** What a COPY has done. */
export interface CopyOutcome {
  readonly result: StatementResult;
  readonly loads: readonly LoadedFile[];
}

/** What a COPY needs beside its statement. */
export interface CopyOptions {
  readonly state: LoadingState;
  /** Follows what is written, for streams. */
  readonly writes: WriteObserver;
  /** The pipe that loads, with a history of its own. */
  readonly loader?: Loader;
  /** Exactly these files, already found: what a pipe was told of. */
  readonly files?: readonly StagedFile[];
}

/** Runs COPY INTO <table> inside the session's transaction. */
export async function runCopy(
  context: ExecutionContext,
  copy: CopyStatement,
  options: CopyOptions,
): Promise<CopyOutcome> {
  await context.lock(copy.table);
  const found = options.files ?? (await findFiles(options.state.s3, copy.location, copy));
  const known = copy.force ? () => false : await loadedFiles(context, copy.table, options.loader);
  const files = withinSize(
    found.filter((file) => !known(file)),
    copy.sizeLimit,
  );
  if (files.length === 0) return { result: nothingDone(), loads: [] };
  const folder = await options.state.folder();
  try {
    const run = new CopyRun(context, copy, options, files, folder.path);
    return copy.validationMode === undefined ? await run.load() : await run.validate(copy.validationMode);
  } finally {
    await folder.remove();
  }
}

/** SIZE_LIMIT: files until their sizes exceed it, at least one. */
function withinSize(files: readonly StagedFile[], limit: number | undefined): readonly StagedFile[] {
  if (limit === undefined) return files;
  let bytes = 0;
  return files.filter((file, index) => {
    bytes += file.size;
    return index === 0 || bytes <= limit;
  });
}

function nothingDone(): StatementResult {
  return {
    ...answer([['status', columnTypes.text]], [['Copy executed with 0 files processed.']]),
    affected: { inserted: 0, updated: 0, deleted: 0 },
  };
}

class CopyRun {
  readonly #context: ExecutionContext;
  readonly #copy: CopyStatement;
  readonly #options: CopyOptions;
  readonly #files: readonly StagedFile[];
  readonly #folder: string;

  constructor(
    context: ExecutionContext,
    copy: CopyStatement,
    options: CopyOptions,
    files: readonly StagedFile[],
    folder: string,
  ) {
    this.#context = context;
    this.#copy = copy;
    this.#options = options;
    this.#files = files;
    this.#folder = folder;
  }

  get #aborts(): boolean {
    return this.#copy.onError.kind === 'ABORT_STATEMENT' && this.#copy.validationMode === undefined;
  }

  async load(): Promise<CopyOutcome> {
    const { table, query } = this.#copy;
    const plan = query === undefined ? await planCopy(this.#context, this.#copy) : undefined;
    const local = await this.#copyLocally(plan?.expectedColumns);
    const faults = await this.#faults(plan, local);
    if (this.#aborts && faults[0]) throw this.#error(faults[0]);
    const skipped = this.#skipped(local, faults);
    const after = await this.#options.writes.before(this.#context, { kind: 'INSERT', table });
    const loadedRows =
      plan === undefined
        ? await this.#insertQuery(local, skipped)
        : await this.#insertRows(plan, local, faults, skipped);
    await after?.();
    const loads = this.#loads(local, faults, skipped, plan === undefined);
    await recordLoads(this.#context, table, this.#options.loader, this.#copy.locationText, loads);
    if (this.#copy.purge) {
      for (const load of loads) if (load.status === 'LOADED') await this.#options.state.s3.remove(load.file);
    }
    return {
      loads,
      result: { ...this.#answer(loads), affected: { inserted: loadedRows, updated: 0, deleted: 0 } },
    };
  }

  #copyLocally(expectedColumns: number | undefined): Promise<LocalCopy> {
    return copyLocally({
      s3: this.#options.state.s3,
      files: this.#files,
      format: this.#copy.format,
      folder: this.#folder,
      keepGoing: !this.#aborts,
      signal: this.#context.signal,
      ...(expectedColumns === undefined ? {} : { expectedColumns }),
    });
  }

  /** What is wrong with the files and their values, in order of files and rows. */
  async #faults(plan: CopyPlan | undefined, local: LocalCopy): Promise<FileFault[]> {
    const found: FileFault[] = local.scanned.flatMap((scanned, file) =>
      scanned.faults.map((fault) => ({ file, fault, columnName: this.#label(plan, fault.column) })),
    );
    if (this.#aborts && found.length > 0) return found;
    if (plan !== undefined) {
      const { format, table } = this.#copy;
      const limit = this.#aborts ? 1 : undefined;
      found.push(...(await findBadValues(this.#context.duck, plan, local, format, table, limit)));
    }
    return found.sort((a, b) => a.file - b.file || a.fault.row - b.fault.row);
  }

  #label(plan: CopyPlan | undefined, column: number): string | undefined {
    const found = this.#copy.match === undefined ? plan?.columns[column - 1] : undefined;
    return found === undefined ? undefined : columnLabel(this.#copy.table, found.name, column - 1);
  }

  #error({ file, fault, columnName }: FileFault): SqlError {
    return copyError(fault, this.#files[file]?.key ?? '', columnName);
  }

  /** The files that ON_ERROR leaves out as a whole; a file that cannot be unpacked is always one. */
  #skipped(local: LocalCopy, faults: readonly FileFault[]): ReadonlySet<number> {
    const { onError } = this.#copy;
    const skipped = new Set<number>();
    for (const index of local.files.keys()) {
      const own = faults.filter((fault) => fault.file === index);
      const rows = this.#rowsSeen(local, faults, index);
      const limit =
        onError.kind !== 'SKIP_FILE'
          ? Number.POSITIVE_INFINITY
          : onError.percent
            ? (rows * onError.errors) / 100
            : onError.errors;
      if (own.some(({ fault }) => fault.row === 0) || (own.length > 0 && own.length >= limit))
        skipped.add(index);
    }
    return skipped;
  }

  #rowsSeen(local: LocalCopy, faults: readonly FileFault[], file: number): number {
    const scanned = local.scanned[file];
    const broken = faults.filter(
      (fault) => fault.file === file && scanned?.faults.includes(fault.fault),
    ).length;
    return (scanned?.rows ?? 0) + broken;
  }

  async #insertRows(
    plan: CopyPlan,
    local: LocalCopy,
    faults: readonly FileFault[],
    skipped: ReadonlySet<number>,
  ): Promise<number> {
    const values = plan.columns
      .map((column, index) => `CAST(v${index + 1} AS ${duckType(column)})`)
      .join(', ');
    const conditions = [
      ...(faults.length > 0 ? ['bad IS NULL'] : []),
      ...(skipped.size > 0 ? [`f NOT IN (${[...skipped].join(', ')})`] : []),
    ];
    const where = conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`;
    const target = this.#context.duckTable(this.#copy.table);
    const result = await this.#context.duck.run(
      `INSERT INTO ${target} (${insertList(plan.columns)}) SELECT ${values} FROM (${plan.rows(local)})${where}`,
    );
    return result.rowsChanged;
  }

  /** FROM (SELECT … FROM @stage): the query is translated with the local copies in the stage's place. */
  async #insertQuery(local: LocalCopy, skipped: ReadonlySet<number>): Promise<number> {
    const { query, table, columns, format } = this.#copy;
    const all = await this.#context.columnsOf(table);
    const targets =
      columns?.map((name) => {
        const found = all.find((column) => column.name === name);
        if (found === undefined)
          throw new SqlError('000904', '42000', `SQL compilation error:\ninvalid identifier '${name}'`);
        return found;
      }) ?? all;
    const source = stageSource(local, format, this.#context.now());
    const kept = [...skipped].map((index) => literal(this.#files[index]?.key ?? '')).join(', ');
    const sql =
      skipped.size === 0
        ? source.sql
        : `SELECT * FROM (${source.sql}) WHERE "METADATA$FILENAME" NOT IN (${kept})`;
    const { copying } = this.#options.state;
    copying.set(this.#context.session, { ...source, sql });
    let translated: string;
    try {
      translated = await this.#context.translateQuery(query ?? '');
    } finally {
      copying.delete(this.#context.session);
    }
    const names = targets.map((_, index) => quote(`v${index + 1}`)).join(', ');
    const values = targets
      .map((column, index) => `CAST(${quote(`v${index + 1}`)} AS ${duckType(column)})`)
      .join(', ');
    const result = await this.#context.duck.run(
      `INSERT INTO ${this.#context.duckTable(table)} (${insertList(targets)}) SELECT ${values} FROM (${translated}) AS loaded(${names})`,
    );
    return result.rowsChanged;
  }

  #loads(
    local: LocalCopy,
    faults: readonly FileFault[],
    skipped: ReadonlySet<number>,
    all: boolean,
  ): LoadedFile[] {
    const byFile = Map.groupBy(faults, (fault) => fault.file);
    return this.#files.map((file, index) => {
      const own = byFile.get(index) ?? [];
      const first = own[0];
      const parsed = this.#rowsSeen(local, faults, index);
      const badRows = new Set(own.map(({ fault }) => fault.row)).size;
      const loaded = skipped.has(index) ? 0 : all ? (local.scanned[index]?.rows ?? 0) : parsed - badRows;
      return {
        file,
        status: own.length === 0 ? 'LOADED' : loaded === 0 ? 'LOAD_FAILED' : 'PARTIALLY_LOADED',
        rowsParsed: parsed,
        rowsLoaded: loaded,
        errorLimit: this.#copy.onError.kind === 'CONTINUE' ? parsed : 1,
        errorsSeen: own.length,
        firstError: first?.fault.message ?? null,
        firstErrorLine: first?.fault.line ?? null,
        firstErrorCharacter: first?.fault.character ?? null,
        firstErrorColumn: first?.columnName ?? null,
      };
    });
  }

  #answer(loads: readonly LoadedFile[]): StatementResult {
    const { text, number } = columnTypes;
    const shown = this.#copy.returnFailedOnly ? loads.filter((load) => load.status === 'LOAD_FAILED') : loads;
    return answer(
      [
        ['file', text],
        ['status', text],
        ['rows_parsed', number],
        ['rows_loaded', number],
        ['error_limit', number],
        ['errors_seen', number],
        ['first_error', text],
        ['first_error_line', number],
        ['first_error_character', number],
        ['first_error_column_name', text],
      ],
      shown.map((load): AnswerValue[] => [
        `s3://${load.file.bucket}/${load.file.key}`,
        load.status,
        load.rowsParsed,
        load.rowsLoaded,
        load.errorLimit,
        load.errorsSeen,
        load.firstError,
        load.firstErrorLine,
        load.firstErrorCharacter,
        load.firstErrorColumn,
      ]),
    );
  }

  /** VALIDATION_MODE: nothing is written; the errors are listed, or the first rows shown. */
  async validate(mode: string): Promise<CopyOutcome> {
    const plan = await planCopy(this.#context, this.#copy);
    const local = await this.#copyLocally(plan.expectedColumns);
    const faults = await this.#faults(plan, local);
    const rows = /^RETURN_(\d+)_ROWS$/.exec(mode);
    if (rows !== null) {
      if (faults[0]) throw this.#error(faults[0]);
      const values = plan.columns.map(
        (column, index) => `CAST(v${index + 1} AS ${duckType(column)}) AS ${quote(column.name)}`,
      );
      const sql = `SELECT ${values.join(', ')} FROM (${plan.rows(local)}) ORDER BY f, r LIMIT ${rows[1]}`;
      return { loads: [], result: await readResult(await this.#context.duck.stream(sql), plan.columns) };
    }
    if (mode !== 'RETURN_ERRORS' && mode !== 'RETURN_ALL_ERRORS')
      throw unsupported(`VALIDATION_MODE = ${mode}`);
    const { text, number } = columnTypes;
    const result = answer(
      [
        ['ERROR', text],
        ['FILE', text],
        ['LINE', number],
        ['CHARACTER', number],
        ['CODE', number],
        ['SQL_STATE', text],
        ['COLUMN_NAME', text],
        ['ROW_NUMBER', number],
      ],
      faults.map(({ file, fault, columnName }) => [
        fault.message,
        this.#files[file]?.key,
        fault.line,
        fault.character,
        Number(fault.code),
        '22000',
        columnName,
        fault.row,
      ]),
    );
    return { loads: [], result };
  }
}
