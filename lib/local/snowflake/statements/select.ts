import { StatementContext } from '../context.ts';
import { readResult } from '../rows.ts';
import type { StatementHandler } from '../statement.ts';
import { translateQuery } from '../translate/index.ts';
import { parseWholeQuery } from '../translate/resolve.ts';
import { asResultColumn } from '../translate/translation.ts';

/** SELECT, WITH and VALUES. */
export const selectHandler: StatementHandler = {
  heads: ['SELECT', 'WITH', 'VALUES'],
  async run(context, statement) {
    const core = StatementContext.of(context);
    const query = await translateQuery(core, parseWholeQuery(statement.text));
    const result = await core.duck.stream(query.sql);
    return readResult(result, query.columns.map(asResultColumn));
  },
};
