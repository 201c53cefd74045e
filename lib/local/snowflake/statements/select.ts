import { StatementContext } from '../context.ts';
import { readResult } from '../rows.ts';
import type { StatementHandler } from '../statement.ts';
import { translateQueryText } from '../translate/index.ts';

/** SELECT, WITH and VALUES. */
export const selectHandler: StatementHandler = {
  heads: ['SELECT', 'WITH', 'VALUES'],
  async run(context, statement) {
    const core = StatementContext.of(context);
    const sql = await translateQueryText(core, statement.text);
    return readResult(await core.duck.stream(sql));
  },
};
