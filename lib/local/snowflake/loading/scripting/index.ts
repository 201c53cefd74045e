import type { Statement } from '../../../../sql/index.ts';
import type { ExecutionContext, StatementHandler, StatementResult } from '../../statement.ts';
import { TokenCursor } from '../cursor.ts';
import { parseScript } from './parse.ts';
import { callProcedure, createProcedure, dropProcedure, showProcedures } from './procedures.ts';
import { runBlock } from './run.ts';

export { parseScript } from './parse.ts';

/** Snowflake Scripting: anonymous blocks, EXECUTE IMMEDIATE and procedures. */
export const scriptingHandlers: readonly StatementHandler[] = [
  { heads: ['BEGIN', 'DECLARE'], transaction: 'none', run: runText },
  { heads: ['EXECUTE IMMEDIATE'], transaction: 'none', run: executeImmediate },
  { heads: ['CALL'], transaction: 'none', run: callProcedure },
  { heads: ['CREATE PROCEDURE'], run: createProcedure },
  { heads: ['DROP PROCEDURE'], run: dropProcedure },
  { heads: ['SHOW PROCEDURES'], run: showProcedures },
];

async function runText(context: ExecutionContext, statement: Statement): Promise<StatementResult> {
  return await runBlock(context, parseScript(statement.text));
}

/** Outside a block the text is a string, a session variable, or an expression of them. */
async function executeImmediate(context: ExecutionContext, statement: Statement): Promise<StatementResult> {
  const cursor = new TokenCursor(statement);
  cursor.expect('EXECUTE', 'IMMEDIATE');
  const only = cursor.peek();
  if (only?.kind === 'string' && cursor.peek(1) === undefined) return await context.execute(only.value);
  const { rows } = await context.execute(`SELECT ${cursor.rest()}`, context.binds);
  return await context.execute(rows[0]?.[0] ?? '');
}
