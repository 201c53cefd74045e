import { compilationError, type Statement, unsupported } from '../../../../sql/index.ts';
import type { ExecutionContext, StatementResult } from '../../statement.ts';
import { columnTypes } from '../answers.ts';
import { TokenCursor } from '../cursor.ts';
import { createObject, dropObject, propertiesOf, readCreate, readTarget, requireObject } from '../objects.ts';
import { showObjects } from '../show.ts';
import { parseScript } from './parse.ts';
import { runBlock } from './run.ts';
import { cellValue, type ScriptValue } from './values.ts';

interface Parameter {
  readonly name: string;
  readonly type: string;
}

interface ProcedureProperties {
  readonly parameters: readonly Parameter[];
  readonly returns: string;
  readonly body: string;
}

const KIND = 'PROCEDURE';
const LABEL = 'Procedure';

/** `CREATE PROCEDURE name(a TYPE, …) RETURNS … LANGUAGE SQL AS <block>`. One procedure a name: overloads are not told apart. */
export async function createProcedure(
  context: ExecutionContext,
  statement: Statement,
): Promise<StatementResult> {
  const cursor = new TokenCursor(statement);
  const mode = readCreate(cursor, 'PROCEDURE');
  const name = context.qualify(cursor.nameParts());
  const parameters = readParameters(cursor);
  cursor.expect('RETURNS');
  const returns = readUntil(cursor, 'LANGUAGE', 'EXECUTE', 'COMMENT', 'AS');
  let language = 'SQL';
  while (!cursor.accept('AS')) {
    if (cursor.accept('LANGUAGE')) language = cursor.word();
    else if (cursor.accept('EXECUTE', 'AS')) cursor.word();
    else if (cursor.accept('COMMENT')) {
      cursor.expectSymbol('=');
      cursor.string();
    } else throw cursor.unexpected('AS');
  }
  if (language !== 'SQL') throw unsupported(`procedures in ${language}`);
  const quoted = cursor.peek()?.kind === 'string';
  const body = quoted ? cursor.string() : cursor.rest();
  parseScript(body);
  const properties: ProcedureProperties = { parameters, returns, body };
  return await createObject(context, KIND, LABEL, name, mode, async () => ({ ...properties }));
}

export async function dropProcedure(
  context: ExecutionContext,
  statement: Statement,
): Promise<StatementResult> {
  const cursor = new TokenCursor(statement);
  cursor.expect('DROP', 'PROCEDURE');
  const { ifExists, parts } = readTarget(cursor);
  return await dropObject(context, KIND, LABEL, context.qualify(parts), ifExists);
}

export async function showProcedures(
  context: ExecutionContext,
  statement: Statement,
): Promise<StatementResult> {
  const cursor = new TokenCursor(statement);
  cursor.expect('SHOW', 'PROCEDURES');
  return await showObjects(context, cursor, KIND, [
    ['created_on', columnTypes.time, ({ createdOn }) => createdOn],
    ['name', columnTypes.text, ({ name }) => name.name],
    ['schema_name', columnTypes.text, ({ name }) => name.schema],
    ['is_builtin', columnTypes.text, () => 'N'],
    ['is_aggregate', columnTypes.text, () => 'N'],
    ['is_ansi', columnTypes.text, () => 'N'],
    [
      'min_num_arguments',
      columnTypes.number,
      (object) => propertiesOf<ProcedureProperties>(object).parameters.length,
    ],
    [
      'max_num_arguments',
      columnTypes.number,
      (object) => propertiesOf<ProcedureProperties>(object).parameters.length,
    ],
    ['arguments', columnTypes.text, (object) => signature(object.name.name, propertiesOf(object))],
    ['description', columnTypes.text, () => 'user-defined procedure'],
    ['catalog_name', columnTypes.text, ({ name }) => name.database],
    ['is_table_function', columnTypes.text, () => 'N'],
    ['valid_for_clustering', columnTypes.text, () => 'N'],
    ['is_secure', columnTypes.text, () => 'N'],
  ]);
}

/** `CALL name(expression, …)`. */
export async function callProcedure(
  context: ExecutionContext,
  statement: Statement,
): Promise<StatementResult> {
  const cursor = new TokenCursor(statement);
  cursor.expect('CALL');
  const name = context.qualify(cursor.nameParts());
  const procedure = await requireObject(context, KIND, LABEL, name);
  const { parameters, body } = propertiesOf<ProcedureProperties>(procedure);
  const values = await readArguments(context, cursor, parameters);
  if (values.length !== parameters.length) {
    throw compilationError(
      `Invalid argument types for procedure '${name.name}': expected ${parameters.length} arguments, got ${values.length}.`,
    );
  }
  const given = new Map(parameters.map((parameter, index) => [parameter.name, values[index] ?? nothing]));
  const result = await runBlock(context, parseScript(body), given);
  const [only] = result.columns;
  return only?.name === 'anonymous block' ? { ...result, columns: [{ ...only, name: name.name }] } : result;
}

const nothing: ScriptValue = { type: 'TEXT', value: null };

function readParameters(cursor: TokenCursor): Parameter[] {
  const parameters: Parameter[] = [];
  cursor.expectSymbol('(');
  while (!cursor.acceptSymbol(')')) {
    const [name = ''] = cursor.nameParts();
    parameters.push({ name, type: readUntil(cursor, 'DEFAULT') });
    if (cursor.sees('DEFAULT')) throw unsupported('DEFAULT of a procedure argument');
    cursor.acceptSymbol(',');
  }
  return parameters;
}

/** Text up to one of these words, or a comma or closing parenthesis outside parentheses. */
function readUntil(cursor: TokenCursor, ...words: readonly string[]): string {
  const first = cursor.peek();
  let depth = 0;
  while (!words.some((word) => cursor.sees(word))) {
    if (depth === 0 && (cursor.seesSymbol(',') || cursor.seesSymbol(')'))) break;
    if (cursor.seesSymbol('(')) depth += 1;
    if (cursor.seesSymbol(')')) depth -= 1;
    cursor.next();
  }
  return first === undefined ? '' : cursor.text.slice(first.start, cursor.textEnd);
}

async function readArguments(
  context: ExecutionContext,
  cursor: TokenCursor,
  parameters: readonly Parameter[],
): Promise<ScriptValue[]> {
  const values: ScriptValue[] = [];
  cursor.expectSymbol('(');
  while (!cursor.acceptSymbol(')')) {
    const expression = readUntil(cursor);
    const type = parameters[values.length]?.type;
    const sql = type === undefined ? `SELECT ${expression}` : `SELECT CAST(${expression} AS ${type})`;
    values.push(cellValue(await context.execute(sql), 0, 0));
    cursor.acceptSymbol(',');
  }
  cursor.end();
  return values;
}

function signature(name: string, { parameters, returns }: ProcedureProperties): string {
  return `${name}(${parameters.map(({ type }) => type).join(', ')}) RETURN ${returns}`;
}
