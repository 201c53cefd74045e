import type { DuckDBConnection } from '@duckdb/node-api';
import type { ExecutionContext, QualifiedName } from '../../statement.ts';
import type { StagedFile } from '../stages/s3-files.ts';

/** What became of one file in one load. */
export interface LoadedFile {
  readonly file: StagedFile;
  readonly status: 'LOADED' | 'PARTIALLY_LOADED' | 'LOAD_FAILED';
  readonly rowsParsed: number;
  readonly rowsLoaded: number;
  readonly errorLimit: number;
  readonly errorsSeen: number;
  readonly firstError: string | null;
  readonly firstErrorLine: number | null;
  readonly firstErrorCharacter: number | null;
  readonly firstErrorColumn: string | null;
}

/** Who loads: COPY itself, or the pipe of this name, whose history is its own. */
export type Loader = QualifiedName | undefined;

const TABLE = '"_loading"."copy_history"';
/** For how long a file is known to have been loaded, by COPY and by a pipe. */
const COPY_DAYS = 64;
const PIPE_DAYS = 14;

/** Creates the tables that load history is kept in. */
export async function createHistory(duck: DuckDBConnection): Promise<void> {
  await duck.run('CREATE SCHEMA IF NOT EXISTS "_loading"');
  await duck.run(
    `CREATE TABLE IF NOT EXISTS ${TABLE} (
      database VARCHAR, schema VARCHAR, name VARCHAR,
      pipe_database VARCHAR, pipe_schema VARCHAR, pipe_name VARCHAR,
      location VARCHAR, bucket VARCHAR, file VARCHAR, etag VARCHAR, size BIGINT,
      loaded_ms BIGINT, received_ms BIGINT, forgotten BOOLEAN,
      status VARCHAR, rows_parsed BIGINT, rows_loaded BIGINT, error_limit BIGINT, errors_seen BIGINT,
      first_error VARCHAR, first_error_line BIGINT, first_error_character BIGINT, first_error_column VARCHAR)`,
  );
}

function ofLoader(loader: Loader): { sql: string; values: string[] } {
  if (loader === undefined) return { sql: "pipe_name = ''", values: [] };
  return {
    sql: 'pipe_database = $4 AND pipe_schema = $5 AND pipe_name = $6',
    values: [loader.database, loader.schema, loader.name],
  };
}

/**
 * The files that this loader has already brought into the table. COPY takes a file again when its content has
 * changed, a pipe never takes the same name twice.
 */
export async function loadedFiles(
  context: ExecutionContext,
  table: QualifiedName,
  loader: Loader,
): Promise<(file: StagedFile) => boolean> {
  const who = ofLoader(loader);
  const days = loader === undefined ? COPY_DAYS : PIPE_DAYS;
  const since = context.now().getTime() - days * 86_400_000;
  const reader = await context.duck.runAndReadAll(
    `SELECT bucket, file, etag FROM ${TABLE}
      WHERE database = $1 AND schema = $2 AND name = $3 AND ${who.sql} AND NOT forgotten
        AND status <> 'LOAD_FAILED' AND loaded_ms >= ${since}`,
    [table.database, table.schema, table.name, ...who.values],
  );
  const known = new Set(
    reader.getRowsJS().map(([bucket, file, etag]) => keyOf(`${bucket}`, `${file}`, `${etag}`, loader)),
  );
  return (file) => known.has(keyOf(file.bucket, file.key, file.etag, loader));
}

function keyOf(bucket: string, key: string, etag: string, loader: Loader): string {
  return loader === undefined ? `${bucket}/${key}\u0000${etag}` : `${bucket}/${key}`;
}

/** Records loads in the session's transaction. */
export async function recordLoads(
  context: ExecutionContext,
  table: QualifiedName,
  loader: Loader,
  location: string,
  loads: readonly LoadedFile[],
): Promise<void> {
  if (loads.length === 0) return;
  const now = context.now().getTime();
  const appender = await context.duck.createAppender('copy_history', '_loading');
  const text = (value: string | null) =>
    value === null ? appender.appendNull() : appender.appendVarchar(value);
  const whole = (value: number | null) =>
    value === null ? appender.appendNull() : appender.appendBigInt(BigInt(value));
  for (const load of loads) {
    for (const part of [table.database, table.schema, table.name]) text(part);
    for (const part of [loader?.database, loader?.schema, loader?.name]) text(part ?? '');
    for (const part of [location, load.file.bucket, load.file.key, load.file.etag]) text(part);
    for (const part of [load.file.size, now, load.file.lastModified.getTime()]) whole(part);
    appender.appendBoolean(false);
    text(load.status);
    for (const part of [load.rowsParsed, load.rowsLoaded, load.errorLimit, load.errorsSeen]) whole(part);
    text(load.firstError);
    whole(load.firstErrorLine);
    whole(load.firstErrorCharacter);
    text(load.firstErrorColumn);
    appender.endRow();
  }
  appender.closeSync();
}

/** After this the table's files count as new again: it was truncated, dropped or replaced. */
export async function forgetTable(context: ExecutionContext, table: QualifiedName): Promise<void> {
  await context.duck.run(
    `UPDATE ${TABLE} SET forgotten = TRUE WHERE database = $1 AND schema = $2 AND name = $3 AND NOT forgotten AND pipe_name = ''`,
    [table.database, table.schema, table.name],
  );
}

/** The history of a pipe ends with it. */
export async function forgetPipe(context: ExecutionContext, pipe: QualifiedName): Promise<void> {
  await context.duck.run(
    `UPDATE ${TABLE} SET forgotten = TRUE WHERE pipe_database = $1 AND pipe_schema = $2 AND pipe_name = $3 AND NOT forgotten`,
    [pipe.database, pipe.schema, pipe.name],
  );
}

/** History follows a table that gets another name. */
export async function renameTable(
  context: ExecutionContext,
  from: QualifiedName,
  to: QualifiedName,
): Promise<void> {
  await context.duck.run(
    `UPDATE ${TABLE} SET database = $4, schema = $5, name = $6 WHERE database = $1 AND schema = $2 AND name = $3`,
    [from.database, from.schema, from.name, to.database, to.schema, to.name],
  );
}
