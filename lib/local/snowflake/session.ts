import { randomInt } from 'node:crypto';
import type { DuckDBConnection } from '@duckdb/node-api';
import type { SqlType } from '../../sql/index.ts';
import type { ExecutionContext, SessionState, StatementResult } from './statement.ts';
import { type ObjectBase, SessionObjects } from './store.ts';

/** A statement of the open transaction, kept so that the transaction can be built again without what failed. */
export interface JournalEntry {
  readonly sql: string;
  readonly binds: ExecutionContext['binds'];
  /** Its clock, so that CURRENT_TIMESTAMP gives the same when it is run again. */
  readonly time: Date;
}

/** A transaction of a session, its own identity being what table locks are held by. */
export interface Transaction {
  /** Opened by BEGIN rather than for one statement. */
  readonly explicit: boolean;
  readonly id: string;
  readonly journal: JournalEntry[];
  /** Number of the last commit that this transaction's snapshot holds. */
  snapshot: number;
  /** Tables whose write lock it took. */
  readonly written: Set<string>;
}

/** What the client sent at login or has set since. */
export interface SessionSettings {
  readonly user: string;
  readonly role: string;
  readonly warehouse: string | null;
  readonly database: string | null;
  readonly schema: string | null;
}

/** One logged-in session: its state, its own DuckDB connection and its view of the account's objects. */
export class Session {
  readonly state: SessionState;
  readonly user: string;
  readonly duck: DuckDBConnection;
  readonly objects: SessionObjects;
  transaction: Transaction | undefined;
  /** True while the journal is being run again; nothing is written into it then. */
  replaying = false;
  /** Query ids of this session, latest last: LAST_QUERY_ID(). */
  readonly queryIds: string[] = [];
  /** Types of the variables that SET made. */
  readonly variableTypes = new Map<string, SqlType>();
  /** Rows of `SQLROWCOUNT` and the result of the latest statement, for RESULT_SCAN. */
  lastResult: StatementResult | undefined;
  #tail: Promise<unknown> = Promise.resolve();

  constructor(duck: DuckDBConnection, base: ObjectBase, settings: SessionSettings) {
    this.duck = duck;
    this.user = settings.user;
    this.objects = new SessionObjects(base, duck, () => this.transaction !== undefined);
    this.state = {
      id: String(randomInt(1, 2 ** 47)),
      role: settings.role,
      warehouse: settings.warehouse,
      database: settings.database,
      schema: settings.schema,
      parameters: new Map(),
      variables: new Map(),
      inTransaction: false,
    };
  }

  /** Runs `work` after everything given before has ended: a session runs one statement at a time. */
  inOrder<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#tail.then(work);
    this.#tail = result.catch(() => undefined);
    return result;
  }
}
