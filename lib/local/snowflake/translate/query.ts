import {
  compilationError,
  type Expression,
  type Query,
  type QueryBody,
  type Select,
  type SelectItem,
  type SetOperation,
  type Star,
  type Values,
} from '../../../sql/index.ts';
import { quote } from '../names.ts';
import { castTo, commonType, unify } from './casts.ts';
import { asCondition, emit, emitOrder } from './expression.ts';
import { emitFrom } from './from.ts';
import { type Relation, Scope, type ScopeColumn } from './scope.ts';
import type { Emitted, OutputColumn, TranslatedQuery, Translation } from './translation.ts';

interface Body extends TranslatedQuery {
  /** Where ORDER BY finds columns that the select list leaves out. */
  readonly scope: Scope | undefined;
}

/** Translates a query; `parent` is what it may refer to outside of itself. */
export function emitQuery(
  query: Query,
  parent: Scope | undefined,
  translation: Translation,
): TranslatedQuery {
  const scope = new Scope(parent);
  const commons = query.with.map((common) => {
    const name = common.name.name;
    if (query.recursive || refersTo(common.query, name)) declareRecursive(common, scope, translation);
    const translated = emitQuery(common.query, scope, translation);
    const columns = renamed(
      translated.columns,
      common.columns.map((column) => column.name),
    );
    scope.addCommon({ name, columns });
    return `${quote(name)}(${columns.map((column) => quote(column.name)).join(', ')}) AS (${translated.sql})`;
  });
  const recursive = query.with.some((common) => refersTo(common.query, common.name.name));
  const prefix = commons.length === 0 ? '' : `WITH ${recursive ? 'RECURSIVE ' : ''}${commons.join(', ')} `;
  const body = emitBody(query.body, scope, translation);
  return { sql: `${prefix}${body.sql}${emitTail(query, body, scope, translation)}`, columns: body.columns };
}

/**
 * Whether DuckDB does not let later items use the alias of an expression: it may raise an error of its own, which counts as a side
 * effect, or holds a subquery, or stands in a subquery, whose aliases DuckDB loses. What differs each time is not repeated.
 */
function hasToBeRepeated(sql: string, scope: Scope): boolean {
  if (/\b(?:random|nextval|uuid)\(/.test(sql)) return false;
  return scope.isEnclosed || /"_f"\.|\berror\(|\(\s*(?:SELECT|WITH)\b/.test(sql);
}

function emitTail(query: Query, body: Body, scope: Scope, translation: Translation): string {
  let sql = '';
  if (query.orderByAll) sql += ' ORDER BY ALL';
  else if (query.orderBy.length > 0) {
    const order = new Scope(body.scope ?? scope);
    for (const column of body.columns) order.aliases.set(column.name, column.type);
    sql += ` ORDER BY ${emitOrder(query.orderBy, (value) => emitOrdering(value, body, order, translation))}`;
  }
  if (query.limit) sql += ` LIMIT ${emit(query.limit, scope, translation).sql}`;
  if (query.offset) sql += ` OFFSET ${emit(query.offset, scope, translation).sql}`;
  return sql;
}

/** A name alone means a column of the result before one of the tables. */
function emitOrdering(value: Expression, body: Body, order: Scope, translation: Translation): Emitted {
  if (value.kind === 'column' && value.parts.length === 1) {
    const name = value.parts[0]?.name ?? '';
    const output = body.columns.find((column) => column.name === name);
    if (output) return { sql: quote(name), type: output.type };
  }
  return emit(value, order, translation);
}

/** A recursive table is known by the columns of its first part while its second part is read. */
function declareRecursive(common: Query['with'][number], scope: Scope, translation: Translation): void {
  const { body } = common.query;
  if (body.kind !== 'set' || !refersTo(common.query, common.name.name)) return;
  const anchor = emitBody(body.left, scope, translation);
  const columns = renamed(
    anchor.columns,
    common.columns.map((column) => column.name),
  );
  scope.addCommon({ name: common.name.name, columns });
}

function refersTo(value: unknown, name: string): boolean {
  if (Array.isArray(value)) return value.some((item) => refersTo(item, name));
  if (typeof value !== 'object' || value === null) return false;
  if ('kind' in value && value.kind === 'table' && 'parts' in value && Array.isArray(value.parts)) {
    if (value.parts.length === 1 && value.parts[0]?.name === name) return true;
  }
  return Object.values(value).some((item) => refersTo(item, name));
}

export function renamed(columns: readonly OutputColumn[], names: readonly string[]): OutputColumn[] {
  if (names.length > 0 && names.length !== columns.length) {
    throw compilationError(
      `Invalid column definition list: ${names.length} names for ${columns.length} columns`,
      '002026',
    );
  }
  return columns.map((column, index) => ({ ...column, name: names[index] ?? column.name }));
}

function emitBody(body: QueryBody, scope: Scope, translation: Translation): Body {
  switch (body.kind) {
    case 'select':
      return emitSelect(body, scope, translation);
    case 'values':
      return { ...emitValues(body, scope, translation), scope: undefined };
    case 'nested': {
      const nested = emitQuery(body.query, scope, translation);
      return { sql: `(${nested.sql})`, columns: nested.columns, scope: undefined };
    }
    case 'set':
      return emitSet(body, scope, translation);
  }
}

function emitSet(body: SetOperation, scope: Scope, translation: Translation): Body {
  const left = emitBody(body.left, scope, translation);
  const right = emitBody(body.right, scope, translation);
  if (!body.byName && left.columns.length !== right.columns.length) {
    throw compilationError(
      `invalid number of result columns for set operator input branches, expected ${left.columns.length}, got ${right.columns.length} in branch 2`,
      '001789',
      '42601',
    );
  }
  const columns = body.byName
    ? left.columns
    : left.columns.map((column, index) => {
        const other = right.columns[index];
        const type =
          column.type === undefined
            ? other?.type
            : other?.type === undefined
              ? column.type
              : commonType([column.type, other.type]);
        return { name: column.name, type, nullable: column.nullable || (other?.nullable ?? true) };
      });
  const operator = `${body.operator}${body.all ? ' ALL' : ''}${body.byName ? ' BY NAME' : ''}`;
  const side = (part: Body) => (body.byName ? `(${part.sql})` : aligned(part, columns));
  return { sql: `${side(left)} ${operator} ${side(right)}`, columns, scope: undefined };
}

/** A branch whose columns are cast to the types of the whole, where Snowflake casts and DuckDB would refuse. */
function aligned(part: Body, columns: readonly OutputColumn[]): string {
  const differs = part.columns.some((column, index) => {
    const wanted = columns[index]?.type;
    return wanted !== undefined && column.type !== undefined && wanted.type !== column.type.type;
  });
  if (!differs) return `(${part.sql})`;
  const names = part.columns.map((_, index) => `"c${index}"`);
  const casts = part.columns.map((column, index) => {
    const wanted = columns[index];
    const value: Emitted = { sql: `"c${index}"`, type: column.type };
    const sql =
      wanted?.type === undefined || column.type === undefined ? value.sql : castTo(value, wanted.type).sql;
    return `${sql} AS ${quote(wanted?.name ?? column.name)}`;
  });
  return `(SELECT ${casts.join(', ')} FROM (${part.sql}) AS "part"(${names.join(', ')}))`;
}

export function emitValues(values: Values, scope: Scope, translation: Translation): TranslatedQuery {
  const rows = values.rows.map((row) => row.map((value) => emit(value, scope, translation)));
  const width = rows[0]?.length ?? 0;
  if (rows.some((row) => row.length !== width)) {
    throw compilationError('Invalid row in VALUES: all rows must have the same number of columns', '001075');
  }
  const columns: OutputColumn[] = [];
  const cells: string[][] = rows.map(() => []);
  for (let index = 0; index < width; index += 1) {
    const unified = unify(rows.map((row) => row[index] ?? { sql: 'NULL', type: undefined }));
    columns.push({ name: `COLUMN${index + 1}`, type: unified.type, nullable: true });
    for (const [row, value] of unified.values.entries()) cells[row]?.push(value.sql);
  }
  const list = cells.map((row) => `(${row.join(', ')})`).join(', ');
  const names = columns.map((column) => quote(column.name)).join(', ');
  return { sql: `SELECT * FROM (VALUES ${list}) AS "values"(${names})`, columns };
}

function emitSelect(select: Select, parent: Scope, translation: Translation): Body {
  const scope = new Scope(parent);
  const from = emitFrom(select.from, scope, translation);
  const items: string[] = [];
  const columns: OutputColumn[] = [];
  for (const item of select.items) {
    for (const { sql, column } of emitItem(item, scope, translation)) {
      items.push(`${sql} AS ${quote(column.name)}`);
      columns.push(column);
      if (item.value.kind === 'star') continue;
      scope.aliases.set(column.name, column.type);
      if (hasToBeRepeated(sql, scope))
        scope.repeated.set(column.name, { sql: `(${sql})`, type: column.type });
    }
  }
  if (items.length === 0) throw compilationError('the select list is empty');
  const condition = (value: Expression) => asCondition(emit(value, scope, translation));
  const parts = [`SELECT ${select.distinct ? 'DISTINCT ' : ''}${items.join(', ')}`];
  if (from !== '') parts.push(`FROM ${from}`);
  if (select.where) parts.push(`WHERE ${condition(select.where)}`);
  // What is grouped by has to be the very expression that is selected.
  if (select.groupBy) scope.repeated.clear();
  if (select.groupBy) parts.push(`GROUP BY ${emitGroupBy(select, scope, translation)}`);
  if (select.having) parts.push(`HAVING ${condition(select.having)}`);
  if (select.qualify) parts.push(`QUALIFY ${condition(select.qualify)}`);
  if (select.top) parts.push(`LIMIT ${emit(select.top, scope, translation).sql}`);
  return { sql: parts.join(' '), columns, scope };
}

function emitGroupBy(select: Select, scope: Scope, translation: Translation): string {
  const { groupBy } = select;
  if (groupBy === undefined || groupBy.kind === 'all') return 'ALL';
  const inner = (value: Expression) => emit(value, scope, translation).sql;
  if (groupBy.kind === 'items') return groupBy.items.map(inner).join(', ');
  return `${groupBy.operator} (${groupBy.sets.map(inner).join(', ')})`;
}

function emitItem(
  item: SelectItem,
  scope: Scope,
  translation: Translation,
): { sql: string; column: OutputColumn }[] {
  if (item.value.kind === 'star') return emitStar(item.value, scope, translation);
  const emitted = emit(item.value, scope, translation);
  const name = item.alias?.name ?? nameOfItem(item);
  const nullable = item.value.kind !== 'column' || isNullable(item.value, scope);
  return [{ sql: emitted.sql, column: { name, type: emitted.type, nullable } }];
}

function isNullable(value: Extract<Expression, { kind: 'column' }>, scope: Scope): boolean {
  return scope.tryColumn(value.parts.map((part) => part.name))?.column.nullable ?? true;
}

/** Snowflake names an expression by its text, a column and a path's cast by the name. */
function nameOfItem(item: SelectItem): string {
  const { value } = item;
  if (value.kind === 'column') return value.parts.at(-1)?.name ?? '';
  if (value.kind === 'position') return `$${value.index}`;
  return item.text;
}

/** The columns that `*` stands for, with EXCLUDE, REPLACE, RENAME and ILIKE applied. */
export function emitStar(
  star: Star,
  scope: Scope,
  translation: Translation,
): { sql: string; column: OutputColumn }[] {
  const relations = scope.starred(star.qualifier);
  if (relations.length === 0)
    throw compilationError('syntax error: SELECT with no columns, * needs a FROM clause');
  const excluded = new Set(star.exclude.map((name) => name.name));
  const pattern = star.ilike === undefined ? undefined : likePattern(star.ilike);
  const shown: { relation: Relation; column: ScopeColumn }[] = [];
  const seen = new Set<string>();
  for (const relation of relations) {
    for (const column of relation.columns) {
      const merged = star.qualifier.length === 0 && scope.merged.has(column.name);
      if (merged && seen.has(column.name)) continue;
      if (merged) seen.add(column.name);
      if (excluded.has(column.name) || (pattern && !pattern.test(column.name))) continue;
      shown.push({ relation, column });
    }
  }
  return shown.map(({ relation, column }) => {
    const replaced = star.replace.find(({ as }) => as.name === column.name);
    const name = star.rename.find(({ from }) => from.name === column.name)?.to.name ?? column.name;
    if (replaced) {
      const emitted = emit(replaced.value, scope, translation);
      return { sql: emitted.sql, column: { name, type: emitted.type, nullable: true } };
    }
    const merged = star.qualifier.length === 0 && scope.merged.has(column.name);
    const sql = merged ? quote(column.name) : `${quote(relation.alias)}.${quote(column.name)}`;
    return { sql, column: { ...column, name } };
  });
}

function likePattern(pattern: string): RegExp {
  const escaped = pattern
    .replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
    .replaceAll('%', '.*')
    .replaceAll('_', '.');
  return new RegExp(`^${escaped}$`, 'is');
}
