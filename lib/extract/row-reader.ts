/** Rows on their way from Postgres, as blocks of CSV with a header line. */
export interface RowReader extends AsyncIterable<Buffer> {
  /** Rows so far, the header line not counted. */
  readonly rows: number;
  /** Bytes of CSV so far. */
  readonly bytes: number;
  /** Whether the server has said that this was all, and it was. */
  readonly complete: boolean;
  /** Ends the reading and its connection; whoever waits for blocks gets `reason`. */
  abandon(reason: Error): void;
}
