import { BOOLEAN, compilationError, TEXT, unsupported } from '../../../../sql/index.ts';
import { StatementContext } from '../../context.ts';
import { literal, printQualified, quote } from '../../names.ts';
import type { Session, Transaction } from '../../session.ts';
import type {
  CatalogObject,
  ExecutionContext,
  QualifiedName,
  ResultColumn,
  Source,
} from '../../statement.ts';
import { column, duckType } from '../../types.ts';
import { forgetTable, renameTable } from '../copy/history.ts';
import { propertiesOf } from '../objects.ts';
import type { Write, WriteObserver } from './capture.ts';

/** What the catalog keeps of a stream. */
export interface StreamProperties {
  /** Names its log, the table that holds the rows nobody has consumed yet. */
  readonly id: string;
  readonly table: QualifiedName;
  readonly appendOnly: boolean;
  /** Its table is gone or was replaced; it cannot be read any more. */
  readonly stale: boolean;
  readonly comment: string;
}

/**
 * DuckDB gives rows that the running transaction has inserted ids from here on, and smaller ones when it commits.
 * So a statement's own rows, and the rows that came with the transaction itself, can be told from the committed ones.
 */
const FIRST_LOCAL_ROW = '36028797018960000';
const TAKEN = '"$taken"';
const ROW_ID = '"$row_id"';
const NEW_ROW_ID = "replace(CAST(uuid() AS VARCHAR), '-', '') || left(md5(CAST(random() AS VARCHAR)), 8)";

export const STREAM_COLUMNS: readonly ResultColumn[] = [
  column('METADATA$ACTION', TEXT),
  column('METADATA$ISUPDATE', BOOLEAN),
  column('METADATA$ROW_ID', TEXT),
];

export function logTable(stream: StreamProperties): string {
  return `"_loading".${quote(`stream_${stream.id}`)}`;
}

/** Creates the log of a new stream, with the table's present rows in it when they are to be shown. */
export async function createLog(
  context: ExecutionContext,
  stream: StreamProperties,
  initialRows: boolean,
): Promise<void> {
  const columns = await context.columnsOf(stream.table);
  const list = columns.map((one) => `${quote(one.name)} ${duckType(one)}`).join(', ');
  await context.duck.run(`CREATE TABLE ${logTable(stream)} (${list}, ${TAKEN} VARCHAR, ${ROW_ID} VARCHAR)`);
  if (initialRows) await append(context, stream, columns, '');
}

async function append(
  context: ExecutionContext,
  stream: StreamProperties,
  columns: readonly ResultColumn[],
  where: string,
): Promise<void> {
  const names = columns.map((one) => quote(one.name)).join(', ');
  await context.duck.run(
    `INSERT INTO ${logTable(stream)} (${names}, ${ROW_ID}) SELECT ${names}, ${NEW_ROW_ID} FROM ${context.duckTable(stream.table)} ${where}`,
  );
}

/** The rows of a stream as a query sees them: what is committed and not consumed, or consumed by this very transaction. */
export async function streamSource(context: ExecutionContext, object: CatalogObject): Promise<Source> {
  const stream = propertiesOf<StreamProperties>(object);
  refuseStale(object, stream);
  const logged = new Set(await logColumns(context, stream));
  const columns = await context.columnsOf(stream.table);
  const values = columns.map((one) =>
    logged.has(one.name) ? quote(one.name) : `CAST(NULL AS ${duckType(one)}) AS ${quote(one.name)}`,
  );
  const transaction = StatementContext.of(context).owner.transaction?.id ?? '';
  return {
    sql:
      `SELECT ${values.join(', ')}, 'INSERT' AS "METADATA$ACTION", FALSE AS "METADATA$ISUPDATE", ${ROW_ID} AS "METADATA$ROW_ID" ` +
      `FROM ${logTable(stream)} WHERE rowid < ${FIRST_LOCAL_ROW} AND (${TAKEN} IS NULL OR ${TAKEN} = ${literal(transaction)})`,
    columns: [...columns, ...STREAM_COLUMNS],
  };
}

function refuseStale(object: CatalogObject, stream: StreamProperties): void {
  if (!stream.stale) return;
  throw compilationError(
    `Base table '${printQualified(stream.table)}' dropped, cannot read from stream '${object.name.name}'.`,
    '091901',
  );
}

async function logColumns(context: ExecutionContext, stream: StreamProperties): Promise<string[]> {
  const reader = await context.duck.runAndReadAll(
    `SELECT column_name FROM duckdb_columns() WHERE schema_name = '_loading' AND table_name = ${literal(`stream_${stream.id}`)}`,
  );
  return reader.getRowsJS().map(([name]) => String(name));
}

/** Advances a stream past what this transaction has read of it; the rows stay visible to it until it ends. */
export async function consume(context: ExecutionContext, object: CatalogObject): Promise<void> {
  const stream = propertiesOf<StreamProperties>(object);
  refuseStale(object, stream);
  const transaction = StatementContext.of(context).owner.transaction?.id;
  if (transaction === undefined) throw new TypeError('a stream is consumed inside a transaction only');
  await context.lock(object.name);
  const mine = literal(transaction);
  await context.duck.run(
    `DELETE FROM ${logTable(stream)} WHERE ${TAKEN} IS NOT NULL AND ${TAKEN} <> ${mine}`,
  );
  await context.duck.run(
    `UPDATE ${logTable(stream)} SET ${TAKEN} = ${mine} WHERE rowid < ${FIRST_LOCAL_ROW} AND ${TAKEN} IS NULL`,
  );
}

/** SYSTEM$STREAM_HAS_DATA. */
export async function hasData(context: ExecutionContext, object: CatalogObject): Promise<boolean> {
  const stream = propertiesOf<StreamProperties>(object);
  if (stream.stale) return false;
  const reader = await context.duck.runAndReadAll(
    `SELECT 1 FROM ${logTable(stream)} WHERE ${TAKEN} IS NULL AND rowid < ${FIRST_LOCAL_ROW} LIMIT 1`,
  );
  return reader.currentRowCount > 0;
}

/** Copies the rows that statements insert into the logs of the table's streams, in the same transaction. */
export class StreamCapture implements WriteObserver {
  /** Transactions that wrote something a stream will show once they are committed. */
  readonly #open = new Map<Transaction, Session>();

  /** True when a transaction that wrote into a stream has ended since the last call. */
  takeEnded(): boolean {
    let ended = false;
    for (const [transaction, session] of this.#open) {
      if (session.transaction === transaction) continue;
      this.#open.delete(transaction);
      ended = true;
    }
    return ended;
  }

  async before(context: ExecutionContext, write: Write): Promise<(() => Promise<void>) | undefined> {
    if (write.kind === 'TRUNCATE') await forgetTable(context, write.table);
    const streams = await streamsOn(context, write.table);
    if (streams.length === 0) return undefined;
    const standard = streams.find((object) => !propertiesOf<StreamProperties>(object).appendOnly);
    if (standard !== undefined && write.kind !== 'INSERT') {
      throw unsupported(
        `${write.kind} on ${write.table.name}, which the standard stream ${standard.name.name} follows: ` +
          'only inserts are followed here; create the stream with APPEND_ONLY = TRUE',
      );
    }
    const table = context.duckTable(write.table);
    const reader = await context.duck.runAndReadAll(
      `SELECT CAST(max(rowid) AS VARCHAR) FROM ${table} WHERE rowid >= ${FIRST_LOCAL_ROW}`,
    );
    const last = reader.getRowsJS()[0]?.[0];
    const from = last === null || last === undefined ? `>= ${FIRST_LOCAL_ROW}` : `> ${String(last)}`;
    return async () => {
      const columns = await context.columnsOf(write.table);
      for (const object of streams) {
        const stream = propertiesOf<StreamProperties>(object);
        await addMissingColumns(context, stream, columns);
        await append(context, stream, columns, `WHERE rowid ${from}`);
        // Those who consume the stream have to see this commit.
        await context.lock(object.name);
      }
      const { owner } = StatementContext.of(context);
      if (owner.transaction !== undefined) this.#open.set(owner.transaction, owner);
    };
  }
}

async function addMissingColumns(
  context: ExecutionContext,
  stream: StreamProperties,
  columns: readonly ResultColumn[],
): Promise<void> {
  const logged = new Set(await logColumns(context, stream));
  for (const one of columns.filter(({ name }) => !logged.has(name))) {
    await context.duck.run(`ALTER TABLE ${logTable(stream)} ADD COLUMN ${quote(one.name)} ${duckType(one)}`);
  }
}

function sameName(a: QualifiedName, b: QualifiedName): boolean {
  return a.database === b.database && a.schema === b.schema && a.name === b.name;
}

async function streamsOn(context: ExecutionContext, table: QualifiedName): Promise<CatalogObject[]> {
  const all = await context.objects.list('STREAM');
  return all.filter((object) => {
    const stream = propertiesOf<StreamProperties>(object);
    return !stream.stale && sameName(stream.table, table);
  });
}

/** Keeps streams and load history with their table when it is renamed, swapped, replaced or dropped. */
export async function followTable(
  context: ExecutionContext,
  change: {
    readonly kind: 'dropped' | 'renamed' | 'swapped' | 'replaced';
    readonly name: QualifiedName;
    readonly to?: QualifiedName;
  },
): Promise<void> {
  const { kind, name, to } = change;
  if (kind === 'dropped' || kind === 'replaced') {
    await forgetTable(context, name);
    for (const object of await streamsOn(context, name)) {
      await context.objects.put({ ...object, properties: { ...object.properties, stale: true } });
    }
    return;
  }
  if (to === undefined) return;
  const moved = (await streamsOn(context, name)).map((object) => ({ object, table: to }));
  const back =
    kind === 'swapped' ? (await streamsOn(context, to)).map((object) => ({ object, table: name })) : [];
  for (const { object, table } of [...moved, ...back]) {
    await context.objects.put({ ...object, properties: { ...object.properties, table } });
  }
  if (kind === 'renamed') {
    await renameTable(context, name, to);
    return;
  }
  const aside: QualifiedName = { ...name, name: `${name.name}\u0000` };
  await renameTable(context, name, aside);
  await renameTable(context, to, name);
  await renameTable(context, aside, to);
}
