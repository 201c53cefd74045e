import { isUtf8 } from 'node:buffer';
import type { CsvFormat } from './format.ts';
import { type RecordScanner, ScanEnded, type ScannedFile, type ScanRequest, ScanState } from './records.ts';

const QUOTE = 34;
const COMMA = 44;
const LF = 10;
const CR = 13;

/** True for the formats that the fast scanner reads: commas, double quotes, no escapes, any newline, UTF-8. */
export function isPlainCsv(format: CsvFormat): boolean {
  return (
    format.fieldDelimiter === ',' &&
    format.recordDelimiter === '\n' &&
    format.enclosedBy === '"' &&
    format.escape === null &&
    format.escapeUnenclosed === null &&
    !format.trimSpace &&
    !format.replaceInvalidCharacters &&
    /^UTF-?8$/.test(format.encoding)
  );
}

/** Reads CSV as RFC 4180 has it, byte by byte; most records go to the sink as they are. */
export class FastCsvScanner implements RecordScanner {
  readonly #format: CsvFormat;
  readonly #state: ScanState;
  #bytes: Buffer = Buffer.alloc(0);
  #line = 1;
  #toSkip: number;
  #started = false;
  #ended = false;
  /** Starts and ends of the fields of the record being read, quotes included. */
  readonly #fields: number[] = [];

  constructor(format: CsvFormat, request: ScanRequest) {
    this.#format = format;
    this.#state = new ScanState(request);
    this.#toSkip = format.skipHeader + (format.parseHeader ? 1 : 0);
  }

  get header(): readonly string[] | undefined {
    return this.#state.header;
  }

  get line(): number {
    return this.#line;
  }

  push(bytes: Buffer): void {
    if (this.#ended) return;
    this.#bytes = this.#bytes.length === 0 ? bytes : Buffer.concat([this.#bytes, bytes]);
    this.#scan(false);
  }

  finish(): ScannedFile {
    if (!this.#ended) this.#scan(true);
    return this.#state.result();
  }

  #scan(last: boolean): void {
    if (!this.#started) {
      if (this.#bytes.length < 3 && !last) return;
      this.#started = true;
      const marked = this.#bytes[0] === 0xef && this.#bytes[1] === 0xbb && this.#bytes[2] === 0xbf;
      if (marked && this.#format.skipByteOrderMark) this.#bytes = this.#bytes.subarray(3);
    }
    const checkEach = !isUtf8(withoutPartial(this.#bytes, last));
    let start = 0;
    try {
      while (start < this.#bytes.length) {
        const next = this.#record(start, last, checkEach);
        if (next < 0) break;
        start = next;
      }
    } catch (error) {
      if (!(error instanceof ScanEnded)) throw error;
      this.#ended = true;
    }
    this.#bytes = this.#bytes.subarray(start);
  }

  /** Reads one record from `start`; gives where the next one starts, or -1 when its end is not there yet. */
  #record(start: number, last: boolean, checkUtf8: boolean): number {
    const bytes = this.#bytes;
    const length = bytes.length;
    const fields = this.#fields;
    fields.length = 0;
    let at = start;
    let lines = 0;
    let plain = true;
    for (;;) {
      const from = at;
      if (bytes[at] === QUOTE) {
        at += 1;
        for (;;) {
          while (at < length) {
            const c = bytes[at];
            if (c === QUOTE) break;
            if (c === LF) lines += 1;
            at += 1;
          }
          if (at >= length) {
            if (!last) return -1;
            return this.#badQuote(start, length, length, lines, 'End of file found inside an enclosed field');
          }
          if (bytes[at + 1] !== QUOTE) break;
          at += 2;
        }
        at += 1;
        // What follows the closing quote may be in the next piece.
        if (at >= length && !last) return -1;
        const c = bytes[at];
        if (at < length && c !== COMMA && c !== LF && c !== CR) {
          const end = this.#endOfLine(at);
          if (end < 0 && !last) return -1;
          const shown = new TextDecoder().decode(bytes.subarray(at, at + 4))[0] ?? '';
          return this.#badQuote(
            start,
            at,
            end < 0 ? length : end,
            lines,
            `Found character '${shown}' instead of field delimiter ','`,
          );
        }
      } else {
        while (at < length) {
          const c = bytes[at];
          if (c === COMMA || c === LF || c === CR) break;
          if (c === QUOTE) plain = false;
          at += 1;
        }
      }
      fields.push(from, at);
      if (at >= length) {
        if (!last) return -1;
        break;
      }
      if (bytes[at] !== COMMA) break;
      at += 1;
      if (at >= length && !last) return -1;
    }
    let next = at + 1;
    if (bytes[at] === CR) {
      if (next >= length && !last) return -1;
      if (bytes[next] === LF) next += 1;
    }
    this.#emit(start, at, plain, checkUtf8);
    this.#line += lines + 1;
    return Math.min(next, length);
  }

  #emit(start: number, end: number, plain: boolean, checkUtf8: boolean): void {
    const state = this.#state;
    if (this.#toSkip > 0) {
      this.#toSkip -= 1;
      if (this.#toSkip === 0 && this.#format.parseHeader)
        state.header = this.#texts().map((text) => text ?? '');
      return;
    }
    if (start === end && this.#format.skipBlankLines) return;
    state.seen += 1;
    const columns = this.#fields.length / 2;
    if (checkUtf8 && !isUtf8(this.#bytes.subarray(start, end))) {
      state.fault(this.#invalidText(start));
      return;
    }
    if (!state.checkColumns(columns, this.#line, end - start + 1)) return;
    state.counted(columns);
    const { sink, file } = state.request;
    sink.begin(file, state.seen);
    if (plain) sink.raw(this.#bytes, start, end);
    else for (const text of this.#texts()) sink.field(text);
    sink.end();
  }

  #invalidText(start: number): Parameters<ScanState['fault']>[0] {
    let column = 1;
    let from = start;
    for (let index = 0; index < this.#fields.length; index += 2) {
      from = this.#fields[index] ?? start;
      if (!isUtf8(this.#bytes.subarray(from, this.#fields[index + 1]))) break;
      column += 1;
    }
    return {
      code: '100144',
      message: 'Invalid UTF8 detected in string',
      line: this.#line,
      character: from - start + 1,
      column,
    };
  }

  /** The fields just read, as texts; an empty one without quotes is NULL. */
  #texts(): (string | null)[] {
    const texts: (string | null)[] = [];
    for (let index = 0; index < this.#fields.length; index += 2) {
      const from = this.#fields[index] ?? 0;
      const to = this.#fields[index + 1] ?? 0;
      if (from === to) texts.push(null);
      else if (this.#bytes[from] !== QUOTE) texts.push(this.#bytes.toString('utf8', from, to));
      else texts.push(this.#bytes.toString('utf8', from + 1, to - 1).replaceAll('""', '"'));
    }
    return texts;
  }

  #endOfLine(from: number): number {
    const found = this.#bytes.indexOf(LF, from);
    return found < 0 ? -1 : found + 1;
  }

  #badQuote(start: number, at: number, end: number, lines: number, message: string): number {
    this.#state.seen += 1;
    const lineStart = lines === 0 ? start : this.#bytes.lastIndexOf(LF, at - 1) + 1;
    this.#state.fault({
      code: '100066',
      message,
      line: this.#line + lines,
      character: at - lineStart + 1,
      column: this.#fields.length / 2 + 1,
    });
    this.#line += lines + 1;
    return end;
  }
}

/** The bytes without a character that is cut off at their end. */
function withoutPartial(bytes: Buffer, last: boolean): Buffer {
  if (last) return bytes;
  for (let back = 1; back <= 3 && back <= bytes.length; back += 1) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte < 0x80) return bytes;
    if (byte >= 0xc0) return bytes.subarray(0, bytes.length - back);
  }
  return bytes;
}
