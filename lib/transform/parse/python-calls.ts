import { ProjectError } from '../errors.ts';
import type { Data } from '../values.ts';

/** A call of a function of dbt's in a model in Python. */
export interface PythonCall {
  readonly name: 'ref' | 'source' | 'config' | 'config.get';
  readonly positional: readonly Data[];
  readonly named: Readonly<Record<string, Data>>;
}

const skipped = /(?:\s+|#[^\n]*|\\\r?\n)*/y;
const text = /([A-Za-z]{0,2})("""|'''|"|')/y;
const call = /dbt\s*\.\s*(ref|source|config\s*\.\s*get|config)\s*\(/y;
const word = /[A-Za-z_]\w*/y;
const number = /[-+]?(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][-+]?\d+)?/y;

/**
 * The calls of `dbt.ref`, `dbt.source`, `dbt.config` and `dbt.config.get` in Python, in their order; nothing is run, so their
 * arguments have to be literals.
 *
 * @param file as errors show it
 * @throws ProjectError where an argument is no literal
 */
export function pythonCalls(source: string, file: string): PythonCall[] {
  const reader = new PythonReader(source, file);
  return reader.calls();
}

class PythonReader {
  readonly #source: string;
  readonly #file: string;
  #at = 0;

  constructor(source: string, file: string) {
    this.#source = source;
    this.#file = file;
  }

  calls(): PythonCall[] {
    const found: PythonCall[] = [];
    while (this.#at < this.#source.length) {
      this.#take(skipped);
      const start = this.#at;
      if (this.#text() !== undefined) continue;
      const name = this.#isMember(start) ? undefined : this.#take(call)?.[1]?.replace(/\s/g, '');
      if (isName(name)) found.push(this.#call(name, start));
      else if (this.#take(word) === undefined) this.#at++;
    }
    return found;
  }

  /** Whether what stands at `start` belongs to something before a point: `my.dbt.ref` is no call of dbt's. */
  #isMember(start: number): boolean {
    return this.#source.slice(0, start).trimEnd().endsWith('.');
  }

  #call(name: PythonCall['name'], start: number): PythonCall {
    const positional: Data[] = [];
    const named: Record<string, Data> = {};
    while (!this.#closes(')')) {
      const before = this.#at;
      const keyword = this.#take(word)?.[0];
      this.#take(skipped);
      const isNamed = keyword !== undefined && /^=(?!=)/.test(this.#source.slice(this.#at, this.#at + 2));
      this.#at = isNamed ? this.#at + 1 : before;
      const value = this.#literal();
      if (value === undefined || !this.#separates(')')) {
        const line = this.#source.slice(0, start).split('\n').length;
        throw new ProjectError([
          {
            file: this.#file,
            line,
            message: `an argument of dbt.${name}() is no literal.`,
            hint: 'Models in Python are only read: write the name or the value itself.',
          },
        ]);
      }
      if (isNamed) named[keyword] = value;
      else positional.push(value);
    }
    return { name, positional, named };
  }

  /** Whether the closing bracket comes next, which is taken then. */
  #closes(bracket: string): boolean {
    this.#take(skipped);
    if (this.#source.charAt(this.#at) !== bracket) return false;
    this.#at++;
    return true;
  }

  /** Whether a value has ended: with a comma, which is taken, or with the closing bracket. */
  #separates(bracket: string): boolean {
    this.#take(skipped);
    const next = this.#source.charAt(this.#at);
    if (next === ',') this.#at++;
    return next === ',' || next === bracket;
  }

  #literal(): Data | undefined {
    this.#take(skipped);
    const first = this.#source.charAt(this.#at);
    if (first === '[' || first === '(') return this.#list(first === '[' ? ']' : ')');
    if (first === '{') return this.#record();
    const written = this.#texts();
    if (written !== undefined) return written;
    const digits = this.#take(number)?.[0];
    if (digits !== undefined) return Number(digits.replaceAll('_', ''));
    switch (this.#take(word)?.[0]) {
      case 'True':
        return true;
      case 'False':
        return false;
      case 'None':
        return null;
      default:
        return undefined;
    }
  }

  #list(bracket: string): Data | undefined {
    this.#at++;
    const items: Data[] = [];
    while (!this.#closes(bracket)) {
      const item = this.#literal();
      if (item === undefined) return undefined;
      if (!this.#separates(bracket)) return undefined;
      const [before, next] = this.#source.slice(this.#at - 1, this.#at + 1);
      items.push(item);
      // One value in parentheses without a comma is that value.
      const isAlone = bracket === ')' && items.length === 1 && next === bracket && before !== ',';
      if (isAlone && this.#closes(bracket)) return item;
    }
    return items;
  }

  #record(): Data | undefined {
    this.#at++;
    const record: Record<string, Data> = {};
    while (!this.#closes('}')) {
      const key = this.#literal();
      if (key === undefined || !this.#closes(':')) return undefined;
      const value = this.#literal();
      if (value === undefined || !this.#separates('}')) return undefined;
      record[String(key)] = value;
    }
    return record;
  }

  /** Texts that follow each other are one. */
  #texts(): string | undefined {
    let all: string | undefined;
    for (let next = this.#text(); next !== undefined; next = this.#text()) {
      all = (all ?? '') + next;
      this.#take(skipped);
    }
    return all;
  }

  #text(): string | undefined {
    const [, prefix = '', quote] = this.#take(text) ?? [];
    if (quote === undefined) return undefined;
    const raw = /r/i.test(prefix);
    let value = '';
    while (this.#at < this.#source.length && !this.#source.startsWith(quote, this.#at)) {
      const character = this.#source.charAt(this.#at++);
      if (character !== '\\') value += character;
      else {
        const escaped = this.#source.charAt(this.#at++);
        value += raw ? `\\${escaped}` : (escapes[escaped] ?? `\\${escaped}`);
      }
    }
    this.#at += quote.length;
    return value;
  }

  #take(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#source);
    if (match === null) return undefined;
    this.#at = pattern.lastIndex;
    return match;
  }
}

const escapes: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  '\\': '\\',
  "'": "'",
  '"': '"',
  '\n': '',
};

function isName(name: string | undefined): name is PythonCall['name'] {
  return name !== undefined && ['ref', 'source', 'config', 'config.get'].includes(name);
}
