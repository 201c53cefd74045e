import type { Connection } from 'pg';
import QueryStream from 'pg-query-stream';
import { csvHeader, csvOfRows } from './csv.ts';
import { incompleteCopyError, invalidTextError } from './errors.ts';
import type { Mask } from './mask.ts';
import type { RowReader } from './row-reader.ts';

/** The part of the driver's client that reading rows needs. */
export interface RowsClient {
  query(statement: TextCursor): unknown;
}

export interface RowsQuery {
  /** A SELECT whose values are wanted as text. */
  readonly sql: string;
  readonly header: readonly string[];
  /** By position in the row. */
  readonly masks: ReadonlyMap<number, Mask>;
  /** Whether the database does not check its texts (SQL_ASCII), so that they may not be UTF-8. */
  readonly uncheckedText: boolean;
}

type Row = (string | null)[];

interface Batch {
  readonly rows: readonly Row[];
  readonly isLast: boolean;
}

/** What the cursor inside pg-query-stream tells of a read: all rows asked for, or the last ones with their count. */
interface CursorResult {
  readonly command: string | null;
  readonly rowCount: number | null;
}

interface BatchCursor {
  read(
    rows: number,
    done: (error: Error | undefined | null, rows: Row[], result?: CursorResult) => void,
  ): void;
}

const firstBatchRows = 200;
const mostBatchRows = 10_000;
/** Characters of CSV in a batch: enough that what a batch costs does not count, little enough to hold two. */
const batchCharacters = 512 * 1024;

/** No value becomes anything else than its text. */
const asText = { getTypeParser: () => (text: string) => text };

/** A cursor that is read in batches and not as a stream, which would cost a turn of the event loop a row. */
class TextCursor extends QueryStream {
  connection: Connection | undefined;

  constructor(sql: string) {
    super(sql, [], { rowMode: 'array', types: asText });
  }

  get batches(): BatchCursor {
    return this.cursor;
  }

  override submit(connection: Connection): void {
    this.connection = connection;
    super.submit(connection);
  }
}

/**
 * The rows of a SELECT as CSV, with masks put on: the path of tables with masked columns. The same bytes as `CopyOut` gives for
 * values that have no mask. The server works on the next batch while one is written, and no further.
 */
export class MaskedRows implements RowReader {
  rows = 0;
  bytes = 0;
  complete = false;

  readonly #query: RowsQuery;
  readonly #cursor: TextCursor;
  #batchRows = firstBatchRows;
  #reason: Error | undefined;

  private constructor(query: RowsQuery) {
    this.#query = query;
    this.#cursor = new TextCursor(query.sql);
  }

  /** Sends the statement. */
  static start(client: RowsClient, query: RowsQuery): MaskedRows {
    const rows = new MaskedRows(query);
    client.query(rows.#cursor);
    return rows;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer> {
    let head = csvHeader(this.#query.header);
    try {
      let next = this.#read();
      while (true) {
        const { rows, isLast } = await next;
        if (!isLast) next = this.#read();
        for (const row of rows) this.#mask(row);
        const text = csvOfRows(rows);
        if (this.#query.uncheckedText && text.includes('\ufffd')) throw invalidTextError();
        const block = Buffer.from(head + text);
        this.#count(rows.length, text.length, block.length);
        head = '';
        this.complete = isLast;
        yield block;
        if (isLast) return;
      }
    } finally {
      this.abandon(new Error('Connection terminated: the rows were given up'));
    }
  }

  abandon(reason: Error): void {
    // Once all rows have come the connection may be somebody else's.
    if (this.complete) return;
    this.#reason ??= reason;
    this.#cursor.connection?.stream.destroy();
  }

  #read(): Promise<Batch> {
    const asked = this.#batchRows;
    const batch = new Promise<Batch>((resolve, reject) => {
      this.#cursor.batches.read(asked, (error, rows, result) => {
        if (this.#reason !== undefined) reject(this.#reason);
        else if (error) reject(error);
        else if (rows.length === asked) resolve({ rows, isLast: false });
        else if (result?.command === 'SELECT' && result.rowCount === rows.length) {
          resolve({ rows, isLast: true });
        } else reject(incompleteCopyError(rows.length, result?.rowCount ?? undefined));
      });
    });
    // It is awaited in its turn; until then a failure must not count as unhandled.
    batch.catch(() => undefined);
    return batch;
  }

  #mask(row: Row): void {
    for (const [position, mask] of this.#query.masks) {
      const value = row[position];
      if (value !== null && value !== undefined) row[position] = mask(value);
    }
  }

  #count(rows: number, characters: number, bytes: number): void {
    this.rows += rows;
    this.bytes += bytes;
    if (rows === 0) return;
    const fitting = Math.floor((batchCharacters * rows) / characters);
    // Rows that are longer than those before them must not make a batch of many times its size.
    this.#batchRows = Math.max(1, Math.min(mostBatchRows, fitting, 4 * this.#batchRows));
  }
}
