import type { Catalog } from './catalog.ts';
import { QueryProblems } from './problems.ts';
import type { Reads } from './scope.ts';

/** What the analysis of one statement shares. */
export interface Work {
  readonly catalog: Catalog;
  problems: QueryProblems;
  /** The common table expression whose query is looked at. */
  reader: Reads | undefined;
}

/** Looks at the query of a common table expression, and gives the problems that it found in place of reporting them. */
export function apart<T>(work: Work, reader: Reads, run: () => T): { result: T; problems: QueryProblems } {
  const before = { ...work };
  const problems = new QueryProblems();
  Object.assign(work, { problems, reader });
  try {
    return { result: run(), problems };
  } finally {
    Object.assign(work, before);
  }
}
