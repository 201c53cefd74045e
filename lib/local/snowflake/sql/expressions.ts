import { unsupported } from '../errors.ts';
import { isName } from '../names.ts';
import { BINARY, type SqlType } from '../types.ts';
import type { Argument, Call, Expression, OrderItem, Over, PathStep, Query, Star } from './ast.ts';
import type { Cursor } from './cursor.ts';
import { parseTypedLiteral } from './literals.ts';
import { parseQuery, startsQuery } from './query.ts';

/** Words that end an expression or an alias; none of them can be a column without quotes. */
export const RESERVED = new Set([
  'ALL',
  'AND',
  'ANY',
  'AS',
  'BETWEEN',
  'BY',
  'CASE',
  'CAST',
  'CONNECT',
  'CREATE',
  'CROSS',
  'DELETE',
  'DISTINCT',
  'DROP',
  'ELSE',
  'EXCEPT',
  'EXISTS',
  'FOR',
  'FROM',
  'FULL',
  'GRANT',
  'GROUP',
  'HAVING',
  'ILIKE',
  'IN',
  'INNER',
  'INSERT',
  'INTERSECT',
  'INTO',
  'IS',
  'JOIN',
  'LATERAL',
  'LEFT',
  'LIKE',
  'LIMIT',
  'MINUS',
  'NATURAL',
  'NOT',
  'NULL',
  'OF',
  'ON',
  'OR',
  'ORDER',
  'QUALIFY',
  'REGEXP',
  'REVOKE',
  'RIGHT',
  'RLIKE',
  'SAMPLE',
  'SELECT',
  'SET',
  'SOME',
  'TABLE',
  'TABLESAMPLE',
  'THEN',
  'TO',
  'TRUE',
  'FALSE',
  'UNION',
  'UNIQUE',
  'UPDATE',
  'USING',
  'VALUES',
  'WHEN',
  'WHERE',
  'WITH',
]);

/** Functions that are written without parentheses. */
const BARE_FUNCTIONS = new Set([
  'CURRENT_DATE',
  'CURRENT_TIME',
  'CURRENT_TIMESTAMP',
  'CURRENT_USER',
  'CURRENT_ROLE',
  'LOCALTIME',
  'LOCALTIMESTAMP',
]);

export function parseExpression(cursor: Cursor): Expression {
  return parseOr(cursor);
}

function parseOr(cursor: Cursor): Expression {
  let left = parseAnd(cursor);
  while (cursor.takeWord('OR')) left = { kind: 'binary', operator: 'OR', left, right: parseAnd(cursor) };
  return left;
}

function parseAnd(cursor: Cursor): Expression {
  let left = parseNot(cursor);
  while (cursor.takeWord('AND')) left = { kind: 'binary', operator: 'AND', left, right: parseNot(cursor) };
  return left;
}

function parseNot(cursor: Cursor): Expression {
  if (cursor.takeWord('NOT')) return { kind: 'unary', operator: 'NOT', value: parseNot(cursor) };
  return parseComparison(cursor);
}

const COMPARISONS = new Set(['=', '<>', '!=', '<', '>', '<=', '>=']);

function parseComparison(cursor: Cursor): Expression {
  let left = parseAdditive(cursor);
  for (;;) {
    const token = cursor.peek();
    if (token?.kind === 'symbol' && COMPARISONS.has(token.value)) {
      cursor.next();
      const operator = token.value === '!=' ? '<>' : token.value;
      const quantifier = cursor.isWord('ALL')
        ? 'ALL'
        : cursor.isWord('ANY') || cursor.isWord('SOME')
          ? 'ANY'
          : undefined;
      if (quantifier && cursor.isSymbol('(', 1)) {
        cursor.next();
        left = { kind: 'quantified', left, operator, quantifier, query: parseParenthesized(cursor) };
      } else {
        left = { kind: 'binary', operator, left, right: parseAdditive(cursor) };
      }
      continue;
    }
    const predicate = parsePredicate(cursor, left);
    if (predicate === undefined) return left;
    left = predicate;
  }
}

function parseParenthesized(cursor: Cursor): Query {
  cursor.expectSymbol('(');
  const query = parseQuery(cursor);
  cursor.expectSymbol(')');
  return query;
}

/** IS, IN, BETWEEN, LIKE and their kin after a value; undefined when none comes next. */
function parsePredicate(cursor: Cursor, value: Expression): Expression | undefined {
  if (cursor.takeWord('IS')) return parseIs(cursor, value);
  const mark = cursor.position;
  const negated = cursor.takeWord('NOT');
  if (cursor.takeWord('IN')) return parseIn(cursor, value, negated);
  if (cursor.takeWord('BETWEEN')) {
    const low = parseAdditive(cursor);
    cursor.expectWord('AND');
    return { kind: 'between', value, negated, low, high: parseAdditive(cursor) };
  }
  for (const word of ['LIKE', 'ILIKE', 'RLIKE', 'REGEXP'] as const) {
    if (!cursor.takeWord(word)) continue;
    const operator = word === 'REGEXP' ? 'RLIKE' : word;
    const quantifier = cursor.takeWord('ANY') ? 'ANY' : cursor.takeWord('ALL') ? 'ALL' : undefined;
    const patterns =
      quantifier !== undefined && cursor.isSymbol('(')
        ? cursor.list(() => parseExpression(cursor))
        : [parseAdditive(cursor)];
    const escapeWith = cursor.takeWord('ESCAPE') ? parseAdditive(cursor) : undefined;
    return { kind: 'like', value, negated, operator, patterns, quantifier, escapeWith };
  }
  cursor.position = mark;
  return undefined;
}

function parseIs(cursor: Cursor, value: Expression): Expression {
  const negated = cursor.takeWord('NOT');
  if (cursor.takeWord('DISTINCT', 'FROM')) {
    return { kind: 'distinctFrom', left: value, right: parseAdditive(cursor), negated };
  }
  for (const what of ['NULL', 'TRUE', 'FALSE'] as const) {
    if (cursor.takeWord(what)) return { kind: 'is', value, negated, what };
  }
  throw cursor.unexpected();
}

function parseIn(cursor: Cursor, value: Expression, negated: boolean): Expression {
  if (cursor.isSymbol('(') && startsQuery(cursor, 1)) {
    return { kind: 'in', value, negated, list: undefined, query: parseParenthesized(cursor) };
  }
  const list = cursor.list(() => parseExpression(cursor));
  return { kind: 'in', value, negated, list, query: undefined };
}

function parseAdditive(cursor: Cursor): Expression {
  let left = parseMultiplicative(cursor);
  for (;;) {
    const token = cursor.peek();
    if (token?.kind !== 'symbol' || !['+', '-', '||'].includes(token.value)) return left;
    cursor.next();
    left = { kind: 'binary', operator: token.value, left, right: parseMultiplicative(cursor) };
  }
}

function parseMultiplicative(cursor: Cursor): Expression {
  let left = parseUnary(cursor);
  for (;;) {
    const token = cursor.peek();
    if (token?.kind !== 'symbol' || !['*', '/', '%'].includes(token.value)) return left;
    cursor.next();
    left = { kind: 'binary', operator: token.value, left, right: parseUnary(cursor) };
  }
}

function parseUnary(cursor: Cursor): Expression {
  if (cursor.takeSymbol('-')) return { kind: 'unary', operator: '-', value: parseUnary(cursor) };
  if (cursor.takeSymbol('+')) return parseUnary(cursor);
  return parsePostfix(cursor);
}

/** `::type`, `:path`, `[index]` and `AT TIME ZONE`-free suffixes after a value. */
function parsePostfix(cursor: Cursor): Expression {
  let value = parsePrimary(cursor);
  for (;;) {
    if (cursor.takeSymbol('::')) {
      value = { kind: 'cast', value, type: cursor.type(), safe: false };
    } else if (cursor.isSymbol(':') && isName(cursor.peek(1))) {
      cursor.next();
      value = { kind: 'path', value, steps: parsePath(cursor) };
    } else if (cursor.isSymbol('[')) {
      value = { kind: 'path', value, steps: parseSteps(cursor, []) };
    } else if (cursor.takeWord('COLLATE')) {
      throw unsupported('COLLATE');
    } else {
      return value;
    }
  }
}

function parsePath(cursor: Cursor): PathStep[] {
  return parseSteps(cursor, [{ field: pathField(cursor) }]);
}

/** A key of a path is taken as written: paths do not fold case. */
function pathField(cursor: Cursor): string {
  const token = cursor.next();
  if (!isName(token)) {
    cursor.position -= 1;
    throw cursor.unexpected();
  }
  return token.kind === 'quoted' ? token.value : token.text;
}

function parseSteps(cursor: Cursor, first: readonly PathStep[]): PathStep[] {
  const steps = [...first];
  for (;;) {
    if (cursor.takeSymbol('[')) {
      steps.push({ index: parseExpression(cursor) });
      cursor.expectSymbol(']');
    } else if (cursor.isSymbol('.') && steps.length > 0 && isName(cursor.peek(1))) {
      cursor.next();
      steps.push({ field: pathField(cursor) });
    } else {
      return steps;
    }
  }
}

function parsePrimary(cursor: Cursor): Expression {
  const token = cursor.peek();
  if (token === undefined) throw cursor.unexpected();
  switch (token.kind) {
    case 'string':
      cursor.next();
      return { kind: 'text', value: token.value };
    case 'number':
      cursor.next();
      return { kind: 'number', value: token.value };
    case 'variable':
      cursor.next();
      return /^\d+$/.test(token.value)
        ? parsePositionTail(cursor, Number(token.value))
        : { kind: 'variable', name: token.value };
    case 'symbol':
      return parseSymbol(cursor, token.value);
    case 'quoted':
      return parseName(cursor);
    case 'word':
      return parseWord(cursor, token.value);
  }
}

function parsePositionTail(_cursor: Cursor, index: number): Expression {
  return { kind: 'position', index };
}

function parseSymbol(cursor: Cursor, symbol: string): Expression {
  switch (symbol) {
    case '?':
      cursor.next();
      cursor.binds += 1;
      return { kind: 'bind', index: cursor.binds };
    case ':': {
      cursor.next();
      const token = cursor.next();
      if (token.kind === 'number') return { kind: 'bind', index: Number(token.value) };
      if (token.kind === 'word') return { kind: 'variable', name: `:${token.value}` };
      break;
    }
    case '*':
      return parseStar(cursor, []);
    case '(':
      return parseParentheses(cursor);
    case '[': {
      cursor.next();
      const items: Expression[] = [];
      if (cursor.takeSymbol(']')) return { kind: 'array', items };
      do items.push(parseExpression(cursor));
      while (cursor.takeSymbol(','));
      cursor.expectSymbol(']');
      return { kind: 'array', items };
    }
    case '{':
      return parseObject(cursor);
  }
  throw cursor.unexpected();
}

function parseObject(cursor: Cursor): Expression {
  cursor.expectSymbol('{');
  const entries: { key: string; value: Expression }[] = [];
  if (cursor.takeSymbol('}')) return { kind: 'object', entries };
  if (cursor.takeSymbol('*')) {
    cursor.expectSymbol('}');
    return call('OBJECT_CONSTRUCT', [{ value: star([]) }]);
  }
  do {
    const key = cursor.string();
    cursor.expectSymbol(':');
    entries.push({ key, value: parseExpression(cursor) });
  } while (cursor.takeSymbol(','));
  cursor.expectSymbol('}');
  return { kind: 'object', entries };
}

function parseParentheses(cursor: Cursor): Expression {
  if (startsQuery(cursor, 1)) return { kind: 'subquery', query: parseParenthesized(cursor) };
  const items = cursor.list(() => parseExpression(cursor));
  const [only] = items;
  if (items.length === 1 && only) return only;
  return { kind: 'tuple', items };
}

function star(qualifier: Star['qualifier']): Star {
  return { kind: 'star', qualifier, ilike: undefined, exclude: [], replace: [], rename: [] };
}

export function parseStar(cursor: Cursor, qualifier: Star['qualifier']): Star {
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
  return { kind: 'star', qualifier, ilike, exclude, replace, rename };
}

function parseWord(cursor: Cursor, word: string): Expression {
  if (word === 'CASE') return parseCase(cursor);
  if (word === 'NULL') {
    cursor.next();
    return { kind: 'null' };
  }
  if (word === 'TRUE' || word === 'FALSE') {
    cursor.next();
    return { kind: 'boolean', value: word === 'TRUE' };
  }
  if (word === 'EXISTS' && cursor.isSymbol('(', 1)) {
    cursor.next();
    return { kind: 'exists', query: parseParenthesized(cursor) };
  }
  if ((word === 'CAST' || word === 'TRY_CAST') && cursor.isSymbol('(', 1)) return parseCast(cursor, word);
  if (word === 'EXTRACT' && cursor.isSymbol('(', 1)) return parseExtract(cursor);
  if (word === 'INTERVAL' && cursor.peek(1)?.kind === 'string') {
    cursor.next();
    return { kind: 'interval', text: cursor.string() };
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
  return { kind: 'case', operand, whens, otherwise };
}

function parseCast(cursor: Cursor, word: string): Expression {
  cursor.next();
  cursor.expectSymbol('(');
  const value = parseExpression(cursor);
  cursor.expectWord('AS');
  const type: SqlType = cursor.type();
  cursor.expectSymbol(')');
  return { kind: 'cast', value, type, safe: word === 'TRY_CAST' };
}

function parseExtract(cursor: Cursor): Expression {
  cursor.next();
  cursor.expectSymbol('(');
  const part = cursor.next().value;
  cursor.expectWord('FROM');
  const value = parseExpression(cursor);
  cursor.expectSymbol(')');
  return call('DATE_PART', [{ value: { kind: 'text', value: part } }, { value }]);
}

/** A column, `t.*`, or a function call. */
function parseName(cursor: Cursor): Expression {
  const bare = cursor.peek();
  if (
    bare?.kind === 'word' &&
    BARE_FUNCTIONS.has(bare.value) &&
    !cursor.isSymbol('(', 1) &&
    !cursor.isSymbol('.', 1)
  ) {
    cursor.next();
    return call(bare.value, []);
  }
  if (
    bare?.kind === 'word' &&
    bare.value === 'X' &&
    cursor.peek(1)?.kind === 'string' &&
    cursor.peek(1)?.start === bare.end
  ) {
    cursor.next();
    return { kind: 'typed', type: BINARY, value: cursor.string() };
  }
  const parts = [cursor.identifier()];
  while (cursor.isSymbol('.')) {
    cursor.next();
    if (cursor.isSymbol('*')) return parseStar(cursor, parts);
    if (cursor.isSymbol('.')) parts.push({ name: '', quoted: false });
    else if (cursor.peek()?.kind === 'variable') {
      return { kind: 'position', index: Number(cursor.next().value) };
    } else parts.push(cursor.identifier());
  }
  if (cursor.isSymbol('(')) return parseCall(cursor, parts.map((part) => part.name).join('.'));
  return { kind: 'column', parts };
}

function call(name: string, args: readonly Argument[]): Call {
  return { kind: 'call', name, args, distinct: false, orderBy: [], ignoreNulls: false, over: undefined };
}

/** The call of a function whose name has been read. */
export function parseCall(cursor: Cursor, name: string): Call {
  cursor.expectSymbol('(');
  const distinct = cursor.takeWord('DISTINCT');
  if (!distinct && cursor.isWord('ALL')) cursor.next();
  const args: Argument[] = [];
  if (!cursor.isSymbol(')')) {
    do args.push(parseArgument(cursor));
    while (cursor.takeSymbol(','));
  }
  // TRIM(BOTH 'x' FROM y) and POSITION(a IN b) are read by their own names.
  cursor.expectSymbol(')');
  let ignoreNulls = takeNulls(cursor);
  let orderBy: OrderItem[] = [];
  if (cursor.takeWord('WITHIN', 'GROUP')) {
    cursor.expectSymbol('(');
    cursor.expectWord('ORDER', 'BY');
    orderBy = parseOrderItems(cursor);
    cursor.expectSymbol(')');
  }
  ignoreNulls = takeNulls(cursor) || ignoreNulls;
  const over = cursor.takeWord('OVER') ? parseOver(cursor) : undefined;
  return { kind: 'call', name, args, distinct, orderBy, ignoreNulls, over };
}

function takeNulls(cursor: Cursor): boolean {
  if (cursor.takeWord('IGNORE', 'NULLS')) return true;
  cursor.takeWord('RESPECT', 'NULLS');
  return false;
}

function parseArgument(cursor: Cursor): Argument {
  if (cursor.peek()?.kind === 'word' && cursor.isSymbol('=>', 1)) {
    const name = cursor.next().value;
    cursor.next();
    return { name, value: parseArgumentValue(cursor) };
  }
  return { value: parseArgumentValue(cursor) };
}

function parseArgumentValue(cursor: Cursor): Expression {
  if (cursor.peek()?.kind === 'word' && cursor.isSymbol('->', 1)) throw unsupported('lambda functions');
  if (startsQuery(cursor, 0)) return { kind: 'subquery', query: parseQuery(cursor) };
  const value = parseExpression(cursor);
  if (cursor.takeWord('IGNORE', 'NULLS')) return value;
  if (cursor.isWord('ORDER', 'BY')) throw unsupported('ORDER BY inside the parentheses of a function');
  return value;
}

export function parseOrderItems(cursor: Cursor): OrderItem[] {
  const items: OrderItem[] = [];
  do {
    const value = parseExpression(cursor);
    const descending = cursor.takeWord('DESC') || (cursor.takeWord('ASC') && false);
    const nullsFirst = cursor.takeWord('NULLS', 'FIRST')
      ? true
      : cursor.takeWord('NULLS', 'LAST')
        ? false
        : undefined;
    items.push({ value, descending, nullsFirst });
  } while (cursor.takeSymbol(','));
  return items;
}

function parseOver(cursor: Cursor): Over {
  cursor.expectSymbol('(');
  const partitionBy: Expression[] = [];
  if (cursor.takeWord('PARTITION', 'BY')) {
    do partitionBy.push(parseExpression(cursor));
    while (cursor.takeSymbol(','));
  }
  const orderBy = cursor.takeWord('ORDER', 'BY') ? parseOrderItems(cursor) : [];
  let frame: string | undefined;
  if (cursor.isWord('ROWS') || cursor.isWord('RANGE')) {
    const mark = cursor.position;
    while (!cursor.isSymbol(')')) cursor.next();
    frame = cursor.textFrom(mark).toUpperCase();
  }
  cursor.expectSymbol(')');
  return { partitionBy, orderBy, frame };
}
