import { type Cursor, compilationError, parseQuery, unsupported } from '../../../sql/index.ts';
import { cloneTable } from '../catalog/clone.ts';
import { createDuckTable, refuseTwins } from '../catalog/create-table.ts';
import { dynamicOf, refuseReplacing } from '../catalog/dynamic.ts';
import { dropTable, requirePlace } from '../catalog/lifecycle.ts';
import { columnsOfQuery, ctasSelect } from '../catalog/query-columns.ts';
import { type TableColumn, type TableProperties, tableOrView, tableProperties } from '../catalog/tables.ts';
import { StatementContext } from '../context.ts';
import { missingObject, objectExists } from '../errors.ts';
import { duckName, duckTable, printName, printQualified, quote } from '../names.ts';
import type { QualifiedName, StatementHandler, StatementResult } from '../statement.ts';
import { beginTranslation } from '../translate/index.ts';
import { emitQuery } from '../translate/query.ts';
import { parseDefinition } from './column-definition.ts';
import { type CreateHeader, createHeader, ifNotExists, readGroup, readOptions } from './header.ts';
import { message } from './result.ts';

const STOP = new Set(['AS', 'LIKE', 'CLONE']);
/** Properties that have no effect here beside being recorded. */
const RECORDED = new Set([
  'COMMENT',
  'DATA_RETENTION_TIME_IN_DAYS',
  'MAX_DATA_EXTENSION_TIME_IN_DAYS',
  'CHANGE_TRACKING',
  'ENABLE_SCHEMA_EVOLUTION',
  'DEFAULT_DDL_COLLATION',
  'COPY',
  'GRANTS',
  'TAG',
  'STAGE_FILE_FORMAT',
  'STAGE_COPY_OPTIONS',
  'CLUSTER',
]);

interface Options {
  readonly clusterBy?: string;
  readonly comment?: string;
  readonly changeTracking?: boolean;
  readonly retentionDays?: number;
}

function parseOptions(cursor: Cursor): { readonly options: Options; readonly copyGrants: boolean } {
  let clusterBy: string | undefined;
  const options = new Map<string, string>();
  while (!cursor.done && !cursor.isAnyWord(STOP)) {
    if (cursor.takeWord('CLUSTER', 'BY')) clusterBy = readGroup(cursor);
    else
      for (const [name, value] of readOptions(cursor, new Set([...STOP, 'CLUSTER'])))
        options.set(name, value);
  }
  for (const name of options.keys()) {
    if (!RECORDED.has(name)) throw unsupported(`the table option ${name}`);
  }
  const comment = options.get('COMMENT');
  const days = options.get('DATA_RETENTION_TIME_IN_DAYS');
  const read: Options = {
    ...(clusterBy === undefined ? {} : { clusterBy }),
    ...(comment === undefined ? {} : { comment }),
    ...(options.get('CHANGE_TRACKING')?.toUpperCase() === 'TRUE' ? { changeTracking: true } : {}),
    ...(days === undefined ? {} : { retentionDays: Number(days) }),
  };
  return { options: read, copyGrants: options.has('GRANTS') };
}

/** CREATE TABLE in all its forms. */
export const createTableHandler: StatementHandler = {
  heads: ['CREATE TABLE'],
  async run(context, statement) {
    const core = StatementContext.of(context);
    const { cursor, header } = createHeader(statement);
    cursor.expectWord('TABLE');
    let tolerant = ifNotExists(cursor);
    const name = core.qualify(cursor.names());
    tolerant = ifNotExists(cursor) || tolerant;
    requirePlace(core, name);
    await core.lock(name);
    const existing = core.objects.find('TABLE', name) ?? core.objects.find('VIEW', name);
    if (existing && tolerant) return message(`${printName(name.name)} already exists, statement succeeded.`);
    if (existing && !header.replace) throw objectExists(printQualified(name));
    refuseReplacing(existing, 'TABLE');
    return createTable(core, cursor, header, name);
  },
};

async function createTable(
  core: StatementContext,
  cursor: Cursor,
  header: CreateHeader,
  name: QualifiedName,
): Promise<StatementResult> {
  const definition = cursor.isSymbol('(') ? parseDefinition(cursor) : undefined;
  const { options, ...before } = parseOptions(cursor);
  let { copyGrants } = before;
  const kind = header.temporary ? 'TEMPORARY' : header.transient ? 'TRANSIENT' : 'TABLE';
  const make = async (columns: readonly TableColumn[]) => {
    const properties: TableProperties = { columns, kind, ...options };
    await core.objects.put({
      kind: 'TABLE',
      name,
      properties: { ...properties, ...(kind === 'TEMPORARY' ? { session: core.session.id } : {}) },
      owner: core.session.role,
      createdOn: core.now(),
    });
  };
  if (cursor.takeWord('AS')) {
    await createAsSelect(core, cursor, name, definition, { replace: header.replace, copyGrants }, make);
    return message(`Table ${printName(name.name)} successfully created.`);
  }
  if (cursor.takeWord('CLONE') || cursor.isWord('LIKE')) {
    const like = cursor.takeWord('LIKE');
    const from = tableOrView(core, core.qualify(cursor.names()));
    const after = parseOptions(cursor);
    Object.assign(options, after.options);
    copyGrants ||= after.copyGrants;
    if (from.kind !== 'TABLE') throw missingObject('Table', printQualified(from.name));
    if (!like && kind === 'TABLE' && tableProperties(from).kind === 'TRANSIENT') {
      throw compilationError('Transient object cannot be cloned to a permanent object.', '002120');
    }
    if (dynamicOf(from)) throw unsupported('CREATE TABLE … CLONE of a dynamic table');
    const source = tableProperties(from);
    if (header.replace && core.objects.find('TABLE', name)) {
      // A table may be replaced by a clone of itself.
      if (printQualified(from.name) === printQualified(name))
        return message(`Table ${printName(name.name)} successfully created.`);
      await dropTable(core, name, 'replaced', copyGrants);
    }
    if (like) {
      await createDuckTable(core, name, source.columns);
      await make(source.columns);
    } else {
      await cloneTable(core, from, name, { ...source, ...options, kind });
    }
    return message(`Table ${printName(name.name)} successfully created.`);
  }
  cursor.expectEnd();
  if (definition === undefined || definition.columns.length === 0)
    throw compilationError('Missing column specification', '002058', '42601');
  if (header.replace) await dropTable(core, name, 'replaced', copyGrants);
  await createDuckTable(core, name, definition.columns);
  await make(definition.columns);
  return message(`Table ${printName(name.name)} successfully created.`);
}

async function createAsSelect(
  core: StatementContext,
  cursor: Cursor,
  name: QualifiedName,
  definition: ReturnType<typeof parseDefinition> | undefined,
  { replace, copyGrants }: { readonly replace: boolean; readonly copyGrants: boolean },
  make: (columns: readonly TableColumn[]) => Promise<void>,
): Promise<void> {
  const parsed = parseQuery(cursor);
  cursor.expectEnd();
  const translation = await beginTranslation(core, parsed);
  const query = emitQuery(parsed, undefined, translation);
  const found = await columnsOfQuery(core, query);
  const names = definition?.untyped ?? [];
  const columns: TableColumn[] =
    definition && definition.columns.length > 0
      ? [...definition.columns]
      : found.map((column, index) => ({ ...column, name: names[index] ?? column.name }));
  if (columns.length !== found.length) {
    throw compilationError('Invalid column definition list', '002026', '42601');
  }
  refuseTwins(columns);
  const select = ctasSelect(query, found, columns);
  const { tables, sources } = translation.resolved;
  // The query may read the table that it replaces, itself or through a stream.
  if (replace && (tables.has(duckTable(name)) || sources.size > 0)) {
    const aside = { ...name, name: `${name.name}#new` };
    await core.duck.run(`CREATE TABLE ${duckTable(aside)} AS ${select}`);
    await dropTable(core, name, 'replaced', copyGrants);
    await core.duck.run(`ALTER TABLE ${duckTable(aside)} RENAME TO ${quote(duckName(name.name))}`);
  } else {
    if (replace) await dropTable(core, name, 'replaced', copyGrants);
    await core.duck.run(`CREATE TABLE ${duckTable(name)} AS ${select}`);
  }
  if (definition && definition.columns.length > 0) {
    for (const column of definition.columns.filter((one) => !one.nullable)) {
      await core.duck.run(`ALTER TABLE ${duckTable(name)} ALTER COLUMN ${quote(column.name)} SET NOT NULL`);
    }
  }
  await make(columns);
}
