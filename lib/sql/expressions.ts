import type { Expression, PathStep, Query } from './ast.ts';
import type { Cursor } from './cursor.ts';
import { unsupported } from './errors.ts';
import { parsePrimary } from './primary.ts';
import { parseQuery, startsQuery } from './query.ts';
import { isName } from './tokens.ts';

export function parseExpression(cursor: Cursor): Expression {
  return parseOr(cursor);
}

function parseOr(cursor: Cursor): Expression {
  let left = parseAnd(cursor);
  for (;;) {
    const at = cursor.offset;
    if (!cursor.takeWord('OR')) return left;
    left = { kind: 'binary', operator: 'OR', left, right: parseAnd(cursor), at };
  }
}

function parseAnd(cursor: Cursor): Expression {
  let left = parseNot(cursor);
  for (;;) {
    const at = cursor.offset;
    if (!cursor.takeWord('AND')) return left;
    left = { kind: 'binary', operator: 'AND', left, right: parseNot(cursor), at };
  }
}

function parseNot(cursor: Cursor): Expression {
  const at = cursor.offset;
  if (cursor.takeWord('NOT')) return { kind: 'unary', operator: 'NOT', value: parseNot(cursor), at };
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
        left = {
          kind: 'quantified',
          left,
          operator,
          quantifier,
          query: parseParenthesized(cursor),
          at: token.start,
        };
      } else {
        left = { kind: 'binary', operator, left, right: parseAdditive(cursor), at: token.start };
      }
      continue;
    }
    const predicate = parsePredicate(cursor, left);
    if (predicate === undefined) return left;
    left = predicate;
  }
}

/** A query in parentheses. */
export function parseParenthesized(cursor: Cursor): Query {
  cursor.expectSymbol('(');
  const query = parseQuery(cursor);
  cursor.expectSymbol(')');
  return query;
}

/** IS, IN, BETWEEN, LIKE and their kin after a value; undefined when none comes next. */
function parsePredicate(cursor: Cursor, value: Expression): Expression | undefined {
  const at = cursor.offset;
  if (cursor.takeWord('IS')) return parseIs(cursor, value, at);
  const mark = cursor.position;
  const negated = cursor.takeWord('NOT');
  if (cursor.takeWord('IN')) return parseIn(cursor, value, negated, at);
  if (cursor.takeWord('BETWEEN')) {
    const low = parseAdditive(cursor);
    cursor.expectWord('AND');
    return { kind: 'between', value, negated, low, high: parseAdditive(cursor), at };
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
    return { kind: 'like', value, negated, operator, patterns, quantifier, escapeWith, at };
  }
  cursor.position = mark;
  return undefined;
}

function parseIs(cursor: Cursor, value: Expression, at: number): Expression {
  const negated = cursor.takeWord('NOT');
  if (cursor.takeWord('DISTINCT', 'FROM')) {
    return { kind: 'distinctFrom', left: value, right: parseAdditive(cursor), negated, at };
  }
  for (const what of ['NULL', 'TRUE', 'FALSE'] as const) {
    if (cursor.takeWord(what)) return { kind: 'is', value, negated, what, at };
  }
  throw cursor.unexpected();
}

function parseIn(cursor: Cursor, value: Expression, negated: boolean, at: number): Expression {
  if (cursor.isSymbol('(') && startsQuery(cursor, 1)) {
    return { kind: 'in', value, negated, list: undefined, query: parseParenthesized(cursor), at };
  }
  const list = cursor.list(() => parseExpression(cursor));
  return { kind: 'in', value, negated, list, query: undefined, at };
}

/** An expression above comparisons: what may stand on either side of `IN`. */
export function parseAdditive(cursor: Cursor): Expression {
  let left = parseMultiplicative(cursor);
  for (;;) {
    const token = cursor.peek();
    if (token?.kind !== 'symbol' || !['+', '-', '||'].includes(token.value)) return left;
    cursor.next();
    left = {
      kind: 'binary',
      operator: token.value,
      left,
      right: parseMultiplicative(cursor),
      at: token.start,
    };
  }
}

function parseMultiplicative(cursor: Cursor): Expression {
  let left = parseUnary(cursor);
  for (;;) {
    const token = cursor.peek();
    if (token?.kind !== 'symbol' || !['*', '/', '%'].includes(token.value)) return left;
    cursor.next();
    left = { kind: 'binary', operator: token.value, left, right: parseUnary(cursor), at: token.start };
  }
}

function parseUnary(cursor: Cursor): Expression {
  const at = cursor.offset;
  if (cursor.takeSymbol('-')) return { kind: 'unary', operator: '-', value: parseUnary(cursor), at };
  if (cursor.takeSymbol('+')) return parseUnary(cursor);
  return parsePostfix(cursor);
}

/** `::type`, `:path`, `[index]` and `AT TIME ZONE`-free suffixes after a value. */
function parsePostfix(cursor: Cursor): Expression {
  let value = parsePrimary(cursor);
  for (;;) {
    const at = cursor.offset;
    if (cursor.takeSymbol('::')) {
      value = { kind: 'cast', value, type: cursor.type(), safe: false, at };
    } else if (cursor.isSymbol(':') && isName(cursor.peek(1))) {
      cursor.next();
      value = { kind: 'path', value, steps: parsePath(cursor), at };
    } else if (cursor.isSymbol('[')) {
      value = { kind: 'path', value, steps: parseSteps(cursor, []), at };
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
