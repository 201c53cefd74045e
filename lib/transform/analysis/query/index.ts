import { Cursor, parseQuery, type Query, SqlError } from '../../../sql/index.ts';
import type { Catalog } from './catalog.ts';
import { type QueryProblem, QueryProblems, shown } from './problems.ts';
import { analyzeQuery } from './query.ts';
import { NOTHING, type Shape } from './shape.ts';

export type { Catalog, Table, TableColumn } from './catalog.ts';
export { meant, type QueryProblem, shown } from './problems.ts';
export type { Origin, OutputColumn, Shape } from './shape.ts';

/** What is known of a query before it runs. */
export interface Analysis extends Shape {
  readonly problems: readonly QueryProblem[];
  /** Why nothing is known: a construct that the parser does not read. */
  readonly unread?: string;
}

/**
 * Resolves every name of a query, works out its columns, and collects what is certain to fail.
 *
 * @param makes what is made of it: a table cannot have two columns of one name, and of a view only one of them can be read
 */
export function analyze(query: Query, catalog: Catalog, makes?: 'table' | 'view'): Analysis {
  const problems = new QueryProblems();
  const shape = analyzeQuery(query, undefined, { catalog, problems, reader: undefined });
  if (makes !== undefined) checkNames(query, shape, makes, problems);
  return { ...shape, problems: problems.list };
}

function checkNames(
  query: Query,
  { columns }: Shape,
  makes: 'table' | 'view',
  problems: QueryProblems,
): void {
  const seen = new Set<string>();
  for (const { name, span } of columns) {
    if (seen.has(name)) {
      problems.add({
        code: 'duplicate-column',
        severity: makes === 'table' ? 'error' : 'warning',
        at: span?.start ?? startOf(query),
        message: `the column ${shown(name)} would be there twice.`,
        hint: `Give one of them another name, or leave it out: * exclude (${shown(name)}).`,
      });
    }
    seen.add(name);
  }
}

function startOf({ body }: Query): number {
  return body.kind === 'nested' ? startOf(body.query) : (body.at ?? 0);
}

/** As `analyze`, from the text of one query; a text that the parser does not read has unknown columns and no problems. */
export function analyzeSql(sql: string, catalog: Catalog): Analysis {
  let query: Query;
  try {
    const cursor = Cursor.over(sql);
    query = parseQuery(cursor);
    cursor.takeSymbol(';');
    cursor.expectEnd();
  } catch (error) {
    if (!(error instanceof SqlError) && !(error instanceof RangeError)) throw error;
    return { ...NOTHING, problems: [], unread: error.message };
  }
  return analyze(query, catalog);
}
