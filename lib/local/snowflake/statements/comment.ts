import { Cursor, unsupported } from '../../../sql/index.ts';
import { tableOrView } from '../catalog/tables.ts';
import { StatementContext } from '../context.ts';
import { missingObject } from '../errors.ts';
import { printQualified } from '../names.ts';
import type { QualifiedName, StatementHandler } from '../statement.ts';
import { ifExists } from './header.ts';
import { done } from './result.ts';

function account(name: string): QualifiedName {
  return { database: '', schema: '', name };
}

const COMMENTED: Readonly<Record<string, string>> = {
  TABLE: 'TABLE',
  VIEW: 'VIEW',
  SCHEMA: 'SCHEMA',
  DATABASE: 'DATABASE',
  WAREHOUSE: 'WAREHOUSE',
  ROLE: 'ROLE',
  USER: 'USER',
  COLUMN: 'COLUMN',
  STAGE: 'STAGE',
  PIPE: 'PIPE',
  TASK: 'TASK',
  STREAM: 'STREAM',
  SEQUENCE: 'SEQUENCE',
  INTEGRATION: 'INTEGRATION',
};

/** COMMENT [IF EXISTS] ON kind name IS '…'. */
export const commentHandler: StatementHandler = {
  heads: ['COMMENT'],
  async run(context, statement) {
    const core = StatementContext.of(context);
    const cursor = new Cursor(statement);
    cursor.expectWord('COMMENT');
    const tolerant = ifExists(cursor);
    cursor.expectWord('ON');
    cursor.takeWord('DYNAMIC');
    const word = cursor.next().value;
    const kind = COMMENTED[word];
    if (kind === undefined) throw unsupported(`COMMENT ON ${word}`);
    const parts = cursor.names();
    cursor.expectWord('IS');
    const text = cursor.string();
    const at = kind === 'COLUMN' ? core.qualify(parts.slice(0, -1)) : objectName(core, kind, parts);
    const object = kind === 'COLUMN' ? tableOrView(core, at) : core.objects.find(kind, at);
    if (object === undefined) {
      if (tolerant) return done();
      throw missingObject('Object', printQualified(at));
    }
    const { columns } = object.properties;
    const properties =
      kind === 'COLUMN' && Array.isArray(columns)
        ? {
            columns: columns.map((column) =>
              column.name === parts.at(-1) ? { ...column, comment: text } : column,
            ),
          }
        : { comment: text };
    await core.objects.put({ ...object, properties: { ...object.properties, ...properties } });
    return done();
  },
};

function objectName(core: StatementContext, kind: string, parts: readonly string[]): QualifiedName {
  if (['DATABASE', 'WAREHOUSE', 'ROLE', 'USER', 'INTEGRATION'].includes(kind)) return account(parts[0] ?? '');
  if (kind !== 'SCHEMA') return core.qualify(parts);
  const name = parts.at(-1) ?? '';
  return {
    database: parts.length > 1 ? (parts[0] ?? '') : core.qualify(['_', name]).database,
    schema: '',
    name,
  };
}
