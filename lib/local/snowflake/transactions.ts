import { randomInt } from 'node:crypto';
import type { TableLocks } from './locks.ts';
import type { Session, Transaction } from './session.ts';

/** Raised inside a statement whose snapshot misses a commit it has to see; the statement is run again on a new one. */
export class StaleSnapshot extends Error {}

/**
 * Snowflake's transactions on DuckDB's. DuckDB gives a transaction one snapshot and lets the second writer fail; in
 * Snowflake every statement sees what is committed and the second writer waits. So writers take table locks, and a
 * snapshot that turns out too old is replaced: roll back, begin, run the transaction's own statements again.
 */
export class Transactions {
  readonly #locks: TableLocks;
  /** Commits so far, and for each table the number of the last one that wrote it. */
  #commits = 0;
  readonly #tableCommits = new Map<string, number>();

  readonly #onCommit: () => void;

  /** `onCommit` is called after each commit of a transaction that took a write lock. */
  constructor(locks: TableLocks, onCommit: () => void) {
    this.#locks = locks;
    this.#onCommit = onCommit;
  }

  async begin(session: Session, explicit: boolean): Promise<Transaction> {
    await session.duck.run('BEGIN TRANSACTION');
    const transaction: Transaction = {
      explicit,
      id: `${Date.now()}${String(randomInt(1_000_000)).padStart(6, '0')}`,
      journal: [],
      snapshot: this.#commits,
      written: new Set(),
    };
    session.transaction = transaction;
    session.state.inTransaction = explicit;
    return transaction;
  }

  async commit(session: Session): Promise<void> {
    const { transaction } = session;
    if (transaction === undefined) return;
    await session.duck.run('COMMIT');
    this.#commits += 1;
    for (const table of transaction.written) this.#tableCommits.set(table, this.#commits);
    const changedObjects = session.objects.committed();
    this.#end(session, transaction);
    if (transaction.written.size > 0 || changedObjects) this.#onCommit();
  }

  async rollback(session: Session): Promise<void> {
    const { transaction } = session;
    if (transaction === undefined) return;
    try {
      // A COMMIT that failed has already ended DuckDB's transaction.
      await session.duck.run('ROLLBACK').catch(() => undefined);
    } finally {
      session.objects.rolledBack();
      this.#end(session, transaction);
    }
  }

  #end(session: Session, transaction: Transaction): void {
    session.transaction = undefined;
    session.state.inTransaction = false;
    this.#locks.releaseAll(transaction);
  }

  /** Begins DuckDB's transaction again on what is committed now, keeping the locks; `replay` runs the journal. */
  async restart(session: Session, replay: (journal: Transaction['journal']) => Promise<void>): Promise<void> {
    const { transaction } = session;
    if (transaction === undefined) return;
    await session.duck.run('ROLLBACK').catch(() => undefined);
    session.objects.rolledBack();
    await session.duck.run('BEGIN TRANSACTION');
    transaction.snapshot = this.#commits;
    session.replaying = true;
    try {
      await replay(transaction.journal);
    } finally {
      session.replaying = false;
    }
  }

  /** True when something was committed since the transaction's snapshot was taken. */
  isBehind(transaction: Transaction): boolean {
    return transaction.snapshot < this.#commits;
  }

  /** To be called for every table that a statement reads: raises StaleSnapshot if the snapshot misses a commit to it. */
  checkRead(session: Session, table: string): void {
    const { transaction } = session;
    if (transaction === undefined || session.replaying) return;
    if ((this.#tableCommits.get(table) ?? 0) > transaction.snapshot) throw new StaleSnapshot(table);
  }

  /** Takes the write lock of a table for the running transaction; waits while another holds it. */
  async lock(session: Session, table: string, signal: AbortSignal): Promise<void> {
    const { transaction } = session;
    if (transaction === undefined) return;
    await this.#locks.acquire(transaction, table, signal);
    transaction.written.add(table);
    this.checkRead(session, table);
  }
}
