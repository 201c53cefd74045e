import type { DuckDBConnection } from '@duckdb/node-api';
import { placeOf, type Statement, splitStatements, syntaxError, unsupported } from '../../sql/index.ts';
import { asSqlError, isWriteConflict } from './duck-errors.ts';
import { canceled, NameError } from './errors.ts';
import { type HandlerRegistry, headOf } from './head.ts';
import type { JournalEntry, Session } from './session.ts';
import type { ExecutionContext, StatementHandler, StatementResult } from './statement.ts';
import type { Transactions } from './transactions.ts';

/** How often a statement that lost a write conflict is run again before the conflict is reported. */
const CONFLICT_RETRIES = 50;

const DDL_VERBS = new Set(['CREATE', 'ALTER', 'DROP', 'UNDROP', 'GRANT', 'REVOKE', 'COMMENT']);
const BARE_VERBS = new Set([
  'SHOW',
  'DESC',
  'BEGIN',
  'DECLARE',
  'EXECUTE',
  'CALL',
  'EXPLAIN',
  'USE',
  'SET',
  'UNSET',
]);
/** Words that a statement of Snowflake's begins with. */
const VERBS = new Set([
  ...DDL_VERBS,
  ...BARE_VERBS,
  ...[
    'SELECT',
    'WITH',
    'VALUES',
    'INSERT',
    'UPDATE',
    'DELETE',
    'MERGE',
    'TRUNCATE',
    'COPY',
    'PUT',
    'GET',
    'LIST',
    'LS',
  ],
  ...['REMOVE', 'RM', 'COMMIT', 'ROLLBACK', 'START', 'ABORT'],
]);
const READING_VERBS = new Set(['SELECT', 'WITH', 'VALUES']);

export interface Running {
  readonly time: Date;
  readonly signal: AbortSignal;
  /** Array binds: the values of each row that an INSERT … VALUES (?, …) is to insert. */
  readonly bindRows?: readonly ExecutionContext['binds'][];
}

type MakeContext = (session: Session, binds: ExecutionContext['binds'], running: Running) => ExecutionContext;

/** Gives each statement to its handler, inside the transaction that Snowflake's rules ask for. */
export class Executor {
  readonly #handlers: HandlerRegistry;
  readonly #transactions: Transactions;
  readonly #makeContext: MakeContext;

  constructor(handlers: HandlerRegistry, transactions: Transactions, makeContext: MakeContext) {
    this.#handlers = handlers;
    this.#transactions = transactions;
    this.#makeContext = makeContext;
  }

  /** Runs the statements of a text one after the other and gives the last one's result. Raises SqlError only. */
  async run(
    session: Session,
    sql: string,
    binds: ExecutionContext['binds'],
    running: Running,
  ): Promise<StatementResult> {
    try {
      let result: StatementResult | undefined;
      for (const statement of splitStatements(sql)) {
        if (running.signal.aborted) throw canceled();
        result = await this.#runStatement(session, statement, binds, running);
      }
      if (result === undefined) throw unsupported('an empty statement');
      session.lastResult = result;
      return result;
    } catch (error) {
      throw running.signal.aborted ? canceled() : asSqlError(error);
    }
  }

  async #runStatement(
    session: Session,
    statement: Statement,
    binds: ExecutionContext['binds'],
    running: Running,
  ): Promise<StatementResult> {
    const handler = this.#handlers.find(statement);
    if (handler === undefined) throw unknownStatement(statement);
    const run = () =>
      handler.run(this.#makeContext(session, binds, running), statement).catch((error: unknown) => {
        throw error instanceof NameError ? error.in(statement.text) : error;
      });
    const mode = handler.transaction ?? modeOf(statement);
    if (mode === 'none') return run();
    if (session.transaction !== undefined && !session.transaction.explicit) return run();
    if (mode === 'ddl' && session.transaction !== undefined) await this.commit(session, running);
    if (session.transaction === undefined) {
      return mode === 'read' ? run() : this.#runAlone(session, run, running);
    }
    const entry = mode === 'read' ? undefined : { sql: statement.text, binds, time: running.time };
    return this.#runInTransaction(session, run, entry, running);
  }

  /** Commits the session's transaction; a conflict found only now makes it run its statements again first. */
  async commit(session: Session, running: Running): Promise<void> {
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await this.#transactions.commit(session);
      } catch (error) {
        if (!isWriteConflict(error) || attempt >= CONFLICT_RETRIES) {
          await this.#transactions.rollback(session);
          throw error;
        }
        await pause(attempt);
        await this.#restart(session, running);
      }
    }
  }

  /** In a transaction of the statement's own. */
  async #runAlone(
    session: Session,
    run: () => Promise<StatementResult>,
    running: Running,
  ): Promise<StatementResult> {
    await this.#transactions.begin(session, false);
    for (let attempt = 0; ; attempt += 1) {
      try {
        const result = await run();
        await this.#transactions.commit(session);
        return result;
      } catch (error) {
        if (!isWriteConflict(error) || attempt >= CONFLICT_RETRIES || running.signal.aborted) {
          await this.#transactions.rollback(session);
          throw error;
        }
        await pause(attempt);
        await this.#restart(session, running);
      }
    }
  }

  /** In the transaction that BEGIN opened: a statement that fails leaves what was done before it. */
  async #runInTransaction(
    session: Session,
    run: () => Promise<StatementResult>,
    entry: JournalEntry | undefined,
    running: Running,
  ): Promise<StatementResult> {
    const { transaction } = session;
    if (session.replaying || transaction === undefined) return run();
    if (transaction.journal.length === 0 && this.#transactions.isBehind(transaction)) {
      await this.#restart(session, running);
    }
    for (let attempt = 0; ; attempt += 1) {
      try {
        const result = await run();
        if (entry) transaction.journal.push(entry);
        return result;
      } catch (error) {
        await this.#restart(session, running);
        if (!isWriteConflict(error) || attempt >= CONFLICT_RETRIES || running.signal.aborted) throw error;
        await pause(attempt);
      }
    }
  }

  /** Begins the session's transaction again and runs its statements again; if one fails now, all is rolled back. */
  async #restart(session: Session, running: Running): Promise<void> {
    try {
      await this.#transactions.restart(session, async (journal) => {
        for (const { sql, binds, time } of journal) {
          for (const statement of splitStatements(sql)) {
            await this.#runStatement(session, statement, binds, { ...running, time });
          }
        }
      });
    } catch (error) {
      await this.#transactions.rollback(session);
      throw error;
    }
  }
}

/** What Snowflake has and this server has not is refused by name; anything else is no SQL. */
function unknownStatement(statement: Statement): Error {
  const [verb, ...others] = headOf(statement);
  if (verb !== undefined && VERBS.has(verb)) {
    return unsupported(`the statement ${[verb, ...others.slice(0, 2)].join(' ')}`);
  }
  const first = statement.tokens[0];
  return syntaxError(`${placeOf(statement.text, first?.start ?? 0)} unexpected '${first?.text ?? '<EOF>'}'.`);
}

function modeOf(statement: Statement): NonNullable<StatementHandler['transaction']> | 'read' {
  const verb = headOf(statement)[0] ?? '';
  if (READING_VERBS.has(verb)) return 'read';
  if (DDL_VERBS.has(verb)) return 'ddl';
  return BARE_VERBS.has(verb) ? 'none' : 'statement';
}

function pause(attempt: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.min(2 + attempt * 5, 50)));
}

/** How often an interrupt is repeated: one that reaches DuckDB between two of its queries is lost. */
const INTERRUPT_EVERY_MS = 20;

/** Stops what runs on a connection when the signal fires, until the returned function is called. */
export function interruptOn(signal: AbortSignal, duck: DuckDBConnection): () => void {
  let timer: NodeJS.Timeout | undefined;
  const stop = () => {
    duck.interrupt();
    timer = setInterval(() => duck.interrupt(), INTERRUPT_EVERY_MS);
  };
  if (signal.aborted) stop();
  else signal.addEventListener('abort', stop, { once: true });
  return () => {
    signal.removeEventListener('abort', stop);
    clearInterval(timer);
  };
}
