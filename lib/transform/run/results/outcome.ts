import { type ErrorKind, SluiceError } from '../../../config/index.ts';
import { TemplateError } from '../../../jinja/index.ts';
import { WarehouseError } from '../../../snowflake/index.ts';
import type { BatchResults, Timing } from '../../artifacts/results.ts';
import type { SqlNode } from '../../graph/node.ts';
import { describe } from '../../parse/resolve.ts';
import { placeInSql } from './sql-place.ts';

/** How a node of a run ended. */
export interface Outcome {
  readonly node: SqlNode;
  readonly status: 'success' | 'error' | 'skipped' | 'pass' | 'warn' | 'fail';
  /** Whether what reads the node may run. */
  readonly passed: boolean;
  readonly ms: number;
  readonly thread: number;
  readonly timing: readonly Timing[];
  readonly rows: number | null;
  readonly failures: number | null;
  readonly message: string | null;
  readonly sql: string | null;
  readonly path: string | null;
  readonly response: Readonly<Record<string, unknown>>;
  /** Of a test: some of the rows that it found, as they may be shown. */
  readonly examples?: readonly Readonly<Record<string, unknown>>[];
  /** Of a microbatch model. */
  readonly batches?: BatchResults;
  /** Who can mend an error. */
  readonly errorKind?: ErrorKind;
}

/** What was known of a node when it failed. */
export interface Failed {
  readonly node: SqlNode;
  /** File of the node, as the project names it. */
  readonly file: string;
  readonly compiled: { readonly path: string; readonly sql: string } | undefined;
  /** The statement that the warehouse refused, if it did. */
  readonly statement: string | undefined;
}

/** What a node that failed has to say: node and file, what the warehouse or the template said, and where in the SQL. */
export function errorMessage(error: unknown, { node, file, compiled, statement }: Failed): string {
  const cause = causeOf(error);
  const said = cause instanceof Error ? cause.message : String(cause);
  const lines = [`${describe(node)} (${file}): ${said}`];
  if (compiled !== undefined) {
    const place =
      cause instanceof WarehouseError && statement !== undefined
        ? placeInSql(compiled.sql.trim(), statement, positionOf(cause))
        : undefined;
    if (place === undefined) lines.push(`  compiled SQL: ${compiled.path}`);
    else {
      const gutter = `  ${place.line} | `;
      lines.push(`  compiled SQL: ${compiled.path}:${place.line}:${place.column}`, `${gutter}${place.text}`);
      lines.push(`${' '.repeat(gutter.length - 2)}| ${' '.repeat(place.column - 1)}^`);
    }
  }
  if (cause instanceof SluiceError && cause.hint !== '') lines.push(`  ${cause.hint}`);
  return lines.join('\n');
}

/** Where the warehouse says that an error is; its message tells it too, counting columns from 0. */
function positionOf(error: WarehouseError): { line: number | undefined; column: number | undefined } {
  if (error.line !== undefined) return { line: error.line, column: error.column };
  const [, line, position] = /line (\d+) at position (\d+)/.exec(error.message) ?? [];
  return line === undefined
    ? { line: undefined, column: undefined }
    : { line: Number(line), column: Number(position) + 1 };
}

/** What the warehouse said, if an error of a template is about that; the error itself otherwise. */
function causeOf(error: unknown): unknown {
  return error instanceof TemplateError && error.cause instanceof WarehouseError ? error.cause : error;
}

/** SQL that Snowflake does not understand is the project's to correct, as is a template that does not compile. */
export function kindOf(thrown: unknown): ErrorKind {
  const error = causeOf(thrown);
  if (error instanceof TemplateError) return error.kind;
  if (!(error instanceof SluiceError)) return 'outside';
  const ofProject = ['SNOWFLAKE_NOT_FOUND', 'SNOWFLAKE_SYNTAX'];
  if (ofProject.includes(error.code)) return 'usage';
  return error.code === 'SNOWFLAKE_FAILED' ? 'work' : error.kind;
}

/** The error that a run with these outcomes comes to, if it does. */
export function failureOf(
  outcomes: readonly Outcome[],
  candidates: readonly string[],
  audited: boolean,
): SluiceError | undefined {
  const bad = outcomes.filter(({ status }) => status === 'error' || status === 'fail');
  if (bad.length === 0) return undefined;
  const errors = bad.filter(({ status }) => status === 'error');
  const lines = bad.map(({ message, node }) => `  ${message ?? describe(node)}`.replaceAll('\n', '\n  '));
  const where = !audited
    ? 'What was built before stays as it is now; `sluice retry` goes on from there.'
    : candidates.length === 0
      ? 'Nothing that was published has changed.'
      : `Nothing that was published has changed; what was built is in ${candidates.join(', ')} until the next build.`;
  const counted = [
    count(errors.length, 'node', 'could not be built'),
    count(bad.length - errors.length, 'test', 'failed'),
  ];
  return new SluiceError({
    code: errors.length > 0 ? 'BUILD_FAILED' : 'TESTS_FAILED',
    kind: worstOf(errors),
    message: `${counted.filter((text) => text !== '').join(' and ')}:\n${lines.join('\n')}`,
    hint: where,
    details: { nodes: bad.map(({ node }) => node.uniqueId), candidates },
  });
}

function count(number: number, noun: string, verb: string): string {
  return number === 0 ? '' : `${number} ${noun}${number === 1 ? '' : 's'} ${verb}`;
}

function worstOf(errors: readonly Outcome[]): ErrorKind {
  const kinds = errors.map(({ errorKind }) => errorKind);
  if (kinds.includes('outside')) return 'outside';
  return kinds.includes('usage') ? 'usage' : 'work';
}
