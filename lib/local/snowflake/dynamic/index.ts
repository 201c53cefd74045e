import type { Extension } from '../statement.ts';
import { Refresher, systemClock } from './refresher.ts';
import { dynamicTableHandlers } from './statements.ts';

/** Dynamic tables, as a part of the server. */
export function dynamicTablesExtension(refresher = new Refresher(systemClock)): Extension {
  return {
    handlers: dynamicTableHandlers(() => refresher.changed()),
    committed: () => refresher.committed(),
    tableFunction: async (_, name, args) =>
      name === 'DYNAMIC_TABLE_REFRESH_HISTORY' ? refresher.history.query(args) : undefined,
    started: (services) => refresher.start(services),
    stopping: () => refresher.stop(),
  };
}
