import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { coreTableFunction } from './catalog/history.ts';
import { seedAccount } from './catalog/seed.ts';
import { dropTemporaryTables } from './catalog/temporary.ts';
import { StatementContext } from './context.ts';
import { Executor, interruptOn, type Running } from './executor.ts';
import { installFunctions } from './functions/install.ts';
import { HandlerRegistry } from './head.ts';
import { TableLocks } from './locks.ts';
import { QueryLog, type QueryRecord } from './query-log.ts';
import { Session, type SessionSettings } from './session.ts';
import type {
  CatalogObject,
  ConstantArgument,
  EngineServices,
  ExecutionContext,
  Extension,
  S3Access,
  StatementHandler,
  StatementResult,
} from './statement.ts';
import { createStore, ObjectBase } from './store.ts';
import { Transactions } from './transactions.ts';

export interface EngineOptions {
  /** Folder of the DuckDB file; without it all is in memory. */
  readonly directory?: string;
  readonly s3?: S3Access;
  /** Threads that DuckDB may use; all by default. */
  readonly threads?: number;
  readonly log: (line: Readonly<Record<string, unknown>>) => void;
  readonly account: string;
  readonly user: string;
}

/** The database behind the wire: DuckDB, the account's objects, sessions and what runs their statements. */
export class Engine {
  readonly options: EngineOptions;
  readonly extensions: readonly Extension[];
  readonly queries = new QueryLog();
  readonly transactions: Transactions;
  readonly executor: Executor;
  readonly sessions = new Map<string, Session>();
  readonly #instance: DuckDBInstance;
  readonly #base: ObjectBase;
  readonly #stopping = new AbortController();

  private constructor(
    options: EngineOptions,
    instance: DuckDBInstance,
    base: ObjectBase,
    handlers: readonly StatementHandler[],
    extensions: readonly Extension[],
  ) {
    this.options = options;
    this.#instance = instance;
    this.#base = base;
    this.extensions = extensions;
    this.transactions = new Transactions(new TableLocks(), () => {
      for (const extension of extensions) extension.committed?.();
    });
    const all = [...handlers, ...extensions.flatMap((extension) => extension.handlers)];
    this.executor = new Executor(
      new HandlerRegistry(all),
      this.transactions,
      (session, binds, running) => new StatementContext(this, session, binds, running),
    );
  }

  /** Opens the state in `directory`, creating it on the first start. */
  static async open(
    options: EngineOptions,
    handlers: readonly StatementHandler[],
    extensions: readonly Extension[],
  ): Promise<Engine> {
    const path = options.directory === undefined ? ':memory:' : join(options.directory, 'snowflake.duckdb');
    const instance = await DuckDBInstance.create(path, {
      // An index-free store of bulk loads: insertion order costs memory and is promised to nobody.
      preserve_insertion_order: 'true',
      autoinstall_known_extensions: 'false',
      ...(options.threads === undefined ? {} : { threads: String(options.threads) }),
    });
    const duck = await instance.connect();
    await duck.run("SET GLOBAL TimeZone = 'UTC'");
    await createStore(duck);
    await installFunctions(duck);
    const base = await ObjectBase.load(duck);
    duck.closeSync();
    const engine = new Engine(options, instance, base, handlers, extensions);
    await seedAccount(engine);
    await engine.#dropLeftovers();
    return engine;
  }

  /** Temporary tables of sessions that ended with the last process. */
  async #dropLeftovers(): Promise<void> {
    const { owner, close } = await this.#systemSession();
    await dropTemporaryTables(owner.objects, owner.duck, undefined);
    await close();
  }

  async #systemSession(): Promise<{ readonly owner: Session; close(): Promise<void> }> {
    const settings = { user: 'SYSTEM', role: 'ACCOUNTADMIN', warehouse: null, database: null, schema: null };
    const owner = await this.openSession(settings);
    return { owner, close: () => this.closeSession(owner) };
  }

  async openSession(settings: SessionSettings): Promise<Session> {
    const duck = await this.#instance.connect();
    const session = new Session(duck, this.#base, settings);
    this.sessions.set(session.state.id, session);
    return session;
  }

  /** Rolls back what is open and frees the session's connection, after the statement that runs has ended. */
  async closeSession(session: Session): Promise<void> {
    if (!this.sessions.delete(session.state.id)) return;
    await session.inOrder(async () => {
      await this.transactions.rollback(session);
      await dropTemporaryTables(session.objects, session.duck, session.state.id);
      session.duck.closeSync();
    });
  }

  /** Runs a client's statement: in turn with the session's others, recorded in the history, stoppable by the signal. */
  execute(
    session: Session,
    sql: string,
    binds: ExecutionContext['binds'],
    signal: AbortSignal,
    record: QueryRecord,
  ): Promise<StatementResult> {
    return session.inOrder(() => this.#run(session, sql, binds, signal, record));
  }

  /** Runs a statement with one set of binds per row; rows of one statement belong together, all or none. */
  executeMany(
    session: Session,
    sql: string,
    rows: readonly ExecutionContext['binds'][],
    signal: AbortSignal,
    record: QueryRecord,
  ): Promise<StatementResult> {
    return session.inOrder(() => this.#run(session, sql, [], signal, record, rows));
  }

  /** The user of this name, as CREATE USER recorded it. */
  userObject(name: string): CatalogObject | undefined {
    return this.#base.get('USER', { database: '', schema: '', name });
  }

  /** Table functions of the core: RESULT_SCAN and QUERY_HISTORY; undefined where the name is another's. */
  tableFunction(
    context: StatementContext,
    name: string,
    args: readonly ConstantArgument[],
  ): StatementResult | undefined {
    return coreTableFunction(context, name, args);
  }

  async #run(
    session: Session,
    sql: string,
    binds: ExecutionContext['binds'],
    signal: AbortSignal,
    record: QueryRecord,
    rows?: readonly ExecutionContext['binds'][],
  ): Promise<StatementResult> {
    const running: Running = {
      time: new Date(),
      signal: AbortSignal.any([signal, this.#stopping.signal]),
      ...(rows === undefined ? {} : { bindRows: rows }),
    };
    const unwatch = interruptOn(running.signal, session.duck);
    const started = performance.now();
    try {
      const result = await this.executor.run(session, sql, binds, running);
      this.queries.finish(record, result);
      return result;
    } catch (error) {
      this.queries.fail(record, error);
      throw error;
    } finally {
      unwatch();
      session.queryIds.push(record.queryId);
      if (session.queryIds.length > 1000) session.queryIds.shift();
      this.options.log({
        level: 'debug',
        message: 'statement',
        queryId: record.queryId,
        session: session.state.id,
        ms: Math.round((performance.now() - started) * 100) / 100,
        status: record.status,
        error: record.errorMessage,
        sql,
      });
    }
  }

  get services(): EngineServices {
    return {
      s3: this.options.s3,
      openSession: (as = {}) => this.#serviceSession(as),
      report: (error, what) => this.report(error, what),
    };
  }

  async #serviceSession(as: Partial<SessionSettings>): ReturnType<EngineServices['openSession']> {
    const session = await this.openSession({
      user: as.user ?? 'SYSTEM',
      role: as.role ?? 'ACCOUNTADMIN',
      warehouse: as.warehouse ?? null,
      database: as.database ?? null,
      schema: as.schema ?? null,
    });
    const running: Running = { time: new Date(), signal: this.#stopping.signal };
    return {
      context: new StatementContext(this, session, [], running),
      close: () => this.closeSession(session),
    };
  }

  /** Opens a session like `parent`, for what runs on its behalf. */
  async childSession(parent: Session): ReturnType<EngineServices['openSession']> {
    const { role, warehouse, database, schema } = parent.state;
    return this.#serviceSession({ user: parent.user, role, warehouse, database, schema });
  }

  report(error: unknown, what: string): void {
    const message = error instanceof Error ? error.message : String(error);
    this.options.log({ level: 'error', message: what, error: message });
  }

  async start(): Promise<void> {
    for (const extension of this.extensions) await extension.started?.(this.services);
  }

  /** Stops what runs, closes every session and writes DuckDB's log into its file. */
  async stop(): Promise<void> {
    for (const extension of this.extensions) {
      await extension
        .stopping?.()
        .catch((error: unknown) => this.report(error, 'a part did not stop cleanly'));
    }
    this.#stopping.abort();
    await Promise.all([...this.sessions.values()].map((session) => this.closeSession(session)));
    this.#instance.closeSync();
  }
}
