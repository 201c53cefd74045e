import type { Catalog } from './catalog.ts';
import { QueryProblems } from './problems.ts';

/** What the analysis of one statement shares. */
export interface Work {
  readonly catalog: Catalog;
  problems: QueryProblems;
}

/** Runs a part of the analysis and gives the problems that it found, in place of reporting them. */
export function apart<T>(work: Work, run: () => T): { result: T; problems: QueryProblems } {
  const before = work.problems;
  const problems = new QueryProblems();
  work.problems = problems;
  try {
    return { result: run(), problems };
  } finally {
    work.problems = before;
  }
}
