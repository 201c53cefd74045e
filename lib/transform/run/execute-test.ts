import { printValue } from '../../jinja/index.ts';
import type { Warehouse } from '../../snowflake/index.ts';
import { compilerError } from '../context/exceptions.ts';
import type { NodeSession } from '../context/session.ts';
import type { SqlNode } from '../graph/node.ts';
import { asText } from '../values.ts';
import type { Compiler } from './compiler.ts';

export interface TestOutcome {
  readonly status: 'pass' | 'warn' | 'fail';
  readonly failures: number;
  /** The test's own SQL, that selects what is wrong. */
  readonly sql: string;
  readonly path: string;
}

export interface TestParts {
  readonly compiler: Compiler;
  readonly warehouse: Warehouse;
  readonly session: NodeSession;
  onCompiled(path: string, sql: string): void;
}

/** Runs a test: counts what it selects, and lets the warehouse say whether that is too much. */
export async function runTest(node: SqlNode, parts: TestParts): Promise<TestOutcome> {
  const { compiler, warehouse, session } = parts;
  const { sql, context } = await compiler.compile(node, session);
  const path = compiler.write(node, sql);
  parts.onCompiled(path, sql);
  const { config } = node;
  const counting = context.findMacro('get_test_sql');
  if (counting === undefined) throw compilerError('there is no macro get_test_sql');
  const statement = await counting.callAsync([
    sql,
    asText(config.fail_calc) ?? 'count(*)',
    asText(config.warn_if) ?? '!= 0',
    asText(config.error_if) ?? '!= 0',
    config.limit ?? null,
  ]);
  const { rows } = await warehouse.execute(printValue(statement));
  const [row] = rows;
  const failures = Number(row?.FAILURES ?? 0);
  return {
    status: statusOf(node, row?.SHOULD_WARN === true, row?.SHOULD_ERROR === true),
    failures,
    sql,
    path,
  };
}

export function severityOf(node: SqlNode): 'error' | 'warn' {
  return String(node.config.severity ?? 'ERROR').toLowerCase() === 'warn' ? 'warn' : 'error';
}

function statusOf(node: SqlNode, warn: boolean, error: boolean): TestOutcome['status'] {
  if (error && severityOf(node) === 'error') return 'fail';
  return warn ? 'warn' : 'pass';
}
