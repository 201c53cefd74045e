import {
  type Alias,
  type FromItem,
  type FromSource,
  fixed,
  type Identifier,
  type Join,
  NUMBER,
  type SqlType,
  TEXT,
  VARIANT,
} from '../../../sql/index.ts';
import { valueOfCall } from './calls.ts';
import { checkComparison, condition } from './expression.ts';
import { wrapped } from './pivot.ts';
import { meant, shown } from './problems.ts';
import { analyzeQuery, renamed } from './query.ts';
import { Relation, type Scope } from './scope.ts';
import { computed, NOTHING, type Origin, type Shape } from './shape.ts';
import { tableShape } from './tables.ts';
import type { Work } from './work.ts';

/** Adds what FROM names to the scope. @returns what decides which rows there are, in lists */
export function analyzeFrom(items: readonly FromItem[], scope: Scope, work: Work): (readonly Origin[])[] {
  const rows: (readonly Origin[])[] = [];
  for (const item of items) analyzeItem(item, scope, work, rows);
  return rows;
}

function analyzeItem(item: FromItem, scope: Scope, work: Work, rows: (readonly Origin[])[]): void {
  const start = scope.relations.length;
  analyzeSource(item.source, scope, work, rows);
  for (const join of item.joins) analyzeJoin(join, start, scope, work, rows);
}

function analyzeJoin(join: Join, start: number, scope: Scope, work: Work, rows: (readonly Origin[])[]): void {
  const middle = scope.relations.length;
  analyzeSource(join.source, scope, work, rows);
  const left = scope.relations.slice(start, middle);
  const right = scope.relations.slice(middle);
  const natural = join.type.startsWith('NATURAL ');
  for (const name of natural ? sharedNames(left, right) : join.using) {
    if (!natural) checkUsing(name, left, right, scope, work);
    scope.merge(name.name, left, right, /FULL|RIGHT/.test(join.type));
    rows.push(scope.merged.get(name.name)?.origins ?? []);
  }
  for (const test of [join.match, join.on]) {
    if (test !== undefined) rows.push(condition(test, scope, work).origins);
  }
  if (/LEFT|FULL|ASOF/.test(join.type)) makeOptional(scope, middle, scope.relations.length);
  if (/RIGHT|FULL/.test(join.type)) makeOptional(scope, start, middle);
}

function makeOptional(scope: Scope, from: number, to: number): void {
  const optional = scope.relations.slice(from, to).map((relation) => relation.optional());
  scope.relations.splice(from, to - from, ...optional);
}

function sharedNames(left: readonly Relation[], right: readonly Relation[]): Identifier[] {
  const before = new Set(left.flatMap(({ columns }) => columns.map(({ name }) => name)));
  const behind = new Set(right.flatMap(({ columns }) => columns.map(({ name }) => name)));
  return [...before.intersection(behind)].map((name) => ({ name, quoted: true }));
}

function checkUsing(
  { name, at }: Identifier,
  left: readonly Relation[],
  right: readonly Relation[],
  scope: Scope,
  work: Work,
): void {
  const sides = [left, right].map((relations) =>
    relations.flatMap((relation) => {
      const found = relation.find(name);
      return found === undefined || found === 'twice' ? [] : [found];
    }),
  );
  for (const [index, relations] of [left, right].entries()) {
    if (sides[index]?.length !== 0 || (index === 0 && scope.merged.has(name))) continue;
    if (relations.some((relation) => !relation.complete || relation.find(name) !== undefined)) continue;
    const among = relations.flatMap(({ columns }) => columns.map((column) => column.name));
    const where =
      relations.length === 1 ? shown(relations[0]?.alias ?? 'the subquery') : 'what stands before the join';
    work.problems.error(
      'unknown-column',
      at,
      `USING needs ${shown(name)} on both sides, and ${where} has none.`,
      meant(name, among),
    );
  }
  checkComparison(sides[0]?.[0], sides[1]?.[0], at, work);
}

function analyzeSource(source: FromSource, scope: Scope, work: Work, rows: (readonly Origin[])[]): void {
  switch (source.kind) {
    case 'join':
      analyzeItem(source.item, scope, work, rows);
      return;
    case 'table': {
      const last = source.parts.at(-1)?.name;
      const table = source.dynamic === undefined ? tableOf(source.parts, scope, work) : { shape: NOTHING };
      rows.push(table.shape.rows);
      const path = source.parts.slice(0, -1).map((part) => part.name);
      if (source.wrap !== undefined) {
        scope.relations.push(wrapped(source.wrap, table.shape, last, source.alias, work));
        return;
      }
      addRelation(table.shape, { name: last, path, table: table.id }, source.alias, scope);
      return;
    }
    case 'query': {
      const shape = analyzeQuery(source.query, source.lateral ? scope : scope.withoutRelations(), work);
      rows.push(shape.rows);
      if (source.wrap === undefined) addRelation(shape, {}, source.alias, scope);
      else scope.relations.push(wrapped(source.wrap, shape, undefined, source.alias, work));
      return;
    }
    case 'function': {
      const { origins } = valueOfCall(source.call, scope, work);
      rows.push(origins);
      addRelation(tableFunction(source.call.name, origins), { name: source.call.name }, source.alias, scope);
      return;
    }
    case 'stage':
      addRelation(NOTHING, {}, source.alias, scope);
  }
}

function addRelation(
  shape: Shape,
  own: {
    readonly name?: string | undefined;
    readonly path?: readonly string[];
    readonly table?: string | undefined;
  },
  alias: Alias | undefined,
  scope: Scope,
): void {
  const { columns, complete } = renamed(shape, alias?.columns ?? []);
  scope.relations.push(
    new Relation({
      alias: alias?.name.name ?? own.name,
      path: alias === undefined ? (own.path ?? []) : [],
      columns,
      complete,
      table: own.table,
    }),
  );
}

function tableOf(
  parts: readonly Identifier[],
  scope: Scope,
  work: Work,
): { readonly shape: Shape; readonly id?: string | undefined } {
  const names = parts.map((part) => part.name);
  const common = names.length === 1 ? scope.common(names[0] ?? '') : undefined;
  if (common !== undefined) {
    common.reads.add(work.reader);
    return { shape: common.shape, id: common.table };
  }
  const table = work.catalog.table(names);
  if (table === undefined) return { shape: NOTHING };
  if (table !== 'missing') return { shape: tableShape(table), id: table.id };
  const known =
    names.length === 1 ? [...scope.commonNames(), ...(work.catalog.known ?? [])] : (work.catalog.known ?? []);
  work.problems.error(
    'unknown-table',
    parts[0]?.at,
    `there is no table ${names.map(shown).join('.')}.`,
    meant(names.at(-1) ?? '', known),
  );
  return { shape: NOTHING };
}

const FLATTENED: readonly (readonly [string, SqlType, boolean])[] = [
  ['SEQ', NUMBER, false],
  ['KEY', TEXT, true],
  ['PATH', TEXT, true],
  ['INDEX', fixed(38, 0), true],
  ['VALUE', VARIANT, true],
  ['THIS', VARIANT, true],
];
const SPLIT: readonly (readonly [string, SqlType, boolean])[] = [
  ['SEQ', NUMBER, false],
  ['INDEX', NUMBER, false],
  ['VALUE', TEXT, true],
];

/** The columns of a function in FROM; nothing is known of a function that is not Snowflake's own. */
function tableFunction(name: string, origins: readonly Origin[]): Shape {
  const columns =
    name === 'FLATTEN' ? FLATTENED : /^(?:STRTOK_)?SPLIT_TO_TABLE$/.test(name) ? SPLIT : undefined;
  if (columns === undefined) return name === 'GENERATOR' ? { ...NOTHING, complete: true } : NOTHING;
  return {
    columns: columns.map(([column, type, nullable]) => ({
      name: column,
      type,
      nullable,
      origins: computed(origins),
      span: undefined,
    })),
    complete: true,
    rows: [],
  };
}
