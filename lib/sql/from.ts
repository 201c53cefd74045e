import type { Alias, FromItem, FromSource, Identifier, Join, Wrap } from './ast.ts';
import { parseCall } from './calls.ts';
import type { Cursor } from './cursor.ts';
import { nameOf } from './cursor.ts';
import { unsupported } from './errors.ts';
import { parseExpression } from './expressions.ts';
import { parseAlias, parseQuery, startsQuery } from './query.ts';

/** What follows FROM, up to the next clause. */
export function parseFrom(cursor: Cursor): FromItem[] {
  const items: FromItem[] = [];
  do items.push(parseFromItem(cursor));
  while (cursor.takeSymbol(','));
  return items;
}

export function parseFromItem(cursor: Cursor): FromItem {
  const source = parseSource(cursor);
  const joins: Join[] = [];
  for (;;) {
    const join = parseJoin(cursor);
    if (join === undefined) return { source, joins };
    joins.push(join);
  }
}

function parseJoin(cursor: Cursor): Join | undefined {
  const mark = cursor.position;
  const natural = cursor.takeWord('NATURAL');
  let type = 'INNER';
  if (cursor.takeWord('LEFT')) type = 'LEFT';
  else if (cursor.takeWord('RIGHT')) type = 'RIGHT';
  else if (cursor.takeWord('FULL')) type = 'FULL';
  else if (cursor.takeWord('CROSS')) type = 'CROSS';
  else if (cursor.takeWord('ASOF')) type = 'ASOF';
  else cursor.takeWord('INNER');
  cursor.takeWord('OUTER');
  if (!cursor.takeWord('JOIN')) {
    cursor.position = mark;
    return undefined;
  }
  const source = parseSource(cursor);
  let match: Join['match'];
  if (cursor.takeWord('MATCH_CONDITION')) {
    cursor.expectSymbol('(');
    match = parseExpression(cursor);
    cursor.expectSymbol(')');
  }
  const on = cursor.takeWord('ON') ? parseExpression(cursor) : undefined;
  const using = cursor.takeWord('USING') ? cursor.list(() => cursor.identifier()) : [];
  return { type: natural ? `NATURAL ${type}` : type, source, on, using, match };
}

function parseSource(cursor: Cursor): FromSource {
  const lateral = cursor.takeWord('LATERAL');
  if (cursor.isSymbol('@')) return parseStage(cursor);
  if (cursor.isSymbol('(')) {
    if (startsQuery(cursor, 0) || cursor.isWord('VALUES')) return parseSubquery(cursor, lateral);
    return parseJoinInParentheses(cursor, lateral);
  }
  if (cursor.isWord('VALUES')) {
    const query = parseQuery(cursor);
    return {
      kind: 'query',
      query,
      lateral,
      alias: parseTableAlias(cursor),
      sample: undefined,
      wrap: undefined,
    };
  }
  if (cursor.isWord('TABLE') && cursor.isSymbol('(', 1)) return parseTableFunction(cursor);
  if (cursor.peek()?.kind === 'string') {
    return parseStageInQuotes(cursor);
  }
  return parseTable(cursor, lateral);
}

function parseSubquery(cursor: Cursor, lateral: boolean): FromSource {
  // `((SELECT …) UNION (SELECT …))` and `((SELECT …) a JOIN b)` start alike; a query is tried first.
  const mark = cursor.position;
  const binds = cursor.binds;
  try {
    cursor.expectSymbol('(');
    const query = parseQuery(cursor);
    cursor.expectSymbol(')');
    const { alias, sample, wrap } = parseTail(cursor);
    return { kind: 'query', query, lateral, alias, sample, wrap };
  } catch (error) {
    cursor.position = mark;
    if (!cursor.isSymbol('(', 1)) throw error;
    cursor.binds = binds;
    return parseJoinInParentheses(cursor, lateral);
  }
}

function parseJoinInParentheses(cursor: Cursor, lateral: boolean): FromSource {
  if (lateral) throw cursor.unexpected();
  cursor.expectSymbol('(');
  const item = parseFromItem(cursor);
  cursor.expectSymbol(')');
  return { kind: 'join', item };
}

/** Alias, sample and pivot after a table or subquery, in the orders that Snowflake takes. */
function parseTail(cursor: Cursor): {
  alias: Alias | undefined;
  sample: string | undefined;
  wrap: Wrap | undefined;
} {
  refuseTimeTravel(cursor);
  let sample = parseSample(cursor);
  let wrap = parseWrap(cursor);
  const alias = parseTableAlias(cursor);
  refuseTimeTravel(cursor);
  sample ??= parseSample(cursor);
  wrap ??= parseWrap(cursor);
  return { alias, sample, wrap };
}

function refuseTimeTravel(cursor: Cursor): void {
  for (const word of ['AT', 'BEFORE', 'CHANGES']) {
    if (cursor.isWord(word) && cursor.isSymbol('(', 1)) throw unsupported(`time travel (${word})`);
  }
  if (cursor.isWord('MATCH_RECOGNIZE')) throw unsupported('MATCH_RECOGNIZE');
}

function parseTable(cursor: Cursor, lateral: boolean): FromSource {
  if (cursor.isWord('IDENTIFIER') && cursor.isSymbol('(', 1)) {
    cursor.next();
    cursor.expectSymbol('(');
    const dynamic = parseExpression(cursor);
    cursor.expectSymbol(')');
    return { kind: 'table', parts: [], dynamic, ...parseTail(cursor) };
  }
  const parts = cursor.name();
  if (cursor.isSymbol('(')) {
    const call = parseCall(cursor, parts.map((part) => part.name).join('.'), parts[0]?.at ?? 0);
    return { kind: 'function', call, lateral, alias: parseTableAlias(cursor) };
  }
  return { kind: 'table', parts, dynamic: undefined, ...parseTail(cursor) };
}

function parseTableFunction(cursor: Cursor): FromSource {
  cursor.next();
  cursor.expectSymbol('(');
  const token = cursor.peek();
  if (token?.kind === 'string' && cursor.isSymbol(')', 1)) {
    cursor.next();
    cursor.next();
    return {
      kind: 'table',
      parts: nameOf(token.value, token.start),
      dynamic: undefined,
      ...parseTail(cursor),
    };
  }
  if (token?.kind === 'variable' || token?.kind === 'symbol') {
    const dynamic = parseExpression(cursor);
    cursor.expectSymbol(')');
    return { kind: 'table', parts: [], dynamic, ...parseTail(cursor) };
  }
  const parts = cursor.name();
  if (cursor.takeSymbol(')')) {
    return { kind: 'table', parts, dynamic: undefined, ...parseTail(cursor) };
  }
  const call = parseCall(cursor, parts.map((part) => part.name).join('.'), parts[0]?.at ?? 0);
  cursor.expectSymbol(')');
  return { kind: 'function', call, lateral: true, alias: parseTableAlias(cursor) };
}

export function parseTableAlias(cursor: Cursor): Alias | undefined {
  const name = parseAlias(cursor);
  if (name === undefined) return undefined;
  return { name, columns: cursor.isSymbol('(') ? cursor.list(() => cursor.identifier()) : [] };
}

function parseSample(cursor: Cursor): string | undefined {
  if (!cursor.takeWord('SAMPLE') && !cursor.takeWord('TABLESAMPLE')) return undefined;
  const method = cursor.isAnyWord(new Set(['BERNOULLI', 'ROW', 'SYSTEM', 'BLOCK']))
    ? cursor.next().value
    : 'BERNOULLI';
  cursor.expectSymbol('(');
  const amount = cursor.next().value;
  const rows = cursor.takeWord('ROWS');
  cursor.expectSymbol(')');
  let seed = '';
  if (cursor.isWord('SEED') || cursor.isWord('REPEATABLE')) {
    cursor.next();
    cursor.expectSymbol('(');
    seed = ` REPEATABLE (${cursor.integer()})`;
    cursor.expectSymbol(')');
  }
  const kind = rows ? 'reservoir' : method === 'SYSTEM' || method === 'BLOCK' ? 'system' : 'bernoulli';
  return `TABLESAMPLE ${kind}(${amount}${rows ? ' ROWS' : '%'})${seed}`;
}

function parseWrap(cursor: Cursor): Wrap | undefined {
  if (cursor.takeWord('PIVOT')) return parsePivot(cursor);
  if (cursor.takeWord('UNPIVOT')) return parseUnpivot(cursor);
  return undefined;
}

function parsePivot(cursor: Cursor): Wrap {
  cursor.expectSymbol('(');
  const at = cursor.offset;
  const aggregate = parseCall(cursor, cursor.identifier().name, at);
  cursor.expectWord('FOR');
  const column = cursor.identifier();
  cursor.expectWord('IN');
  const values =
    cursor.isSymbol('(') && cursor.peek(1)?.value === 'ANY'
      ? readAny(cursor)
      : cursor.list(() => ({ value: parseExpression(cursor), alias: parseAlias(cursor) }));
  let defaultOnNull: (Wrap & { kind: 'pivot' })['defaultOnNull'];
  if (cursor.takeWord('DEFAULT', 'ON', 'NULL')) {
    cursor.expectSymbol('(');
    defaultOnNull = parseExpression(cursor);
    cursor.expectSymbol(')');
  }
  cursor.expectSymbol(')');
  return { kind: 'pivot', aggregate, column, values, defaultOnNull, alias: parseTableAlias(cursor) };
}

function readAny(cursor: Cursor): 'any' {
  cursor.expectSymbol('(');
  cursor.next();
  if (cursor.isWord('ORDER')) throw unsupported('PIVOT … IN (ANY ORDER BY …)');
  cursor.expectSymbol(')');
  return 'any';
}

function parseUnpivot(cursor: Cursor): Wrap {
  const includeNulls = cursor.takeWord('INCLUDE', 'NULLS');
  cursor.takeWord('EXCLUDE', 'NULLS');
  cursor.expectSymbol('(');
  const value = cursor.identifier();
  cursor.expectWord('FOR');
  const column = cursor.identifier();
  cursor.expectWord('IN');
  const from = cursor.list(() => {
    const name: Identifier = cursor.identifier();
    const alias = cursor.takeWord('AS')
      ? cursor.peek()?.kind === 'string'
        ? cursor.string()
        : cursor.identifier().name
      : undefined;
    return { column: name, alias };
  });
  cursor.expectSymbol(')');
  return { kind: 'unpivot', value, column, from, includeNulls, alias: parseTableAlias(cursor) };
}

function parseStageInQuotes(cursor: Cursor): FromSource {
  const text = cursor.string();
  if (!text.startsWith('@')) throw unsupported(`reading '${text}' without a stage`);
  return finishStage(cursor, text.slice(1));
}

function parseStage(cursor: Cursor): FromSource {
  const at = cursor.next();
  let end = at.end;
  // A location ends at the first blank: `@db.schema.stage/path/file.csv.gz`.
  for (
    let token = cursor.peek();
    token && token.start === end && !['(', ')', ',', ';'].includes(token.text);
    token = cursor.peek()
  ) {
    end = token.end;
    cursor.next();
  }
  return finishStage(cursor, cursor.text.slice(at.end, end));
}

function finishStage(cursor: Cursor, location: string): FromSource {
  const options: { name: string; value: string }[] = [];
  if (cursor.isSymbol('(') && cursor.isSymbol('=>', 2)) {
    cursor.expectSymbol('(');
    do {
      const name = cursor.next().value;
      cursor.expectSymbol('=>');
      const token = cursor.next();
      let value = token.value;
      while (cursor.takeSymbol('.')) value += `.${cursor.next().value}`;
      options.push({ name, value });
    } while (cursor.takeSymbol(','));
    cursor.expectSymbol(')');
  }
  return { kind: 'stage', location, options, alias: parseTableAlias(cursor) };
}
