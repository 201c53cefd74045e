import { compilationError, type Identifier, NUMBER } from '../../../sql/index.ts';
import { invalidIdentifier, missingObject } from '../errors.ts';
import { duckTable, literal, printQualified, qualify, quote } from '../names.ts';
import { AmbiguousName, type Scope } from './scope.ts';
import type { Emitted, Translation } from './translation.ts';

/** The column, alias or parameter that a name means. */
export function emitColumn(parts: Parameters<Scope['column']>[0], scope: Scope): Emitted {
  try {
    const { relation, column, value } = scope.column(parts);
    if (value !== undefined) return value;
    const name = quote(column.name);
    const qualified = relation === undefined || (parts.length === 1 && scope.merged.has(column.name));
    return { sql: qualified ? name : `${quote(relation.alias)}.${name}`, type: column.type };
  } catch (error) {
    if (error instanceof AmbiguousName) {
      throw compilationError(`ambiguous column name '${parts.map((part) => part.name).join('.')}'`, '002025');
    }
    throw error;
  }
}

/** `$2`: the second column of what FROM names. */
export function emitPosition(index: number, scope: Scope): Emitted {
  const named = scope.tryColumn([`$${index}`]);
  if (named?.relation)
    return { sql: `${quote(named.relation.alias)}.${quote(`$${index}`)}`, type: named.column.type };
  const columns = scope.relations.flatMap((relation) =>
    relation.columns.map((column) => ({ relation, column })),
  );
  const found = columns[index - 1];
  if (found === undefined) throw invalidIdentifier(`$${index}`);
  return { sql: `${quote(found.relation.alias)}.${quote(found.column.name)}`, type: found.column.type };
}

/** `sequence.NEXTVAL`; undefined for any other name. */
export function emitNextValue(
  parts: readonly Identifier[],
  scope: Scope,
  translation: Translation,
): Emitted | undefined {
  const last = parts.at(-1);
  if (parts.length < 2 || last?.name !== 'NEXTVAL' || last.quoted) return undefined;
  const names = parts.map((part) => part.name);
  if (scope.tryColumn(names)) return undefined;
  const { context, place } = translation;
  const name = qualify({ ...context.session, ...place }, names.slice(0, -1));
  if (!context.objects.find('SEQUENCE', name)) throw missingObject('Sequence', printQualified(name));
  return { sql: `nextval(${literal(duckTable(name))})`, type: NUMBER };
}
