import type { Star } from '../../../sql/index.ts';
import { valueOfExpression } from './expression.ts';
import { meant, shown } from './problems.ts';
import type { Relation, Scope } from './scope.ts';
import type { OutputColumn } from './shape.ts';
import type { Work } from './work.ts';

interface StarColumns {
  readonly columns: readonly OutputColumn[];
  readonly complete: boolean;
}

/** The columns that `*` stands for, with EXCLUDE, REPLACE, RENAME and ILIKE applied. */
export function expandStar(star: Star, scope: Scope, work: Work): StarColumns {
  const relations = scope.starred(star.qualifier);
  if (relations === undefined) {
    const alias = star.qualifier.at(-1)?.name ?? '';
    const among = scope.relations.flatMap((relation) => relation.alias ?? []);
    work.problems.error(
      'unknown-column',
      star.at,
      `there is no table or alias ${shown(alias)} here, so ${shown(alias)}.* means nothing.`,
      meant(alias, among),
    );
    return { columns: [], complete: false };
  }
  const all = columnsOf(relations, star, scope);
  const complete = relations.every((relation) => relation.complete);
  if (complete) warnOfStrangers(star, all, work);
  const excluded = new Set(star.exclude.map(({ name }) => name));
  const pattern = star.ilike === undefined ? undefined : likePattern(star.ilike);
  const replaced = new Map(star.replace.map(({ value, as }) => [as.name, value] as const));
  const names = new Map(star.rename.map(({ from, to }) => [from.name, to.name] as const));
  for (const to of names.values()) scope.aliases.set(to, undefined);
  const columns = all
    .filter(({ name }) => !excluded.has(name) && (pattern === undefined || pattern.test(name)))
    .map((column): OutputColumn => {
      const name = names.get(column.name) ?? column.name;
      const value = replaced.get(column.name);
      return value === undefined
        ? { ...column, name }
        : { ...valueOfExpression(value, scope, work), name, span: undefined };
    });
  return { columns, complete };
}

/** A column that a join made one of two stands once, where the first of them stood. */
function columnsOf(relations: readonly Relation[], star: Star, scope: Scope): OutputColumn[] {
  const seen = new Set<string>();
  const columns: OutputColumn[] = [];
  for (const relation of relations) {
    for (const column of relation.columns) {
      const merged = star.qualifier.length === 0 ? scope.merged.get(column.name) : undefined;
      if (merged === undefined) columns.push({ ...column, span: column.span });
      else if (!seen.has(column.name)) columns.push({ ...merged, name: column.name, span: undefined });
      if (merged !== undefined) seen.add(column.name);
    }
  }
  return columns;
}

function warnOfStrangers(star: Star, columns: readonly OutputColumn[], work: Work): void {
  const known = new Set(columns.map(({ name }) => name));
  const named = [
    ...star.exclude.map((name) => ({ name, clause: 'EXCLUDE' })),
    ...star.rename.map(({ from }) => ({ name: from, clause: 'RENAME' })),
    ...star.replace.map(({ as }) => ({ name: as, clause: 'REPLACE' })),
  ];
  for (const { name, clause } of named) {
    if (known.has(name.name)) continue;
    work.problems.warning(
      'unknown-in-star',
      name.at,
      `${clause} names ${shown(name.name)}, and there is no such column.`,
      meant(name.name, known),
    );
  }
}

function likePattern(pattern: string): RegExp {
  const escaped = pattern
    .replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
    .replaceAll('%', '.*')
    .replaceAll('_', '.');
  return new RegExp(`^${escaped}$`, 'is');
}
