import type { DuckDBConnection } from '@duckdb/node-api';
import { tableColumns } from './catalog/tables.ts';
import type { Engine } from './engine.ts';
import type { Running } from './executor.ts';
import { duckTable, qualify } from './names.ts';
import type { Session } from './session.ts';
import type {
  ExecutionContext,
  QualifiedName,
  ResultColumn,
  SessionState,
  StatementResult,
} from './statement.ts';
import type { SessionObjects } from './store.ts';
import { translateQueryText } from './translate/index.ts';

/** What a handler works with; the server's own handlers also see the engine and the session behind it. */
export class StatementContext implements ExecutionContext {
  readonly engine: Engine;
  readonly owner: Session;
  readonly binds: ExecutionContext['binds'];
  readonly running: Running;

  constructor(engine: Engine, session: Session, binds: ExecutionContext['binds'], running: Running) {
    this.engine = engine;
    this.owner = session;
    this.binds = binds;
    this.running = running;
  }

  /** The server's own view of a context that a handler was given. */
  static of(context: ExecutionContext): StatementContext {
    if (context instanceof StatementContext) return context;
    throw new TypeError('a handler was called with a context that this server did not make');
  }

  /** The same context with other bound values. */
  withBinds(binds: ExecutionContext['binds']): StatementContext {
    return new StatementContext(this.engine, this.owner, binds, this.running);
  }

  get session(): SessionState {
    return this.owner.state;
  }

  get duck(): DuckDBConnection {
    return this.owner.duck;
  }

  get objects(): SessionObjects {
    return this.owner.objects;
  }

  get signal(): AbortSignal {
    return this.running.signal;
  }

  readonly now = (): Date => this.running.time;

  async execute(sql: string, binds: ExecutionContext['binds'] = []): Promise<StatementResult> {
    const running = {
      signal: this.running.signal,
      time: this.owner.replaying ? this.running.time : new Date(),
    };
    const result = await this.engine.executor.run(this.owner, sql, binds, running);
    this.engine.options.log({
      level: 'debug',
      message: 'inner statement',
      session: this.session.id,
      sql,
      // Of DML: how many rows it changed.
      firstRow: result.rows[0],
    });
    return result;
  }

  openSession(): ReturnType<ExecutionContext['openSession']> {
    return this.engine.childSession(this.owner);
  }

  qualify(parts: readonly string[]): QualifiedName {
    return qualify(this.session, parts);
  }

  duckTable(name: QualifiedName): string {
    return duckTable(name);
  }

  lock(name: QualifiedName): Promise<void> {
    return this.engine.transactions.lock(this.owner, duckTable(name), this.signal);
  }

  async columnsOf(name: QualifiedName): Promise<readonly ResultColumn[]> {
    return tableColumns(this, name);
  }

  translateQuery(sql: string): Promise<string> {
    return translateQueryText(this, sql);
  }
}
