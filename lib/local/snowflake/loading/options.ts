import { compilationError, type Token } from '../../../sql/index.ts';
import type { TokenCursor } from './cursor.ts';

/** The value of `NAME = value`: a word or number as written, a string, a list, or options of its own in parentheses. */
export type OptionValue =
  | { readonly kind: 'word' | 'string' | 'number' | 'name'; readonly text: string }
  | { readonly kind: 'list'; readonly items: readonly OptionValue[] }
  | { readonly kind: 'options'; readonly options: Options };

/** Options by upper-case name, in the order they were written. */
export type Options = ReadonlyMap<string, OptionValue>;

/** Reads `NAME = value` pairs, with or without commas between them, until something else comes. */
export function readOptions(cursor: TokenCursor): Options {
  const options = new Map<string, OptionValue>();
  for (;;) {
    if (options.size > 0) cursor.acceptSymbol(',');
    const name = cursor.peek();
    const assigned = cursor.seesSymbol('=', 1) || cursor.seesSymbol('=>', 1);
    if (name?.kind !== 'word' || !assigned) return options;
    cursor.at += 2;
    if (options.has(name.value)) throw compilationError(`duplicate option '${name.value}'.`, '001030');
    options.set(name.value, readValue(cursor));
  }
}

function readValue(cursor: TokenCursor): OptionValue {
  if (cursor.seesSymbol('(')) return readGroup(cursor);
  const token = cursor.next();
  if (token.kind === 'symbol' && (token.value === '-' || token.value === '+')) {
    return { kind: 'number', text: `${token.value === '-' ? '-' : ''}${cursor.next().text}` };
  }
  return readScalar(cursor, token);
}

function readScalar(cursor: TokenCursor, token: Token): OptionValue {
  switch (token.kind) {
    case 'string':
      return { kind: 'string', text: token.value };
    case 'number':
      return { kind: 'number', text: token.text };
    case 'quoted':
    case 'word': {
      if (!cursor.seesSymbol('.'))
        return {
          kind: token.kind === 'word' ? 'word' : 'name',
          text: token.kind === 'word' ? token.value : token.text,
        };
      let text = token.text;
      while (cursor.acceptSymbol('.')) text += `.${cursor.next().text}`;
      return { kind: 'name', text };
    }
    case 'variable':
      return { kind: 'word', text: token.text.toUpperCase() };
    default:
      throw cursor.unexpectedAt(token, 'a value');
  }
}

function readGroup(cursor: TokenCursor): OptionValue {
  cursor.expectSymbol('(');
  if (cursor.peek()?.kind !== 'symbol' && (cursor.seesSymbol('=', 1) || cursor.seesSymbol('=>', 1))) {
    const options = readOptions(cursor);
    cursor.expectSymbol(')');
    return { kind: 'options', options };
  }
  const items: OptionValue[] = [];
  while (!cursor.acceptSymbol(')')) {
    if (items.length > 0) cursor.expectSymbol(',');
    items.push(readValue(cursor));
  }
  return { kind: 'list', items };
}

/** Options that are read one by one; what nobody asked for is refused by name at the end. */
export class OptionReader {
  readonly #options: Options;
  readonly #what: string;
  readonly #read = new Set<string>();

  constructor(options: Options, what: string) {
    this.#options = options;
    this.#what = what;
  }

  has(name: string): boolean {
    return this.#options.has(name);
  }

  value(name: string): OptionValue | undefined {
    this.#read.add(name);
    return this.#options.get(name);
  }

  /** A text, however it was written. */
  text(name: string): string | undefined {
    const value = this.value(name);
    if (value === undefined) return undefined;
    if ('text' in value) return value.text;
    throw this.invalid(name, 'a text');
  }

  boolean(name: string): boolean | undefined {
    const text = this.text(name)?.toUpperCase();
    if (text === undefined) return undefined;
    if (text === 'TRUE') return true;
    if (text === 'FALSE') return false;
    throw this.invalid(name, 'TRUE or FALSE');
  }

  whole(name: string): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    if (!/^-?\d+$/.test(text)) throw this.invalid(name, 'a whole number');
    return Number(text);
  }

  /** One of the words given, in upper case. */
  choice<T extends string>(name: string, allowed: readonly T[]): T | undefined {
    const text = this.text(name)?.toUpperCase();
    if (text === undefined) return undefined;
    const found = allowed.find((word) => word === text);
    if (found === undefined) throw this.invalid(name, `one of ${allowed.join(', ')}`);
    return found;
  }

  /** A list of texts; a single value counts as a list of one. */
  texts(name: string): string[] | undefined {
    const value = this.value(name);
    if (value === undefined) return undefined;
    if (value.kind === 'options') throw this.invalid(name, 'a list');
    const items = value.kind === 'list' ? value.items : [value];
    return items.map((item) => {
      if ('text' in item) return item.text;
      throw this.invalid(name, 'a list of texts');
    });
  }

  nested(name: string): Options | undefined {
    const value = this.value(name);
    if (value === undefined) return undefined;
    if (value.kind === 'options') return value.options;
    if (value.kind === 'list' && value.items.length === 0) return new Map();
    throw this.invalid(name, 'options in parentheses');
  }

  invalid(name: string, expected: string): Error {
    return compilationError(
      `invalid value for option '${name}' of ${this.#what}: expected ${expected}.`,
      '001007',
    );
  }

  /** Refuses the options that nobody has read. */
  finish(): void {
    for (const name of this.#options.keys()) {
      if (!this.#read.has(name)) {
        throw compilationError(`invalid option '${name}' of ${this.#what}.`, '001420');
      }
    }
  }
}
