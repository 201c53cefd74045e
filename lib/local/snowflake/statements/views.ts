import { Cursor, compilationError, parseQuery, SqlError } from '../../../sql/index.ts';
import { refuseTwins } from '../catalog/create-table.ts';
import { dropGrants } from '../catalog/grants.ts';
import { requirePlace } from '../catalog/lifecycle.ts';
import { columnsOfQuery } from '../catalog/query-columns.ts';
import { type TableColumn, type ViewProperties, viewProperties } from '../catalog/tables.ts';
import { StatementContext } from '../context.ts';
import { missingObject, objectExists } from '../errors.ts';
import { printName, printQualified } from '../names.ts';
import type { StatementHandler } from '../statement.ts';
import { translateQuery } from '../translate/index.ts';
import { createHeader, ifExists, ifNotExists, readOptions } from './header.ts';
import { done, message } from './result.ts';

/** CREATE [OR REPLACE] [SECURE] VIEW name [(columns)] [options] AS query. The view is kept as its query. */
const createView: StatementHandler = {
  heads: ['CREATE VIEW'],
  async run(context, statement) {
    const core = StatementContext.of(context);
    const { cursor, header } = createHeader(statement);
    cursor.expectWord('VIEW');
    let tolerant = ifNotExists(cursor);
    const name = core.qualify(cursor.names());
    tolerant = ifNotExists(cursor) || tolerant;
    requirePlace(core, name);
    await core.lock(name);
    const existing = core.objects.find('VIEW', name) ?? core.objects.find('TABLE', name);
    if (existing && tolerant) return message(`${printName(name.name)} already exists, statement succeeded.`);
    if (existing && !header.replace) throw objectExists(printQualified(name));
    if (existing?.kind === 'TABLE') {
      throw new SqlError(
        '002203',
        '42710',
        `SQL compilation error:\nObject '${printQualified(name)}' already exists as TABLE`,
      );
    }
    const listed = cursor.isSymbol('(') ? cursor.list(() => listedColumn(cursor)) : undefined;
    const options = readOptions(cursor, new Set(['AS']));
    cursor.expectWord('AS');
    const start = cursor.position;
    const parsed = parseQuery(cursor);
    cursor.expectEnd();
    const text = cursor.textFrom(start);
    const query = await translateQuery(core, parsed);
    const found = await columnsOfQuery(core, query);
    if (listed && listed.length !== found.length) {
      throw compilationError('Invalid column definition list', '002026', '42601');
    }
    const columns: TableColumn[] = found.map((column, index) => ({ ...column, ...listed?.[index] }));
    refuseTwins(columns);
    const comment = options.get('COMMENT');
    const properties: ViewProperties = {
      columns,
      query: text,
      text: statement.text,
      secure: header.secure,
      ...(comment === undefined ? {} : { comment }),
    };
    if (existing && !options.has('GRANTS')) await dropGrants(core, 'VIEW', name);
    await core.objects.put({
      kind: 'VIEW',
      name,
      properties: { ...properties },
      owner: core.session.role,
      createdOn: core.now(),
    });
    return message(`View ${printName(name.name)} successfully created.`);
  },
};

function listedColumn(cursor: Cursor): { name: string; comment?: string } {
  const name = cursor.identifier().name;
  if (!cursor.takeWord('COMMENT')) return { name };
  cursor.takeSymbol('=');
  return { name, comment: cursor.string() };
}

/** ALTER VIEW … RENAME TO, SET|UNSET SECURE|COMMENT. */
const alterView: StatementHandler = {
  heads: ['ALTER VIEW'],
  async run(context, statement) {
    const core = StatementContext.of(context);
    const cursor = new Cursor(statement);
    cursor.expectWord('ALTER', 'VIEW');
    const tolerant = ifExists(cursor);
    const name = core.qualify(cursor.names());
    const view = core.objects.find('VIEW', name);
    if (view === undefined) {
      if (tolerant) return done();
      throw missingObject('View', printQualified(name));
    }
    if (cursor.takeWord('RENAME', 'TO')) {
      const to = core.qualify(cursor.names());
      requirePlace(core, to);
      if (core.objects.find('TABLE', to) ?? core.objects.find('VIEW', to))
        throw objectExists(printQualified(to));
      await core.objects.drop('VIEW', name);
      await core.objects.put({ ...view, name: to });
      return done();
    }
    const sets = cursor.takeWord('SET');
    if (!sets) cursor.expectWord('UNSET');
    const options = readOptions(cursor);
    const comment = options.get('COMMENT');
    await core.objects.put({
      ...view,
      properties: {
        ...viewProperties(view),
        ...(options.has('SECURE') ? { secure: sets } : {}),
        ...(options.has('COMMENT') ? { comment: sets ? comment : undefined } : {}),
      },
    });
    return done();
  },
};

export const viewHandlers: readonly StatementHandler[] = [createView, alterView];
