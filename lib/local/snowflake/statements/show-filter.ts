import { type Cursor, unsupported } from '../../../sql/index.ts';
import type { StatementContext } from '../context.ts';
import { missingObject } from '../errors.ts';
import { printName } from '../names.ts';
import type { CatalogObject } from '../statement.ts';

/** The clauses that every SHOW takes. */
export interface ShowFilter {
  readonly terse: boolean;
  readonly like: string | undefined;
  readonly startsWith: string | undefined;
  readonly limit: number | undefined;
  readonly database: string | undefined;
  readonly schema: string | undefined;
  /** SHOW COLUMNS IN TABLE t. */
  readonly table: readonly string[] | undefined;
}

/** Reads LIKE, IN, STARTS WITH and LIMIT after the kind. */
export function parseFilter(core: StatementContext, cursor: Cursor, terse: boolean): ShowFilter {
  cursor.takeWord('HISTORY');
  const like = cursor.takeWord('LIKE') ? cursor.string() : undefined;
  let { database, schema } = {
    database: core.session.database ?? undefined,
    schema: core.session.schema ?? undefined,
  };
  let table: string[] | undefined;
  if (cursor.takeWord('IN')) {
    if (cursor.takeWord('ACCOUNT')) {
      database = undefined;
      schema = undefined;
    } else if (cursor.takeWord('DATABASE')) {
      schema = undefined;
      if (!cursor.done && !isFilterWord(cursor)) database = cursor.identifier().name;
    } else if (cursor.takeWord('TABLE') || cursor.takeWord('VIEW')) {
      table = cursor.names();
    } else {
      const named = cursor.takeWord('SCHEMA');
      if (!named || (!cursor.done && !isFilterWord(cursor))) {
        const parts = cursor.names();
        schema = parts.at(-1);
        if (parts.length > 1) database = parts[0];
        else if (
          !named &&
          core.objects.find('DATABASE', { database: '', schema: '', name: parts[0] ?? '' })
        ) {
          database = parts[0];
          schema = undefined;
        }
      }
    }
    requireScope(core, database, schema);
  }
  const startsWith = cursor.takeWord('STARTS', 'WITH') ? cursor.string() : undefined;
  const limit = cursor.takeWord('LIMIT') ? cursor.integer() : undefined;
  if (cursor.takeWord('FROM')) throw unsupported('SHOW … LIMIT n FROM');
  cursor.expectEnd();
  return { terse, like, startsWith, limit, database, schema, table };
}

function isFilterWord(cursor: Cursor): boolean {
  return cursor.isWord('STARTS') || cursor.isWord('LIMIT');
}

function requireScope(
  core: StatementContext,
  database: string | undefined,
  schema: string | undefined,
): void {
  if (database === undefined) return;
  if (!core.objects.find('DATABASE', { database: '', schema: '', name: database }))
    throw missingObject('Database', printName(database));
  if (
    schema !== undefined &&
    !core.objects.find('SCHEMA', { database, schema: '', name: schema }) &&
    schema !== 'INFORMATION_SCHEMA'
  ) {
    throw missingObject('Schema', `${printName(database)}.${printName(schema)}`);
  }
}

/** LIKE of SHOW ignores case. */
export function likeMatches(pattern: string, text: string): boolean {
  const escaped = pattern
    .replace(/[.*+?^${}()|[\]]/g, '\\$&')
    .replaceAll('%', '.*')
    .replace(/(?<!\\)_/g, '.')
    .replaceAll('\\_', '_');
  return new RegExp(`^${escaped}$`, 'is').test(text);
}

export function filtered(objects: readonly CatalogObject[], filter: ShowFilter): CatalogObject[] {
  const found = objects
    .filter(({ name }) => filter.like === undefined || likeMatches(filter.like, name.name))
    .filter(({ name }) => filter.startsWith === undefined || name.name.startsWith(filter.startsWith));
  return filter.limit === undefined ? found : found.slice(0, filter.limit);
}

/** The scope of a filter, as the store takes it. */
export function scopeOf({ database, schema }: ShowFilter): { database?: string; schema?: string } {
  return { ...(database === undefined ? {} : { database }), ...(schema === undefined ? {} : { schema }) };
}
