import { syntaxError, type Token } from '../lexer.ts';

/** The tokens of a template, read one after the other. */
export class TokenStream {
  readonly source: string;
  readonly file: string;
  private readonly tokens: readonly Token[];
  private index = 0;

  constructor(tokens: readonly Token[], source: string, file: string) {
    this.tokens = tokens;
    this.source = source;
    this.file = file;
  }

  get current(): Token {
    return this.peek(0);
  }

  /** The token some places further on; the last one is `eof`. */
  peek(distance: number): Token {
    const token = this.tokens[Math.min(this.index + distance, this.tokens.length - 1)];
    if (token === undefined) throw syntaxError('The template has no tokens', this.source, 0, this.file);
    return token;
  }

  next(): Token {
    const token = this.current;
    this.index++;
    return token;
  }

  isOperator(sign: string): boolean {
    const token = this.current;
    return token.type === 'operator' && token.text === sign;
  }

  isName(name: string): boolean {
    const token = this.current;
    return token.type === 'name' && token.text === name;
  }

  skipOperator(sign: string): boolean {
    const found = this.isOperator(sign);
    if (found) this.index++;
    return found;
  }

  skipName(name: string): boolean {
    const found = this.isName(name);
    if (found) this.index++;
    return found;
  }

  expectOperator(sign: string): Token {
    if (!this.isOperator(sign)) this.fail(`expected '${sign}', got ${describe(this.current)}`);
    return this.next();
  }

  expect(type: Token['type'], name?: string): Token {
    const token = this.current;
    if (token.type !== type || (name !== undefined && token.text !== name)) {
      this.fail(`expected ${name === undefined ? words[type] : `'${name}'`}, got ${describe(token)}`);
    }
    return this.next();
  }

  fail(message: string, offset = this.current.start, hint = ''): never {
    throw syntaxError(message, this.source, offset, this.file, hint);
  }
}

const words: Readonly<Record<Token['type'], string>> = {
  data: 'text',
  variable_begin: "'{{'",
  variable_end: "'}}'",
  block_begin: "'{%'",
  block_end: "'%}'",
  name: 'a name',
  string: 'a string',
  integer: 'an integer',
  float: 'a float',
  operator: 'an operator',
  eof: 'the end of the template',
};

/** A token as an error message calls it. */
export function describe(token: Token): string {
  return token.type === 'name' || token.type === 'operator' ? `'${token.text}'` : words[token.type];
}
