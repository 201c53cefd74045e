/** What a file brought, beside its rows. */
export interface ScannedFile {
  /** Number of its rows: the header, skipped and rejected rows are not counted. */
  readonly rows: number;
  /** Names of the columns, when the format says that the first record is a header. */
  readonly header: readonly string[] | undefined;
  readonly fewestColumns: number;
  readonly mostColumns: number;
  readonly faults: readonly Fault[];
}

/** Something in a file that cannot be read. */
export interface Fault {
  readonly code: string;
  readonly message: string;
  /** From 1, in the file; 0 where there is none (a broken archive). */
  readonly line: number;
  /** From 1, in the line. */
  readonly character: number;
  /** From 1, data rows only. */
  readonly row: number;
  /** From 1; 0 when it is about no column. */
  readonly column: number;
}

/** Where the rows of a file go. */
export interface RecordSink {
  begin(file: number, row: number): void;
  raw(bytes: Buffer, from: number, to: number): void;
  field(text: string | null): void;
  end(): void;
}

/** Takes a file's bytes in pieces and gives its records to a sink. */
export interface RecordScanner {
  /** Known before the first record goes to the sink. */
  readonly header: readonly string[] | undefined;
  /** Of the record that is being read, from 1. */
  readonly line: number;
  push(bytes: Buffer): void;
  finish(): ScannedFile;
}

export interface ScanRequest {
  readonly file: number;
  readonly sink: RecordSink;
  /** A row with another number of columns is a fault; left out, any number goes. */
  readonly expectedColumns?: number;
  /** Go on after a fault, leaving its row out. Otherwise the scan ends at the first. */
  readonly keepGoing: boolean;
}

/** Ends a scan at its first fault. */
export class ScanEnded extends Error {}

const MOST_FAULTS = 100_000;

/** Counts of a scan while it runs. */
export class ScanState {
  readonly request: ScanRequest;
  rows = 0;
  seen = 0;
  fewest = Number.MAX_SAFE_INTEGER;
  most = 0;
  header: string[] | undefined;
  readonly faults: Fault[] = [];

  constructor(request: ScanRequest) {
    this.request = request;
  }

  /** Records a fault of the row now read, and stops the scan unless it is to go on. */
  fault(fault: Omit<Fault, 'row'>): void {
    if (this.faults.length < MOST_FAULTS) this.faults.push({ ...fault, row: this.seen });
    if (!this.request.keepGoing) throw new ScanEnded(fault.message);
  }

  counted(columns: number): void {
    this.rows += 1;
    if (columns < this.fewest) this.fewest = columns;
    if (columns > this.most) this.most = columns;
  }

  /** True when the number of columns is as expected; records the fault otherwise. */
  checkColumns(columns: number, line: number, character: number): boolean {
    const expected = this.request.expectedColumns;
    if (expected === undefined || expected === columns) return true;
    this.fault({
      code: '100080',
      message:
        `Number of columns in file (${columns}) does not match that of the corresponding table (${expected}), ` +
        'use file format option error_on_column_count_mismatch=false to ignore this error',
      line,
      character,
      column: Math.min(columns, expected) + 1,
    });
    return false;
  }

  result(): ScannedFile {
    return {
      rows: this.rows,
      header: this.header,
      fewestColumns: this.rows === 0 ? 0 : this.fewest,
      mostColumns: this.most,
      faults: this.faults,
    };
  }
}
