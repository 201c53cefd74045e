import type { SqlType } from '../../../sql/index.ts';
import { noCurrent } from '../errors.ts';
import type { CatalogObject, ExecutionContext, StatementResult } from '../statement.ts';
import { type AnswerValue, answer } from './answers.ts';
import type { TokenCursor } from './cursor.ts';

interface Filter {
  readonly like: RegExp | undefined;
  readonly startsWith: string | undefined;
  readonly limit: number | undefined;
}

/** A column of SHOW: its name, its type and where its value comes from. */
export type ShowColumn = readonly [
  name: string,
  type: SqlType,
  value: (object: CatalogObject) => AnswerValue,
];

/**
 * Answers `SHOW … [LIKE '…'] [IN ACCOUNT | DATABASE d | SCHEMA s | s] [STARTS WITH '…'] [LIMIT n]` once the cursor is
 * past the kind.
 */
export async function showObjects(
  context: ExecutionContext,
  cursor: TokenCursor,
  kind: string,
  columns: readonly ShowColumn[],
  level: 'schema' | 'account' = 'schema',
): Promise<StatementResult> {
  const like = cursor.accept('LIKE') ? likePattern(cursor.string()) : undefined;
  const scope =
    cursor.accept('IN') || cursor.accept('FROM')
      ? readScope(context, cursor)
      : level === 'account'
        ? {}
        : currentScope(context);
  const startsWith = cursor.accept('STARTS', 'WITH') ? cursor.string() : undefined;
  const limit = cursor.accept('LIMIT') ? Number(cursor.next().text) : undefined;
  cursor.end();
  const objects = filtered(await context.objects.list(kind, scope), { like, startsWith, limit });
  return answer(
    columns.map(([name, type]) => [name, type]),
    objects.map((object) => columns.map(([, , value]) => value(object))),
  );
}

function filtered(objects: readonly CatalogObject[], filter: Filter): readonly CatalogObject[] {
  return objects
    .filter(({ name }) => filter.like === undefined || filter.like.test(name.name))
    .filter(({ name }) => filter.startsWith === undefined || name.name.startsWith(filter.startsWith))
    .slice(0, filter.limit);
}

/** LIKE of SHOW: any case, `%` and `_`. */
export function likePattern(text: string): RegExp {
  const source = text
    .replaceAll(/\\(.)|([.*+?^${}()|[\]\\])/g, (_all, escaped, special) => `\\${escaped ?? special}`)
    .replaceAll('%', '.*')
    .replaceAll('_', '.');
  return new RegExp(`^${source}$`, 'is');
}

type Scope = { readonly database?: string; readonly schema?: string };

function currentScope(context: ExecutionContext): Scope {
  const { database, schema } = context.session;
  if (database === null) return {};
  return schema === null ? { database } : { database, schema };
}

function readScope(context: ExecutionContext, cursor: TokenCursor): Scope {
  if (cursor.accept('ACCOUNT')) return {};
  if (cursor.accept('DATABASE')) {
    const named = cursor.peek()?.kind === 'word' || cursor.peek()?.kind === 'quoted';
    const database = named ? cursor.nameParts()[0] : context.session.database;
    if (database === null || database === undefined) throw noCurrent('database');
    return { database };
  }
  cursor.accept('SCHEMA');
  const token = cursor.peek();
  if (token === undefined) return currentScope(context);
  const [schema = '', database = context.session.database] = cursor.nameParts().reverse();
  if (database === null) throw noCurrent('database');
  return { database, schema };
}
