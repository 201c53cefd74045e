import type { Statement } from '../../../../sql/index.ts';
import type { ExecutionContext, StatementHandler, StatementResult } from '../../statement.ts';
import { answer, columnTypes, done } from '../answers.ts';
import { TokenCursor } from '../cursor.ts';
import { createObject, dropObject, propertiesOf, readCreate, readTarget, requireObject } from '../objects.ts';
import { OptionReader, type Options, readOptions } from '../options.ts';
import { showObjects } from '../show.ts';
import { type FileFormat, fileFormat, formatProperties } from './format.ts';

interface FormatProperties {
  readonly format: FileFormat;
  readonly comment: string;
}

const KIND = 'FILE_FORMAT';
const LABEL = 'File format';

/** COMMENT is of the object, all the rest of the format. */
function readFormat(options: Options, base?: FormatProperties): FormatProperties {
  const comment = new OptionReader(options, 'FILE FORMAT').text('COMMENT') ?? base?.comment ?? '';
  const rest = new Map([...options].filter(([name]) => name !== 'COMMENT'));
  return { format: fileFormat(rest, base?.format), comment };
}

async function create(context: ExecutionContext, statement: Statement): Promise<StatementResult> {
  const cursor = new TokenCursor(statement);
  const mode = readCreate(cursor, 'FILE', 'FORMAT');
  const name = context.qualify(cursor.nameParts());
  const options = readOptions(cursor);
  cursor.end();
  return createObject(context, KIND, LABEL, name, mode, async () => ({ ...readFormat(options) }));
}

async function alter(context: ExecutionContext, statement: Statement): Promise<StatementResult> {
  const cursor = new TokenCursor(statement);
  cursor.expect('ALTER', 'FILE', 'FORMAT');
  const { ifExists, parts } = readTarget(cursor);
  const name = context.qualify(parts);
  if (ifExists && (await context.objects.get(KIND, name)) === undefined)
    return done('Statement executed successfully.');
  const object = await requireObject(context, KIND, LABEL, name);
  if (cursor.accept('RENAME', 'TO')) {
    const renamed = context.qualify(cursor.nameParts());
    cursor.end();
    await context.objects.drop(KIND, name);
    await context.objects.put({ ...object, name: renamed });
  } else {
    cursor.expect('SET');
    const options = readOptions(cursor);
    cursor.end();
    await context.objects.put({ ...object, properties: { ...readFormat(options, propertiesOf(object)) } });
  }
  return done('Statement executed successfully.');
}

async function drop(context: ExecutionContext, statement: Statement): Promise<StatementResult> {
  const cursor = new TokenCursor(statement);
  cursor.expect('DROP', 'FILE', 'FORMAT');
  const { ifExists, parts } = readTarget(cursor);
  cursor.end();
  return dropObject(context, KIND, LABEL, context.qualify(parts), ifExists);
}

async function describe(context: ExecutionContext, statement: Statement): Promise<StatementResult> {
  const cursor = new TokenCursor(statement);
  cursor.next();
  cursor.expect('FILE', 'FORMAT');
  const object = await requireObject(context, KIND, LABEL, context.qualify(cursor.nameParts()));
  cursor.end();
  const { text } = columnTypes;
  return answer(
    [
      ['property', text],
      ['property_type', text],
      ['property_value', text],
      ['property_default', text],
    ],
    formatProperties(propertiesOf<FormatProperties>(object).format),
  );
}

async function show(context: ExecutionContext, statement: Statement): Promise<StatementResult> {
  const cursor = new TokenCursor(statement);
  cursor.expect('SHOW', 'FILE', 'FORMATS');
  const { text, time } = columnTypes;
  return showObjects(context, cursor, KIND, [
    ['created_on', time, ({ createdOn }) => createdOn],
    ['name', text, ({ name }) => name.name],
    ['database_name', text, ({ name }) => name.database],
    ['schema_name', text, ({ name }) => name.schema],
    ['type', text, (object) => propertiesOf<FormatProperties>(object).format.type],
    ['owner', text, ({ owner }) => owner],
    ['comment', text, (object) => propertiesOf<FormatProperties>(object).comment],
    ['format_options', text, (object) => optionsJson(propertiesOf<FormatProperties>(object).format)],
  ]);
}

function optionsJson(format: FileFormat): string {
  return JSON.stringify(Object.fromEntries(formatProperties(format).map(([name, , value]) => [name, value])));
}

/** CREATE, ALTER, DROP, DESC and SHOW of file formats. */
export const fileFormatHandlers: readonly StatementHandler[] = [
  { heads: ['CREATE FILE FORMAT'], run: create },
  { heads: ['ALTER FILE FORMAT'], run: alter },
  { heads: ['DROP FILE FORMAT'], run: drop },
  { heads: ['DESC FILE FORMAT'], run: describe },
  { heads: ['SHOW FILE FORMATS'], run: show },
];
