import { Cursor, SqlError, unsupported } from '../../../sql/index.ts';
import { bringBack, putAside } from '../catalog/dropped.ts';
import { refuseChangesOf } from '../catalog/dynamic.ts';
import { dropGrants } from '../catalog/grants.ts';
import { requirePlace } from '../catalog/lifecycle.ts';
import { StatementContext } from '../context.ts';
import { missingObject, objectExists } from '../errors.ts';
import { duckTable, printName, printQualified } from '../names.ts';
import type { StatementHandler } from '../statement.ts';
import { changed } from './dml.ts';
import { ifExists } from './header.ts';
import { done, message } from './result.ts';

const KINDS = { TABLE: 'Table', VIEW: 'View', SEQUENCE: 'Sequence' } as const;

/** DROP TABLE | VIEW | SEQUENCE [IF EXISTS] name [CASCADE|RESTRICT]. */
export const dropHandler: StatementHandler = {
  heads: ['DROP TABLE', 'DROP VIEW', 'DROP SEQUENCE'],
  async run(context, statement) {
    const core = StatementContext.of(context);
    const cursor = new Cursor(statement);
    cursor.expectWord('DROP');
    const kind = cursor.takeWord('TABLE') ? 'TABLE' : cursor.takeWord('VIEW') ? 'VIEW' : 'SEQUENCE';
    if (kind === 'SEQUENCE') cursor.expectWord('SEQUENCE');
    const tolerant = ifExists(cursor);
    const name = core.qualify(cursor.names());
    if (!cursor.takeWord('CASCADE')) cursor.takeWord('RESTRICT');
    cursor.expectEnd();
    await core.lock(name);
    if (!core.objects.find(kind, name)) {
      const other = kind === 'TABLE' ? 'VIEW' : 'TABLE';
      if (kind !== 'SEQUENCE' && core.objects.find(other, name)) {
        throw new SqlError(
          '002203',
          '42601',
          `SQL compilation error:\nObject '${printQualified(name)}' is a ${other}, not a ${kind}.`,
        );
      }
      if (tolerant)
        return message(`Drop statement executed successfully (${printName(name.name)} already dropped).`);
      throw missingObject(KINDS[kind], printQualified(name));
    }
    const table = core.objects.find('TABLE', name);
    if (kind === 'TABLE' && table) await putAside(core, table);
    else {
      if (kind === 'VIEW') await dropGrants(core, kind, name);
      if (kind === 'SEQUENCE') await core.duck.run(`DROP SEQUENCE ${duckTable(name)}`);
      await core.objects.drop(kind, name);
    }
    return message(`${printName(name.name)} successfully dropped.`);
  },
};

/** UNDROP [DYNAMIC] TABLE name. */
export const undropHandler: StatementHandler = {
  heads: ['UNDROP'],
  async run(context, statement) {
    const core = StatementContext.of(context);
    const cursor = new Cursor(statement);
    cursor.expectWord('UNDROP');
    const kind = cursor.takeWord('DYNAMIC') ? 'Dynamic Table' : 'Table';
    if (!cursor.takeWord('TABLE')) throw unsupported(`UNDROP ${cursor.peek()?.text ?? ''}`);
    const name = core.qualify(cursor.names());
    cursor.expectEnd();
    requirePlace(core, name);
    await core.lock(name);
    if (core.objects.find('TABLE', name) ?? core.objects.find('VIEW', name))
      throw objectExists(printQualified(name));
    if (!(await bringBack(core, name))) throw missingObject(kind, printQualified(name));
    return message(`${kind} ${printName(name.name)} successfully restored.`);
  },
};

/** TRUNCATE [TABLE] [IF EXISTS] name. */
export const truncateHandler: StatementHandler = {
  heads: ['TRUNCATE'],
  async run(context, statement) {
    const core = StatementContext.of(context);
    const cursor = new Cursor(statement);
    cursor.expectWord('TRUNCATE');
    cursor.takeWord('TABLE');
    const tolerant = ifExists(cursor);
    const name = core.qualify(cursor.names());
    cursor.expectEnd();
    if (!core.objects.find('TABLE', name)) {
      if (tolerant) return done();
      throw missingObject('Table', printQualified(name));
    }
    refuseChangesOf(core.objects.find('TABLE', name));
    await core.lock(name);
    await changed(core, { kind: 'TRUNCATE', table: name }, `DELETE FROM ${duckTable(name)}`);
    return done();
  },
};
