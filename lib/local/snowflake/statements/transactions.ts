import { StatementContext } from '../context.ts';
import type { StatementHandler } from '../statement.ts';
import { done } from './result.ts';

/** BEGIN [TRANSACTION|WORK] [NAME n], START TRANSACTION: nothing happens inside an open transaction. */
const begin: StatementHandler = {
  heads: ['BEGIN TRANSACTION', 'START TRANSACTION'],
  transaction: 'none',
  async run(context) {
    const { engine, owner } = StatementContext.of(context);
    if (owner.transaction === undefined) await engine.transactions.begin(owner, true);
    return done();
  },
};

const commit: StatementHandler = {
  heads: ['COMMIT'],
  transaction: 'none',
  async run(context) {
    const { engine, owner, running } = StatementContext.of(context);
    await engine.executor.commit(owner, running);
    return done();
  },
};

const rollback: StatementHandler = {
  heads: ['ROLLBACK'],
  transaction: 'none',
  async run(context) {
    const { engine, owner } = StatementContext.of(context);
    await engine.transactions.rollback(owner);
    return done();
  },
};

export const transactionHandlers: readonly StatementHandler[] = [begin, commit, rollback];
