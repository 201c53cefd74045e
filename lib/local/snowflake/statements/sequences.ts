import { createDuckSequence } from '../catalog/clone.ts';
import { requirePlace } from '../catalog/lifecycle.ts';
import { StatementContext } from '../context.ts';
import { objectExists } from '../errors.ts';
import { duckTable, printName, printQualified } from '../names.ts';
import type { StatementHandler } from '../statement.ts';
import { createHeader, ifNotExists } from './header.ts';
import { message } from './result.ts';

/** CREATE SEQUENCE [WITH] [START [WITH] [=] n] [INCREMENT [BY] [=] n] [ORDER|NOORDER] [COMMENT = '…']. */
const createSequence: StatementHandler = {
  heads: ['CREATE SEQUENCE'],
  async run(context, statement) {
    const core = StatementContext.of(context);
    const { cursor, header } = createHeader(statement);
    cursor.expectWord('SEQUENCE');
    const tolerant = ifNotExists(cursor);
    const name = core.qualify(cursor.names());
    requirePlace(core, name);
    let start = 1;
    let increment = 1;
    cursor.takeWord('WITH');
    while (!cursor.done) {
      if (cursor.takeWord('START')) {
        cursor.takeWord('WITH');
        cursor.takeSymbol('=');
        start = cursor.integer();
      } else if (cursor.takeWord('INCREMENT')) {
        cursor.takeWord('BY');
        cursor.takeSymbol('=');
        increment = cursor.integer();
      } else if (cursor.takeWord('COMMENT')) {
        cursor.takeSymbol('=');
        cursor.string();
      } else if (!cursor.takeWord('ORDER') && !cursor.takeWord('NOORDER')) throw cursor.unexpected();
    }
    if (core.objects.find('SEQUENCE', name)) {
      if (tolerant) return message(`${printName(name.name)} already exists, statement succeeded.`);
      if (!header.replace) throw objectExists(printQualified(name));
      await core.duck.run(`DROP SEQUENCE ${duckTable(name)}`);
    }
    await createDuckSequence(core, name, start, increment);
    await core.objects.put({
      kind: 'SEQUENCE',
      name,
      properties: { start, increment },
      owner: core.session.role,
      createdOn: core.now(),
    });
    return message(`Sequence ${printName(name.name)} successfully created.`);
  },
};

export const sequenceHandlers: readonly StatementHandler[] = [createSequence];
