import type {
  CommonTable,
  Expression,
  GroupBy,
  Identifier,
  Query,
  QueryBody,
  Select,
  SelectItem,
} from './ast.ts';
import { parseOrderItems } from './calls.ts';
import type { Cursor } from './cursor.ts';
import { unsupported } from './errors.ts';
import { parseExpression } from './expressions.ts';
import { parseFrom } from './from.ts';
import { parseStar } from './primary.ts';
import { RESERVED } from './words.ts';

/** True when a query starts `offset` tokens ahead, behind any number of parentheses. */
export function startsQuery(cursor: Cursor, offset: number): boolean {
  let at = offset;
  while (cursor.isSymbol('(', at)) at += 1;
  const token = cursor.peek(at);
  if (token?.kind !== 'word') return false;
  if (token.value === 'SELECT' || token.value === 'WITH') return true;
  return token.value === 'VALUES' && at > 0 && cursor.isSymbol('(', at + 1);
}

/** A whole query: WITH, its body, ORDER BY, LIMIT. */
export function parseQuery(cursor: Cursor): Query {
  const tables: CommonTable[] = [];
  let recursive = false;
  if (cursor.takeWord('WITH')) {
    recursive = cursor.takeWord('RECURSIVE');
    do tables.push(parseCommonTable(cursor));
    while (cursor.takeSymbol(','));
  }
  const body = parseSetOperations(cursor);
  let orderByAll = false;
  let orderBy: Query['orderBy'] = [];
  if (cursor.takeWord('ORDER', 'BY')) {
    if (cursor.takeWord('ALL')) orderByAll = true;
    else orderBy = parseOrderItems(cursor);
  }
  let limit: Expression | undefined;
  let offset: Expression | undefined;
  for (;;) {
    if (cursor.takeWord('LIMIT')) limit = cursor.takeWord('NULL') ? undefined : parseExpression(cursor);
    else if (cursor.takeWord('OFFSET')) {
      offset = parseExpression(cursor);
      if (!cursor.takeWord('ROWS')) cursor.takeWord('ROW');
    } else if (cursor.takeWord('FETCH')) {
      if (!cursor.takeWord('FIRST')) cursor.takeWord('NEXT');
      limit = parseExpression(cursor);
      if (!cursor.takeWord('ROWS')) cursor.takeWord('ROW');
      cursor.takeWord('ONLY');
    } else break;
  }
  return { with: tables, recursive, body, orderBy, orderByAll, limit, offset };
}

function parseCommonTable(cursor: Cursor): CommonTable {
  const name = cursor.identifier();
  const columns = cursor.isSymbol('(') ? cursor.list(() => cursor.identifier()) : [];
  cursor.expectWord('AS');
  cursor.expectSymbol('(');
  const query = parseQuery(cursor);
  cursor.expectSymbol(')');
  return { name, columns, query };
}

function parseSetOperations(cursor: Cursor): QueryBody {
  let left = parseIntersections(cursor);
  for (;;) {
    const at = cursor.offset;
    const operator = cursor.takeWord('UNION')
      ? 'UNION'
      : cursor.takeWord('EXCEPT') || cursor.takeWord('MINUS')
        ? 'EXCEPT'
        : undefined;
    if (operator === undefined) return left;
    const all = cursor.takeWord('ALL') || (cursor.takeWord('DISTINCT') && false);
    const byName = cursor.takeWord('BY', 'NAME');
    left = { kind: 'set', operator, all, byName, left, right: parseIntersections(cursor), at };
  }
}

function parseIntersections(cursor: Cursor): QueryBody {
  let left = parseBody(cursor);
  for (;;) {
    const at = cursor.offset;
    if (!cursor.takeWord('INTERSECT')) return left;
    const all = cursor.takeWord('ALL');
    left = { kind: 'set', operator: 'INTERSECT', all, byName: false, left, right: parseBody(cursor), at };
  }
}

function parseBody(cursor: Cursor): QueryBody {
  if (cursor.takeSymbol('(')) {
    const query = parseQuery(cursor);
    cursor.expectSymbol(')');
    return { kind: 'nested', query };
  }
  const at = cursor.offset;
  if (cursor.takeWord('VALUES')) return { kind: 'values', rows: parseRows(cursor), at };
  if (cursor.isWord('WITH')) return { kind: 'nested', query: parseQuery(cursor) };
  return parseSelect(cursor);
}

/** The rows after VALUES. */
export function parseRows(cursor: Cursor): Expression[][] {
  const rows: Expression[][] = [];
  do rows.push(cursor.list(() => parseExpression(cursor)));
  while (cursor.takeSymbol(','));
  return rows;
}

function parseSelect(cursor: Cursor): Select {
  const at = cursor.offset;
  cursor.expectWord('SELECT');
  const distinct = cursor.takeWord('DISTINCT') || (cursor.takeWord('ALL') && false);
  const top = cursor.isWord('TOP') && cursor.peek(1)?.kind === 'number' ? parseTop(cursor) : undefined;
  const items: SelectItem[] = [];
  do {
    if (cursor.isWord('FROM')) break;
    items.push(parseSelectItem(cursor));
  } while (cursor.takeSymbol(','));
  if (cursor.isWord('INTO')) throw unsupported('SELECT … INTO outside Snowflake Scripting');
  const from = cursor.takeWord('FROM') ? parseFrom(cursor) : [];
  const where = cursor.takeWord('WHERE') ? parseExpression(cursor) : undefined;
  if (cursor.isWord('CONNECT') || cursor.isWord('START', 'WITH')) throw unsupported('CONNECT BY');
  const groupBy = cursor.takeWord('GROUP', 'BY') ? parseGroupBy(cursor) : undefined;
  const having = cursor.takeWord('HAVING') ? parseExpression(cursor) : undefined;
  const qualify = cursor.takeWord('QUALIFY') ? parseExpression(cursor) : undefined;
  return { kind: 'select', distinct, top, items, from, where, groupBy, having, qualify, at };
}

function parseTop(cursor: Cursor): Expression {
  cursor.next();
  return { kind: 'number', value: String(cursor.integer()) };
}

function parseSelectItem(cursor: Cursor): SelectItem {
  const at = cursor.offset;
  const value = cursor.isSymbol('*') ? parseStar(cursor, []) : parseExpression(cursor);
  const end = cursor.endOfLast;
  const alias = parseAlias(cursor);
  const text = alias === undefined ? cursor.text.slice(at, end).replace(/\s+/g, ' ').toUpperCase() : '';
  return { value, alias, text, at, end };
}

/** An alias with or without AS. */
export function parseAlias(cursor: Cursor): Identifier | undefined {
  if (cursor.takeWord('AS')) return cursor.identifier();
  const token = cursor.peek();
  if (token?.kind === 'quoted') return cursor.identifier();
  if (token?.kind === 'word' && TIME_TRAVEL.has(token.value) && !cursor.isSymbol('(', 1))
    return cursor.identifier();
  if (token?.kind === 'word' && !RESERVED.has(token.value) && !CLAUSES.has(token.value))
    return cursor.identifier();
  return undefined;
}

/** Words that are a clause only before a parenthesis, and may be an alias otherwise. */
const TIME_TRAVEL = new Set(['AT', 'BEFORE', 'CHANGES']);

/** Words that start a clause after a select item or a table, where an alias could stand. */
export const CLAUSES = new Set([
  'AT',
  'BEFORE',
  'CHANGES',
  'PIVOT',
  'UNPIVOT',
  'MATCH_RECOGNIZE',
  'MATCH_CONDITION',
  'ASOF',
  'START',
  'OFFSET',
  'FETCH',
  'WINDOW',
  'OUTER',
  'RETURNING',
]);

function parseGroupBy(cursor: Cursor): GroupBy {
  if (cursor.takeWord('ALL')) return { kind: 'all' };
  for (const operator of ['ROLLUP', 'CUBE', 'GROUPING SETS'] as const) {
    if (!cursor.takeWord(...operator.split(' '))) continue;
    const sets = cursor.list((): Expression => {
      const at = cursor.offset;
      if (cursor.isSymbol('('))
        return { kind: 'tuple', items: cursor.list(() => parseExpression(cursor)), at };
      return parseExpression(cursor);
    });
    return { kind: 'sets', operator, sets };
  }
  const items: Expression[] = [];
  do items.push(parseExpression(cursor));
  while (cursor.takeSymbol(','));
  return { kind: 'items', items };
}
