import {
  type Alias,
  compilationError,
  type Expression,
  type FromItem,
  type FromSource,
  type Identifier,
  type Join,
  nameOf,
  unsupported,
} from '../../../sql/index.ts';
import { requireInitialized } from '../catalog/dynamic.ts';
import { tableProperties, viewProperties } from '../catalog/tables.ts';
import { elsewhere, missingObject } from '../errors.ts';
import { emitTableFunction } from '../functions/table.ts';
import { duckTable, printName, printQualified, qualify, quote } from '../names.ts';
import type { QualifiedName, ResultColumn } from '../statement.ts';
import { asCondition, emit } from './expression.ts';
import { emitWrap } from './pivot.ts';
import { emitQuery, renamed } from './query.ts';
import { stageKey } from './resolve.ts';
import type { Scope, ScopeColumn } from './scope.ts';
import type { OutputColumn, Translation } from './translation.ts';

/** DuckDB's FROM clause; the relations are added to the scope. Empty without a FROM clause. */
export function emitFrom(items: readonly FromItem[], scope: Scope, translation: Translation): string {
  const emitted = items.map((item) => emitItem(item, scope, translation));
  // An outer FLATTEN after a comma joins to all that stands before it.
  if (emitted.slice(1).some((sql) => sql.startsWith(OUTER_LATERAL))) {
    return emitted
      .map((sql, index) => (index === 0 || sql.startsWith(OUTER_LATERAL) ? sql : `CROSS JOIN ${sql}`))
      .join(' ');
  }
  return emitted.join(', ');
}

const OUTER_LATERAL = 'LEFT JOIN LATERAL ';

function emitItem(item: FromItem, scope: Scope, translation: Translation): string {
  let sql = emitSource(item.source, scope, translation);
  for (const join of item.joins) sql += ` ${emitJoin(join, scope, translation)}`;
  return sql;
}

function emitJoin(join: Join, scope: Scope, translation: Translation): string {
  const before = scope.relations.length;
  const source = emitSource(join.source, scope, translation);
  const natural = join.type.startsWith('NATURAL ');
  const left = scope.relations
    .slice(0, before)
    .flatMap((relation) => relation.columns.map((column) => column.name));
  const right = scope.relations
    .slice(before)
    .flatMap((relation) => relation.columns.map((column) => column.name));
  const using = natural ? right.filter((name) => left.includes(name)) : join.using.map((name) => name.name);
  for (const name of using) scope.merged.add(name);
  if (source.startsWith(OUTER_LATERAL)) return source;
  const kind = join.type.replace('NATURAL ', '');
  if (kind === 'CROSS') return `CROSS JOIN ${source}`;
  if (using.length > 0) return `${kind} JOIN ${source} USING (${using.map(quote).join(', ')})`;
  const conditions = [join.match, join.on].filter((value) => value !== undefined);
  const on = conditions.map((value) => asCondition(emit(value, scope, translation))).join(' AND ');
  if (on === '' && kind === 'INNER') return `CROSS JOIN ${source}`;
  return `${kind} JOIN ${source} ON ${on === '' ? 'TRUE' : on}`;
}

interface Shape {
  readonly sql: string;
  readonly columns: readonly OutputColumn[];
  readonly hidden?: readonly ScopeColumn[];
  readonly path?: readonly string[];
}

function emitSource(source: FromSource, scope: Scope, translation: Translation): string {
  switch (source.kind) {
    case 'join':
      return `(${emitItem(source.item, scope, translation)})`;
    case 'table': {
      const parts =
        source.dynamic === undefined ? source.parts : dynamicName(source.dynamic, scope, translation);
      const shape = emitTable(parts, scope, translation);
      const last = parts.at(-1)?.name ?? '';
      if (source.wrap) return emitWrap(source.wrap, shape, last, source.alias, scope, translation);
      return addRelation(shape, last, source.alias, scope, source.sample);
    }
    case 'query': {
      const query = emitQuery(source.query, source.lateral ? scope : outside(scope), translation);
      const shape = { sql: `(${query.sql})`, columns: query.columns };
      if (source.wrap)
        return emitWrap(source.wrap, shape, nextAlias(translation), source.alias, scope, translation);
      const sql = addRelation(shape, nextAlias(translation), source.alias, scope, source.sample);
      return source.lateral ? `LATERAL ${sql}` : sql;
    }
    case 'function': {
      const alone = scope.relations.length === 0;
      const table = emitTableFunction(source.call, scope, translation, alone);
      const sql = addRelation(table, nextAlias(translation), source.alias, scope, undefined);
      if (!table.lateral || alone) return sql;
      return table.outer ? `${OUTER_LATERAL}${sql} ON TRUE` : `LATERAL ${sql}`;
    }
    case 'stage': {
      const stage = translation.resolved.stages.get(stageKey(source));
      if (stage === undefined) throw unsupported(`reading the stage @${source.location}`);
      const columns = asOutputs(stage.columns);
      const shown = columns.filter((column) => !column.name.startsWith('METADATA$'));
      const hidden = columns.filter((column) => column.name.startsWith('METADATA$'));
      return addRelation(
        { sql: `(${stage.sql})`, columns: shown, hidden },
        nextAlias(translation),
        source.alias,
        scope,
        undefined,
      );
    }
  }
}

/** A subquery that is not lateral sees what encloses the whole FROM clause, not its neighbours. */
function outside(scope: Scope): Scope {
  return scope.withoutRelations();
}

function nextAlias(translation: Translation): string {
  translation.counter.next += 1;
  return `$${translation.counter.next}`;
}

function addRelation(
  shape: Shape,
  name: string,
  alias: Alias | undefined,
  scope: Scope,
  sample: string | undefined,
): string {
  const label = alias?.name.name ?? name;
  const names = alias?.columns.map((column) => column.name) ?? [];
  const columns = renamed(shape.columns, names);
  scope.relations.push({
    alias: label,
    path: alias === undefined ? (shape.path ?? []) : [],
    columns,
    hidden: shape.hidden ?? [],
  });
  const list = names.length > 0 ? `(${columns.map((column) => quote(column.name)).join(', ')})` : '';
  return `${shape.sql} AS ${quote(label)}${list}${sample === undefined ? '' : ` ${sample}`}`;
}

/** The name given by IDENTIFIER($x), IDENTIFIER(?) or TABLE($x). */
export function dynamicName(value: Expression, scope: Scope, translation: Translation): Identifier[] {
  const { context } = translation;
  if (value.kind === 'text') return nameOf(value.value);
  if (value.kind === 'variable') {
    const text = context.session.variables.get(value.name);
    if (text === undefined || text === null)
      throw compilationError(`Session variable '$${value.name}' does not exist`, '002211');
    return nameOf(text);
  }
  if (value.kind === 'bind') {
    const text = context.binds[value.index - 1]?.value;
    if (text === undefined || text === null) throw compilationError('Bind variable ? not set.', '002049');
    return nameOf(text);
  }
  emit(value, scope, translation);
  throw unsupported('IDENTIFIER() of an expression');
}

function emitTable(parts: readonly Identifier[], scope: Scope, translation: Translation): Shape {
  const first = parts[0]?.name ?? '';
  const common = parts.length === 1 ? scope.common(first) : undefined;
  if (common) return { sql: quote(first), columns: common.columns };
  const { context, place } = translation;
  const name = qualify(
    { ...context.session, ...place },
    parts.map((part) => part.name),
  );
  const path = [name.database, name.schema];
  const table = context.objects.find('TABLE', name);
  if (table) {
    requireInitialized(table);
    return { sql: duckTable(name), columns: asOutputs(tableProperties(table).columns), path };
  }
  if (context.objects.find('VIEW', name)) return { ...emitView(name, translation), path };
  const found = translation.resolved.sources.get(duckTable(name));
  if (found) {
    translation.consumed.set(duckTable(name), found.name);
    return { sql: `(${found.source.sql})`, columns: asOutputs(found.source.columns), path };
  }
  throw missing(name, translation);
}

function missing(name: QualifiedName, translation: Translation): Error {
  const { objects } = translation.context;
  const named = (kind: string, database: string, one: string) =>
    objects.find(kind, { database, schema: '', name: one });
  if (!named('DATABASE', '', name.database)) return missingObject('Database', printName(name.database));
  if (!named('SCHEMA', name.database, name.schema) && name.schema !== 'INFORMATION_SCHEMA') {
    return missingObject('Schema', `${printName(name.database)}.${printName(name.schema)}`);
  }
  return missingObject('Object', printQualified(name));
}

export function asOutputs(columns: readonly ResultColumn[]): OutputColumn[] {
  return columns.map(({ name, nullable, type, precision, scale, length }) => ({
    name,
    nullable,
    type: {
      type,
      ...(precision === undefined ? {} : { precision }),
      ...(scale === undefined ? {} : { scale }),
      ...(length === undefined ? {} : { length }),
    },
  }));
}

/** A view is its query, with names looked up where the view stands. */
function emitView(name: QualifiedName, translation: Translation): Shape {
  const key = duckTable(name);
  const view = translation.context.objects.find('VIEW', name);
  const query = translation.resolved.views.get(key);
  if (view === undefined || query === undefined) throw missingObject('View', printQualified(name));
  if (translation.expanding.includes(key)) {
    throw compilationError(`Recursive view definition: ${printQualified(name)}`, '002057');
  }
  const inner: Translation = {
    ...translation,
    place: { database: name.database, schema: name.schema },
    expanding: [...translation.expanding, key],
  };
  const translated = elsewhere(() => emitQuery(query, undefined, inner));
  const declared = viewProperties(view).columns;
  if (declared.length !== translated.columns.length) {
    throw compilationError(
      `View definition for '${printQualified(name)}' declared ${declared.length} column(s), but view query produces ${translated.columns.length} column(s).`,
      '002057',
      '42601',
    );
  }
  const columns = translated.columns.map((column, index) => ({
    ...column,
    name: declared[index]?.name ?? column.name,
  }));
  const names = columns.map((column) => quote(column.name)).join(', ');
  const inside = translated.columns.map((_, index) => `"c${index}"`).join(', ');
  const outputs = columns.map((column, index) => `"c${index}" AS ${quote(column.name)}`).join(', ');
  const same = columns.every((column, index) => column.name === translated.columns[index]?.name);
  const sql =
    same || names === ''
      ? `(${translated.sql})`
      : `(SELECT ${outputs} FROM (${translated.sql}) AS "view"(${inside}))`;
  return { sql, columns };
}
