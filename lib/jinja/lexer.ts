import { TemplateError } from './errors.ts';
import { decodeString, parseFloatLiteral, parseInteger } from './literals.ts';
import { locate } from './positions.ts';

/** What a token is: a class of tokens, or an operator under its own sign. */
export type TokenType =
  | 'data'
  | 'variable_begin'
  | 'variable_end'
  | 'block_begin'
  | 'block_end'
  | 'name'
  | 'string'
  | 'integer'
  | 'float'
  | 'operator'
  | 'eof';

export interface Token {
  type: TokenType;
  /** The text, the decoded string or the operator's sign. */
  text: string;
  /** The value of a number. */
  value?: unknown;
  /** Offsets in the source. */
  start: number;
  end: number;
}

export interface LexerOptions {
  file: string;
  trimBlocks: boolean;
  lstripBlocks: boolean;
  keepTrailingNewline: boolean;
  /** Tags whose bodies are text up to their end tag. */
  rawTags: ReadonlySet<string>;
  start: number;
  end: number;
}

const whitespace = /\s+/y;
const floatPattern = /(?<!\.)(?:\d+_)*\d+(?:(?:\.(?:\d+_)*\d+)?[eE][+-]?(?:\d+_)*\d+|\.(?:\d+_)*\d+)/y;
const integerPattern = /0[bB](?:_?[01])+|0[oO](?:_?[0-7])+|0[xX](?:_?[\da-fA-F])+|[1-9](?:_?\d)*|0(?:_?0)*/y;
const namePattern = /[\p{L}\p{N}\p{M}_]+/uy;
const asciiName = /[A-Za-z_][A-Za-z0-9_]*(?![A-Za-z0-9_\u0080-\uffff])/y;
const identifier = /^[\p{ID_Start}_]\p{ID_Continue}*$/u;
const stringPattern = /'[^'\\]*(?:\\[\s\S][^'\\]*)*'|"[^"\\]*(?:\\[\s\S][^"\\]*)*"/y;
const operatorPattern = /\/\/|\*\*|==|!=|>=|<=|[-+/*%~[\](){}<>=.:|,;]/y;
const rawBegin = /\{%[-+]?\s*raw\s*(?:-%\}\s*|%\})/y;

const closing: Readonly<Record<string, string>> = { '{': '}', '(': ')', '[': ']' };

/** Splits a template into tokens by Jinja2's rules of whitespace control. */
export class Lexer {
  private readonly tokens: Token[] = [];
  private readonly source: string;
  private readonly options: LexerOptions;
  private readonly end: number;
  private position: number;
  /** Offset where the data starts that has not been emitted yet. */
  private lineStarting = true;

  constructor(source: string, options: LexerOptions) {
    this.source = source;
    this.options = options;
    this.position = options.start;
    this.end = options.keepTrailingNewline ? options.end : withoutNewline(source, options.start, options.end);
  }

  /** All tokens, the last one being `eof`. */
  run(): Token[] {
    while (this.position < this.end) this.root();
    this.push('eof', '', this.end, this.end);
    return this.tokens;
  }

  /** Text up to the next tag, and that tag. */
  private root(): void {
    const at = this.nextTag();
    if (at === -1) {
      this.data(this.position, this.end);
      this.position = this.end;
      return;
    }
    const second = this.source[at + 1];
    const sign = this.signAt(at + 2);
    this.data(this.position, this.textEnd(this.position, at, sign, second === '{'));
    this.position = at + 2 + sign.length;
    if (second === '#') this.comment(at);
    else if (second === '{') this.tag('variable', at);
    else if (!this.raw(at)) this.tag('block', at);
  }

  /** The offset of the next `{{`, `{%` or `{#`, or -1. */
  private nextTag(): number {
    for (let at = this.source.indexOf('{', this.position); at !== -1 && at + 1 < this.end; ) {
      const second = this.source[at + 1];
      if (second === '{' || second === '%' || second === '#') return at;
      at = this.source.indexOf('{', at + 1);
    }
    return -1;
  }

  private signAt(offset: number): string {
    const sign = this.source[offset];
    return offset < this.end && (sign === '-' || sign === '+') ? sign : '';
  }

  /** Where text before a tag ends, once whitespace control has taken its share. */
  private textEnd(from: number, to: number, sign: string, isVariable: boolean): number {
    const text = this.source.slice(from, to);
    if (sign === '-') return from + text.trimEnd().length;
    if (sign === '+' || !this.options.lstripBlocks || isVariable) return to;
    const lineStart = Math.max(text.lastIndexOf('\n'), text.lastIndexOf('\r')) + 1;
    const startsLine = lineStart > 0 || this.lineStarting;
    return startsLine && lineStart < text.length && text.slice(lineStart).trim() === ''
      ? from + lineStart
      : to;
  }

  private data(from: number, to: number): void {
    if (to > from) this.push('data', newlines(this.source.slice(from, to)), from, to);
  }

  private comment(at: number): void {
    const close = this.source.indexOf('#}', this.position);
    if (close === -1 || close + 2 > this.end) this.fail('Missing end of comment tag', at);
    const sign = close > this.position ? this.source[close - 1] : '';
    this.position = close + 2;
    this.afterTag(sign === '-' || sign === '+' ? sign : '');
  }

  /** What a block's or a comment's end takes with it. */
  private afterTag(sign: string): void {
    if (sign === '-') this.skipWhitespace();
    else if (sign !== '+' && this.options.trimBlocks) this.skipNewline();
    this.lineStarting = /[\r\n]/.test(this.source[this.position - 1] ?? '');
  }

  private skipWhitespace(): void {
    whitespace.lastIndex = this.position;
    if (whitespace.test(this.source)) this.position = Math.min(whitespace.lastIndex, this.end);
  }

  private skipNewline(): void {
    if (this.position >= this.end) return;
    if (this.source.startsWith('\r\n', this.position)) this.position += 2;
    else if (this.source[this.position] === '\n' || this.source[this.position] === '\r') this.position++;
  }

  /** Reads `{% raw %}…{% endraw %}`, if that stands here. */
  private raw(at: number): boolean {
    rawBegin.lastIndex = at;
    if (!rawBegin.test(this.source) || rawBegin.lastIndex > this.end) return false;
    const from = rawBegin.lastIndex;
    const endTag = /\{%([-+]?)\s*endraw\s*([-+]?)%\}/g;
    endTag.lastIndex = from;
    const match = endTag.exec(this.source);
    if (match === null || endTag.lastIndex > this.end) this.fail('Missing end of raw directive', at);
    this.lineStarting = /[\r\n]/.test(this.source[from - 1] ?? '');
    this.data(from, this.textEnd(from, match.index, match[1] ?? '', false));
    this.position = endTag.lastIndex;
    this.afterTag(match[2] ?? '');
    return true;
  }

  /** Reads `{{ … }}` or `{% … %}`. */
  private tag(kind: 'variable' | 'block', at: number): void {
    this.push(`${kind}_begin`, '', at, this.position);
    const first = this.tokens.length;
    const expected: string[] = [];
    const close = kind === 'variable' ? '}}' : '%}';
    for (;;) {
      this.skipWhitespace();
      if (this.position >= this.end) return;
      if (expected.length === 0 && this.tagEnd(kind, close)) break;
      this.expressionToken(expected);
    }
    const name = this.tokens[first];
    if (kind === 'block' && name?.type === 'name' && this.options.rawTags.has(name.text))
      this.rawBody(name.text, at);
  }

  private tagEnd(kind: 'variable' | 'block', close: string): boolean {
    const at = this.position;
    let sign = this.signAt(at);
    if (!this.source.startsWith(close, at + sign.length)) return false;
    if (sign === '+' && kind === 'variable') sign = '';
    if (!this.source.startsWith(close, at + sign.length)) return false;
    this.position = at + sign.length + 2;
    this.push(`${kind}_end`, '', at, this.position);
    if (kind === 'block') this.afterTag(sign);
    else if (sign === '-') this.skipWhitespace();
    if (kind === 'variable') this.lineStarting = /[\r\n]/.test(this.source[this.position - 1] ?? '');
    return true;
  }

  /** The text up to the end tag of a tag whose body is not parsed. */
  private rawBody(tag: string, at: number): void {
    const endTag = new RegExp(`\\{%[-+]?\\s*end${tag}\\s*[-+]?%\\}`, 'g');
    endTag.lastIndex = this.position;
    const match = endTag.exec(this.source);
    if (match === null || endTag.lastIndex > this.end) this.fail(`Missing {% end${tag} %}`, at);
    this.data(this.position, match.index);
    this.position = match.index;
  }

  private expressionToken(expected: string[]): void {
    const start = this.position;
    if (this.match(asciiName))
      this.push('name', this.source.slice(start, this.position), start, this.position);
    else if (this.match(floatPattern)) this.number('float', start);
    else if (this.match(integerPattern)) this.number('integer', start);
    else if (this.match(namePattern)) this.name(start);
    else if (this.match(stringPattern)) this.string(start);
    else if (this.match(operatorPattern)) this.operator(start, expected);
    else this.unexpected(start);
  }

  private unexpected(start: number): never {
    const char = String.fromCodePoint(this.source.codePointAt(start) ?? 0);
    this.fail(char === '"' || char === "'" ? 'A string is not closed' : `unexpected char '${char}'`, start);
  }

  private match(pattern: RegExp): boolean {
    pattern.lastIndex = this.position;
    if (!pattern.test(this.source) || pattern.lastIndex > this.end) return false;
    this.position = pattern.lastIndex;
    return true;
  }

  private number(type: 'float' | 'integer', start: number): void {
    const text = this.source.slice(start, this.position);
    const value = type === 'float' ? parseFloatLiteral(text) : parseInteger(text);
    this.tokens.push({ type, text, value, start, end: this.position });
  }

  private name(start: number): void {
    const text = this.source.slice(start, this.position);
    if (!identifier.test(text)) this.fail('Invalid character in identifier', start);
    this.push('name', text, start, this.position);
  }

  private string(start: number): void {
    const inside = this.source.slice(start + 1, this.position - 1);
    const text = inside.includes('\\') ? decodeString(newlines(inside)) : newlines(inside);
    if (text === undefined) this.fail('A string has a truncated or unknown escape', start);
    this.push('string', text, start, this.position);
  }

  private operator(start: number, expected: string[]): void {
    const sign = this.source.slice(start, this.position);
    const close = closing[sign];
    if (close !== undefined) expected.push(close);
    else if (sign === '}' || sign === ')' || sign === ']') {
      const wanted = expected.pop();
      if (wanted === undefined) this.fail(`unexpected '${sign}'`, start);
      if (wanted !== sign) this.fail(`unexpected '${sign}', expected '${wanted}'`, start);
    }
    this.push('operator', sign, start, this.position);
  }

  private push(type: TokenType, text: string, start: number, end: number): void {
    this.tokens.push({ type, text, start, end });
  }

  private fail(message: string, offset: number): never {
    throw syntaxError(message, this.source, offset, this.options.file);
  }
}

/** A syntax error at an offset. */
export function syntaxError(
  message: string,
  source: string,
  offset: number,
  file: string,
  hint = '',
): TemplateError {
  return new TemplateError({ code: 'TEMPLATE_SYNTAX', message, hint }).locate(locate(source, offset, file));
}

/** The end of a template without its one trailing newline. */
function withoutNewline(source: string, start: number, end: number): number {
  if (end > start + 1 && source.startsWith('\r\n', end - 2)) return end - 2;
  const last = source[end - 1];
  return end > start && (last === '\n' || last === '\r') ? end - 1 : end;
}

/** Python reads all line ends as `\n`. */
function newlines(text: string): string {
  return text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text;
}
