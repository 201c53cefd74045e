import { printValue } from '../../../jinja/index.ts';
import type { Warehouse } from '../../../snowflake/index.ts';
import { compilerError } from '../../context/exceptions.ts';
import type { NodeSession } from '../../context/session.ts';
import type { SqlNode } from '../../graph/node.ts';
import { noQuoting, sqlName } from '../../relation.ts';
import { asText } from '../../values.ts';
import type { Compiler } from '../compile/compiler.ts';
import { publishedRelation } from '../compile/placement.ts';
import { hideValues } from './masked-columns.ts';

export interface TestOutcome {
  readonly status: 'pass' | 'warn' | 'fail';
  readonly failures: number;
  /** The test's own SQL, that selects what is wrong. */
  readonly sql: string;
  readonly path: string;
  /** Some of the rows that are wrong, as they may be shown. */
  readonly examples: readonly Readonly<Record<string, unknown>>[];
  /** The table or view that keeps all of them, if the test asks for one. */
  readonly stored?: string;
}

/** Rows that a failure shows. */
const shownRows = 5;

export interface TestParts {
  readonly compiler: Compiler;
  readonly warehouse: Warehouse;
  readonly session: NodeSession;
  /** Whether failures are kept where the test does not say so itself. */
  readonly storeFailures: boolean;
  /** Whether the test reads candidates, which are gone after the run. */
  readonly readsCandidates: boolean;
  /** Names, in upper case, of columns whose values are not shown. */
  readonly masked: ReadonlySet<string>;
  onCompiled(path: string, sql: string): void;
}

/** Runs a test: counts what it selects, and lets the warehouse say whether that is too much. */
export async function runTest(node: SqlNode, parts: TestParts): Promise<TestOutcome> {
  const { compiler, warehouse, session } = parts;
  const { sql, context } = await compiler.compile(node, session);
  const path = compiler.write(node, sql);
  parts.onCompiled(path, sql);
  const { config } = node;
  const kept = storedAs(node, parts);
  const stored = kept === undefined ? undefined : await storeFailures(node, sql, kept, parts);
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
  const all = stored === undefined ? `(\n${sql}\n)` : stored;
  const examples = status === 'pass' ? [] : await exampleRows(all, parts);
  return { status, failures, sql, path, examples, ...(stored === undefined ? {} : { stored }) };
}

/** The first rows that a test found. */
async function exampleRows(
  all: string,
  { warehouse, masked }: TestParts,
): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const { rows } = await warehouse.execute(`select * from ${all} limit ${shownRows}`);
  return hideValues(rows, masked);
}

/** What keeps the rows that a test finds; a table in place of a view that would lose the candidates it reads. */
function storedAs(
  node: SqlNode,
  { storeFailures: always, readsCandidates }: TestParts,
): 'table' | 'view' | undefined {
  const { store_failures: said, store_failures_as: as } = node.config;
  const stores = typeof as === 'string' ? as !== 'ephemeral' : typeof said === 'boolean' ? said : always;
  if (!stores) return undefined;
  return as === 'view' && !readsCandidates ? 'view' : 'table';
}

/** Keeps what a test finds in the audit schema, under the same name at each run. @returns its name as SQL */
async function storeFailures(
  node: SqlNode,
  sql: string,
  kind: 'table' | 'view',
  { warehouse, session }: TestParts,
): Promise<string> {
  const { database, schema, alias: identifier } = node;
  const table = sqlName({ database, schema, identifier, quoting: noQuoting });
  const place = sqlName({ database, schema, identifier: null, quoting: noQuoting });
  await warehouse.execute(`CREATE SCHEMA IF NOT EXISTS ${place}`);
  const relation = publishedRelation(node);
  const before = await session.relation(relation);
  if (before !== null && before.type !== kind)
    await warehouse.execute(`DROP ${before.type} IF EXISTS ${table}`);
  const kindSql = kind === 'table' ? 'TRANSIENT TABLE' : 'VIEW';
  await warehouse.execute(`CREATE OR REPLACE ${kindSql} ${table} AS (\n${sql}\n)`);
  session.forget(relation);
  return table;
}

export function severityOf(node: SqlNode): 'error' | 'warn' {
  return String(node.config.severity ?? 'ERROR').toLowerCase() === 'warn' ? 'warn' : 'error';
}

function statusOf(node: SqlNode, warn: boolean, error: boolean): TestOutcome['status'] {
  if (error && severityOf(node) === 'error') return 'fail';
  return warn ? 'warn' : 'pass';
}
