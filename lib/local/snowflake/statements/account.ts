import { Cursor } from '../../../sql/index.ts';
import { StatementContext } from '../context.ts';
import { missingObject, objectExists } from '../errors.ts';
import { printName } from '../names.ts';
import type { CatalogObject, QualifiedName, StatementHandler } from '../statement.ts';
import { createHeader, ifExists, ifNotExists, readOptions } from './header.ts';
import { done, message } from './result.ts';

const LABELS: Readonly<Record<string, string>> = { ROLE: 'Role', USER: 'User', WAREHOUSE: 'Warehouse' };
const SIZES: Readonly<Record<string, string>> = {
  XSMALL: 'X-Small',
  'X-SMALL': 'X-Small',
  SMALL: 'Small',
  MEDIUM: 'Medium',
  LARGE: 'Large',
  XLARGE: 'X-Large',
  'X-LARGE': 'X-Large',
};

function account(name: string): QualifiedName {
  return { database: '', schema: '', name };
}

function kindOf(cursor: Cursor): string {
  const kind = Object.keys(LABELS).find((word) => cursor.takeWord(word));
  if (kind === undefined) throw cursor.unexpected();
  return kind;
}

/** CREATE ROLE | USER | WAREHOUSE: recorded with all options as given. */
const create: StatementHandler = {
  heads: ['CREATE ROLE', 'CREATE USER', 'CREATE WAREHOUSE'],
  async run(context, statement) {
    const core = StatementContext.of(context);
    const { cursor, header } = createHeader(statement);
    const kind = kindOf(cursor);
    const tolerant = ifNotExists(cursor);
    const name = cursor.identifier().name;
    const options = Object.fromEntries(readOptions(cursor));
    if (core.objects.find(kind, account(name))) {
      if (tolerant) return message(`${printName(name)} already exists, statement succeeded.`);
      if (!header.replace) throw objectExists(printName(name));
    }
    const properties = kind === 'WAREHOUSE' ? warehouse(options) : options;
    await core.objects.put({
      kind,
      name: account(name),
      properties,
      owner: core.session.role,
      createdOn: core.now(),
    });
    if (kind === 'WAREHOUSE') core.session.warehouse = name;
    return message(`${LABELS[kind]} ${printName(name)} successfully created.`);
  },
};

function warehouse(options: Readonly<Record<string, string>>): CatalogObject['properties'] {
  const size = options.WAREHOUSE_SIZE?.toUpperCase() ?? 'XSMALL';
  const suspended = options.INITIALLY_SUSPENDED?.toUpperCase() === 'TRUE';
  return { ...options, size: SIZES[size] ?? size, state: suspended ? 'SUSPENDED' : 'STARTED' };
}

/** ALTER USER | WAREHOUSE | ROLE SET|UNSET …, SUSPEND, RESUME. */
const alter: StatementHandler = {
  heads: ['ALTER ROLE', 'ALTER USER', 'ALTER WAREHOUSE'],
  async run(context, statement) {
    const core = StatementContext.of(context);
    const cursor = new Cursor(statement);
    cursor.expectWord('ALTER');
    const kind = kindOf(cursor);
    const tolerant = ifExists(cursor);
    const name = cursor.identifier().name;
    const object = core.objects.find(kind, account(name));
    if (object === undefined) {
      if (tolerant) return done();
      throw missingObject(LABELS[kind] ?? kind, printName(name));
    }
    const put = (properties: CatalogObject['properties']) =>
      core.objects.put({ ...object, properties: { ...object.properties, ...properties } });
    if (cursor.takeWord('SUSPEND')) await put({ state: 'SUSPENDED' });
    else if (cursor.takeWord('RESUME')) {
      ifSuspended(cursor);
      await put({ state: 'STARTED' });
    } else if (cursor.takeWord('RENAME', 'TO')) {
      const to = cursor.identifier().name;
      await core.objects.drop(kind, object.name);
      await core.objects.put({ ...object, name: account(to) });
    } else if (cursor.takeWord('UNSET')) {
      const properties: Record<string, unknown> = { ...object.properties };
      for (const key of readOptions(cursor).keys()) delete properties[key];
      await core.objects.put({ ...object, properties });
    } else {
      cursor.expectWord('SET');
      const options = Object.fromEntries(readOptions(cursor));
      const size = options.WAREHOUSE_SIZE?.toUpperCase();
      await put({ ...options, ...(size === undefined ? {} : { size: SIZES[size] ?? size }) });
    }
    return done();
  },
};

function ifSuspended(cursor: Cursor): void {
  cursor.takeWord('IF', 'SUSPENDED');
}

const drop: StatementHandler = {
  heads: ['DROP ROLE', 'DROP USER', 'DROP WAREHOUSE'],
  async run(context, statement) {
    const core = StatementContext.of(context);
    const cursor = new Cursor(statement);
    cursor.expectWord('DROP');
    const kind = kindOf(cursor);
    const tolerant = ifExists(cursor);
    const name = cursor.identifier().name;
    if (!(await core.objects.drop(kind, account(name)))) {
      if (!tolerant) throw missingObject(LABELS[kind] ?? kind, printName(name));
      return message(`Drop statement executed successfully (${printName(name)} already dropped).`);
    }
    for (const grant of core.objects.all('GRANT')) {
      if (grant.properties.grantee === name || (kind === 'ROLE' && grant.properties.on === name)) {
        await core.objects.drop('GRANT', grant.name);
      }
    }
    return message(`${printName(name)} successfully dropped.`);
  },
};

export const accountHandlers: readonly StatementHandler[] = [create, alter, drop];
