import { LTZ, NUMBER, TEXT } from '../../../../sql/index.ts';
import { literal } from '../../names.ts';
import { readResult } from '../../rows.ts';
import type { ConstantArgument, ExecutionContext, Source, StatementResult } from '../../statement.ts';
import { column } from '../../types.ts';
import { splitName } from '../cursor.ts';

const STATUS = `CASE status WHEN 'LOADED' THEN 'Loaded' WHEN 'PARTIALLY_LOADED' THEN 'Partially loaded' ELSE 'Load failed' END`;
const moment = (name: string) => `(make_timestamp(${name} * 1000) AT TIME ZONE 'UTC')`;
const number = (name: string) => `CAST(${name} AS DECIMAL(38,0))`;

const COPY_COLUMNS = [
  [column('FILE_NAME', TEXT), 'file'],
  [column('STAGE_LOCATION', TEXT), "'s3://' || bucket || '/'"],
  [column('LAST_LOAD_TIME', LTZ), moment('loaded_ms')],
  [column('ROW_COUNT', NUMBER), number('rows_loaded')],
  [column('ROW_PARSED', NUMBER), number('rows_parsed')],
  [column('FILE_SIZE', NUMBER), number('size')],
  [column('FIRST_ERROR_MESSAGE', TEXT), 'first_error'],
  [column('FIRST_ERROR_LINE_NUMBER', NUMBER), number('first_error_line')],
  [column('FIRST_ERROR_CHARACTER_POS', NUMBER), number('first_error_character')],
  [column('FIRST_ERROR_COLUMN_NAME', TEXT), 'first_error_column'],
  [column('ERROR_COUNT', NUMBER), number('errors_seen')],
  [column('ERROR_LIMIT', NUMBER), number('error_limit')],
  [column('STATUS', TEXT), STATUS],
  [column('TABLE_CATALOG_NAME', TEXT), 'database'],
  [column('TABLE_SCHEMA_NAME', TEXT), 'schema'],
  [column('TABLE_NAME', TEXT), 'name'],
  [column('PIPE_CATALOG_NAME', TEXT), "nullif(pipe_database, '')"],
  [column('PIPE_SCHEMA_NAME', TEXT), "nullif(pipe_schema, '')"],
  [column('PIPE_NAME', TEXT), "nullif(pipe_name, '')"],
  [column('PIPE_RECEIVED_TIME', LTZ), `CASE WHEN pipe_name <> '' THEN ${moment('received_ms')} END`],
] as const;

const LOAD_COLUMNS = [
  [column('SCHEMA_NAME', TEXT), 'schema'],
  [column('FILE_NAME', TEXT), "'s3://' || bucket || '/' || file"],
  [column('TABLE_NAME', TEXT), 'name'],
  [column('LAST_LOAD_TIME', LTZ), moment('loaded_ms')],
  [column('STATUS', TEXT), 'status'],
  [column('ROW_COUNT', NUMBER), number('rows_loaded')],
  [column('ROW_PARSED', NUMBER), number('rows_parsed')],
  [column('FIRST_ERROR_MESSAGE', TEXT), 'first_error'],
  [column('FIRST_ERROR_LINE_NUMBER', NUMBER), number('first_error_line')],
  [column('FIRST_ERROR_CHARACTER_POSITION', NUMBER), number('first_error_character')],
  [column('FIRST_ERROR_COL_NAME', TEXT), 'first_error_column'],
  [column('ERROR_COUNT', NUMBER), number('errors_seen')],
  [column('ERROR_LIMIT', NUMBER), number('error_limit')],
] as const;

function selected(columns: typeof COPY_COLUMNS | typeof LOAD_COLUMNS, where: string): string {
  const list = columns.map(([{ name }, sql]) => `${sql} AS "${name}"`).join(', ');
  return `SELECT ${list} FROM "_loading"."copy_history" WHERE ${where} ORDER BY loaded_ms DESC`;
}

/** TABLE(INFORMATION_SCHEMA.COPY_HISTORY(TABLE_NAME => …, START_TIME => …)): of COPY and of pipes. */
export async function copyHistory(
  context: ExecutionContext,
  args: readonly ConstantArgument[],
): Promise<StatementResult> {
  const given = new Map(
    args.map(({ name, value }, index) => [
      name?.toUpperCase() ?? ['TABLE_NAME', 'START_TIME', 'END_TIME'][index],
      value,
    ]),
  );
  const table = context.qualify(splitName(given.get('TABLE_NAME') ?? ''));
  const from = Date.parse(given.get('START_TIME') ?? '');
  const to = Date.parse(given.get('END_TIME') ?? '');
  const conditions = [
    `database = ${literal(table.database)}`,
    `schema = ${literal(table.schema)}`,
    `name = ${literal(table.name)}`,
    ...(Number.isNaN(from) ? [] : [`loaded_ms >= ${from}`]),
    ...(Number.isNaN(to) ? [] : [`loaded_ms <= ${to}`]),
  ];
  const result = await context.duck.stream(selected(COPY_COLUMNS, conditions.join(' AND ')));
  return readResult(
    result,
    COPY_COLUMNS.map(([one]) => one),
  );
}

/** INFORMATION_SCHEMA.LOAD_HISTORY of a database: COPY only, without pipes. */
export function loadHistory(database: string): Source {
  return {
    sql: selected(LOAD_COLUMNS, `database = ${literal(database)} AND pipe_name = ''`),
    columns: LOAD_COLUMNS.map(([one]) => one),
  };
}
