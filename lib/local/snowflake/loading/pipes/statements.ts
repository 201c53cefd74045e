import { compilationError, type Statement } from '../../../../sql/index.ts';
import { objectExists } from '../../errors.ts';
import { printQualified } from '../../names.ts';
import type { ExecutionContext, StatementHandler, StatementResult } from '../../statement.ts';
import { answer, columnTypes, done } from '../answers.ts';
import { forgetPipe } from '../copy/history.ts';
import { TokenCursor } from '../cursor.ts';
import { propertiesOf, readCreate, readTarget, requireObject } from '../objects.ts';
import { OptionReader, readOptions } from '../options.ts';
import { type ShowColumn, showObjects } from '../show.ts';
import type { PipeIngest } from './ingest.ts';
import { type PipeProperties, parsePipeCopy, pipeOf } from './pipe.ts';

const KIND = 'PIPE';

async function create(
  ingest: PipeIngest,
  context: ExecutionContext,
  statement: Statement,
): Promise<StatementResult> {
  const cursor = new TokenCursor(statement);
  const mode = readCreate(cursor, 'PIPE');
  const name = context.qualify(cursor.nameParts());
  const reader = new OptionReader(readOptions(cursor), 'PIPE');
  const autoIngest = reader.boolean('AUTO_INGEST') ?? false;
  const topic = reader.text('AWS_SNS_TOPIC');
  if (topic !== undefined)
    throw compilationError('AWS_SNS_TOPIC is not supported here: S3 notifies the queue.', '000002');
  const errorIntegration = reader.text('ERROR_INTEGRATION') ?? null;
  const comment = reader.text('COMMENT') ?? '';
  reader.finish();
  cursor.expect('AS');
  const definition = cursor.rest();
  const existing = await context.objects.get(KIND, name);
  if (existing !== undefined && mode.ifNotExists)
    return done(`${name.name} already exists, statement succeeded.`);
  if (existing !== undefined && !mode.replace) throw objectExists(printQualified(name));
  const copy = await parsePipeCopy(context, definition);
  await context.columnsOf(copy.table);
  if (existing !== undefined) await forgetPipe(context, name);
  const properties: PipeProperties = { definition, autoIngest, paused: false, errorIntegration, comment };
  await context.objects.put({
    kind: KIND,
    name,
    properties: { ...properties },
    owner: context.session.role,
    createdOn: context.now(),
  });
  ingest.changed(name, true);
  return done(`Pipe ${name.name} successfully created.`);
}

async function alter(
  ingest: PipeIngest,
  context: ExecutionContext,
  statement: Statement,
): Promise<StatementResult> {
  const cursor = new TokenCursor(statement);
  cursor.expect('ALTER', 'PIPE');
  const { ifExists, parts } = readTarget(cursor);
  const name = context.qualify(parts);
  if (ifExists && (await context.objects.get(KIND, name)) === undefined)
    return done('Statement executed successfully.');
  const object = await requireObject(context, KIND, 'Pipe', name);
  if (cursor.accept('REFRESH')) {
    const reader = new OptionReader(readOptions(cursor), 'PIPE REFRESH');
    const after = reader.text('MODIFIED_AFTER');
    const files = await ingest.refresh(context, object, {
      prefix: reader.text('PREFIX'),
      after: after === undefined ? undefined : new Date(after),
    });
    reader.finish();
    cursor.end();
    const { text } = columnTypes;
    return answer(
      [
        ['File', text],
        ['Status', text],
      ],
      files.map((file) => [file.key, 'SENT']),
    );
  }
  let changed = pipeOf(object);
  if (cursor.accept('SET')) {
    const reader = new OptionReader(readOptions(cursor), 'PIPE');
    changed = {
      ...changed,
      paused: reader.boolean('PIPE_EXECUTION_PAUSED') ?? changed.paused,
      errorIntegration: reader.text('ERROR_INTEGRATION') ?? changed.errorIntegration,
      comment: reader.text('COMMENT') ?? changed.comment,
    };
    reader.finish();
  } else if (cursor.accept('UNSET', 'PIPE_EXECUTION_PAUSED')) changed = { ...changed, paused: false };
  else if (cursor.accept('UNSET', 'COMMENT')) changed = { ...changed, comment: '' };
  else throw cursor.unexpected('SET, UNSET or REFRESH');
  cursor.end();
  await context.objects.put({ ...object, properties: { ...changed } });
  // The statement commits after this; the pipe looks again a moment later.
  setTimeout(() => ingest.changed(name, false), 10).unref();
  return done('Statement executed successfully.');
}

async function drop(
  ingest: PipeIngest,
  context: ExecutionContext,
  statement: Statement,
): Promise<StatementResult> {
  const cursor = new TokenCursor(statement);
  cursor.expect('DROP', 'PIPE');
  const { ifExists, parts } = readTarget(cursor);
  cursor.end();
  const name = context.qualify(parts);
  if (ifExists && (await context.objects.get(KIND, name)) === undefined)
    return done('Drop statement executed successfully.');
  await requireObject(context, KIND, 'Pipe', name);
  await forgetPipe(context, name);
  await context.objects.drop(KIND, name);
  ingest.changed(name, true);
  return done(`${name.name} successfully dropped.`);
}

function columnsOf(ingest: PipeIngest): readonly ShowColumn[] {
  const { text, time } = columnTypes;
  const of = propertiesOf<PipeProperties>;
  return [
    ['created_on', time, ({ createdOn }) => createdOn],
    ['name', text, ({ name }) => name.name],
    ['database_name', text, ({ name }) => name.database],
    ['schema_name', text, ({ name }) => name.schema],
    ['definition', text, (object) => of(object).definition],
    ['owner', text, ({ owner }) => owner],
    ['notification_channel', text, (object) => (of(object).autoIngest ? ingest.channel : null)],
    ['comment', text, (object) => of(object).comment],
    ['integration', text, () => null],
    ['pattern', text, () => null],
    ['error_integration', text, (object) => of(object).errorIntegration],
    ['owner_role_type', text, () => 'ROLE'],
    ['invalid_reason', text, () => null],
  ];
}

async function show(
  ingest: PipeIngest,
  context: ExecutionContext,
  statement: Statement,
): Promise<StatementResult> {
  const cursor = new TokenCursor(statement);
  cursor.expect('SHOW', 'PIPES');
  return showObjects(context, cursor, KIND, columnsOf(ingest));
}

async function describe(
  ingest: PipeIngest,
  context: ExecutionContext,
  statement: Statement,
): Promise<StatementResult> {
  const cursor = new TokenCursor(statement);
  cursor.next();
  cursor.expect('PIPE');
  const object = await requireObject(context, KIND, 'Pipe', context.qualify(cursor.nameParts()));
  cursor.end();
  const columns = columnsOf(ingest);
  return answer(
    columns.map(([name, type]) => [name, type]),
    [columns.map(([, , value]) => value(object))],
  );
}

/** CREATE, ALTER, DROP, SHOW and DESC of pipes. */
export function pipeHandlers(ingest: PipeIngest): readonly StatementHandler[] {
  return [
    { heads: ['CREATE PIPE'], run: (context, statement) => create(ingest, context, statement) },
    { heads: ['ALTER PIPE'], run: (context, statement) => alter(ingest, context, statement) },
    { heads: ['DROP PIPE'], run: (context, statement) => drop(ingest, context, statement) },
    { heads: ['SHOW PIPES'], run: (context, statement) => show(ingest, context, statement) },
    { heads: ['DESC PIPE'], run: (context, statement) => describe(ingest, context, statement) },
  ];
}
