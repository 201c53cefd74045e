import { type Alias, TEXT, type Wrap } from '../../../sql/index.ts';
import { commonOf } from './coercion.ts';
import { valueOfExpression } from './expression.ts';
import { meant, shown } from './problems.ts';
import { renamed } from './query.ts';
import { Relation, Scope } from './scope.ts';
import { computed, type Origin, type OutputColumn, type Shape, together } from './shape.ts';
import type { Work } from './work.ts';

/** What comes out of PIVOT and UNPIVOT. */
export function wrapped(
  wrap: Wrap,
  source: Shape,
  name: string | undefined,
  inner: Alias | undefined,
  work: Work,
): Relation {
  const label = inner?.name.name ?? name;
  const named = renamed(source, inner?.columns ?? []);
  const shape = wrap.kind === 'pivot' ? pivoted(wrap, named, label, work) : unpivoted(wrap, named, work);
  const { columns, complete } = renamed(shape, wrap.alias?.columns ?? []);
  return new Relation({ alias: wrap.alias?.name.name ?? label, columns, complete });
}

/** One column a value: the aggregate over the rows that have it. The names of these columns are not relied upon. */
function pivoted(
  wrap: Extract<Wrap, { kind: 'pivot' }>,
  source: Shape,
  label: string | undefined,
  work: Work,
): Shape {
  const scope = new Scope();
  scope.relations.push(new Relation({ alias: label, columns: source.columns, complete: source.complete }));
  const value = valueOfExpression(wrap.aggregate, scope, work);
  const key = valueOfExpression({ kind: 'column', parts: [wrap.column] }, scope, work);
  const argument = wrap.aggregate.args[0]?.value;
  const used = new Set([
    wrap.column.name,
    argument?.kind === 'column' ? argument.parts.at(-1)?.name : undefined,
  ]);
  const origins: readonly Origin[] = computed(together([value.origins, key.origins]));
  const values = wrap.values === 'any' ? [] : wrap.values;
  const outputs = values.map(({ value: wanted, alias }): OutputColumn => {
    const text = wanted.kind === 'text' ? `'${wanted.value}'` : wanted.kind === 'number' ? wanted.value : '';
    return { name: alias?.name ?? text, type: value.type, nullable: true, origins, span: undefined };
  });
  const columns = [...source.columns.filter(({ name }) => !used.has(name)), ...outputs];
  const counted = source.complete && wrap.values !== 'any' && wrap.alias?.columns.length === columns.length;
  return { columns, complete: counted, rows: source.rows };
}

/** One row for each named column. */
function unpivoted(wrap: Extract<Wrap, { kind: 'unpivot' }>, source: Shape, work: Work): Shape {
  const named = wrap.from.flatMap(({ column }) => {
    const found = source.columns.find(({ name }) => name === column.name);
    if (found !== undefined) return [found];
    if (source.complete) {
      const among = source.columns.map(({ name }) => name);
      work.problems.error(
        'unknown-column',
        column.at,
        `UNPIVOT names ${shown(column.name)}, and there is no such column.`,
        meant(column.name, among),
      );
    }
    return [];
  });
  const gone = new Set(wrap.from.map(({ column }) => column.name));
  const rest = source.columns.filter(({ name }) => !gone.has(name));
  const value: OutputColumn = {
    name: wrap.value.name,
    type: commonOf(named.map(({ type }) => type)),
    nullable: true,
    origins: together(named.map(({ origins }) => origins)),
    span: undefined,
  };
  const key: OutputColumn = {
    name: wrap.column.name,
    type: TEXT,
    nullable: false,
    origins: [],
    span: undefined,
  };
  return { columns: [...rest, key, value], complete: source.complete, rows: source.rows };
}
