import { LTZ, NUMBER, SqlError, TEXT } from '../../../sql/index.ts';
import type { StatementContext } from '../context.ts';
import type { QueryRecord } from '../query-log.ts';
import type { ConstantArgument, ResultColumn, StatementResult } from '../statement.ts';
import { column } from '../types.ts';

/** A moment in the wire's form. */
export function wireMoment(date: Date): string {
  const ms = date.getTime();
  return `${Math.floor(ms / 1000)}.${String(((ms % 1000) + 1000) % 1000).padStart(3, '0')}000000`;
}

const HISTORY: readonly {
  readonly column: ResultColumn;
  readonly read: (record: QueryRecord) => string | null;
}[] = [
  { column: column('QUERY_ID', TEXT), read: (record) => record.queryId },
  { column: column('QUERY_TEXT', TEXT), read: (record) => record.text },
  { column: column('DATABASE_NAME', TEXT), read: (record) => record.database },
  { column: column('SCHEMA_NAME', TEXT), read: (record) => record.schema },
  {
    column: column('QUERY_TYPE', TEXT),
    read: (record) => (/^\s*(\w+)/.exec(record.text)?.[1] ?? '').toUpperCase(),
  },
  { column: column('SESSION_ID', NUMBER), read: (record) => record.sessionId },
  { column: column('USER_NAME', TEXT), read: (record) => record.user },
  { column: column('ROLE_NAME', TEXT), read: (record) => record.role },
  { column: column('WAREHOUSE_NAME', TEXT), read: (record) => record.warehouse },
  { column: column('QUERY_TAG', TEXT), read: (record) => record.tag },
  {
    column: column('EXECUTION_STATUS', TEXT),
    read: (record) => (record.status === 'FAIL' ? 'FAILED_WITH_ERROR' : record.status),
  },
  { column: column('ERROR_CODE', TEXT), read: (record) => record.errorCode ?? null },
  { column: column('ERROR_MESSAGE', TEXT), read: (record) => record.errorMessage ?? null },
  { column: column('START_TIME', LTZ), read: (record) => wireMoment(record.startedAt) },
  { column: column('END_TIME', LTZ), read: (record) => (record.endedAt ? wireMoment(record.endedAt) : null) },
  {
    column: column('TOTAL_ELAPSED_TIME', NUMBER),
    read: (record) => String((record.endedAt ?? new Date()).getTime() - record.startedAt.getTime()),
  },
  { column: column('ROWS_PRODUCED', NUMBER), read: (record) => String(record.rows) },
];

const HISTORY_FUNCTIONS = new Set([
  'QUERY_HISTORY',
  'QUERY_HISTORY_BY_SESSION',
  'QUERY_HISTORY_BY_USER',
  'QUERY_HISTORY_BY_WAREHOUSE',
]);

/** RESULT_SCAN and the QUERY_HISTORY family; undefined for any other name. */
export function coreTableFunction(
  context: StatementContext,
  name: string,
  args: readonly ConstantArgument[],
): StatementResult | undefined {
  if (name === 'RESULT_SCAN') return resultScan(context, args[0]?.value ?? null);
  if (!HISTORY_FUNCTIONS.has(name)) return undefined;
  const limit = Number(args.find((argument) => argument.name === 'RESULT_LIMIT')?.value ?? 100);
  const session = name === 'QUERY_HISTORY_BY_SESSION' ? context.session.id : undefined;
  const records = context.engine.queries.records
    .filter((record) => session === undefined || record.sessionId === session)
    .slice(-limit)
    .reverse();
  return {
    columns: HISTORY.map((one) => one.column),
    rows: records.map((record) => HISTORY.map((one) => one.read(record))),
  };
}

function resultScan(context: StatementContext, queryId: string | null): StatementResult {
  const result = queryId === null ? undefined : context.engine.queries.result(queryId);
  if (result) return result;
  throw new SqlError('000709', '02000', `Statement ${queryId ?? 'NULL'} not found`);
}
