import type {
  Expression,
  Identifier,
  OrderItem,
  Query,
  QueryBody,
  SetOperation,
  Values,
} from '../../../sql/index.ts';
import { typeName } from '../../../sql/index.ts';
import { canCompare, commonOf } from './coercion.ts';
import { valueOfExpression } from './expression.ts';
import { isNullConstant } from './functions.ts';
import { shown } from './problems.ts';
import { type Common, Reads, Relation, Scope } from './scope.ts';
import { analyzeSelect } from './select.ts';
import { anyNullable, NOTHING, type Origin, type OutputColumn, type Shape, together } from './shape.ts';
import { tableShape } from './tables.ts';
import { apart, type Work } from './work.ts';

/** What one body of a query gives, and where ORDER BY finds what the select list leaves out. */
export interface Body extends Shape {
  readonly scope: Scope | undefined;
}

/** What a query gives; `parent` is what it may refer to outside of itself. */
export function analyzeQuery(query: Query, parent: Scope | undefined, work: Work): Shape {
  const scope = new Scope(parent);
  const pending = query.with.map((common) => analyzeCommon(common, query.recursive, scope, parent, work));
  const body = analyzeBody(query.body, scope, work);
  const ordering = analyzeOrder(query, body, scope, work);
  for (const { common, problems } of pending) {
    // What nothing reads may be left out by the warehouse.
    for (const problem of problems.list) {
      work.problems.add(common.reads.matter ? problem : { ...problem, severity: 'warning' });
    }
  }
  return {
    columns: body.columns,
    complete: body.complete,
    rows: query.limit === undefined ? body.rows : together([body.rows, ordering]),
  };
}

function analyzeCommon(
  { name: { name, at }, columns: names, query }: Query['with'][number],
  recursive: boolean,
  scope: Scope,
  parent: Scope | undefined,
  work: Work,
) {
  const known = parent === undefined ? work.catalog.common?.(name) : undefined;
  const reads = new Reads();
  const { result, problems } = apart(work, reads, () => {
    if (known !== undefined) return tableShape(known);
    if (query.body.kind === 'set' && (recursive || refersTo(query, name))) {
      declareRecursive(query.body, name, names, reads, scope, work);
    }
    const shape = analyzeQuery(query, scope, work);
    if (names.length > 0 && shape.complete && names.length !== shape.columns.length) {
      work.problems.error(
        'column-count',
        at,
        `${shown(name)} names ${names.length} columns, and its query gives ${shape.columns.length}.`,
      );
    }
    return renamed(shape, names);
  });
  const common: Common = { name, shape: result, table: known?.id, reads };
  scope.addCommon(common);
  return { common, problems };
}

/** A recursive table is known by the columns of its first part while its second part is read. */
function declareRecursive(
  body: SetOperation,
  name: string,
  names: readonly Identifier[],
  reads: Reads,
  scope: Scope,
  work: Work,
): void {
  const { result } = apart(work, reads, () => analyzeBody(body.left, scope, work));
  scope.addCommon({ name, shape: renamed(result, names), table: undefined, reads });
}

function refersTo(value: unknown, name: string): boolean {
  if (Array.isArray(value)) return value.some((item) => refersTo(item, name));
  if (typeof value !== 'object' || value === null) return false;
  if ('kind' in value && value.kind === 'table' && 'parts' in value && Array.isArray(value.parts)) {
    if (value.parts.length === 1 && value.parts[0]?.name === name) return true;
  }
  return Object.values(value).some((item) => refersTo(item, name));
}

/** The same columns under the names of a list behind an alias. Where the columns are not known, there are as many as names. */
export function renamed(shape: Shape, names: readonly Identifier[]): Shape {
  if (names.length === 0) return shape;
  const columns = names.map(({ name }, index): OutputColumn => {
    const column = shape.complete ? shape.columns[index] : undefined;
    return {
      type: column?.type,
      nullable: column?.nullable,
      origins: column?.origins ?? [],
      span: column?.span,
      name,
    };
  });
  const rest = shape.complete ? shape.columns.slice(names.length) : [];
  return { columns: [...columns, ...rest], complete: true, rows: shape.rows };
}

function analyzeBody(body: QueryBody, scope: Scope, work: Work): Body {
  switch (body.kind) {
    case 'select':
      return analyzeSelect(body, scope, work);
    case 'values':
      return { ...analyzeValues(body, scope, work), scope: undefined };
    case 'nested':
      return { ...analyzeQuery(body.query, scope, work), scope: undefined };
    case 'set':
      return analyzeSet(body, scope, work);
  }
}

function analyzeSet(body: SetOperation, scope: Scope, work: Work): Body {
  const left = analyzeBody(body.left, scope, work);
  const right = analyzeBody(body.right, scope, work);
  // Rows that are taken away decide what stays; nothing of them comes out.
  const below = body.operator === 'UNION' ? [] : right.columns.map(({ origins }) => origins);
  const rows = together([left.rows, right.rows, ...below]);
  if (body.byName) return { ...byName(left, right), rows, scope: undefined };
  const complete = left.complete && right.complete;
  if (complete && left.columns.length !== right.columns.length) {
    work.problems.error(
      'column-count',
      body.at,
      `both sides of ${body.operator} must have the same number of columns: there are ${left.columns.length} before it and ${right.columns.length} behind it.`,
      difference(left.columns, right.columns),
    );
    return { ...left, complete: false, rows, scope: undefined };
  }
  if (!complete) {
    const columns = (left.complete ? left : right).complete ? (left.complete ? left : right).columns : [];
    const known = columns.map((column) => ({ ...column, type: undefined, nullable: undefined }));
    return { columns: left.complete ? known : [], complete: left.complete, rows, scope: undefined };
  }
  const columns = left.columns.map((column, index) => {
    const other = right.columns[index] ?? column;
    checkBranches(column, other, body, work);
    return branchesTogether(column, other, body.operator);
  });
  return { columns, complete, rows, scope: undefined };
}

function checkBranches(left: OutputColumn, right: OutputColumn, body: SetOperation, work: Work): void {
  if (left.type === undefined || right.type === undefined || canCompare(left.type, right.type)) return;
  work.problems.error(
    'types',
    right.span?.start ?? body.at,
    `${shown(left.name)} is of type ${typeName(left.type)} before ${body.operator} and of type ${typeName(right.type)} behind it.`,
    'Convert one of them with a cast.',
  );
}

function branchesTogether(
  left: OutputColumn,
  right: OutputColumn,
  operator: SetOperation['operator'],
): OutputColumn {
  const types = [left, right].filter((column) => !isNullConstant(column)).map(({ type }) => type);
  return {
    name: left.name,
    type: commonOf(types),
    nullable: operator === 'UNION' ? anyNullable([left, right]) : left.nullable,
    origins: operator === 'UNION' ? together([left.origins, right.origins]) : left.origins,
    span: left.span,
  };
}

function byName(left: Shape, right: Shape): Omit<Shape, 'rows'> {
  const columns = left.columns.map((column) => {
    const other = right.columns.find(({ name }) => name === column.name);
    if (other === undefined) return { ...column, nullable: true };
    return branchesTogether(column, other, 'UNION');
  });
  const added = right.columns
    .filter(({ name }) => !left.columns.some((column) => column.name === name))
    .map((column) => ({ ...column, nullable: true }));
  return { columns: [...columns, ...added], complete: left.complete && right.complete };
}

/** Names that only one side of a set operation has, where names tell the difference. */
function difference(left: readonly OutputColumn[], right: readonly OutputColumn[]): string {
  const [before, behind] = [left, right].map((columns) => new Set(columns.map(({ name }) => name)));
  if (before === undefined || behind === undefined) return '';
  const only = [
    ...[...before.difference(behind)].map((name) => `${shown(name)} is only before it`),
    ...[...behind.difference(before)].map((name) => `${shown(name)} is only behind it`),
  ];
  return only.length === 0 || only.length > 5 ? '' : `${only.join(', ')}.`;
}

function analyzeValues(values: Values, scope: Scope, work: Work): Shape {
  const rows = values.rows.map((row) => row.map((value) => valueOfExpression(value, scope, work)));
  const width = rows[0]?.length ?? 0;
  if (rows.some((row) => row.length !== width)) return NOTHING;
  const columns: OutputColumn[] = [];
  for (let index = 0; index < width; index += 1) {
    const cells = rows.flatMap((row) => row[index] ?? []);
    columns.push({
      name: `COLUMN${index + 1}`,
      type: commonOf(cells.filter((cell) => !isNullConstant(cell)).map(({ type }) => type)),
      nullable: anyNullable(cells),
      origins: together(cells.map(({ origins }) => origins)),
      span: undefined,
    });
  }
  return { columns, complete: true, rows: [] };
}

/** Looks at ORDER BY. @returns what the order comes from */
function analyzeOrder(query: Query, body: Body, scope: Scope, work: Work): readonly Origin[] {
  if (query.orderBy.length === 0) return [];
  const order = new Scope(body.scope ?? scope);
  for (const column of body.columns) order.aliases.set(column.name, column);
  if (!body.complete) order.relations.push(new Relation({ alias: undefined, columns: [], complete: false }));
  return together(query.orderBy.map((item) => originsOfOrder(item, body, order, work)));
}

function originsOfOrder({ value }: OrderItem, body: Body, order: Scope, work: Work): readonly Origin[] {
  const position = positionOf(value);
  if (position === undefined) return valueOfExpression(value, order, work).origins;
  if (body.complete && (position < 1 || position > body.columns.length)) {
    work.problems.error(
      'column-count',
      value.at,
      `ORDER BY ${position} means a column by its place, and there are ${body.columns.length}.`,
    );
  }
  return body.columns[position - 1]?.origins ?? [];
}

/** The whole number that stands for a column by its place. */
export function positionOf(value: Expression): number | undefined {
  return value.kind === 'number' && /^\d+$/.test(value.value) ? Number(value.value) : undefined;
}
