import {
  type Call,
  Cursor,
  compilationError,
  type Expression,
  parseExpression,
  type Query,
  type SqlType,
  startsQuery,
} from '../../../sql/index.ts';
import type { StatementContext } from '../context.ts';
import { qualify, quote } from '../names.ts';
import type { CatalogObject, QualifiedName } from '../statement.ts';
import { castTo } from '../translate/casts.ts';
import { emit } from '../translate/expression.ts';
import { emitQuery } from '../translate/query.ts';
import { parseWholeQuery } from '../translate/resolve.ts';
import { Scope } from '../translate/scope.ts';
import type { Emitted, OutputColumn, Translation } from '../translate/translation.ts';
import { duckType } from '../types.ts';
import type { TableFunction } from './table.ts';

/** A function that CREATE FUNCTION made: its body is an expression or a query over its parameters. */
export interface UserFunction {
  readonly name: string;
  readonly parameters: readonly { readonly name: string; readonly type: SqlType }[];
  /** The type of its value, or the columns of its rows. */
  readonly returns: SqlType | readonly { readonly name: string; readonly type: SqlType }[];
  readonly body: string;
  readonly comment?: string;
}

export type FunctionBody =
  | { readonly kind: 'expression'; readonly expression: Expression }
  | { readonly kind: 'query'; readonly query: Query };

/** A call's function, found and parsed. */
export interface CalledFunction {
  readonly place: Pick<QualifiedName, 'database' | 'schema'>;
  readonly definition: UserFunction;
  readonly body: FunctionBody;
}

export function userFunction({ properties }: CatalogObject): UserFunction {
  if (!isUserFunction(properties)) throw new TypeError('a function without a body');
  return properties;
}

function isUserFunction(properties: object): properties is UserFunction {
  return 'body' in properties && 'parameters' in properties;
}

export function parseFunctionBody(text: string): FunctionBody {
  const trimmed = text.trim().replace(/;$/, '');
  const cursor = Cursor.over(trimmed);
  if (startsQuery(cursor, 0)) return { kind: 'query', query: parseWholeQuery(trimmed) };
  const expression = parseExpression(cursor);
  cursor.expectEnd();
  return { kind: 'expression', expression };
}

/** The function that a call means: by its name and the number of its arguments. */
export function findFunction(
  context: StatementContext,
  call: Call,
  place: Translation['place'],
): CalledFunction | undefined {
  const parts = call.name.split('.');
  const complete =
    parts.length >= 3 || (place.database !== null && (parts.length === 2 || place.schema !== null));
  if (!complete) return undefined;
  const { database, schema, name } = qualify({ ...context.session, ...place }, parts);
  for (const object of context.objects.all('FUNCTION', { database, schema })) {
    const definition = userFunction(object);
    if (definition.name !== name || definition.parameters.length !== call.args.length) continue;
    return { place: { database, schema }, definition, body: parseFunctionBody(definition.body) };
  }
  return undefined;
}

/** A call in an expression. */
export function emitFunction(
  { definition, body, place }: CalledFunction,
  args: readonly Emitted[],
  translation: Translation,
): Emitted {
  const { parameters, returns, name } = definition;
  if (Array.isArray(returns) || !('type' in returns)) {
    throw compilationError(`the function ${name} gives rows: it stands in FROM TABLE(…)`, '002140');
  }
  const given = parameters.map(({ type }, index) => {
    const argument = args[index];
    return argument === undefined ? { sql: 'NULL', type } : castTo(argument, type);
  });
  const inside: Translation = { ...translation, place };
  if (body.kind === 'expression') {
    const scope = new Scope();
    for (const [index, parameter] of parameters.entries()) {
      const value = given[index];
      if (value !== undefined) scope.parameters.set(parameter.name, value);
    }
    return castTo(emit(body.expression, scope, inside), returns);
  }
  const scope = new Scope();
  const alias = '$arguments';
  scope.relations.push({
    alias,
    path: [],
    columns: parameters.map(({ name: parameter, type }) => ({ name: parameter, type, nullable: true })),
    hidden: [],
  });
  const values = parameters.map(
    ({ name: parameter }, index) => `${given[index]?.sql} AS ${quote(parameter)}`,
  );
  const { sql, columns } = emitQuery(body.query, scope, inside);
  const from = values.length === 0 ? '' : ` FROM (SELECT ${values.join(', ')}) AS ${quote(alias)}`;
  return castTo({ sql: `(SELECT (${sql})${from})`, type: columns[0]?.type }, returns);
}

/** A call in FROM TABLE(…). */
export function emitFunctionRows(
  { definition, body, place }: CalledFunction,
  args: readonly Emitted[],
  translation: Translation,
): TableFunction {
  const { parameters, returns, name } = definition;
  if (!Array.isArray(returns) || body.kind !== 'query') {
    throw compilationError(`the function ${name} gives a value: it does not stand in FROM`, '002140');
  }
  const scope = new Scope();
  for (const [index, { name: parameter, type }] of parameters.entries()) {
    const argument = args[index];
    if (argument !== undefined) scope.parameters.set(parameter, castTo(argument, type));
  }
  const { sql, columns: found } = emitQuery(body.query, scope, { ...translation, place });
  const columns: OutputColumn[] = returns.map((column) => ({ ...column, nullable: true }));
  if (found.length !== columns.length) {
    throw compilationError(
      `Declared return type of ${name} has ${columns.length} columns, its query gives ${found.length}`,
      '002057',
    );
  }
  const inside = columns.map((_, index) => `"c${index}"`).join(', ');
  const outputs = columns.map(({ name: column, type }, index) => {
    const value = { sql: `"c${index}"`, type: found[index]?.type };
    const typed = type === undefined ? value.sql : `CAST(${castTo(value, type).sql} AS ${duckType(type)})`;
    return `${typed} AS ${quote(column)}`;
  });
  return {
    sql: `(SELECT ${outputs.join(', ')} FROM (${sql}) AS "rows"(${inside}))`,
    columns,
    lateral: args.length > 0,
    outer: false,
  };
}
