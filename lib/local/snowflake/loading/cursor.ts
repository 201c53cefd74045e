import { type Statement, syntaxError, type Token } from '../../../sql/index.ts';

/** Reads the tokens of a statement from left to right. */
export class TokenCursor {
  readonly text: string;
  readonly tokens: readonly Token[];
  at: number;

  constructor(statement: Statement, at = 0) {
    this.text = statement.text;
    this.tokens = statement.tokens;
    this.at = at;
  }

  get done(): boolean {
    return this.at >= this.tokens.length;
  }

  peek(offset = 0): Token | undefined {
    return this.tokens[this.at + offset];
  }

  /** True where the next tokens are these unquoted words. */
  sees(...words: readonly string[]): boolean {
    return words.every((word, offset) => {
      const token = this.peek(offset);
      return token?.kind === 'word' && token.value === word;
    });
  }

  seesSymbol(symbol: string, offset = 0): boolean {
    const token = this.peek(offset);
    return token?.kind === 'symbol' && token.value === symbol;
  }

  /** Steps over these words when they come next. */
  accept(...words: readonly string[]): boolean {
    if (!this.sees(...words)) return false;
    this.at += words.length;
    return true;
  }

  acceptSymbol(symbol: string): boolean {
    if (!this.seesSymbol(symbol)) return false;
    this.at += 1;
    return true;
  }

  expect(...words: readonly string[]): void {
    if (!this.accept(...words)) throw this.unexpected(words.join(' '));
  }

  expectSymbol(symbol: string): void {
    if (!this.acceptSymbol(symbol)) throw this.unexpected(`'${symbol}'`);
  }

  next(): Token {
    const token = this.peek();
    if (token === undefined) throw this.unexpected();
    this.at += 1;
    return token;
  }

  /** A word, upper-cased. */
  word(): string {
    const token = this.next();
    if (token.kind !== 'word') throw this.unexpectedAt(token, 'a keyword');
    return token.value;
  }

  string(): string {
    const token = this.next();
    if (token.kind !== 'string') throw this.unexpectedAt(token, 'a string');
    return token.value;
  }

  /** A name of one to three parts; `IDENTIFIER('…')` as well. */
  nameParts(): string[] {
    if (this.sees('IDENTIFIER') && this.seesSymbol('(', 1)) return this.#identifierCall();
    const parts = [this.#namePart()];
    while (this.seesSymbol('.')) {
      this.at += 1;
      // `db..name` leaves the schema out.
      parts.push(this.seesSymbol('.') ? '' : this.#namePart());
    }
    return parts;
  }

  #namePart(): string {
    const token = this.next();
    if (token.kind !== 'word' && token.kind !== 'quoted') throw this.unexpectedAt(token, 'a name');
    return token.value;
  }

  #identifierCall(): string[] {
    this.at += 2;
    const text = this.string();
    this.expectSymbol(')');
    return splitName(text);
  }

  /** Where the text after the token just read begins. */
  get textEnd(): number {
    return this.tokens[this.at - 1]?.end ?? 0;
  }

  /** The text from the next token to the end of the statement. */
  rest(): string {
    const token = this.peek();
    return token === undefined ? '' : this.text.slice(token.start);
  }

  end(): void {
    const token = this.peek();
    if (token !== undefined) throw this.unexpectedAt(token);
  }

  unexpected(expected?: string): Error {
    return this.unexpectedAt(this.peek(), expected);
  }

  unexpectedAt(token: Token | undefined, expected?: string): Error {
    const where = token === undefined ? 'unexpected <EOF>' : `unexpected '${token.text}'`;
    const line = this.text.slice(0, token?.start ?? this.text.length).split('\n').length;
    return syntaxError(`line ${line} ${where}${expected === undefined ? '' : `, expected ${expected}`}.`);
  }
}

/** The parts of a name given as text: `db."My Schema".t`. */
export function splitName(text: string): string[] {
  const parts: string[] = [];
  const pattern = /\s*(?:"((?:[^"]|"")*)"|([^."\s]*))\s*(\.|$)/gy;
  for (;;) {
    const match = pattern.exec(text);
    if (match === null) throw syntaxError(`invalid name '${text}'.`);
    parts.push(match[1] === undefined ? (match[2] ?? '').toUpperCase() : match[1].replaceAll('""', '"'));
    if (match[3] === '') return parts;
  }
}
