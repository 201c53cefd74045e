import { randomBytes } from 'node:crypto';
import { compilationError, type Statement, unsupported } from '../../../../sql/index.ts';
import { objectExists } from '../../errors.ts';
import { printQualified } from '../../names.ts';
import type { CatalogObject, ExecutionContext, StatementHandler, StatementResult } from '../../statement.ts';
import { answer, columnTypes, done } from '../answers.ts';
import { TokenCursor } from '../cursor.ts';
import { propertiesOf, readCreate, readTarget, requireObject } from '../objects.ts';
import { OptionReader, readOptions } from '../options.ts';
import { type ShowColumn, showObjects } from '../show.ts';
import { createLog, logTable, type StreamProperties } from './log.ts';

const KIND = 'STREAM';

async function create(context: ExecutionContext, statement: Statement): Promise<StatementResult> {
  const cursor = new TokenCursor(statement);
  const mode = readCreate(cursor, 'STREAM');
  const name = context.qualify(cursor.nameParts());
  cursor.accept('COPY', 'GRANTS');
  cursor.expect('ON');
  if (!cursor.accept('TABLE')) throw unsupported(`streams on ${cursor.word()}`);
  const table = context.qualify(cursor.nameParts());
  if (cursor.sees('AT') || cursor.sees('BEFORE'))
    throw unsupported('streams from a point in the past (AT, BEFORE)');
  const reader = new OptionReader(readOptions(cursor), 'STREAM');
  cursor.end();
  const properties: StreamProperties = {
    id: randomBytes(8).toString('hex'),
    table,
    appendOnly: reader.boolean('APPEND_ONLY') ?? false,
    stale: false,
    comment: reader.text('COMMENT') ?? '',
  };
  const initialRows = reader.boolean('SHOW_INITIAL_ROWS') ?? false;
  reader.finish();
  const existing = await context.objects.get(KIND, name);
  if (existing !== undefined && mode.ifNotExists)
    return done(`${name.name} already exists, statement succeeded.`);
  if (existing !== undefined && !mode.replace) throw objectExists(printQualified(name));
  if ((await context.objects.get('VIEW', table)) !== undefined) throw unsupported('streams on views');
  if (existing !== undefined) await dropLog(context, existing);
  await createLog(context, properties, initialRows);
  await context.objects.put({
    kind: KIND,
    name,
    properties: { ...properties },
    owner: context.session.role,
    createdOn: context.now(),
  });
  return done(`Stream ${name.name} successfully created.`);
}

async function dropLog(context: ExecutionContext, object: CatalogObject): Promise<void> {
  await context.duck.run(`DROP TABLE IF EXISTS ${logTable(propertiesOf<StreamProperties>(object))}`);
}

async function alter(context: ExecutionContext, statement: Statement): Promise<StatementResult> {
  const cursor = new TokenCursor(statement);
  cursor.expect('ALTER', 'STREAM');
  const { ifExists, parts } = readTarget(cursor);
  const name = context.qualify(parts);
  if (ifExists && (await context.objects.get(KIND, name)) === undefined)
    return done('Statement executed successfully.');
  const object = await requireObject(context, KIND, 'Stream', name);
  let comment = '';
  if (cursor.accept('SET')) {
    const reader = new OptionReader(readOptions(cursor), 'STREAM');
    comment = reader.text('COMMENT') ?? propertiesOf<StreamProperties>(object).comment;
    reader.finish();
  } else if (!cursor.accept('UNSET', 'COMMENT')) {
    throw compilationError('ALTER STREAM takes SET COMMENT or UNSET COMMENT.', '001003');
  }
  cursor.end();
  await context.objects.put({ ...object, properties: { ...object.properties, comment } });
  return done('Statement executed successfully.');
}

async function drop(context: ExecutionContext, statement: Statement): Promise<StatementResult> {
  const cursor = new TokenCursor(statement);
  cursor.expect('DROP', 'STREAM');
  const { ifExists, parts } = readTarget(cursor);
  cursor.end();
  const name = context.qualify(parts);
  const object = await context.objects.get(KIND, name);
  if (object === undefined && ifExists) return done('Drop statement executed successfully.');
  await dropLog(context, await requireObject(context, KIND, 'Stream', name));
  await context.objects.drop(KIND, name);
  return done(`${name.name} successfully dropped.`);
}

const { text, time } = columnTypes;
const of = propertiesOf<StreamProperties>;
const COLUMNS: readonly ShowColumn[] = [
  ['created_on', time, ({ createdOn }) => createdOn],
  ['name', text, ({ name }) => name.name],
  ['database_name', text, ({ name }) => name.database],
  ['schema_name', text, ({ name }) => name.schema],
  ['owner', text, ({ owner }) => owner],
  ['comment', text, (object) => of(object).comment],
  ['table_name', text, (object) => printQualified(of(object).table)],
  ['source_type', text, () => 'Table'],
  ['base_tables', text, (object) => printQualified(of(object).table)],
  ['type', text, () => 'DELTA'],
  ['stale', text, (object) => String(of(object).stale)],
  ['mode', text, (object) => (of(object).appendOnly ? 'APPEND_ONLY' : 'DEFAULT')],
  ['stale_after', time, () => null],
  ['invalid_reason', text, (object) => (of(object).stale ? 'Base table was dropped or replaced' : 'N/A')],
  ['owner_role_type', text, () => 'ROLE'],
];

async function show(context: ExecutionContext, statement: Statement): Promise<StatementResult> {
  const cursor = new TokenCursor(statement);
  cursor.expect('SHOW', 'STREAMS');
  return showObjects(context, cursor, KIND, COLUMNS);
}

async function describe(context: ExecutionContext, statement: Statement): Promise<StatementResult> {
  const cursor = new TokenCursor(statement);
  cursor.next();
  cursor.expect('STREAM');
  const object = await requireObject(context, KIND, 'Stream', context.qualify(cursor.nameParts()));
  cursor.end();
  return answer(
    COLUMNS.map(([name, type]) => [name, type]),
    [COLUMNS.map(([, , value]) => value(object))],
  );
}

/** CREATE, ALTER, DROP, SHOW and DESC of streams. */
export const streamHandlers: readonly StatementHandler[] = [
  { heads: ['CREATE STREAM'], run: create },
  { heads: ['ALTER STREAM'], run: alter },
  { heads: ['DROP STREAM'], run: drop },
  { heads: ['SHOW STREAMS'], run: show },
  { heads: ['DESC STREAM'], run: describe },
];
