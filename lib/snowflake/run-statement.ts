import { setTimeout as delay } from 'node:timers/promises';
import type { Connection, RowStatement } from 'snowflake-sdk';
import { WarehouseError, warehouseError } from './errors.ts';
import { convertValue, describeColumn } from './values.ts';
import type { ExecuteOptions, QueryResult, WarehouseValue } from './warehouse.ts';

/** How long a statement that was canceled may take to say so. */
const cancelTimeout = 5_000;

/**
 * Runs one statement through the driver, which sends it again under the same request id if the reply is lost.
 * A statement that is aborted or takes too long is canceled in Snowflake too.
 */
export async function runStatement(
  connection: Connection,
  sql: string,
  { binds, timeoutSeconds, queryTag, signal }: ExecuteOptions,
): Promise<QueryResult> {
  const running = startStatement(connection, sql, binds, statementParameters(timeoutSeconds, queryTag));
  const stopped = new AbortController();
  const stop = Promise.race([aborted(signal, stopped.signal), expired(timeoutSeconds, stopped.signal)]);
  try {
    return await Promise.race([running.result, stop]);
  } catch (error) {
    if (error instanceof WarehouseError && error.code !== 'SNOWFLAKE_TIMEOUT') throw error;
    await running.cancel();
    throw error;
  } finally {
    stopped.abort();
    stop.catch(() => {});
    running.result.catch(() => {});
  }
}

interface RunningStatement {
  readonly result: Promise<QueryResult>;
  cancel(): Promise<void>;
}

/** Parameters that hold for one statement, as Snowflake names them. */
function statementParameters(
  timeoutSeconds: number | undefined,
  queryTag: string | undefined,
): Record<string, string | number> {
  return {
    ...(timeoutSeconds === undefined ? {} : { STATEMENT_TIMEOUT_IN_SECONDS: Math.ceil(timeoutSeconds) }),
    ...(queryTag === undefined ? {} : { QUERY_TAG: queryTag }),
  };
}

function startStatement(
  connection: Connection,
  sql: string,
  binds: ExecuteOptions['binds'],
  parameters: Readonly<Record<string, string | number>>,
): RunningStatement {
  let statement: RowStatement | undefined;
  const result = new Promise<QueryResult>((resolve, reject) => {
    try {
      statement = connection.execute({
        sqlText: sql,
        ...(binds === undefined || binds.length === 0 ? {} : { binds }),
        ...(Object.keys(parameters).length === 0 ? {} : { parameters }),
        rowMode: 'array',
        fetchAsString: ['Number', 'JSON'],
        complete: (error, finished, rows) => {
          if (error) {
            reject(warehouseError(error, 'A statement'));
            return;
          }
          // What is thrown here would be lost in the driver.
          try {
            resolve(resultOf(finished, rows ?? []));
          } catch (thrown) {
            reject(warehouseError(thrown, 'Reading the result of a statement'));
          }
        },
      });
    } catch (error) {
      reject(warehouseError(error, 'A statement'));
    }
  });
  return {
    result,
    cancel: async () => {
      const canceled = new Promise<void>((resolve) => statement?.cancel(() => resolve()) ?? resolve());
      await Promise.race([canceled, delay(cancelTimeout, undefined, { ref: false })]);
    },
  };
}

function resultOf(statement: RowStatement, rows: readonly unknown[]): QueryResult {
  const columns = (statement.getColumns() ?? []).map(describeColumn);
  return {
    queryId: statement.getQueryId(),
    columns,
    rows: rows.map((row) => {
      const values: readonly unknown[] = Array.isArray(row) ? row : [];
      const record: Record<string, WarehouseValue> = {};
      columns.forEach((column, index) => {
        record[column.name] = convertValue(values[index], column);
      });
      return record;
    }),
    rowsAffected: Math.max(0, statement.getNumUpdatedRows() ?? 0),
  };
}

/** Rejects with the signal's reason when it is aborted. */
async function aborted(signal: AbortSignal | undefined, over: AbortSignal): Promise<never> {
  return await new Promise<never>((_, reject) => {
    const onAbort = () => reject(signal?.reason);
    if (signal?.aborted) onAbort();
    signal?.addEventListener('abort', onAbort, { once: true, signal: over });
  });
}

/** Rejects when the time is over; Snowflake's own limit, set on the statement, ends it a little earlier. */
async function expired(seconds: number | undefined, over: AbortSignal): Promise<never> {
  if (seconds === undefined) return await new Promise<never>(() => {});
  await delay(seconds * 1000 + 1000, undefined, { signal: over });
  throw new WarehouseError({
    code: 'SNOWFLAKE_TIMEOUT',
    kind: 'outside',
    message: `A statement had no result within ${seconds} seconds and was canceled.`,
    hint: 'Raise the limit, or look for what it waits for in the query history.',
    retryable: true,
  });
}
