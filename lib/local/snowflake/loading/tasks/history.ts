import type { DuckDBConnection } from '@duckdb/node-api';
import type { CatalogObject, ConstantArgument, StatementResult } from '../../statement.ts';
import { type AnswerValue, answer, columnTypes } from '../answers.ts';
import { likePattern } from '../show.ts';
import { taskOf } from './task.ts';

/** One attempt at one task, or the word that it was not made. */
export interface TaskRun {
  readonly task: CatalogObject;
  readonly rootId: string;
  readonly graphVersion: number;
  readonly runId: string;
  readonly queryId: string;
  readonly attempt: number;
  readonly scheduledFrom: 'SCHEDULE' | 'EXECUTE TASK' | 'TRIGGER';
  readonly scheduledAt: Date;
  readonly startedAt: Date | null;
  readonly endedAt: Date | null;
  readonly state: 'SCHEDULED' | 'EXECUTING' | 'SUCCEEDED' | 'FAILED' | 'SKIPPED' | 'CANCELLED';
  readonly errorCode: string | null;
  readonly errorMessage: string | null;
  readonly returnValue: string | null;
}

const TABLE = '"_loading"."task_history"';
/** As many runs as TASK_HISTORY gives at most. */
const MOST_ROWS = 10_000;
const DEFAULT_ROWS = 100;

export async function createTaskHistory(duck: DuckDBConnection): Promise<void> {
  await duck.run('CREATE SCHEMA IF NOT EXISTS "_loading"');
  await duck.run(`CREATE TABLE IF NOT EXISTS ${TABLE} (run VARCHAR, ended_ms BIGINT)`);
}

/** A row of TASK_HISTORY, values by column name. */
type HistoryRow = Readonly<Record<string, string | number | null>>;

const { text, number, time } = columnTypes;
const COLUMNS = [
  ['QUERY_ID', text],
  ['NAME', text],
  ['DATABASE_NAME', text],
  ['SCHEMA_NAME', text],
  ['QUERY_TEXT', text],
  ['CONDITION_TEXT', text],
  ['STATE', text],
  ['ERROR_CODE', text],
  ['ERROR_MESSAGE', text],
  ['SCHEDULED_TIME', time],
  ['QUERY_START_TIME', time],
  ['NEXT_SCHEDULED_TIME', time],
  ['COMPLETED_TIME', time],
  ['ROOT_TASK_ID', text],
  ['GRAPH_VERSION', number],
  ['RUN_ID', text],
  ['RETURN_VALUE', text],
  ['SCHEDULED_FROM', text],
  ['ATTEMPT_NUMBER', number],
  ['CONFIG', text],
  ['GRAPH_RUN_GROUP_ID', text],
] as const;

function rowOf(run: TaskRun): HistoryRow {
  const { name } = run.task;
  const task = taskOf(run.task);
  return {
    QUERY_ID: run.queryId,
    NAME: name.name,
    DATABASE_NAME: name.database,
    SCHEMA_NAME: name.schema,
    QUERY_TEXT: task.body,
    CONDITION_TEXT: task.when ?? null,
    STATE: run.state,
    ERROR_CODE: run.errorCode,
    ERROR_MESSAGE: run.errorMessage,
    SCHEDULED_TIME: run.scheduledAt.getTime(),
    QUERY_START_TIME: run.startedAt?.getTime() ?? null,
    NEXT_SCHEDULED_TIME: null,
    COMPLETED_TIME: run.endedAt?.getTime() ?? null,
    ROOT_TASK_ID: run.rootId,
    GRAPH_VERSION: run.graphVersion,
    RUN_ID: run.runId,
    RETURN_VALUE: run.returnValue,
    SCHEDULED_FROM: run.scheduledFrom,
    ATTEMPT_NUMBER: run.attempt,
    CONFIG: task.config ?? null,
    GRAPH_RUN_GROUP_ID: run.runId,
  };
}

/** Keeps a finished run. */
export async function recordRun(duck: DuckDBConnection, run: TaskRun): Promise<void> {
  await duck.run(`INSERT INTO ${TABLE} VALUES ($1, $2)`, [
    JSON.stringify(rowOf(run)),
    BigInt(run.endedAt?.getTime() ?? Date.now()),
  ]);
}

/** TABLE(INFORMATION_SCHEMA.TASK_HISTORY(…)), newest first. */
export async function taskHistory(
  duck: DuckDBConnection,
  going: readonly TaskRun[],
  args: readonly ConstantArgument[],
): Promise<StatementResult> {
  const given = new Map(args.map(({ name, value }) => [(name ?? '').toUpperCase(), value]));
  const reader = await duck.runAndReadAll(
    `SELECT run FROM ${TABLE} ORDER BY ended_ms DESC LIMIT ${MOST_ROWS}`,
  );
  const finished = reader.getRowsJS().map(([run]): HistoryRow => JSON.parse(String(run)));
  const name = given.get('TASK_NAME');
  const like = name === undefined || name === null ? undefined : likePattern(name.split('.').at(-1) ?? name);
  const from = moment(given.get('SCHEDULED_TIME_RANGE_START')) ?? Date.now() - 7 * 86_400_000;
  const to = moment(given.get('SCHEDULED_TIME_RANGE_END')) ?? Number.POSITIVE_INFINITY;
  const errorsOnly = given.get('ERROR_ONLY')?.toUpperCase() === 'TRUE';
  const root = given.get('ROOT_TASK_ID');
  const limit = Number(given.get('RESULT_LIMIT') ?? DEFAULT_ROWS);
  const rows = [...going.map(rowOf), ...finished]
    .filter((row) => like === undefined || like.test(String(row.NAME)))
    .filter((row) => Number(row.SCHEDULED_TIME) >= from && Number(row.SCHEDULED_TIME) <= to)
    .filter((row) => !errorsOnly || row.STATE === 'FAILED' || row.STATE === 'CANCELLED')
    .filter((row) => root === undefined || root === null || row.ROOT_TASK_ID === root)
    .slice(0, limit);
  return answer(
    COLUMNS,
    rows.map((row) =>
      COLUMNS.map(([column, type]): AnswerValue => shown(row[column] ?? null, type === time)),
    ),
  );
}

function shown(value: string | number | null, isTime: boolean): AnswerValue {
  return isTime && value !== null ? new Date(Number(value)) : value;
}

function moment(value: string | null | undefined): number | undefined {
  if (value === undefined || value === null) return undefined;
  const parsed = Date.parse(value);
  return Number.isNaN(parsed) ? undefined : parsed;
}
