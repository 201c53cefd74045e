import { type Alias, compilationError, TEXT, unsupported, type Wrap } from '../../../sql/index.ts';
import { literal, quote } from '../names.ts';
import { unify } from './casts.ts';
import { emit } from './expression.ts';
import { compare } from './operators.ts';
import { renamed } from './query.ts';
import { Scope } from './scope.ts';
import type { OutputColumn, Translation } from './translation.ts';

interface Shape {
  readonly sql: string;
  readonly columns: readonly OutputColumn[];
}

/** PIVOT and UNPIVOT of what stands before them; the outcome is added to the scope as a relation. */
export function emitWrap(
  wrap: Wrap,
  source: Shape,
  name: string,
  inner: Alias | undefined,
  scope: Scope,
  translation: Translation,
): string {
  const label = inner?.name.name ?? name;
  const names = inner?.columns.map((column) => column.name) ?? [];
  const list = names.length === 0 ? '' : `(${names.map(quote).join(', ')})`;
  const named: Shape = {
    sql: `${source.sql} AS ${quote(label)}${list}`,
    columns: renamed(source.columns, names),
  };
  const shape = wrap.kind === 'pivot' ? pivot(wrap, named, label, translation) : unpivot(wrap, named);
  const alias = wrap.alias ?? inner;
  const columns = renamed(shape.columns, wrap.alias?.columns.map((column) => column.name) ?? []);
  const outer = alias?.name.name ?? name;
  scope.relations.push({ alias: outer, path: [], columns, hidden: [] });
  return `(${shape.sql}) AS ${quote(outer)}(${columns.map((column) => quote(column.name)).join(', ')})`;
}

/** One column a value: the aggregate over the rows that have it, grouped by every column that is not named. */
function pivot(
  wrap: Extract<Wrap, { kind: 'pivot' }>,
  source: Shape,
  label: string,
  translation: Translation,
): Shape {
  if (wrap.values === 'any') throw unsupported('PIVOT … IN (ANY)');
  const scope = new Scope();
  scope.relations.push({ alias: label, path: [], columns: source.columns, hidden: [] });
  const argument = wrap.aggregate.args[0]?.value;
  if (argument?.kind !== 'column') throw compilationError('PIVOT takes an aggregate of one column');
  const used = new Set([wrap.column.name, argument.parts.at(-1)?.name]);
  const keys = source.columns.filter((column) => !used.has(column.name));
  const pivoted = emit({ kind: 'column', parts: [wrap.column] }, scope, translation);
  const outputs = wrap.values.map(({ value, alias }) => {
    const wanted = emit(value, scope, translation);
    const test = compare('=', pivoted, wanted).sql;
    const whole = emit(wrap.aggregate, scope, translation);
    const fallback =
      wrap.defaultOnNull === undefined ? undefined : emit(wrap.defaultOnNull, scope, translation);
    const filtered = `${whole.sql} FILTER (WHERE ${test})`;
    const sql = fallback === undefined ? filtered : `COALESCE(${filtered}, ${fallback.sql})`;
    const text =
      value.kind === 'text' ? `'${value.value}'` : value.kind === 'number' ? value.value : wanted.sql;
    return { sql, column: { name: alias?.name ?? text, type: whole.type, nullable: true } };
  });
  const names = keys.map((column) => quote(column.name));
  const items = [...names, ...outputs.map(({ sql, column }) => `${sql} AS ${quote(column.name)}`)];
  const grouped = names.length === 0 ? '' : ` GROUP BY ${names.join(', ')}`;
  return {
    sql: `SELECT ${items.join(', ')} FROM ${source.sql}${grouped}`,
    columns: [...keys, ...outputs.map(({ column }) => column)],
  };
}

/** One row for each named column. */
function unpivot(wrap: Extract<Wrap, { kind: 'unpivot' }>, source: Shape): Shape {
  const named = wrap.from.map(({ column, alias }) => {
    const found = source.columns.find((one) => one.name === column.name);
    if (found === undefined) throw compilationError(`invalid identifier '${column.name}'`, '000904');
    return { found, text: alias ?? column.name };
  });
  const left = new Set(named.map(({ found }) => found.name));
  const keys = source.columns.filter((column) => !left.has(column.name));
  const { values, type } = unify(named.map(({ found }) => ({ sql: quote(found.name), type: found.type })));
  const branches = named.map(({ found, text }, index) => {
    const items = [
      ...keys.map((column) => quote(column.name)),
      `${literal(text)} AS ${quote(wrap.column.name)}`,
      `${values[index]?.sql} AS ${quote(wrap.value.name)}`,
    ];
    const filter = wrap.includeNulls ? '' : ` WHERE ${quote(found.name)} IS NOT NULL`;
    return `SELECT ${items.join(', ')} FROM ${source.sql}${filter}`;
  });
  return {
    sql: branches.join(' UNION ALL '),
    columns: [
      ...keys,
      { name: wrap.column.name, type: TEXT, nullable: false },
      { name: wrap.value.name, type, nullable: true },
    ],
  };
}
