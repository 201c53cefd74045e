import { Cursor, compilationError, SqlError, unsupported } from '../../../sql/index.ts';
import { cloneTable } from '../catalog/clone.ts';
import { createDuckTable, refuseTwins } from '../catalog/create-table.ts';
import { putAside } from '../catalog/dropped.ts';
import { type DynamicTable, dynamicOf, lagSeconds, refuseReplacing } from '../catalog/dynamic.ts';
import { dropTable, requirePlace } from '../catalog/lifecycle.ts';
import { columnsOfQuery } from '../catalog/query-columns.ts';
import { type TableColumn, tableProperties } from '../catalog/tables.ts';
import { StatementContext } from '../context.ts';
import { missingObject, objectExists } from '../errors.ts';
import { printName, printQualified } from '../names.ts';
import type { QualifiedName, StatementHandler, StatementResult } from '../statement.ts';
import { changeTable } from '../statements/alter-table.ts';
import { createHeader, ifExists, ifNotExists, readGroup, readOptions } from '../statements/header.ts';
import { done, message } from '../statements/result.ts';
import { recordDynamic, refresh, requireDynamic, translateDefinition } from './refresh.ts';

const STOP = new Set(['AS', 'CLONE', 'CLUSTER']);
/** Options that are taken; those that are not about refreshing have no effect here. */
const KNOWN = new Set([
  'TARGET_LAG',
  'WAREHOUSE',
  'REFRESH_MODE',
  'INITIALIZE',
  'COMMENT',
  'DATA_RETENTION_TIME_IN_DAYS',
  'MAX_DATA_EXTENSION_TIME_IN_DAYS',
  'COPY',
  'GRANTS',
  'TAG',
  'REQUIRE',
  'USER',
]);

interface Definition {
  readonly listed: readonly { readonly name: string; readonly comment?: string }[] | undefined;
  readonly options: ReadonlyMap<string, string>;
  readonly clusterBy: string | undefined;
}

function parseDefinition(cursor: Cursor): Definition {
  const listed = cursor.isSymbol('(') ? cursor.list(() => listedColumn(cursor)) : undefined;
  const options = new Map<string, string>();
  let clusterBy: string | undefined;
  while (!cursor.done && !cursor.isWord('AS') && !cursor.isWord('CLONE')) {
    if (cursor.takeWord('CLUSTER', 'BY')) clusterBy = readGroup(cursor);
    else for (const [name, value] of readOptions(cursor, STOP)) options.set(name, value);
  }
  for (const name of options.keys()) {
    if (!KNOWN.has(name)) throw unsupported(`the option ${name} of a dynamic table`);
  }
  return { listed, options, clusterBy };
}

function listedColumn(cursor: Cursor): { name: string; comment?: string } {
  const { name } = cursor.identifier();
  if (cursor.peek()?.kind === 'word' && !cursor.isWord('COMMENT')) cursor.type();
  if (!cursor.takeWord('COMMENT')) return { name };
  cursor.takeSymbol('=');
  return { name, comment: cursor.string() };
}

function oneOf<T extends string>(
  options: ReadonlyMap<string, string>,
  name: string,
  values: readonly T[],
  otherwise: T,
): T {
  const given = options.get(name)?.toUpperCase();
  if (given === undefined) return otherwise;
  const found = values.find((value) => value === given);
  if (found === undefined)
    throw compilationError(`invalid value '${given}' for property '${name}'`, '001008', '22023');
  return found;
}

function required(options: ReadonlyMap<string, string>, name: string): string {
  const value = options.get(name);
  if (value === undefined)
    throw new SqlError('002029', '42601', `SQL compilation error:\nMissing option(s): [${name}]`);
  return value;
}

/** CREATE [OR REPLACE | OR ALTER] [TRANSIENT] DYNAMIC TABLE [IF NOT EXISTS] name … AS query, or … CLONE another. */
function createDynamicTable(changedSomething: () => void): StatementHandler {
  return {
    heads: ['CREATE DYNAMIC TABLE'],
    async run(context, statement) {
      const core = StatementContext.of(context);
      const { cursor, header } = createHeader(statement, true);
      cursor.expectWord('DYNAMIC', 'TABLE');
      const tolerant = ifNotExists(cursor);
      const name = core.qualify(cursor.names());
      requirePlace(core, name);
      await core.lock(name);
      const existing = core.objects.find('TABLE', name) ?? core.objects.find('VIEW', name);
      if (existing && tolerant)
        return message(`${printName(name.name)} already exists, statement succeeded.`);
      if (existing && !header.replace && !header.alter) throw objectExists(printQualified(name));
      refuseReplacing(existing, 'DYNAMIC_TABLE');
      const definition = parseDefinition(cursor);
      const kind = header.transient ? 'TRANSIENT' : 'TABLE';
      changedSomething();
      if (cursor.takeWord('CLONE')) return cloneDynamic(core, cursor, name, kind);
      cursor.expectWord('AS');
      const query = cursor.rest();
      const dynamic = dynamicFrom(definition, query, statement.text);
      if (header.alter && (await alterInPlace(core, name, definition, dynamic))) return done();
      await makeDynamic(core, name, definition, dynamic, kind);
      return message(`Dynamic table ${printName(name.name)} successfully created.`);
    },
  };
}

function dynamicFrom({ options }: Definition, query: string, text: string): DynamicTable {
  const targetLag = required(options, 'TARGET_LAG');
  return {
    query,
    text,
    targetLag: lagSeconds(targetLag) === undefined ? 'DOWNSTREAM' : targetLag.trim(),
    warehouse: required(options, 'WAREHOUSE').toUpperCase(),
    refreshMode: oneOf(options, 'REFRESH_MODE', ['AUTO', 'FULL', 'INCREMENTAL'], 'AUTO'),
    schedulingState: 'ACTIVE',
    dataTimestamp: null,
    failures: 0,
  };
}

async function makeDynamic(
  core: StatementContext,
  name: QualifiedName,
  { listed, options, clusterBy }: Definition,
  dynamic: DynamicTable,
  kind: 'TABLE' | 'TRANSIENT',
): Promise<void> {
  const { query } = await translateDefinition(core, name, dynamic.query);
  const found = await columnsOfQuery(core, query);
  if (listed && listed.length !== found.length)
    throw compilationError('Invalid column definition list', '002026', '42601');
  const columns: TableColumn[] = found.map((column, index) => ({ ...column, ...listed?.[index] }));
  refuseTwins(columns);
  const initialize = oneOf(options, 'INITIALIZE', ['ON_CREATE', 'ON_SCHEDULE'], 'ON_CREATE');
  const comment = options.get('COMMENT');
  await dropTable(core, name, 'replaced', options.has('GRANTS'));
  await createDuckTable(core, name, columns);
  await core.objects.put({
    kind: 'TABLE',
    name,
    properties: {
      columns,
      kind,
      dynamic,
      ...(clusterBy === undefined ? {} : { clusterBy }),
      ...(comment === undefined ? {} : { comment }),
    },
    owner: core.session.role,
    createdOn: core.now(),
  });
  if (initialize === 'ON_CREATE') await refresh(core, name, 'uninitialized');
}

/** OR ALTER of a table whose query stays the same changes its options only. */
async function alterInPlace(
  core: StatementContext,
  name: QualifiedName,
  { options }: Definition,
  wanted: DynamicTable,
): Promise<boolean> {
  const found = dynamicOf(core.objects.find('TABLE', name));
  if (found?.query !== wanted.query) return false;
  const { targetLag, warehouse, refreshMode } = wanted;
  await recordDynamic(core, name, { targetLag, warehouse, refreshMode });
  const { object } = requireDynamic(core, name);
  const comment = options.get('COMMENT');
  await core.objects.put({ ...object, properties: { ...object.properties, comment } });
  return true;
}

async function cloneDynamic(
  core: StatementContext,
  cursor: Cursor,
  name: QualifiedName,
  kind: 'TABLE' | 'TRANSIENT',
): Promise<StatementResult> {
  const { object } = requireDynamic(core, core.qualify(cursor.names()));
  const { options } = parseDefinition(cursor);
  if (printQualified(object.name) !== printQualified(name)) {
    await dropTable(core, name, 'replaced');
    await cloneTable(core, object, name, { ...tableProperties(object), kind });
  }
  const targetLag = options.get('TARGET_LAG');
  const warehouse = options.get('WAREHOUSE');
  if (targetLag !== undefined) lagSeconds(targetLag);
  // A clone does not refresh by itself until it is resumed.
  await recordDynamic(core, name, {
    schedulingState: 'SUSPENDED',
    ...(targetLag === undefined ? {} : { targetLag }),
    ...(warehouse === undefined ? {} : { warehouse: warehouse.toUpperCase() }),
  });
  return message(`Dynamic table ${printName(name.name)} successfully created.`);
}

/** ALTER DYNAMIC TABLE … REFRESH, SUSPEND, RESUME, SET, UNSET, and what any table can have altered. */
function alterDynamicTable(changedSomething: () => void): StatementHandler {
  return {
    heads: ['ALTER DYNAMIC TABLE'],
    async run(context, statement) {
      const core = StatementContext.of(context);
      const cursor = new Cursor(statement);
      cursor.expectWord('ALTER', 'DYNAMIC', 'TABLE');
      const tolerant = ifExists(cursor);
      const name = core.qualify(cursor.names());
      await core.lock(name);
      if (tolerant && dynamicOf(core.objects.find('TABLE', name)) === undefined) return done();
      const { object } = requireDynamic(core, name);
      changedSomething();
      if (cursor.takeWord('REFRESH')) {
        cursor.takeWord('COPY', 'SESSION');
        cursor.expectEnd();
        await refresh(core, name, 'all');
      } else if (cursor.isWord('SUSPEND') && !cursor.isWord('SUSPEND', 'RECLUSTER')) {
        await recordDynamic(core, name, {
          schedulingState: 'SUSPENDED',
          lastSuspendedOn: core.now().toISOString(),
        });
      } else if (cursor.isWord('RESUME') && !cursor.isWord('RESUME', 'RECLUSTER')) {
        await recordDynamic(core, name, { schedulingState: 'ACTIVE', failures: 0 });
      } else if (cursor.takeWord('SET')) await setOptions(core, name, readOptions(cursor));
      else await changeTable(core, cursor, object);
      return done();
    },
  };
}

async function setOptions(
  core: StatementContext,
  name: QualifiedName,
  options: ReadonlyMap<string, string>,
): Promise<void> {
  for (const option of options.keys()) {
    if (!KNOWN.has(option)) throw unsupported(`the option ${option} of a dynamic table`);
    if (option === 'REFRESH_MODE' || option === 'INITIALIZE')
      throw compilationError(`invalid property '${option}' for 'DYNAMIC_TABLE'`, '001006');
  }
  const targetLag = options.get('TARGET_LAG');
  const warehouse = options.get('WAREHOUSE');
  if (targetLag !== undefined) {
    const downstream = lagSeconds(targetLag) === undefined;
    await recordDynamic(core, name, { targetLag: downstream ? 'DOWNSTREAM' : targetLag.trim() });
  }
  if (warehouse !== undefined) await recordDynamic(core, name, { warehouse: warehouse.toUpperCase() });
  const comment = options.get('COMMENT');
  if (comment === undefined) return;
  const { object } = requireDynamic(core, name);
  await core.objects.put({ ...object, properties: { ...object.properties, comment } });
}

/** DROP DYNAMIC TABLE [IF EXISTS] name. */
const dropDynamicTable: StatementHandler = {
  heads: ['DROP DYNAMIC TABLE'],
  async run(context, statement) {
    const core = StatementContext.of(context);
    const cursor = new Cursor(statement);
    cursor.expectWord('DROP', 'DYNAMIC', 'TABLE');
    const tolerant = ifExists(cursor);
    const name = core.qualify(cursor.names());
    if (!cursor.takeWord('CASCADE')) cursor.takeWord('RESTRICT');
    cursor.expectEnd();
    await core.lock(name);
    const table = core.objects.find('TABLE', name);
    if (table === undefined || dynamicOf(table) === undefined) {
      if (!tolerant) throw missingObject('Dynamic Table', printQualified(name));
      return message(`Drop statement executed successfully (${printName(name.name)} already dropped).`);
    }
    await putAside(core, table);
    return message(`${printName(name.name)} successfully dropped.`);
  },
};

/** @param changedSomething is told when the schedule may have changed */
export function dynamicTableHandlers(changedSomething: () => void): StatementHandler[] {
  return [createDynamicTable(changedSomething), alterDynamicTable(changedSomething), dropDynamicTable];
}
