import { Cursor, unsupported } from '../../../sql/index.ts';
import { cloneSchemaContents } from '../catalog/clone.ts';
import { dropGrantsIn } from '../catalog/grants.ts';
import { StatementContext } from '../context.ts';
import { missingObject, noCurrent, objectExists } from '../errors.ts';
import { duckSchema, printName } from '../names.ts';
import type { CatalogObject, StatementHandler } from '../statement.ts';
import { createHeader, ifExists, ifNotExists, readOptions } from './header.ts';
import { done, message } from './result.ts';

/** Kinds of objects that live in a schema and go with it. */
export const SCHEMA_KINDS = [
  'TABLE',
  'DROPPED_TABLE',
  'VIEW',
  'SEQUENCE',
  'STAGE',
  'PIPE',
  'STREAM',
  'TASK',
  'FILE_FORMAT',
  'PROCEDURE',
  'FUNCTION',
] as const;

const CLONE_WORDS = new Set(['CLONE']);

function account(name: string): CatalogObject['name'] {
  return { database: '', schema: '', name };
}

async function createSchema(
  context: StatementContext,
  database: string,
  name: string,
  properties: CatalogObject['properties'],
): Promise<void> {
  await context.duck.run(`CREATE SCHEMA IF NOT EXISTS ${duckSchema(database, name)}`);
  await context.objects.put({
    kind: 'SCHEMA',
    name: { database, schema: '', name },
    properties,
    owner: context.session.role,
    createdOn: context.now(),
  });
}

async function dropSchema(context: StatementContext, database: string, name: string): Promise<void> {
  for (const kind of SCHEMA_KINDS) {
    for (const object of context.objects.all(kind, { database, schema: name })) {
      if (kind === 'TABLE') {
        for (const extension of context.engine.extensions) {
          await extension.tableChanged?.(context, { kind: 'dropped', name: object.name });
        }
      }
      await context.objects.drop(kind, object.name);
    }
  }
  await dropGrantsIn(context, database, name);
  await context.duck.run(`DROP SCHEMA IF EXISTS ${duckSchema(database, name)} CASCADE`);
  await context.objects.drop('SCHEMA', { database, schema: '', name });
}

function propertiesOf(options: ReadonlyMap<string, string>, transient: boolean): CatalogObject['properties'] {
  const comment = options.get('COMMENT');
  return {
    transient,
    managedAccess: options.has('MANAGED') || options.has('ACCESS'),
    retention: options.get('DATA_RETENTION_TIME_IN_DAYS') ?? '1',
    ...(comment === undefined ? {} : { comment }),
  };
}

const createDatabase: StatementHandler = {
  heads: ['CREATE DATABASE'],
  async run(context, statement) {
    const core = StatementContext.of(context);
    const { cursor, header } = createHeader(statement);
    cursor.expectWord('DATABASE');
    let tolerant = ifNotExists(cursor);
    const name = cursor.identifier().name;
    tolerant = ifNotExists(cursor) || tolerant;
    const clone = cursor.takeWord('CLONE') ? cursor.identifier().name : undefined;
    const options = readOptions(cursor, CLONE_WORDS);
    if (core.objects.find('DATABASE', account(name))) {
      if (tolerant) return message(`${printName(name)} already exists, statement succeeded.`);
      if (!header.replace) throw objectExists(printName(name));
      await dropDatabaseContents(core, name);
    }
    await core.objects.put({
      kind: 'DATABASE',
      name: { database: '', schema: '', name },
      properties: propertiesOf(options, header.transient),
      owner: core.session.role,
      createdOn: core.now(),
    });
    if (clone === undefined)
      await createSchema(core, name, 'PUBLIC', propertiesOf(new Map(), header.transient));
    else {
      for (const schema of core.objects.all('SCHEMA', { database: clone })) {
        await createSchema(core, name, schema.name.name, schema.properties);
        await cloneSchemaContents(
          core,
          { database: clone, schema: schema.name.name },
          { database: name, schema: schema.name.name },
        );
      }
    }
    core.session.database = name;
    core.session.schema = core.objects.find('SCHEMA', { database: name, schema: '', name: 'PUBLIC' })
      ? 'PUBLIC'
      : null;
    return message(`Database ${printName(name)} successfully created.`);
  },
};

async function dropDatabaseContents(context: StatementContext, name: string): Promise<void> {
  for (const schema of context.objects.all('SCHEMA', { database: name })) {
    await dropSchema(context, name, schema.name.name);
  }
}

const dropDatabase: StatementHandler = {
  heads: ['DROP DATABASE'],
  async run(context, statement) {
    const core = StatementContext.of(context);
    const cursor = new Cursor(statement);
    cursor.expectWord('DROP', 'DATABASE');
    const tolerant = ifExists(cursor);
    const name = cursor.identifier().name;
    if (!core.objects.find('DATABASE', account(name))) {
      if (tolerant)
        return message(`Drop statement executed successfully (${printName(name)} already dropped).`);
      throw missingObject('Database', printName(name));
    }
    await dropDatabaseContents(core, name);
    await core.objects.drop('DATABASE', account(name));
    if (core.session.database === name) {
      core.session.database = null;
      core.session.schema = null;
    }
    return message(`${printName(name)} successfully dropped.`);
  },
};

/** `schema` or `database.schema`. */
function schemaName(context: StatementContext, cursor: Cursor): { database: string; name: string } {
  const parts = cursor.names();
  const name = parts.at(-1) ?? '';
  const database = parts.length > 1 ? parts[0] : context.session.database;
  if (database === null || database === undefined) throw noCurrent('database');
  return { database, name };
}

const createSchemaHandler: StatementHandler = {
  heads: ['CREATE SCHEMA'],
  async run(context, statement) {
    const core = StatementContext.of(context);
    const { cursor, header } = createHeader(statement);
    cursor.expectWord('SCHEMA');
    const tolerant = ifNotExists(cursor);
    const { database, name } = schemaName(core, cursor);
    if (!core.objects.find('DATABASE', account(database)))
      throw missingObject('Database', printName(database));
    const clone = cursor.takeWord('CLONE') ? schemaName(core, cursor) : undefined;
    const options = readOptions(cursor);
    if (core.objects.find('SCHEMA', { database, schema: '', name })) {
      if (tolerant) return message(`${printName(name)} already exists, statement succeeded.`);
      if (!header.replace) throw objectExists(printName(name));
      await dropSchema(core, database, name);
    }
    await createSchema(core, database, name, propertiesOf(options, header.transient));
    if (clone) {
      await cloneSchemaContents(
        core,
        { database: clone.database, schema: clone.name },
        { database, schema: name },
      );
    }
    core.session.database = database;
    core.session.schema = name;
    return message(`Schema ${printName(name)} successfully created.`);
  },
};

const dropSchemaHandler: StatementHandler = {
  heads: ['DROP SCHEMA'],
  async run(context, statement) {
    const core = StatementContext.of(context);
    const cursor = new Cursor(statement);
    cursor.expectWord('DROP', 'SCHEMA');
    const tolerant = ifExists(cursor);
    const { database, name } = schemaName(core, cursor);
    if (!core.objects.find('SCHEMA', { database, schema: '', name })) {
      if (tolerant)
        return message(`Drop statement executed successfully (${printName(name)} already dropped).`);
      throw missingObject('Schema', `${printName(database)}.${printName(name)}`);
    }
    await dropSchema(core, database, name);
    if (core.session.database === database && core.session.schema === name) core.session.schema = null;
    return message(`${printName(name)} successfully dropped.`);
  },
};

/** ALTER DATABASE|SCHEMA SET|UNSET of recorded properties, and of a schema ENABLE|DISABLE MANAGED ACCESS. */
const alter: StatementHandler = {
  heads: ['ALTER DATABASE', 'ALTER SCHEMA'],
  async run(context, statement) {
    const core = StatementContext.of(context);
    const cursor = new Cursor(statement);
    cursor.expectWord('ALTER');
    const kind = cursor.takeWord('DATABASE') ? 'DATABASE' : 'SCHEMA';
    if (kind === 'SCHEMA') cursor.expectWord('SCHEMA');
    const tolerant = ifExists(cursor);
    const at =
      kind === 'DATABASE' ? account(cursor.identifier().name) : { ...schemaName(core, cursor), schema: '' };
    const object = core.objects.find(kind, at);
    if (object === undefined) {
      if (tolerant) return done();
      throw missingObject(kind === 'DATABASE' ? 'Database' : 'Schema', printName(at.name));
    }
    if (cursor.takeWord('RENAME') || cursor.takeWord('SWAP')) {
      throw unsupported(`ALTER ${kind} … RENAME or SWAP`);
    }
    const enables = cursor.takeWord('ENABLE');
    if (enables || cursor.takeWord('DISABLE')) {
      cursor.expectWord('MANAGED', 'ACCESS');
      await core.objects.put({ ...object, properties: { ...object.properties, managedAccess: enables } });
      return done();
    }
    const sets = cursor.takeWord('SET');
    if (!sets) cursor.expectWord('UNSET');
    const properties: Record<string, unknown> = { ...object.properties };
    for (const [name, value] of readOptions(cursor)) {
      const key =
        name === 'COMMENT' ? 'comment' : name === 'DATA_RETENTION_TIME_IN_DAYS' ? 'retention' : name;
      if (sets) properties[key] = value;
      else delete properties[key];
    }
    await core.objects.put({ ...object, properties });
    return done();
  },
};

export const databaseHandlers: readonly StatementHandler[] = [
  createDatabase,
  dropDatabase,
  createSchemaHandler,
  dropSchemaHandler,
  alter,
];
