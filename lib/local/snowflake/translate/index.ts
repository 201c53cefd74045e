import type { StatementContext } from '../context.ts';
import type { Query } from '../sql/ast.ts';
import { emitQuery } from './query.ts';
import { parseWholeQuery, resolve } from './resolve.ts';
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

/** Translates the text of a Snowflake query to DuckDB's SQL. */
export async function translateQueryText(context: StatementContext, sql: string): Promise<string> {
  return (await translateQuery(context, parseWholeQuery(sql))).sql;
}
