import { randomUUID } from 'node:crypto';
import { SqlError } from '../../sql/index.ts';
import type { Session } from './session.ts';
import type { StatementResult } from './statement.ts';

/** One row of QUERY_HISTORY. */
export interface QueryRecord {
  readonly queryId: string;
  readonly text: string;
  readonly tag: string;
  readonly user: string;
  readonly role: string;
  readonly sessionId: string;
  readonly warehouse: string | null;
  readonly database: string | null;
  readonly schema: string | null;
  readonly startedAt: Date;
  endedAt: Date | undefined;
  status: 'RUNNING' | 'SUCCESS' | 'FAIL';
  errorCode: string | undefined;
  errorMessage: string | undefined;
  rows: number;
}

/** How many statements the history holds, and how many results RESULT_SCAN can still read. */
const KEPT_RECORDS = 10_000;
const KEPT_RESULTS = 64;
const KEPT_ROWS = 500_000;

/** The statements that ran since the server started, latest last, and their latest results. Not kept across restarts. */
export class QueryLog {
  readonly records: QueryRecord[] = [];
  readonly #results = new Map<string, StatementResult>();
  #keptRows = 0;

  start(session: Session, text: string, tag = session.state.parameters.get('QUERY_TAG') ?? ''): QueryRecord {
    const record: QueryRecord = {
      queryId: randomUUID(),
      text,
      tag,
      user: session.user,
      role: session.state.role,
      sessionId: session.state.id,
      warehouse: session.state.warehouse,
      database: session.state.database,
      schema: session.state.schema,
      startedAt: new Date(),
      endedAt: undefined,
      status: 'RUNNING',
      errorCode: undefined,
      errorMessage: undefined,
      rows: 0,
    };
    this.records.push(record);
    if (this.records.length > KEPT_RECORDS) this.records.shift();
    return record;
  }

  finish(record: QueryRecord, result: StatementResult): void {
    record.endedAt = new Date();
    record.status = 'SUCCESS';
    record.rows = result.rows.length;
    this.#results.set(record.queryId, result);
    this.#keptRows += result.rows.length;
    // The latest result is kept whatever its size: RESULT_SCAN(LAST_QUERY_ID()) reads it.
    for (const [queryId, { rows }] of this.#results) {
      const tooMany = this.#results.size > KEPT_RESULTS || this.#keptRows > KEPT_ROWS;
      if (!tooMany || queryId === record.queryId) break;
      this.#results.delete(queryId);
      this.#keptRows -= rows.length;
    }
  }

  fail(record: QueryRecord, error: unknown): void {
    record.endedAt = new Date();
    record.status = 'FAIL';
    record.errorCode = error instanceof SqlError ? error.number : '000000';
    record.errorMessage = error instanceof Error ? error.message : String(error);
  }

  result(queryId: string): StatementResult | undefined {
    return this.#results.get(queryId);
  }
}
