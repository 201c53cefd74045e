import { TextDecoder } from 'node:util';
import type { JsonFormat } from './format.ts';
import { type RecordScanner, ScanEnded, type ScannedFile, type ScanRequest, ScanState } from './records.ts';

/** Cuts a file of JSON into its values: one below the other, side by side, or the elements of an outer array. */
export class JsonScanner implements RecordScanner {
  readonly #format: JsonFormat;
  readonly #state: ScanState;
  readonly #decoder: TextDecoder;
  #text = '';
  #line = 1;
  #ended = false;
  /** Inside the outer array that STRIP_OUTER_ARRAY takes away. */
  #inArray = false;

  constructor(format: JsonFormat, request: ScanRequest) {
    this.#format = format;
    this.#state = new ScanState(request);
    this.#decoder = new TextDecoder('utf-8', { fatal: !format.replaceInvalidCharacters });
  }

  get header(): readonly string[] | undefined {
    return this.#state.header;
  }

  get line(): number {
    return this.#line;
  }

  push(bytes: Buffer): void {
    if (this.#ended) return;
    this.#guard(() => {
      this.#text += this.#decode(() => this.#decoder.decode(bytes, { stream: true }));
      this.#scan(false);
    });
  }

  finish(): ScannedFile {
    this.#guard(() => {
      if (this.#ended) return;
      this.#text += this.#decode(() => this.#decoder.decode());
      this.#scan(true);
    });
    return this.#state.result();
  }

  #guard(work: () => void): void {
    try {
      work();
    } catch (error) {
      if (!(error instanceof ScanEnded)) throw error;
      this.#ended = true;
    }
  }

  #decode(read: () => string): string {
    try {
      return read();
    } catch {
      this.#fault('Invalid UTF8 detected in string', '100144');
      this.#ended = true;
      return '';
    }
  }

  #fault(message: string, code = '100069'): void {
    this.#state.fault({ code, message, line: this.#line, character: 1, column: 1 });
  }

  #scan(last: boolean): void {
    let start = 0;
    for (;;) {
      const begun = this.#skip(start);
      this.#line += newlines(this.#text, start, begun);
      start = begun;
      if (start >= this.#text.length) break;
      const end = endOfValue(this.#text, start);
      if (end < 0 || (end === this.#text.length && !last && !closes(this.#text[end - 1]))) {
        if (!last) break;
        if (end < 0) {
          this.#state.seen += 1;
          this.#fault('Error parsing JSON: incomplete value');
          start = this.#text.length;
          break;
        }
      }
      this.#value(this.#text.slice(start, end));
      this.#line += newlines(this.#text, start, end);
      start = end;
    }
    this.#text = this.#text.slice(start);
  }

  /** Over blanks, and over what the outer array puts between its elements. */
  #skip(from: number): number {
    let at = from;
    for (;;) {
      const c = this.#text[at];
      if (c === undefined) return at;
      if (c === ' ' || c === '\n' || c === '\r' || c === '\t' || c === '\u001e') at += 1;
      else if (c === '[' && this.#format.stripOuterArray && !this.#inArray) {
        this.#inArray = true;
        at += 1;
      } else if (this.#inArray && c === ',') at += 1;
      else if (this.#inArray && c === ']') {
        this.#inArray = false;
        at += 1;
      } else return at;
    }
  }

  #value(text: string): void {
    const state = this.#state;
    state.seen += 1;
    let kept = text;
    try {
      const parsed: unknown = JSON.parse(text);
      if (this.#format.stripNullValues)
        kept = JSON.stringify(parsed, (_key, value) => (value === null ? undefined : value)) ?? 'null';
    } catch (error) {
      this.#fault(`Error parsing JSON: ${error instanceof Error ? error.message : String(error)}`);
      return;
    }
    state.counted(1);
    state.request.sink.begin(state.request.file, state.seen);
    state.request.sink.field(kept);
    state.request.sink.end();
  }
}

function closes(c: string | undefined): boolean {
  return c === '}' || c === ']' || c === '"';
}

/** Where the JSON value that starts at `start` ends, or -1 when it goes on beyond the text. */
function endOfValue(text: string, start: number): number {
  let depth = 0;
  for (let at = start; at < text.length; at += 1) {
    const c = text[at];
    if (c === '"') {
      at = endOfString(text, at);
      if (at < 0) return -1;
    } else if (c === '{' || c === '[') {
      depth += 1;
      continue;
    } else if (c === '}' || c === ']') {
      if (depth === 0) return Math.max(at, start + 1);
      depth -= 1;
    } else if (depth > 0 || !endsScalar(text[at + 1])) {
      continue;
    }
    if (depth === 0) return at + 1;
  }
  return -1;
}

function endsScalar(next: string | undefined): boolean {
  return next === undefined || /[\s,\]}[{"]/.test(next);
}

/** Index of the quote that closes the string opened at `start`, or -1. */
function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at += 1) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === '"') return at;
  }
  return -1;
}

function newlines(text: string, from: number, to: number): number {
  let count = 0;
  for (let at = text.indexOf('\n', from); at >= 0 && at < to; at = text.indexOf('\n', at + 1)) count += 1;
  return count;
}
