import type { Argument, Call, Expression, OrderItem, Over } from './ast.ts';
import type { Cursor } from './cursor.ts';
import { unsupported } from './errors.ts';
import { parseExpression } from './expressions.ts';
import { parseQuery, startsQuery } from './query.ts';

/** The call of a function whose name has been read; the name starts at `at`. */
export function parseCall(cursor: Cursor, name: string, at: number): Call {
  cursor.expectSymbol('(');
  const distinct = cursor.takeWord('DISTINCT');
  if (!distinct && cursor.isWord('ALL')) cursor.next();
  const args: Argument[] = [];
  if (!cursor.isSymbol(')')) {
    do args.push(parseArgument(cursor));
    while (cursor.takeSymbol(','));
  }
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
  return { kind: 'call', name, args, distinct, orderBy, ignoreNulls, over, at };
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
