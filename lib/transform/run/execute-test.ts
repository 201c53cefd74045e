import { printValue } from '../../jinja/index.ts';
import type { Warehouse } from '../../snowflake/index.ts';
import { compilerError } from '../context/exceptions.ts';
import type { NodeSession } from '../context/session.ts';
import type { SqlNode } from '../graph/node.ts';
import { noQuoting, sqlName } from '../relation.ts';
import { asText } from '../values.ts';
import type { Compiler } from './compiler.ts';

export interface TestOutcome {
  readonly status: 'pass' | 'warn' | 'fail';
  readonly failures: number;
  /** The test's own SQL, that selects what is wrong. */
  readonly sql: string;
  readonly path: string;
  /** Some of the rows that are wrong. */
  readonly examples: readonly string[];
  /** The table that keeps all of them, if the test asks for one. */
  readonly stored?: string;
}

/** Rows that a failure shows. */
const shownRows = 5;

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
  const stored = storesFailures(node) ? await storeFailures(node, sql, parts) : undefined;
  const counting = context.findMacro('get_test_sql');
  if (counting === undefined) throw compilerError('there is no macro get_test_sql');
  const statement = await counting.callAsync([
    stored === undefined ? sql : `select * from ${stored}`,
    asText(config.fail_calc) ?? 'count(*)',
    asText(config.warn_if) ?? '!= 0',
    asText(config.error_if) ?? '!= 0',
    config.limit ?? null,
  ]);
  const { rows } = await warehouse.execute(printValue(statement));
  const [row] = rows;
  const failures = Number(row?.FAILURES ?? 0);
  const status = statusOf(node, row?.SHOULD_WARN === true, row?.SHOULD_ERROR === true);
  const examples = status === 'pass' ? [] : await exampleRows(sql, warehouse);
  return { status, failures, sql, path, examples, ...(stored === undefined ? {} : { stored }) };
}

/** The first rows that a test found, as JSON. */
async function exampleRows(sql: string, warehouse: Warehouse): Promise<string[]> {
  const { rows } = await warehouse.execute(`select * from (\n${sql}\n) limit ${shownRows}`);
  return rows.map((row) => JSON.stringify(row));
}

function storesFailures(node: SqlNode): boolean {
  const as = asText(node.config.store_failures_as);
  return as === undefined ? node.config.store_failures === true : as !== 'ephemeral';
}

/**
 * Keeps what a test finds in a table of the audit schema, the same one at each run. A table also where a view is asked for:
 * a view would lose the candidates that it reads. @returns its name as SQL
 */
async function storeFailures(node: SqlNode, sql: string, { warehouse }: TestParts): Promise<string> {
  const { database, schema, alias: identifier } = node;
  const table = sqlName({ database, schema, identifier, quoting: noQuoting });
  const place = sqlName({ database, schema, identifier: null, quoting: noQuoting });
  await warehouse.execute(`CREATE SCHEMA IF NOT EXISTS ${place}`);
  await warehouse.execute(`CREATE OR REPLACE TRANSIENT TABLE ${table} AS (\n${sql}\n)`);
  return table;
}

export function severityOf(node: SqlNode): 'error' | 'warn' {
  return String(node.config.severity ?? 'ERROR').toLowerCase() === 'warn' ? 'warn' : 'error';
}

function statusOf(node: SqlNode, warn: boolean, error: boolean): TestOutcome['status'] {
  if (error && severityOf(node) === 'error') return 'fail';
  return warn ? 'warn' : 'pass';
}
