import { MAX_BINARY, MAX_TEXT, SqlError } from '../../../sql/index.ts';
import type { Engine } from '../engine.ts';
import type { Session } from '../session.ts';
import type { ResultColumn, StatementResult } from '../statement.ts';
import { readBindings } from './binds.ts';
import { isRecord, ok, refused, type WireAnswer, type WireRequest } from './http.ts';
import { sessionParameters } from './parameters.ts';
import { statementTypeId } from './statement-type.ts';

/** How long a request waits for its statement before the driver is told to ask again. */
const PATIENCE_MS = 40_000;
/** How many requests are remembered, and rows of their answers, so that one sent again gets its first answer. */
const REMEMBERED = 512;
const REMEMBERED_ROWS = 500_000;

interface Request {
  readonly answer: Promise<WireAnswer>;
  readonly stop: AbortController;
  readonly queryId: string;
  /** Rows of the answer, once it is there. */
  rows: number;
  finished: boolean;
}

/** Runs the statements that drivers send, each request id once. */
export class Queries {
  readonly #engine: Engine;
  readonly #requests = new Map<string, Request>();
  readonly #byQueryId = new Map<string, Request>();
  #rows = 0;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  async query(session: Session, request: WireRequest): Promise<WireAnswer> {
    const requestId = request.query.get('requestId') ?? '';
    const key = `${session.state.id}/${requestId}`;
    const running = this.#requests.get(key) ?? this.#start(session, key, request.body);
    return this.#patiently(running);
  }

  /** The answer to a statement that outlasted its request. */
  async result(queryId: string): Promise<WireAnswer> {
    const running = this.#byQueryId.get(queryId);
    if (running === undefined) return refused('000709', `Query ${queryId} not found.`);
    return this.#patiently(running);
  }

  abort(session: Session, request: WireRequest): WireAnswer {
    const requestId = typeof request.body.requestId === 'string' ? request.body.requestId : '';
    const running = this.#requests.get(`${session.state.id}/${requestId}`);
    if (running === undefined)
      return refused('000605', 'Identified SQL statement is not currently executing.');
    running.stop.abort();
    return ok(null);
  }

  /** Stops a statement by its query id, from any session: SYSTEM$CANCEL_QUERY. */
  abortQuery(queryId: string): boolean {
    const running = this.#byQueryId.get(queryId);
    running?.stop.abort();
    return running !== undefined;
  }

  async #patiently(running: Request): Promise<WireAnswer> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<WireAnswer>((resolve) => {
      timer = setTimeout(() => resolve(inProgress(running.queryId)), PATIENCE_MS);
    });
    try {
      return await Promise.race([running.answer, late]);
    } finally {
      clearTimeout(timer);
    }
  }

  #start(session: Session, key: string, body: WireRequest['body']): Request {
    const sql = typeof body.sqlText === 'string' ? body.sqlText : '';
    const parameters = isRecord(body.parameters) ? body.parameters : {};
    const tag = typeof parameters.QUERY_TAG === 'string' ? parameters.QUERY_TAG : undefined;
    const record = this.#engine.queries.start(session, sql, tag);
    const stop = new AbortController();
    const { rows, isArray } = readBindings(body.bindings);
    const work = isArray
      ? this.#engine.executeMany(session, sql, rows, stop.signal, record)
      : this.#engine.execute(session, sql, rows[0] ?? [], stop.signal, record);
    const running: Request = {
      queryId: record.queryId,
      stop,
      rows: 0,
      finished: false,
      answer: work.then(
        (result) => {
          running.rows = result.rows.length;
          return answerOf(session, record.queryId, sql, result);
        },
        (error: unknown) => failureOf(error, record.queryId, sql),
      ),
    };
    this.#remember(key, running);
    return running;
  }

  #remember(key: string, running: Request): void {
    this.#requests.set(key, running);
    this.#byQueryId.set(running.queryId, running);
    running.answer.then(() => {
      running.finished = true;
      this.#rows += running.rows;
      this.#forget(running);
    });
  }

  /** Lets go of the oldest finished requests beyond what is remembered; never of the latest. */
  #forget(latest: Request): void {
    for (const [key, request] of this.#requests) {
      if (this.#requests.size <= REMEMBERED && this.#rows <= REMEMBERED_ROWS) return;
      if (!request.finished || request === latest) continue;
      this.#requests.delete(key);
      this.#byQueryId.delete(request.queryId);
      this.#rows -= request.rows;
    }
  }
}

function inProgress(queryId: string): WireAnswer {
  return {
    success: true,
    code: '333333',
    message: 'Query execution in progress.',
    data: { queryId, getResultUrl: `/queries/${queryId}/result`, queryAbortsAfterSecs: 300 },
  };
}

function failureOf(error: unknown, queryId: string, sql: string): WireAnswer {
  const known = error instanceof SqlError ? error : undefined;
  const message = error instanceof Error ? error.message : String(error);
  return refused(known?.number ?? '000603', message, {
    internalError: known === undefined,
    errorCode: known?.number ?? '000603',
    age: 0,
    sqlState: known?.sqlState ?? 'XX000',
    queryId,
    line: -1,
    pos: -1,
    type: 'COMPILATION',
    sqlText: sql,
  });
}

function answerOf(session: Session, queryId: string, sql: string, result: StatementResult): WireAnswer {
  const { state } = session;
  return ok({
    parameters: sessionParameters(state.parameters),
    rowtype: result.columns.map(rowType),
    rowset: result.rows,
    total: result.rows.length,
    returned: result.rows.length,
    queryId,
    databaseProvider: null,
    finalDatabaseName: state.database,
    finalSchemaName: state.schema,
    finalWarehouseName: state.warehouse,
    finalRoleName: state.role,
    numberOfBinds: 0,
    arrayBindSupported: true,
    statementTypeId: statementTypeId(sql, result),
    version: 1,
    queryResultFormat: 'json',
  });
}

function rowType(column: ResultColumn): Readonly<Record<string, unknown>> {
  const { type } = column;
  const length =
    type === 'TEXT' ? (column.length ?? MAX_TEXT) : type === 'BINARY' ? (column.length ?? MAX_BINARY) : null;
  const timed = type === 'TIME' || type.startsWith('TIMESTAMP');
  return {
    name: column.name,
    database: '',
    schema: '',
    table: '',
    type: type.toLowerCase(),
    nullable: column.nullable,
    length,
    byteLength: length === null ? null : type === 'TEXT' ? Math.min(length * 4, MAX_TEXT) : length,
    precision: type === 'FIXED' ? (column.precision ?? 38) : timed ? 0 : null,
    scale: type === 'FIXED' ? (column.scale ?? 0) : timed ? (column.scale ?? 9) : null,
    collation: null,
  };
}
