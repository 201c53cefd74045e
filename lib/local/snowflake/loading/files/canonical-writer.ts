import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';

/** A local file of at most this size is read by one thread of DuckDB's, so a load is cut into several. */
const PART_BYTES = 16 * 1024 * 1024;
const BUFFER_BYTES = 1024 * 1024;
const COMMA = 44;
const NEWLINE = 10;
const QUOTE = 34;

/** A file of canonical CSV: no header, `file,row,values…`, NULL empty and unquoted, every other value quoted or plain. */
export interface CanonicalPart {
  readonly path: string;
  /** Length of its longest line, which DuckDB has to be told. */
  readonly longest: number;
}

/**
 * Writes records as canonical CSV into local files, each line led by the number of its file and of its row, so that
 * rows keep their numbers in whatever order they are read. Blank lines and mixed line ends do not exist in it.
 */
export class CanonicalWriter {
  readonly #directory: string;
  readonly #name: string;
  readonly parts: CanonicalPart[] = [];
  #buffer = Buffer.allocUnsafe(BUFFER_BYTES);
  #used = 0;
  #lineStart = 0;
  #written = 0;
  #longest = 0;
  #file: FileHandle | undefined;
  #full: Buffer[] = [];

  constructor(directory: string, name: string) {
    this.#directory = directory;
    this.#name = name;
  }

  /** Begins a line with its two numbers. */
  begin(file: number, row: number): void {
    this.#lineStart = this.#used;
    this.#reserve(32);
    this.#number(file);
    this.#buffer[this.#used++] = COMMA;
    this.#number(row);
  }

  /** Adds bytes that are canonical already: one or several fields with their commas between them. */
  raw(bytes: Buffer, from: number, to: number): void {
    this.#reserve(to - from + 1);
    this.#buffer[this.#used++] = COMMA;
    this.#used += bytes.copy(this.#buffer, this.#used, from, to);
  }

  /** Adds a value as a field; `null` is NULL. */
  field(text: string | null): void {
    this.#reserve((text?.length ?? 0) * 6 + 4);
    this.#buffer[this.#used++] = COMMA;
    if (text === null) return;
    this.#buffer[this.#used++] = QUOTE;
    this.#used += this.#buffer.write(
      text.includes('"') ? text.replaceAll('"', '""') : text,
      this.#used,
      'utf8',
    );
    this.#buffer[this.#used++] = QUOTE;
  }

  end(): void {
    this.#reserve(1);
    this.#buffer[this.#used++] = NEWLINE;
    this.#longest = Math.max(this.#longest, this.#used - this.#lineStart);
    if (this.#used >= BUFFER_BYTES - 4096) {
      this.#full.push(this.#buffer.subarray(0, this.#used));
      this.#buffer = Buffer.allocUnsafe(BUFFER_BYTES);
      this.#used = 0;
    }
  }

  /** To be awaited now and then, between records: writes what is full. */
  async drain(): Promise<void> {
    const full = this.#full;
    this.#full = [];
    for (const bytes of full) await this.#write(bytes);
  }

  async close(): Promise<void> {
    await this.drain();
    if (this.#used > 0) await this.#write(this.#buffer.subarray(0, this.#used));
    this.#used = 0;
    await this.#endPart();
  }

  get pending(): boolean {
    return this.#full.length > 0;
  }

  async #write(bytes: Buffer): Promise<void> {
    if (this.#file !== undefined && this.#written + bytes.length > PART_BYTES) await this.#endPart();
    this.#file ??= await open(this.#path(), 'w');
    await this.#file.writeFile(bytes);
    this.#written += bytes.length;
  }

  async #endPart(): Promise<void> {
    if (this.#file === undefined) return;
    await this.#file.close();
    this.#file = undefined;
    this.parts.push({ path: this.#path(), longest: this.#longest });
    this.#written = 0;
  }

  #path(): string {
    return join(this.#directory, `${this.#name}-${this.parts.length}.csv`);
  }

  #reserve(bytes: number): void {
    if (this.#used + bytes <= this.#buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.#buffer.length * 2, this.#used + bytes));
    this.#buffer.copy(larger, 0, 0, this.#used);
    this.#buffer = larger;
  }

  #number(value: number): void {
    if (value < 10) {
      this.#buffer[this.#used++] = 48 + value;
      return;
    }
    this.#used += this.#buffer.write(String(value), this.#used, 'latin1');
  }
}
