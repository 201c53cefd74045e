import { compilationError, type Statement, unsupported } from '../../../../sql/index.ts';
import type { ExecutionContext, StatementHandler, StatementResult } from '../../statement.ts';
import { answer, columnTypes, done } from '../answers.ts';
import { TokenCursor } from '../cursor.ts';
import { CSV_DEFAULTS, formatProperties } from '../files/format.ts';
import { readFormatChoice, resolveFormat } from '../files/format-choice.ts';
import { createObject, dropObject, propertiesOf, readCreate, readTarget, requireObject } from '../objects.ts';
import { OptionReader, type Options, readOptions } from '../options.ts';
import { showObjects } from '../show.ts';
import type { LoadingState } from '../state.ts';
import { findFiles, readLocation } from './files.ts';
import { checkAllowed, findLocation, type StageProperties, splitUrl } from './stage.ts';

const KIND = 'STAGE';

async function stageProperties(
  context: ExecutionContext,
  options: Options,
  base?: StageProperties,
): Promise<StageProperties> {
  const reader = new OptionReader(options, 'STAGE');
  const url = reader.text('URL') ?? base?.url;
  if (url === undefined) throw unsupported('internal stages: a stage needs a URL');
  splitUrl(url);
  const format = reader.value('FILE_FORMAT');
  const directory = reader.nested('DIRECTORY');
  const directoryReader = new OptionReader(directory ?? new Map(), 'DIRECTORY');
  const enabled =
    directoryReader.boolean('ENABLE') ?? (directory === undefined ? base?.directory : false) ?? false;
  directoryReader.boolean('AUTO_REFRESH');
  directoryReader.finish();
  if (reader.has('CREDENTIALS')) throw unsupported('CREDENTIALS of a stage: use a STORAGE_INTEGRATION');
  if (reader.has('ENCRYPTION')) throw unsupported('ENCRYPTION of a stage');
  if (reader.has('COPY_OPTIONS')) throw unsupported('COPY_OPTIONS of a stage: write them in COPY INTO');
  const integration = reader.text('STORAGE_INTEGRATION') ?? base?.integration;
  const properties: StageProperties = {
    url: url.endsWith('/') ? url : `${url}/`,
    integration: integration === undefined ? undefined : bare(integration),
    format: format === undefined ? base?.format : await readFormatChoice(context, format, base?.format),
    directory: enabled,
    comment: reader.text('COMMENT') ?? base?.comment ?? '',
  };
  reader.finish();
  if (properties.integration !== undefined)
    await checkAllowed(context, properties.integration, properties.url);
  return properties;
}

/** A name that was written with quotes, without them. */
function bare(name: string): string {
  return name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name.toUpperCase();
}

async function create(context: ExecutionContext, statement: Statement): Promise<StatementResult> {
  const cursor = new TokenCursor(statement);
  const mode = readCreate(cursor, 'STAGE');
  const name = context.qualify(cursor.nameParts());
  const options = readOptions(cursor);
  cursor.end();
  return createObject(context, KIND, 'Stage area', name, mode, async () => ({
    ...(await stageProperties(context, options)),
  }));
}

async function alter(context: ExecutionContext, statement: Statement): Promise<StatementResult> {
  const cursor = new TokenCursor(statement);
  cursor.expect('ALTER', 'STAGE');
  const { ifExists, parts } = readTarget(cursor);
  const name = context.qualify(parts);
  if (ifExists && (await context.objects.get(KIND, name)) === undefined)
    return done('Statement executed successfully.');
  const object = await requireObject(context, KIND, 'Stage', name);
  if (cursor.accept('RENAME', 'TO')) {
    const renamed = context.qualify(cursor.nameParts());
    cursor.end();
    await context.objects.drop(KIND, name);
    await context.objects.put({ ...object, name: renamed });
    return done('Statement executed successfully.');
  }
  // The directory table is not kept: files are listed when they are asked for.
  if (cursor.accept('REFRESH')) return done('Statement executed successfully.');
  cursor.expect('SET');
  const options = readOptions(cursor);
  cursor.end();
  const changed = await stageProperties(context, options, propertiesOf(object));
  await context.objects.put({ ...object, properties: { ...changed } });
  return done(`Stage area ${name.name} successfully altered.`);
}

async function drop(context: ExecutionContext, statement: Statement): Promise<StatementResult> {
  const cursor = new TokenCursor(statement);
  cursor.expect('DROP', 'STAGE');
  const { ifExists, parts } = readTarget(cursor);
  cursor.end();
  return dropObject(context, KIND, 'Stage', context.qualify(parts), ifExists);
}

async function describe(context: ExecutionContext, statement: Statement): Promise<StatementResult> {
  const cursor = new TokenCursor(statement);
  cursor.next();
  cursor.expect('STAGE');
  const object = await requireObject(context, KIND, 'Stage', context.qualify(cursor.nameParts()));
  cursor.end();
  const stage = propertiesOf<StageProperties>(object);
  const format = stage.format === undefined ? CSV_DEFAULTS : await resolveFormat(context, stage.format);
  const { text } = columnTypes;
  return answer(
    [
      ['parent_property', text],
      ['property', text],
      ['property_type', text],
      ['property_value', text],
      ['property_default', text],
    ],
    [
      ...formatProperties(format).map((row) => ['STAGE_FILE_FORMAT', ...row]),
      ['STAGE_LOCATION', 'URL', 'String', `["${stage.url}"]`, ''],
      ['STAGE_INTEGRATION', 'STORAGE_INTEGRATION', 'String', stage.integration ?? '', ''],
      ['DIRECTORY', 'ENABLE', 'Boolean', String(stage.directory), 'false'],
    ],
  );
}

async function show(context: ExecutionContext, statement: Statement): Promise<StatementResult> {
  const cursor = new TokenCursor(statement);
  cursor.expect('SHOW', 'STAGES');
  const { text, time } = columnTypes;
  const of = propertiesOf<StageProperties>;
  return showObjects(context, cursor, KIND, [
    ['created_on', time, ({ createdOn }) => createdOn],
    ['name', text, ({ name }) => name.name],
    ['database_name', text, ({ name }) => name.database],
    ['schema_name', text, ({ name }) => name.schema],
    ['url', text, (object) => of(object).url],
    ['has_credentials', text, () => 'N'],
    ['has_encryption_key', text, () => 'N'],
    ['owner', text, ({ owner }) => owner],
    ['comment', text, (object) => of(object).comment],
    ['region', text, () => null],
    ['type', text, () => 'EXTERNAL'],
    ['cloud', text, () => 'AWS'],
    ['notification_channel', text, () => null],
    ['storage_integration', text, (object) => of(object).integration ?? null],
    ['endpoint', text, () => null],
    ['owner_role_type', text, () => 'ROLE'],
    ['directory_enabled', text, (object) => (of(object).directory ? 'Y' : 'N')],
  ]);
}

async function list(
  state: LoadingState,
  context: ExecutionContext,
  statement: Statement,
): Promise<StatementResult> {
  const cursor = new TokenCursor(statement, 1);
  const location = await findLocation(context, readLocation(cursor));
  const reader = new OptionReader(readOptions(cursor), 'LIST');
  const files = await findFiles(state.s3, location, { pattern: reader.text('PATTERN') });
  reader.finish();
  cursor.end();
  const { text, number } = columnTypes;
  return answer(
    [
      ['name', text],
      ['size', number],
      ['md5', text],
      ['last_modified', text],
    ],
    files.map((file) => [
      `s3://${file.bucket}/${file.key}`,
      file.size,
      file.etag,
      file.lastModified.toUTCString(),
    ]),
  );
}

async function remove(
  state: LoadingState,
  context: ExecutionContext,
  statement: Statement,
): Promise<StatementResult> {
  const cursor = new TokenCursor(statement, 1);
  const location = await findLocation(context, readLocation(cursor));
  const reader = new OptionReader(readOptions(cursor), 'REMOVE');
  const files = await findFiles(state.s3, location, { pattern: reader.text('PATTERN') });
  reader.finish();
  cursor.end();
  if (location.prefix === '') throw compilationError('REMOVE of a whole bucket needs a path.', '001003');
  for (const file of files) await state.s3.remove(file);
  const { text } = columnTypes;
  return answer(
    [
      ['name', text],
      ['result', text],
    ],
    files.map((file) => [`s3://${file.bucket}/${file.key}`, 'removed']),
  );
}

/** CREATE, ALTER, DROP, DESC and SHOW of stages; LIST and REMOVE of their files. */
export function stageHandlers(state: LoadingState): readonly StatementHandler[] {
  return [
    { heads: ['CREATE STAGE'], run: create },
    { heads: ['ALTER STAGE'], run: alter },
    { heads: ['DROP STAGE'], run: drop },
    { heads: ['DESC STAGE'], run: describe },
    { heads: ['SHOW STAGES'], run: show },
    {
      heads: ['LIST', 'LS'],
      transaction: 'none',
      run: (context, statement) => list(state, context, statement),
    },
    {
      heads: ['REMOVE', 'RM'],
      transaction: 'none',
      run: (context, statement) => remove(state, context, statement),
    },
  ];
}
