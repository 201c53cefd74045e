import { TextDecoder } from 'node:util';
import type { CsvFormat } from './format.ts';
import { type RecordScanner, ScanEnded, type ScannedFile, type ScanRequest, ScanState } from './records.ts';

const ENCODINGS: Readonly<Record<string, string>> = {
  ISO88591: 'latin1',
  'ISO-8859-1': 'latin1',
  WINDOWS1252: 'windows-1252',
  'WINDOWS-1252': 'windows-1252',
  UTF16LE: 'utf-16le',
  'UTF-16LE': 'utf-16le',
};
const NAMED: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f', '0': '\0' };

interface Field {
  readonly text: string;
  readonly enclosed: boolean;
}

/** A record that does not follow the format; the scan goes on after its line. */
class BadRecord extends Error {
  readonly at: number;
  readonly column: number;
  constructor(message: string, at: number, column: number) {
    super(message);
    this.at = at;
    this.column = column;
  }
}

/** Stops reading a record whose end is not there yet. */
const INCOMPLETE = -1;

/** Reads CSV with any of Snowflake's options; every value is written anew. */
export class GeneralCsvScanner implements RecordScanner {
  readonly #format: CsvFormat;
  readonly #state: ScanState;
  readonly #decoder: TextDecoder;
  #text = '';
  #line = 1;
  #toSkip: number;
  #ended = false;
  #fields: Field[] = [];

  constructor(format: CsvFormat, request: ScanRequest) {
    this.#format = format;
    this.#state = new ScanState(request);
    this.#toSkip = format.skipHeader + (format.parseHeader ? 1 : 0);
    this.#decoder = new TextDecoder(ENCODINGS[format.encoding] ?? 'utf-8', {
      fatal: !format.replaceInvalidCharacters,
      ignoreBOM: !format.skipByteOrderMark,
    });
  }

  get header(): readonly string[] | undefined {
    return this.#state.header;
  }

  get line(): number {
    return this.#line;
  }

  push(bytes: Buffer): void {
    if (this.#ended) return;
    this.#decode(() => this.#decoder.decode(bytes, { stream: true }));
    this.#scan(false);
  }

  finish(): ScannedFile {
    if (!this.#ended) {
      this.#decode(() => this.#decoder.decode());
      this.#scan(true);
    }
    return this.#state.result();
  }

  #decode(read: () => string): void {
    try {
      this.#text += read();
    } catch {
      this.#guard(() =>
        this.#state.fault({
          code: '100144',
          message: 'Invalid UTF8 detected in string',
          line: this.#line,
          character: 0,
          column: 0,
        }),
      );
      this.#ended = true;
    }
  }

  #scan(last: boolean): void {
    let start = 0;
    this.#guard(() => {
      while (start < this.#text.length) {
        const next = this.#next(start, last);
        if (next === INCOMPLETE) break;
        start = next;
      }
    });
    this.#text = this.#text.slice(start);
  }

  #guard(work: () => void): void {
    try {
      work();
    } catch (error) {
      if (!(error instanceof ScanEnded)) throw error;
      this.#ended = true;
    }
  }

  #next(start: number, last: boolean): number {
    let end: number;
    try {
      end = this.#record(start, last);
      if (end === INCOMPLETE) return INCOMPLETE;
      this.#emit(start, end);
    } catch (error) {
      if (!(error instanceof BadRecord)) throw error;
      const found = this.#text.indexOf('\n', error.at);
      if (found < 0 && !last) return INCOMPLETE;
      this.#state.seen += 1;
      const before = this.#text.slice(start, error.at);
      this.#state.fault({
        code: '100066',
        message: error.message,
        line: this.#line + before.split('\n').length - 1,
        character: error.at - start - before.lastIndexOf('\n'),
        column: error.column,
      });
      end = found < 0 ? this.#text.length : found + 1;
    }
    this.#line += this.#text.slice(start, end).split('\n').length - 1;
    return end;
  }

  /** Reads the fields of a record into `#fields` and gives where the next record starts. */
  #record(start: number, last: boolean): number {
    this.#fields = [];
    let at = start;
    for (;;) {
      const after = this.#field(at, last);
      if (after === INCOMPLETE) return INCOMPLETE;
      at = after;
      const separator = this.#separator(at, last);
      if (separator === undefined) return INCOMPLETE;
      if (separator.ends) return at + separator.length;
      at += separator.length;
      if (at >= this.#text.length && !last) return INCOMPLETE;
    }
  }

  /** What stands between two fields or records at `at`; undefined when it may go on in the next piece. */
  #separator(at: number, last: boolean): { length: number; ends: boolean } | undefined {
    const left = this.#text.length - at;
    const longest = Math.max(
      this.#format.fieldDelimiter?.length ?? 0,
      this.#format.recordDelimiter?.length ?? 0,
      2,
    );
    if (left < longest && !last) return undefined;
    if (left === 0) return { length: 0, ends: true };
    const record = this.#recordEnd(at);
    if (record > 0) return { length: record, ends: true };
    const { fieldDelimiter } = this.#format;
    if (fieldDelimiter !== null && this.#text.startsWith(fieldDelimiter, at)) {
      return { length: fieldDelimiter.length, ends: false };
    }
    throw new BadRecord(
      `Found character '${this.#text[at]}' instead of field delimiter '${fieldDelimiter ?? 'NONE'}'`,
      at,
      this.#fields.length,
    );
  }

  /** Length of the record delimiter at `at`, 0 if there is none. The newline is any of LF, CR and CRLF. */
  #recordEnd(at: number): number {
    const { recordDelimiter } = this.#format;
    if (recordDelimiter === null) return 0;
    if (recordDelimiter !== '\n')
      return this.#text.startsWith(recordDelimiter, at) ? recordDelimiter.length : 0;
    const c = this.#text[at];
    if (c === '\n') return 1;
    if (c !== '\r') return 0;
    return this.#text[at + 1] === '\n' ? 2 : 1;
  }

  #field(start: number, last: boolean): number {
    const { enclosedBy, trimSpace } = this.#format;
    let from = start;
    if (trimSpace) while (this.#text[from] === ' ' || this.#text[from] === '\t') from += 1;
    if (enclosedBy !== null && this.#text[from] === enclosedBy)
      return this.#enclosed(from + 1, enclosedBy, last);
    return this.#open(trimSpace ? from : start, last);
  }

  #enclosed(start: number, quote: string, last: boolean): number {
    const { escape: escaping, trimSpace } = this.#format;
    let text = '';
    let at = start;
    for (;;) {
      const c = this.#text[at];
      if (c === undefined) {
        if (!last) return INCOMPLETE;
        throw new BadRecord('End of file found inside an enclosed field', at, this.#fields.length + 1);
      }
      if (c === escaping && escaping !== quote) {
        if (at + 1 >= this.#text.length && !last) return INCOMPLETE;
        const next = this.#text[at + 1] ?? '';
        text += NAMED[next] ?? next;
        at += 2;
      } else if (c !== quote) {
        text += c;
        at += 1;
      } else {
        if (at + 1 >= this.#text.length && !last) return INCOMPLETE;
        if (this.#text[at + 1] !== quote) break;
        text += quote;
        at += 2;
      }
    }
    at += 1;
    if (trimSpace) while (this.#text[at] === ' ' || this.#text[at] === '\t') at += 1;
    this.#fields.push({ text, enclosed: true });
    return at;
  }

  #open(start: number, last: boolean): number {
    const { fieldDelimiter, trimSpace } = this.#format;
    const escaping = this.#format.escapeUnenclosed ?? this.#format.escape;
    let text = '';
    let at = start;
    while (at < this.#text.length) {
      const c = this.#text[at] ?? '';
      if (c === escaping && at + 1 < this.#text.length) {
        const next = this.#text[at + 1] ?? '';
        // Kept as written for NULL_IF: `\N` is a whole field, not an escaped letter.
        text += next === 'N' ? '\\N' : (NAMED[next] ?? next);
        at += 2;
        continue;
      }
      if (this.#recordEnd(at) > 0) break;
      if (fieldDelimiter !== null && this.#text.startsWith(fieldDelimiter, at)) break;
      text += c;
      at += 1;
    }
    if (at >= this.#text.length && !last) return INCOMPLETE;
    this.#fields.push({ text: trimSpace ? text.trim() : text, enclosed: false });
    return at;
  }

  #emit(start: number, end: number): void {
    const state = this.#state;
    const texts = this.#fields.map(({ text, enclosed }) => (text === '' && !enclosed ? null : text));
    if (this.#toSkip > 0) {
      this.#toSkip -= 1;
      if (this.#toSkip === 0 && this.#format.parseHeader) state.header = texts.map((text) => text ?? '');
      return;
    }
    const blank = texts.length === 1 && texts[0] === null;
    if (blank && this.#format.skipBlankLines) return;
    state.seen += 1;
    if (!state.checkColumns(texts.length, this.#line, end - start)) return;
    state.counted(texts.length);
    const { sink, file } = state.request;
    sink.begin(file, state.seen);
    for (const text of texts) sink.field(text);
    sink.end();
  }
}
