import type { Call, Expression, Select } from '../../../sql/index.ts';
import { isDatePart } from './calls.ts';
import { isPseudoColumn } from './expression.ts';
import { kindOfFunction } from './functions.ts';
import { shown } from './problems.ts';
import { positionOf } from './query.ts';
import type { Scope } from './scope.ts';
import { groupingKeys } from './select.ts';
import type { Work } from './work.ts';

/** Reports what works on groups or on all rows in WHERE, which looks at one row. */
export function checkWhere(where: Expression, scope: Scope, work: Work): void {
  if (scope.relations.length === 0) return;
  visit(where, (expression) => {
    if (expression.kind !== 'call') return true;
    const kind = kindOfFunction(expression.name);
    if (expression.over !== undefined || kind === 'window') {
      work.problems.error(
        'misplaced',
        expression.at,
        `${expression.name} looks at other rows, which WHERE cannot.`,
        'Put the condition into QUALIFY.',
      );
      return false;
    }
    if (kind !== 'aggregate') return true;
    work.problems.error(
      'misplaced',
      expression.at,
      `${expression.name} is the value of a group, and WHERE is before there are groups.`,
      'Put the condition into HAVING.',
    );
    return false;
  });
}

/**
 * Reports columns that have no one value in a group. A column counts as grouped when any grouping key has its name in it, so
 * that nothing is reported which Snowflake would still take for the same expression.
 */
export function checkGrouping(select: Select, scope: Scope, work: Work): void {
  const { groupBy, having, items } = select;
  if (groupBy?.kind === 'all' || scope.relations.length === 0) return;
  const keys = groupingKeys(select);
  const stars = items.some(({ value }) => value.kind === 'star');
  if (stars && keys.some((key) => positionOf(key) !== undefined)) return;
  if (!checkKeys(select, keys, scope, work)) return;
  const aggregated = [...items.map(({ value }) => value), ...(having === undefined ? [] : [having])].some(
    hasAggregate,
  );
  if (groupBy === undefined && having === undefined && !aggregated) return;
  const grouped = new Set<string>();
  for (const key of keys) collectNames(key, select, grouped);
  const check = (expression: Expression) => checkColumns(expression, grouped, scope, keys.length > 0, work);
  for (const { value } of items) if (value.kind !== 'star') check(value);
  if (having !== undefined) check(having);
}

/** @returns whether the keys are as they should be, so that the rest can be compared with them */
function checkKeys(select: Select, keys: readonly Expression[], scope: Scope, work: Work): boolean {
  let fine = true;
  for (const key of keys) {
    visit(key, (one) => {
      if (one.kind === 'column' && scope.column(one.parts).kind === 'missing') fine = false;
      return fine;
    });
    const position = positionOf(key);
    const meaning = position === undefined ? key : select.items[position - 1]?.value;
    if (meaning !== undefined && hasAggregate(meaning)) {
      work.problems.error(
        'grouping',
        key.at,
        position === undefined
          ? 'GROUP BY cannot group by the value of a group.'
          : `GROUP BY ${position} means the column in place ${position}, and that is the value of a group.`,
        'Group by columns that are not aggregated.',
      );
      fine = false;
    }
  }
  return fine;
}

function isAggregate(call: Call): boolean {
  return call.over === undefined && kindOfFunction(call.name) === 'aggregate';
}

function hasAggregate(expression: Expression): boolean {
  let found = false;
  visit(expression, (one) => {
    if (one.kind === 'call' && isAggregate(one)) found = true;
    return !found;
  });
  return found;
}

/** All names in a grouping key, and in the item of the select list that it means. */
function collectNames(key: Expression, select: Select, names: Set<string>): void {
  const position = positionOf(key);
  const meaning = position === undefined ? key : select.items[position - 1]?.value;
  const alias = position === undefined ? undefined : select.items[position - 1]?.alias;
  if (alias !== undefined) names.add(alias.name);
  if (meaning === undefined) return;
  visit(meaning, (expression) => {
    const last = expression.kind === 'column' ? expression.parts.at(-1)?.name : undefined;
    if (last === undefined || names.has(last)) return true;
    names.add(last);
    for (const item of select.items) if (item.alias?.name === last) collectNames(item.value, select, names);
    return true;
  });
}

function checkColumns(
  expression: Expression,
  grouped: ReadonlySet<string>,
  scope: Scope,
  hasKeys: boolean,
  work: Work,
): void {
  visit(expression, (one) => {
    if (one.kind === 'call') {
      if (isAggregate(one) || one.name.startsWith('GROUPING')) return false;
      return one.over !== undefined || kindOfFunction(one.name) !== 'other';
    }
    if (one.kind !== 'column' || isPseudoColumn(one.parts)) return true;
    const name = one.parts.at(-1)?.name ?? '';
    if (grouped.has(name) || scope.aliases.has(name)) return true;
    const found = scope.column(one.parts);
    if (found.kind !== 'column' || found.depth > 0 || found.assumed) return true;
    const written = one.parts.map((part) => shown(part.name)).join('.');
    work.problems.error(
      'grouping',
      one.parts[0]?.at,
      hasKeys
        ? `${written} is not in GROUP BY and not inside an aggregate, so it has no one value in a group.`
        : `${written} stands beside an aggregate without GROUP BY, so it has no one value.`,
      hasKeys
        ? `Add ${written} to GROUP BY, or use ANY_VALUE(${written}).`
        : `Add GROUP BY ${written}, or GROUP BY ALL.`,
    );
    return true;
  });
}

/** Goes through an expression and all in it, but not into subqueries; `enter` says whether to go further in. */
function visit(expression: Expression, enter: (expression: Expression) => boolean): void {
  if (!enter(expression)) return;
  for (const part of partsOf(expression)) visit(part, enter);
}

function partsOf(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case 'call':
      return [
        ...expression.args.map(({ value }) => value).filter((_, index) => !isDatePart(expression, index)),
        ...expression.orderBy.map(({ value }) => value),
        ...(expression.over?.partitionBy ?? []),
        ...(expression.over?.orderBy ?? []).map(({ value }) => value),
      ];
    case 'unary':
    case 'cast':
    case 'is':
      return [expression.value];
    case 'binary':
    case 'distinctFrom':
      return [expression.left, expression.right];
    case 'quantified':
      return [expression.left];
    case 'case':
      return [
        ...(expression.operand === undefined ? [] : [expression.operand]),
        ...expression.whens.flatMap(({ when, result }) => [when, result]),
        ...(expression.otherwise === undefined ? [] : [expression.otherwise]),
      ];
    case 'in':
      return [expression.value, ...(expression.list ?? [])];
    case 'between':
      return [expression.value, expression.low, expression.high];
    case 'like':
      return [expression.value, ...expression.patterns];
    case 'path':
      return [expression.value];
    case 'tuple':
    case 'array':
      return expression.items;
    case 'object':
      return expression.entries.map(({ value }) => value);
    default:
      return [];
  }
}
