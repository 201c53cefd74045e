import type { Expression, Select, SelectItem } from '../../../sql/index.ts';
import { condition, valueOfExpression } from './expression.ts';
import { analyzeFrom } from './from.ts';
import { checkGrouping, checkWhere } from './grouping.ts';
import { type Body, positionOf } from './query.ts';
import { Scope } from './scope.ts';
import { type Origin, type OutputColumn, together, UNKNOWN } from './shape.ts';
import { expandStar } from './star.ts';
import type { Work } from './work.ts';

/** What a SELECT gives. */
export function analyzeSelect(select: Select, parent: Scope, work: Work): Body {
  const scope = new Scope(parent);
  // An item may use the alias of another one.
  for (const { alias } of select.items) if (alias !== undefined) scope.aliases.set(alias.name, undefined);
  const rows: (readonly Origin[])[] = analyzeFrom(select.from, scope, work);
  const { columns, complete } = analyzeItems(select.items, scope, work);
  if (select.where !== undefined) {
    checkWhere(select.where, scope, work);
    rows.push(condition(select.where, scope, work).origins);
  }
  const late = lateScope(select, scope);
  for (const key of groupingKeys(select)) {
    const position = positionOf(key);
    rows.push(
      position === undefined
        ? valueOfExpression(key, late, work).origins
        : (columns[position - 1]?.origins ?? []),
    );
  }
  for (const test of [select.having, select.qualify]) {
    if (test !== undefined) rows.push(condition(test, late, work).origins);
  }
  checkGrouping(select, scope, work);
  return { columns, complete, rows: together(rows), scope };
}

function analyzeItems(
  items: readonly SelectItem[],
  scope: Scope,
  work: Work,
): { columns: readonly OutputColumn[]; complete: boolean } {
  const columns: OutputColumn[] = [];
  let complete = true;
  for (const item of items) {
    if (item.value.kind === 'star') {
      const star = expandStar(item.value, scope, work);
      columns.push(...star.columns);
      complete &&= star.complete;
      continue;
    }
    scope.defining = item.alias?.name;
    const value = valueOfExpression(item.value, scope, work);
    scope.defining = undefined;
    const name = item.alias?.name ?? nameOfItem(item);
    const span = (item.value.kind === 'column' ? value.span : undefined) ?? { start: item.at, end: item.end };
    if (item.alias !== undefined) scope.aliases.set(name, { ...value, span });
    columns.push({ ...value, name, span });
  }
  return { columns, complete };
}

/** Snowflake names a column by its own name, any other expression by its text. */
function nameOfItem({ value, text }: SelectItem): string {
  if (value.kind === 'column') return value.parts.at(-1)?.name ?? '';
  if (value.kind === 'position') return `$${value.index}`;
  return text;
}

/**
 * Behind WHERE a name may mean an alias or a column of the tables. Where both are there, nothing is known of the value;
 * and a column of the select list is not ambiguous there.
 */
function lateScope(select: Select, scope: Scope): Scope {
  const late = new Scope(scope);
  for (const { alias, value } of select.items) {
    if (alias === undefined) {
      const last = value.kind === 'column' ? value.parts.at(-1) : undefined;
      if (last !== undefined && scope.column([last]).kind === 'ambiguous')
        late.aliases.set(last.name, UNKNOWN);
      continue;
    }
    const column = scope.column([alias]);
    if (column.kind === 'alias') continue;
    const own = scope.aliases.get(alias.name);
    const there = column.kind === 'column' ? column.value.origins : [];
    late.aliases.set(alias.name, { ...UNKNOWN, origins: together([own?.origins ?? [], there]) });
  }
  return late;
}

/** The expressions of GROUP BY, those of ROLLUP and its kin one by one. */
export function groupingKeys({ groupBy }: Select): readonly Expression[] {
  if (groupBy === undefined || groupBy.kind === 'all') return [];
  const items = groupBy.kind === 'items' ? groupBy.items : groupBy.sets;
  return items.flatMap((item) => (item.kind === 'tuple' ? item.items : [item]));
}
