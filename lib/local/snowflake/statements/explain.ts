import { Cursor, NUMBER, splitStatements, TEXT, unsupported } from '../../../sql/index.ts';
import { StatementContext } from '../context.ts';
import { headOf } from '../head.ts';
import { printQualified } from '../names.ts';
import type { StatementHandler, StatementResult } from '../statement.ts';
import { beginTranslation } from '../translate/index.ts';
import { emitQuery } from '../translate/query.ts';
import { parseWholeQuery } from '../translate/resolve.ts';
import { column } from '../types.ts';
import { listing } from './result.ts';

/** One step of the plan: what comes out, and a scan of each table below it. */
interface Operation {
  readonly id: number;
  readonly parent: number | undefined;
  readonly operation: 'Result' | 'TableScan';
  readonly object: string | undefined;
  readonly expressions: readonly string[];
}

/**
 * EXPLAIN [USING {TABULAR | JSON | TEXT}] query: the query is checked as if it ran, and its columns and tables are given in
 * the form of Snowflake's plan. How DuckDB computes it is not Snowflake's way, so no join or aggregate is told.
 */
export const explainHandler: StatementHandler = {
  heads: ['EXPLAIN'],
  transaction: 'none',
  async run(context, statement): Promise<StatementResult> {
    const core = StatementContext.of(context);
    const cursor = new Cursor(statement);
    cursor.expectWord('EXPLAIN');
    const form = cursor.takeWord('USING') ? cursor.next().value.toUpperCase() : 'TABULAR';
    const text = cursor.rest();
    const [inner] = splitStatements(text);
    const head = inner === undefined ? '' : headOf(inner)[0];
    if (head !== 'SELECT' && head !== 'WITH') throw unsupported(`EXPLAIN of ${head}`);
    const operations = await planOf(core, text);
    if (form === 'TABULAR') return tabular(operations);
    if (form === 'JSON') return oneText(JSON.stringify(asJson(operations)));
    if (form === 'TEXT') return oneText(asText(operations));
    throw cursor.unexpected();
  },
};

async function planOf(core: StatementContext, text: string): Promise<Operation[]> {
  const parsed = parseWholeQuery(text);
  const translation = await beginTranslation(core, parsed);
  const { sql, columns } = emitQuery(parsed, undefined, translation);
  // What only DuckDB finds, types that do not fit, is an error of the plan too.
  (await core.duck.prepare(sql)).destroySync();
  const { tables, sources } = translation.resolved;
  const read = [...tables.values(), ...[...sources.values()].map(({ name }) => name)].map(printQualified);
  const result: Operation = {
    id: 0,
    parent: undefined,
    operation: 'Result',
    object: undefined,
    expressions: columns.map(({ name }) => name),
  };
  const scans = read.map(
    (object, index): Operation => ({
      id: index + 1,
      parent: 0,
      operation: 'TableScan',
      object,
      expressions: [],
    }),
  );
  return [result, ...scans];
}

function tabular(operations: readonly Operation[]): StatementResult {
  return listing<Operation | undefined>(
    [
      ['step', NUMBER, (one) => (one === undefined ? null : '1')],
      ['id', NUMBER, (one) => (one === undefined ? null : String(one.id))],
      ['parentOperators', TEXT, (one) => (one?.parent === undefined ? null : `[${one.parent}]`)],
      ['operation', TEXT, (one) => one?.operation ?? 'GlobalStats'],
      ['objects', TEXT, (one) => one?.object ?? null],
      ['alias', TEXT, () => null],
      ['expressions', TEXT, (one) => one?.expressions.join(', ') || null],
      ['partitionsTotal', NUMBER, (one) => (one === undefined ? '0' : null)],
      ['partitionsAssigned', NUMBER, (one) => (one === undefined ? '0' : null)],
      ['bytesAssigned', NUMBER, (one) => (one === undefined ? '0' : null)],
    ],
    [undefined, ...operations],
  );
}

function asJson(operations: readonly Operation[]): unknown {
  return {
    GlobalStats: { partitionsTotal: 0, partitionsAssigned: 0, bytesAssigned: 0 },
    Operations: [
      operations.map(({ id, parent, operation, object, expressions }) => ({
        id,
        operation,
        ...(object === undefined ? {} : { objects: [object] }),
        ...(expressions.length === 0 ? {} : { expressions }),
        ...(parent === undefined ? {} : { parentOperators: [parent] }),
      })),
    ],
  };
}

function asText(operations: readonly Operation[]): string {
  const lines = operations.map(({ operation, object, expressions, parent }) => {
    const what = [object, ...expressions].filter((word) => word !== undefined).join(', ');
    return `${parent === undefined ? '' : '  '}->${operation}  ${what}`.trimEnd();
  });
  return [
    'GlobalStats:',
    '\tpartitionsTotal=0',
    '\tpartitionsAssigned=0',
    '\tbytesAssigned=0',
    'Operations:',
    ...lines,
  ].join('\n');
}

function oneText(text: string): StatementResult {
  return { columns: [column('content', TEXT)], rows: [[text]] };
}
