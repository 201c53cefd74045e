import { similarNames } from '../../../config/index.ts';

export type ProblemCode =
  | 'unknown-column'
  | 'unknown-table'
  | 'ambiguous-column'
  | 'duplicate-column'
  | 'types'
  | 'column-count'
  | 'grouping'
  | 'misplaced'
  | 'unknown-function'
  | 'unknown-in-star';

/** Something that is wrong with a query. */
export interface QueryProblem {
  readonly code: ProblemCode;
  /** An error is certain to fail in the warehouse; a warning may be right. */
  readonly severity: 'error' | 'warning';
  readonly message: string;
  /** What to do about it; empty where there is nothing to say. */
  readonly hint: string;
  /** Where it stands in the statement's text. */
  readonly at: number;
}

/** Collects problems; the same one at the same place counts once. */
export class QueryProblems {
  readonly #found = new Map<string, QueryProblem>();

  get list(): QueryProblem[] {
    return [...this.#found.values()].sort((a, b) => a.at - b.at);
  }

  add(problem: QueryProblem): void {
    const key = `${problem.at} ${problem.code}`;
    const before = this.#found.get(key);
    if (before === undefined || (before.severity === 'warning' && problem.severity === 'error')) {
      this.#found.set(key, problem);
    }
  }

  error(code: ProblemCode, at: number | undefined, message: string, hint = ''): void {
    if (at !== undefined) this.add({ code, severity: 'error', message, hint, at });
  }

  warning(code: ProblemCode, at: number | undefined, message: string, hint = ''): void {
    if (at !== undefined) this.add({ code, severity: 'warning', message, hint, at });
  }
}

/** `Did you mean "X"?`, or what there is to choose from; empty where neither helps. */
export function meant(name: string, known: Iterable<string>): string {
  const candidates = [...new Set(known)];
  const cased = candidates.find((one) => one.toUpperCase() === name.toUpperCase());
  if (cased !== undefined) return inOtherCase(cased);
  const [similar] = similarNames(name, candidates);
  if (similar !== undefined) return `Did you mean ${shown(similar)}?`;
  if (candidates.length === 0 || candidates.length > 12) return '';
  return `There ${candidates.length === 1 ? 'is' : 'are'} ${candidates.map(shown).join(', ')}.`;
}

/** What to write for a name that was written with other letters in upper case, in quotes or without them. */
function inOtherCase(name: string): string {
  const written = shown(name);
  if (written.startsWith('"')) return `Did you mean ${written}? It was made in quotes, with this spelling.`;
  const quoted = `"${name.replace(/^__DBT__CTE__/, '')}"`;
  return `In quotes, upper and lower case differ, and there is ${quoted}: write that, or ${written} without quotes.`;
}

/** A name as people write it: in lower case unless it has to be quoted, an ephemeral model by its own name. */
export function shown(full: string): string {
  const name = full.replace(/^__DBT__CTE__/, '');
  return /^[A-Z_][A-Z0-9_$]*$/.test(name) ? name.toLowerCase() : `"${name.replaceAll('"', '""')}"`;
}
