import type { Identifier } from './ast.ts';
import { compilationError, placeOf, syntaxError, unsupported } from './errors.ts';
import { tokenize } from './lexer.ts';
import type { Statement, Token } from './tokens.ts';
import { isName } from './tokens.ts';
import { namedType, type SqlType } from './types.ts';

/** Second and third words of type names that are written as several. */
const TYPE_TAILS: Readonly<Record<string, readonly string[]>> = {
  DOUBLE: ['PRECISION'],
  CHAR: ['VARYING'],
  CHARACTER: ['VARYING'],
  NCHAR: ['VARYING'],
};

/** Reads the tokens of a statement one after the other. */
export class Cursor {
  readonly text: string;
  readonly #tokens: readonly Token[];
  #at = 0;
  /** How many `?` were read. */
  binds = 0;

  constructor(statement: Statement) {
    this.text = statement.text;
    this.#tokens = statement.tokens;
  }

  static over(text: string): Cursor {
    return new Cursor({ text, tokens: tokenize(text) });
  }

  get position(): number {
    return this.#at;
  }

  set position(value: number) {
    this.#at = value;
  }

  /** Where the next token starts, or the text ends. */
  get offset(): number {
    return this.#tokens[this.#at]?.start ?? this.text.length;
  }

  get done(): boolean {
    return this.#at >= this.#tokens.length;
  }

  peek(offset = 0): Token | undefined {
    return this.#tokens[this.#at + offset];
  }

  next(): Token {
    const token = this.#tokens[this.#at];
    if (token === undefined) throw syntaxError('unexpected end of the statement.');
    this.#at += 1;
    return token;
  }

  /** True when the next tokens are these unquoted words. */
  isWord(...words: readonly string[]): boolean {
    return this.#areNext(words);
  }

  #areNext(words: readonly string[]): boolean {
    for (let offset = 0; offset < words.length; offset += 1) {
      const token = this.#tokens[this.#at + offset];
      if (token?.kind !== 'word' || token.value !== words[offset]) return false;
    }
    return true;
  }

  isAnyWord(words: ReadonlySet<string>): boolean {
    const token = this.peek();
    return token?.kind === 'word' && words.has(token.value);
  }

  isSymbol(symbol: string, offset = 0): boolean {
    const token = this.peek(offset);
    return token?.kind === 'symbol' && token.value === symbol;
  }

  /** Steps over the words if they come next. */
  takeWord(...words: readonly string[]): boolean {
    if (!this.#areNext(words)) return false;
    this.#at += words.length;
    return true;
  }

  takeSymbol(symbol: string): boolean {
    if (!this.isSymbol(symbol)) return false;
    this.#at += 1;
    return true;
  }

  expectWord(...words: readonly string[]): void {
    if (!this.takeWord(...words)) throw this.unexpected();
  }

  expectSymbol(symbol: string): void {
    if (!this.takeSymbol(symbol)) throw this.unexpected();
  }

  expectEnd(): void {
    if (!this.done) throw this.unexpected();
  }

  /** Snowflake's syntax error at the next token. */
  unexpected(): Error {
    const token = this.peek();
    const at = token?.start ?? this.text.trimEnd().length;
    return syntaxError(`${placeOf(this.text, at)} unexpected '${token?.text ?? '<EOF>'}'.`);
  }

  identifier(): Identifier {
    const token = this.peek();
    if (token?.kind === 'word' && token.value === 'IDENTIFIER' && this.isSymbol('(', 1)) {
      const parts = this.name();
      if (parts.length === 1 && parts[0]) return parts[0];
      throw this.unexpected();
    }
    if (!isName(token)) throw this.unexpected();
    this.#at += 1;
    return { name: token.value, quoted: token.kind === 'quoted', at: token.start };
  }

  /** A name of one to three parts; `db..name` has an empty second part; IDENTIFIER('…') with a constant. */
  name(): Identifier[] {
    if (this.isWord('IDENTIFIER') && this.isSymbol('(', 1)) {
      const inside = this.peek(2);
      if (inside?.kind === 'string' && this.isSymbol(')', 3)) {
        this.#at += 4;
        return nameOf(inside.value, inside.start);
      }
      throw unsupported('IDENTIFIER() of anything but a constant here');
    }
    const parts = [this.identifier()];
    while (this.takeSymbol('.')) {
      if (this.isSymbol('.')) parts.push({ name: '', quoted: false });
      else parts.push(this.identifier());
    }
    return parts;
  }

  names(): string[] {
    return this.name().map((part) => part.name);
  }

  string(): string {
    const token = this.next();
    if (token.kind !== 'string') {
      this.#at -= 1;
      throw this.unexpected();
    }
    return token.value;
  }

  integer(): number {
    const negative = this.takeSymbol('-');
    const token = this.next();
    if (token.kind !== 'number' || !/^\d+$/.test(token.value)) {
      this.#at -= 1;
      throw this.unexpected();
    }
    return negative ? -Number(token.value) : Number(token.value);
  }

  /** `( a, b )` read item by item. */
  list<T>(item: () => T): T[] {
    this.expectSymbol('(');
    const items: T[] = [];
    if (this.takeSymbol(')')) return items;
    do items.push(item());
    while (this.takeSymbol(','));
    this.expectSymbol(')');
    return items;
  }

  /** A data type with its arguments. */
  type(): SqlType {
    const words = [this.identifier().name];
    const tails = TYPE_TAILS[words[0] ?? ''];
    const tail = this.peek();
    if (tails && tail?.kind === 'word' && tails.includes(tail.value)) words.push(this.next().value);
    const args = this.isSymbol('(') ? this.#typeArguments(words[0] ?? '') : [];
    if (words[0] === 'TIMESTAMP' || words[0] === 'TIME') {
      for (const tailing of [
        ['WITH', 'LOCAL', 'TIME', 'ZONE'],
        ['WITH', 'TIME', 'ZONE'],
        ['WITHOUT', 'TIME', 'ZONE'],
      ]) {
        if (this.takeWord(...tailing)) words.push(...tailing);
      }
    }
    return namedType(words.join(' '), args);
  }

  #typeArguments(name: string): number[] {
    if (name === 'ARRAY' || name === 'OBJECT' || name === 'MAP') {
      throw unsupported(`structured types (${name}(…))`);
    }
    if (name === 'VECTOR') throw compilationError(`Unsupported data type 'VECTOR'.`, '002040');
    return this.list(() => this.integer());
  }

  /** The text from a token's start to the end of the token before the cursor. */
  textFrom(position: number): string {
    const from = this.#tokens[position];
    const to = this.#tokens[this.#at - 1];
    return from && to ? this.text.slice(from.start, to.end) : '';
  }

  /** Where the token before the cursor ends. */
  get endOfLast(): number {
    return this.#tokens[this.#at - 1]?.end ?? 0;
  }

  /** The text from the next token to the end, and moves there. */
  rest(): string {
    const from = this.peek();
    this.#at = this.#tokens.length;
    return from === undefined ? '' : this.text.slice(from.start);
  }
}

/** The parts of a name that is given as text: `db.schema."My table"`. @param at where the text stands in a statement */
export function nameOf(text: string, at?: number): Identifier[] {
  const cursor = Cursor.over(text);
  const parts = cursor.name();
  cursor.expectEnd();
  return parts.map(({ name, quoted }) => ({ name, quoted, ...(at === undefined ? {} : { at }) }));
}
