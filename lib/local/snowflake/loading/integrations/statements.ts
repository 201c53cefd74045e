import { compilationError, type Statement, unsupported } from '../../../../sql/index.ts';
import type { ExecutionContext, StatementHandler, StatementResult } from '../../statement.ts';
import { answer, columnTypes, done } from '../answers.ts';
import { TokenCursor } from '../cursor.ts';
import {
  accountName,
  createObject,
  dropObject,
  propertiesOf,
  readCreate,
  readTarget,
  requireObject,
} from '../objects.ts';
import { OptionReader, type Options, readOptions } from '../options.ts';
import { showObjects } from '../show.ts';
import { type StorageIntegration, storageIntegration, storageProperties } from './storage.ts';

/** What is kept of an integration that nothing here acts on. */
interface RecordedIntegration {
  readonly category: 'NOTIFICATION' | 'API' | 'SECURITY' | 'CATALOG' | 'EXTERNAL_ACCESS';
  readonly type: string;
  readonly enabled: boolean;
  readonly comment: string;
  /** Its options as texts. */
  readonly options: Readonly<Record<string, string>>;
}

type Integration = StorageIntegration | RecordedIntegration;

function recorded(
  category: RecordedIntegration['category'],
  options: Options,
  base?: RecordedIntegration,
): RecordedIntegration {
  const reader = new OptionReader(options, `${category} INTEGRATION`);
  const texts: Record<string, string> = { ...base?.options };
  for (const name of options.keys()) {
    const value = options.get(name);
    if (value?.kind === 'options') throw reader.invalid(name, 'a text or a list');
    texts[name] = (reader.texts(name) ?? []).join(',');
  }
  return {
    category,
    type: texts.TYPE ?? base?.type ?? '',
    enabled: (texts.ENABLED ?? 'FALSE').toUpperCase() === 'TRUE',
    comment: texts.COMMENT ?? '',
    options: texts,
  };
}

const CATEGORIES = ['STORAGE', 'NOTIFICATION', 'API', 'SECURITY', 'CATALOG'] as const;

async function create(context: ExecutionContext, statement: Statement): Promise<StatementResult> {
  const category = CATEGORIES.find((word) =>
    statement.tokens.some((token, at) => at < 4 && token.value === word),
  );
  if (category === undefined) throw unsupported('this kind of integration');
  const cursor = new TokenCursor(statement);
  const mode = readCreate(cursor, category, 'INTEGRATION');
  const name = accountName(cursor.nameParts());
  const options = readOptions(cursor);
  cursor.end();
  return createObject(context, 'INTEGRATION', 'Integration', name, mode, async () =>
    category === 'STORAGE'
      ? { ...storageIntegration(name.name, options) }
      : { ...recorded(category, options) },
  );
}

async function alter(context: ExecutionContext, statement: Statement): Promise<StatementResult> {
  const cursor = new TokenCursor(statement);
  cursor.expect('ALTER');
  for (const word of CATEGORIES) cursor.accept(word);
  cursor.expect('INTEGRATION');
  const { ifExists, parts } = readTarget(cursor);
  const name = accountName(parts);
  if (ifExists && (await context.objects.get('INTEGRATION', name)) === undefined) {
    return done('Statement executed successfully.');
  }
  const object = await requireObject(context, 'INTEGRATION', 'Integration', name);
  const before = propertiesOf<Integration>(object);
  if (cursor.accept('UNSET')) {
    const unset = cursor.word();
    cursor.end();
    await context.objects.put({ ...object, properties: { ...without(before, unset) } });
    return done('Statement executed successfully.');
  }
  cursor.expect('SET');
  const options = readOptions(cursor);
  cursor.end();
  const after =
    before.category === 'STORAGE'
      ? storageIntegration(name.name, options, before)
      : recorded(before.category, options, before);
  await context.objects.put({ ...object, properties: { ...after } });
  return done('Statement executed successfully.');
}

function without(integration: Integration, option: string): Integration {
  if (option === 'COMMENT') return { ...integration, comment: '' };
  if (option === 'STORAGE_BLOCKED_LOCATIONS' && integration.category === 'STORAGE')
    return { ...integration, blocked: [] };
  throw compilationError(`invalid option '${option}' of INTEGRATION.`, '001420');
}

async function describe(context: ExecutionContext, statement: Statement): Promise<StatementResult> {
  const cursor = new TokenCursor(statement);
  cursor.next();
  for (const word of CATEGORIES) cursor.accept(word);
  cursor.expect('INTEGRATION');
  const object = await requireObject(context, 'INTEGRATION', 'Integration', accountName(cursor.nameParts()));
  const integration = propertiesOf<Integration>(object);
  const { text } = columnTypes;
  const rows =
    integration.category === 'STORAGE'
      ? storageProperties(integration)
      : Object.entries(integration.options).map(([name, value]) => [name, 'String', value, '']);
  return answer(
    [
      ['property', text],
      ['property_type', text],
      ['property_value', text],
      ['property_default', text],
    ],
    rows,
  );
}

async function drop(context: ExecutionContext, statement: Statement): Promise<StatementResult> {
  const cursor = new TokenCursor(statement);
  cursor.expect('DROP');
  for (const word of CATEGORIES) cursor.accept(word);
  cursor.expect('INTEGRATION');
  const { ifExists, parts } = readTarget(cursor);
  cursor.end();
  return dropObject(context, 'INTEGRATION', 'Integration', accountName(parts), ifExists);
}

async function show(context: ExecutionContext, statement: Statement): Promise<StatementResult> {
  const cursor = new TokenCursor(statement);
  cursor.expect('SHOW');
  const category = CATEGORIES.find((word) => cursor.accept(word));
  cursor.expect('INTEGRATIONS');
  const { text, boolean, time } = columnTypes;
  const all = await showObjects(
    context,
    cursor,
    'INTEGRATION',
    [
      ['name', text, ({ name }) => name.name],
      ['type', text, (object) => typeOf(propertiesOf<Integration>(object))],
      ['category', text, (object) => propertiesOf<Integration>(object).category],
      ['enabled', boolean, (object) => propertiesOf<Integration>(object).enabled],
      ['comment', text, (object) => propertiesOf<Integration>(object).comment],
      ['created_on', time, ({ createdOn }) => createdOn],
    ],
    'account',
  );
  return category === undefined ? all : { ...all, rows: all.rows.filter((row) => row[2] === category) };
}

function typeOf(integration: Integration): string {
  return integration.category === 'STORAGE' ? 'EXTERNAL_STAGE' : integration.type;
}

const heads = (verb: string, noun: string) => [
  `${verb} ${noun}`,
  ...CATEGORIES.map((word) => `${verb} ${word} ${noun}`),
];

/** CREATE, ALTER, DROP, DESC and SHOW of integrations. */
export const integrationHandlers: readonly StatementHandler[] = [
  { heads: heads('CREATE', 'INTEGRATION').slice(1), run: create },
  { heads: heads('ALTER', 'INTEGRATION'), run: alter },
  { heads: heads('DROP', 'INTEGRATION'), run: drop },
  { heads: heads('DESC', 'INTEGRATION'), run: describe },
  { heads: heads('SHOW', 'INTEGRATIONS'), run: show },
];
