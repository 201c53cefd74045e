import { syntaxError } from './errors.ts';
import type { Statement, Token } from './tokens.ts';

const isDigit = (code: number): boolean => code >= 0x30 && code <= 0x39;

/** A to Z in either case, `_`, and all that is not ASCII. */
function startsWord(code: number): boolean {
  return (code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a) || code === 0x5f || code >= 0x80;
}

/** What a word may go on with: digits and `$` as well. */
function goesOnWord(code: number): boolean {
  return startsWord(code) || isDigit(code) || code === 0x24;
}

/** Longest first, so that `->>` is not read as `->` and `>`. */
const OPERATORS = ['->>', '<=>', '::', ':=', '=>', '->', '<>', '!=', '<=', '>=', '||', '**'];

/** Symbols that no operator of several characters begins with. */
const ALONE = new Set(['(', ')', ',', '.', ';', '+', '/', '[', ']', '{', '}', '?']);

const ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  b: '\b',
  f: '\f',
  '0': '\0',
};

/** Cuts Snowflake SQL into tokens; raises Snowflake's syntax error at an unclosed string, name or comment. */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  let at = skipBlanks(text, 0);
  while (at < text.length) {
    const token = readToken(text, at);
    tokens.push(token);
    at = skipBlanks(text, token.end);
  }
  return tokens;
}

function skipBlanks(text: string, from: number): number {
  let at = from;
  for (;;) {
    const code = text.charCodeAt(at);
    if (Number.isNaN(code)) return at;
    if (code === 0x20 || (code >= 0x09 && code <= 0x0d) || (code >= 0x80 && /\s/.test(text.charAt(at)))) {
      at += 1;
    } else if ((code === 0x2d || code === 0x2f) && text.charCodeAt(at + 1) === code) {
      const end = text.indexOf('\n', at);
      at = end < 0 ? text.length : end + 1;
    } else if (code === 0x2f && text.charCodeAt(at + 1) === 0x2a) {
      const end = text.indexOf('*/', at + 2);
      if (end < 0) throw syntaxError('unclosed comment.');
      at = end + 2;
    } else {
      return at;
    }
  }
}

function readToken(text: string, start: number): Token {
  const code = text.charCodeAt(start);
  const next = text.charCodeAt(start + 1);
  if (startsWord(code)) return readWord(text, start, start, 'word');
  if (code === 0x27) return readString(text, start);
  if (code === 0x22) return readQuoted(text, start);
  if (code === 0x24 && next === 0x24) return readDollarString(text, start);
  if (code === 0x24 && goesOnWord(next)) return readWord(text, start, start + 1, 'variable');
  if (isDigit(code) || (code === 0x2e && isDigit(next))) return readNumber(text, start);
  const symbol = text.charAt(start);
  const operator = ALONE.has(symbol)
    ? symbol
    : (OPERATORS.find((known) => text.startsWith(known, start)) ?? symbol);
  return { kind: 'symbol', text: operator, value: operator, start, end: start + operator.length };
}

function readWord(text: string, start: number, from: number, kind: 'word' | 'variable'): Token {
  let end = from + 1;
  while (goesOnWord(text.charCodeAt(end))) end += 1;
  return { kind, text: text.slice(start, end), value: text.slice(from, end).toUpperCase(), start, end };
}

function readNumber(text: string, start: number): Token {
  const match = /^(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/.exec(text.slice(start, start + 400));
  const found = match?.[0] ?? text[start] ?? '';
  return { kind: 'number', text: found, value: found, start, end: start + found.length };
}

function readQuoted(text: string, start: number): Token {
  let value = '';
  let at = start + 1;
  for (;;) {
    const end = text.indexOf('"', at);
    if (end < 0) throw syntaxError(`unclosed quoted identifier at position ${start}.`);
    value += text.slice(at, end);
    if (text[end + 1] !== '"') {
      return { kind: 'quoted', text: text.slice(start, end + 1), value, start, end: end + 1 };
    }
    value += '"';
    at = end + 2;
  }
}

function readDollarString(text: string, start: number): Token {
  const end = text.indexOf('$$', start + 2);
  if (end < 0) throw syntaxError(`unclosed $$ string at position ${start}.`);
  return {
    kind: 'string',
    text: text.slice(start, end + 2),
    value: text.slice(start + 2, end),
    start,
    end: end + 2,
  };
}

function readString(text: string, start: number): Token {
  const parts: string[] = [];
  let at = start + 1;
  for (;;) {
    const c = text[at];
    if (c === undefined) throw syntaxError(`unclosed string at position ${start}.`);
    if (c === '\\') {
      const escaped = readEscape(text, at + 1);
      parts.push(escaped.value);
      at = escaped.end;
    } else if (c !== "'") {
      let end = at + 1;
      while (end < text.length && text[end] !== "'" && text[end] !== '\\') end += 1;
      parts.push(text.slice(at, end));
      at = end;
    } else if (text[at + 1] === "'") {
      parts.push("'");
      at += 2;
    } else {
      return { kind: 'string', text: text.slice(start, at + 1), value: parts.join(''), start, end: at + 1 };
    }
  }
}

/** What stands after a backslash: a named escape, `\ooo`, `\xhh`, `\uhhhh`, or the character itself. */
function readEscape(text: string, at: number): { value: string; end: number } {
  const coded = /^(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|([0-3][0-7]{2}))/.exec(text.slice(at, at + 5));
  if (coded) {
    const hex = coded[1] ?? coded[2];
    const code = hex === undefined ? Number.parseInt(coded[3] ?? '', 8) : Number.parseInt(hex, 16);
    return { value: String.fromCharCode(code), end: at + coded[0].length };
  }
  const c = text[at] ?? '';
  return { value: ESCAPES[c] ?? c, end: at + 1 };
}

/** What may follow END to close something that is not counted as a block of its own. */
const ENDS_OF_OTHERS = new Set(['IF', 'FOR', 'LOOP', 'WHILE', 'REPEAT']);
/** What follows BEGIN when it starts a transaction rather than a block. */
const TRANSACTION_WORDS = new Set(['TRANSACTION', 'WORK', 'NAME']);

/** True where the token at `index` is the BEGIN of a Snowflake Scripting block, not of a transaction. */
export function isBlockBegin(tokens: readonly Token[], index: number): boolean {
  if (tokens[index]?.kind !== 'word' || tokens[index]?.value !== 'BEGIN') return false;
  const next = tokens[index + 1];
  if (next === undefined || next.value === ';') return false;
  return !(next.kind === 'word' && TRANSACTION_WORDS.has(next.value));
}

/**
 * Cuts a text into its statements at the semicolons that stand outside strings and Snowflake Scripting blocks.
 * Empty statements are dropped; a statement's text starts at its first token.
 */
export function splitStatements(text: string): Statement[] {
  const tokens = tokenize(text);
  const statements: Statement[] = [];
  let first = 0;
  while (first < tokens.length) {
    const last = endOfStatement(tokens, first);
    const inside = tokens.slice(first, last);
    const from = inside[0];
    const to = inside.at(-1);
    if (from && to) statements.push(cut(text, inside, from.start, to.end));
    first = last + 1;
  }
  return statements;
}

function cut(text: string, tokens: readonly Token[], start: number, end: number): Statement {
  const moved = tokens.map((token) => ({ ...token, start: token.start - start, end: token.end - start }));
  return { text: text.slice(start, end), tokens: start === 0 ? tokens : moved };
}

/** Index of the semicolon that ends the statement starting at `first`, or the number of tokens. */
function endOfStatement(tokens: readonly Token[], first: number): number {
  let depth = 0;
  let declaring = false;
  for (let index = first; index < tokens.length; index += 1) {
    const token = tokens[index];
    if (token === undefined) break;
    if (token.kind === 'symbol' && token.value === ';' && depth === 0 && !declaring) return index;
    if (token.kind !== 'word') continue;
    const starts = index === first || tokens[index - 1]?.value === 'AS' || depth > 0 || declaring;
    if (token.value === 'DECLARE' && starts && depth === 0) declaring = true;
    else if (starts && isBlockBegin(tokens, index)) {
      depth += 1;
      declaring = false;
    } else if (token.value === 'CASE' && depth > 0 && tokens[index - 1]?.value !== 'END') depth += 1;
    else if (token.value === 'END' && depth > 0) {
      const next = tokens[index + 1];
      if (!(next?.kind === 'word' && ENDS_OF_OTHERS.has(next.value))) depth -= 1;
    }
  }
  return tokens.length;
}
