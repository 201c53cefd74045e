import { Cursor, parseExpression, type Query, startsQuery } from '../../../sql/index.ts';
import type { StatementContext } from '../context.ts';
import { emit } from './expression.ts';
import { emitQuery } from './query.ts';
import { parseWholeQuery, resolve } from './resolve.ts';
import { Scope } from './scope.ts';
import type { TranslatedQuery, Translation } from './translation.ts';

/** Begins the translation of a parsed statement: looks up what it names. */
export async function beginTranslation(
  context: StatementContext,
  parsed: unknown,
  place: Translation['place'] = { database: context.session.database, schema: context.session.schema },
): Promise<Translation> {
  return {
    context,
    place,
    resolved: await resolve(context, parsed, place),
    consumed: new Map(),
    expanding: [],
    counter: { next: 0 },
  };
}

/** Translates a parsed query. */
export async function translateQuery(context: StatementContext, query: Query): Promise<TranslatedQuery> {
  return emitQuery(query, undefined, await beginTranslation(context, query));
}

/** Translates the text of a Snowflake query, or of an expression that names no column, to DuckDB's SQL. */
export async function translateQueryText(context: StatementContext, sql: string): Promise<string> {
  const cursor = Cursor.over(sql);
  if (startsQuery(cursor, 0) || cursor.isWord('VALUES')) {
    return (await translateQuery(context, parseWholeQuery(sql))).sql;
  }
  const value = parseExpression(cursor);
  cursor.expectEnd();
  return emit(value, new Scope(), await beginTranslation(context, value)).sql;
}
