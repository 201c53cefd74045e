import { SluiceError } from '../config/index.ts';

/** One thing that is wrong with a project: where, what, and what to do. */
export interface Problem {
  /** Relative to the project's folder. */
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
  readonly message: string;
  readonly hint?: string;
}

/** `file:line:column`, as far as it is known. */
function placeOf(problem: Pick<Problem, 'file' | 'line' | 'column'>): string {
  if (problem.file === undefined) return '';
  const line = problem.line === undefined ? '' : `:${problem.line}`;
  const column = problem.line === undefined || problem.column === undefined ? '' : `:${problem.column}`;
  return `${problem.file}${line}${column}`;
}

/** A problem as a line of an error or a warning: its place, what it is, and what to do. */
export function problemLine(problem: Problem): string {
  const place = placeOf(problem);
  const gap = problem.hint?.startsWith('\n') === true ? '' : ' ';
  const hint = problem.hint === undefined ? '' : `${gap}${problem.hint}`;
  return `${place === '' ? '' : `${place}: `}${problem.message}${hint}`;
}

/** A project that cannot be built: everything that is wrong with it, at once. Exit code 2. */
export class ProjectError extends SluiceError {
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[], cause?: unknown) {
    const lines = problems.map(problemLine);
    super({
      code: 'PROJECT_INVALID',
      kind: 'usage',
      message:
        lines.length === 1
          ? (lines[0] ?? '')
          : `The dbt project has ${lines.length} problems:\n${lines.map((line) => `  ${line}`).join('\n')}`,
      hint: 'Nothing was run. Correct the files named and try again.',
      details: { problems },
      cause,
    });
    this.problems = problems;
  }
}

/** Collects problems while a project is read, so that they can be reported together. */
export class Problems {
  readonly list: Problem[] = [];
  /** What is odd and stands in nobody's way. */
  readonly oddities: Problem[] = [];

  addOddity(problem: Problem): void {
    this.oddities.push(problem);
  }

  add(problem: Problem): void {
    this.list.push(problem);
  }

  /** @throws ProjectError if anything was added */
  throwIfAny(): void {
    if (this.list.length > 0) throw new ProjectError(this.list);
  }
}
