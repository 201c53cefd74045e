import type { Argument, Call, Expression, Star } from './ast.ts';
import { parseCall } from './calls.ts';
import type { Cursor } from './cursor.ts';
import { parseAdditive, parseExpression, parseParenthesized } from './expressions.ts';
import { parseTypedLiteral } from './literals.ts';
import { startsQuery } from './query.ts';
import { BINARY, type SqlType } from './types.ts';
import { BARE_FUNCTIONS, RESERVED } from './words.ts';

/** A literal, a name, a call, a subquery or what stands in parentheses. */
export function parsePrimary(cursor: Cursor): Expression {
  const token = cursor.peek();
  if (token === undefined) throw cursor.unexpected();
  switch (token.kind) {
    case 'string':
      cursor.next();
      return { kind: 'text', value: token.value, at: token.start };
    case 'number':
      cursor.next();
      return { kind: 'number', value: token.value, at: token.start };
    case 'variable':
      cursor.next();
      return /^\d+$/.test(token.value)
        ? { kind: 'position', index: Number(token.value), at: token.start }
        : { kind: 'variable', name: token.value, at: token.start };
    case 'symbol':
      return parseSymbol(cursor, token.value);
    case 'quoted':
      return parseName(cursor);
    case 'word':
      return parseWord(cursor, token.value);
  }
}

function parseSymbol(cursor: Cursor, symbol: string): Expression {
  const at = cursor.offset;
  switch (symbol) {
    case '?':
      cursor.next();
      cursor.binds += 1;
      return { kind: 'bind', index: cursor.binds, at };
    case ':': {
      cursor.next();
      const token = cursor.next();
      if (token.kind === 'number') return { kind: 'bind', index: Number(token.value), at };
      if (token.kind === 'word') return { kind: 'variable', name: `:${token.value}`, at };
      break;
    }
    case '*':
      return parseStar(cursor, []);
    case '(':
      return parseParentheses(cursor);
    case '[': {
      cursor.next();
      const items: Expression[] = [];
      if (cursor.takeSymbol(']')) return { kind: 'array', items, at };
      do items.push(parseExpression(cursor));
      while (cursor.takeSymbol(','));
      cursor.expectSymbol(']');
      return { kind: 'array', items, at };
    }
    case '{':
      return parseObject(cursor);
  }
  throw cursor.unexpected();
}

function parseObject(cursor: Cursor): Expression {
  const at = cursor.offset;
  cursor.expectSymbol('{');
  const entries: { key: string; value: Expression }[] = [];
  if (cursor.takeSymbol('}')) return { kind: 'object', entries, at };
  if (cursor.takeSymbol('*')) {
    cursor.expectSymbol('}');
    return call('OBJECT_CONSTRUCT', [{ value: star([], at) }], at);
  }
  do {
    const key = cursor.string();
    cursor.expectSymbol(':');
    entries.push({ key, value: parseExpression(cursor) });
  } while (cursor.takeSymbol(','));
  cursor.expectSymbol('}');
  return { kind: 'object', entries, at };
}

function parseParentheses(cursor: Cursor): Expression {
  const at = cursor.offset;
  if (startsQuery(cursor, 1)) return { kind: 'subquery', query: parseParenthesized(cursor), at };
  const items = cursor.list(() => parseExpression(cursor));
  const [only] = items;
  if (items.length === 1 && only) return only;
  return { kind: 'tuple', items, at };
}

function star(qualifier: Star['qualifier'], at: number): Star {
  return { kind: 'star', qualifier, ilike: undefined, exclude: [], replace: [], rename: [], at };
}

export function parseStar(cursor: Cursor, qualifier: Star['qualifier']): Star {
  const at = qualifier[0]?.at ?? cursor.offset;
  cursor.expectSymbol('*');
  const ilike = cursor.takeWord('ILIKE') ? cursor.string() : undefined;
  const one = <T>(item: () => T) => (cursor.isSymbol('(') ? cursor.list(item) : [item()]);
  const exclude = cursor.takeWord('EXCLUDE') ? one(() => cursor.identifier()) : [];
  const replace = cursor.takeWord('REPLACE')
    ? one(() => {
        const value = parseExpression(cursor);
        cursor.takeWord('AS');
        return { value, as: cursor.identifier() };
      })
    : [];
  const rename = cursor.takeWord('RENAME')
    ? one(() => {
        const from = cursor.identifier();
        cursor.expectWord('AS');
        return { from, to: cursor.identifier() };
      })
    : [];
  return { kind: 'star', qualifier, ilike, exclude, replace, rename, at };
}

function parseWord(cursor: Cursor, word: string): Expression {
  const at = cursor.offset;
  if (word === 'CASE') return parseCase(cursor);
  if (word === 'NULL') {
    cursor.next();
    return { kind: 'null', at };
  }
  if (word === 'TRUE' || word === 'FALSE') {
    cursor.next();
    return { kind: 'boolean', value: word === 'TRUE', at };
  }
  if (word === 'EXISTS' && cursor.isSymbol('(', 1)) {
    cursor.next();
    return { kind: 'exists', query: parseParenthesized(cursor), at };
  }
  if ((word === 'CAST' || word === 'TRY_CAST') && cursor.isSymbol('(', 1)) return parseCast(cursor, word);
  if (word === 'EXTRACT' && cursor.isSymbol('(', 1)) return parseExtract(cursor);
  if (word === 'POSITION' && cursor.isSymbol('(', 1)) {
    const position = parsePosition(cursor);
    if (position) return position;
  }
  if (word === 'INTERVAL' && cursor.peek(1)?.kind === 'string') {
    cursor.next();
    return { kind: 'interval', text: cursor.string(), at };
  }
  const typed = parseTypedLiteral(cursor, word);
  if (typed) return typed;
  if (
    RESERVED.has(word) &&
    !(
      cursor.isSymbol('(', 1) &&
      (word === 'LEFT' ||
        word === 'RIGHT' ||
        word === 'INSERT' ||
        word === 'ANY' ||
        word === 'LIKE' ||
        word === 'ILIKE' ||
        word === 'RLIKE')
    )
  )
    throw cursor.unexpected();
  return parseName(cursor);
}

function parseCase(cursor: Cursor): Expression {
  const at = cursor.offset;
  cursor.expectWord('CASE');
  const operand = cursor.isWord('WHEN') ? undefined : parseExpression(cursor);
  const whens: { when: Expression; result: Expression }[] = [];
  while (cursor.takeWord('WHEN')) {
    const when = parseExpression(cursor);
    cursor.expectWord('THEN');
    whens.push({ when, result: parseExpression(cursor) });
  }
  const otherwise = cursor.takeWord('ELSE') ? parseExpression(cursor) : undefined;
  cursor.expectWord('END');
  return { kind: 'case', operand, whens, otherwise, at };
}

function parseCast(cursor: Cursor, word: string): Expression {
  const at = cursor.offset;
  cursor.next();
  cursor.expectSymbol('(');
  const value = parseExpression(cursor);
  cursor.expectWord('AS');
  const type: SqlType = cursor.type();
  cursor.expectSymbol(')');
  return { kind: 'cast', value, type, safe: word === 'TRY_CAST', at };
}

function parseExtract(cursor: Cursor): Expression {
  const at = cursor.offset;
  cursor.next();
  cursor.expectSymbol('(');
  const part = cursor.next().value;
  cursor.expectWord('FROM');
  const value = parseExpression(cursor);
  cursor.expectSymbol(')');
  return call('DATE_PART', [{ value: { kind: 'text', value: part } }, { value }], at);
}

/** `POSITION(part IN whole)`; undefined, and nothing read, for the form with a comma. */
function parsePosition(cursor: Cursor): Expression | undefined {
  const mark = cursor.position;
  const at = cursor.offset;
  cursor.next();
  cursor.expectSymbol('(');
  const part = parseAdditive(cursor);
  if (!cursor.takeWord('IN')) {
    cursor.position = mark;
    return undefined;
  }
  const whole = parseAdditive(cursor);
  cursor.expectSymbol(')');
  return call('POSITION', [{ value: part }, { value: whole }], at);
}

/** A column, `t.*`, or a function call. */
function parseName(cursor: Cursor): Expression {
  const at = cursor.offset;
  const bare = cursor.peek();
  if (
    bare?.kind === 'word' &&
    BARE_FUNCTIONS.has(bare.value) &&
    !cursor.isSymbol('(', 1) &&
    !cursor.isSymbol('.', 1)
  ) {
    cursor.next();
    return call(bare.value, [], at);
  }
  if (
    bare?.kind === 'word' &&
    bare.value === 'X' &&
    cursor.peek(1)?.kind === 'string' &&
    cursor.peek(1)?.start === bare.end
  ) {
    cursor.next();
    return { kind: 'typed', type: BINARY, value: cursor.string(), at };
  }
  const parts = [cursor.identifier()];
  while (cursor.isSymbol('.')) {
    cursor.next();
    if (cursor.isSymbol('*')) return parseStar(cursor, parts);
    if (cursor.isSymbol('.')) parts.push({ name: '', quoted: false });
    else if (cursor.peek()?.kind === 'variable') {
      return { kind: 'position', index: Number(cursor.next().value), at };
    } else parts.push(cursor.identifier());
  }
  if (cursor.isSymbol('(')) return parseCall(cursor, parts.map((part) => part.name).join('.'), at);
  return { kind: 'column', parts, at };
}

function call(name: string, args: readonly Argument[], at: number): Call {
  return { kind: 'call', name, args, distinct: false, orderBy: [], ignoreNulls: false, over: undefined, at };
}
