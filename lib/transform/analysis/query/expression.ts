import {
  ARRAY,
  BOOLEAN,
  type Expression,
  FLOAT,
  fixed,
  type Identifier,
  OBJECT,
  type SqlType,
  typeName,
  VARIANT,
} from '../../../sql/index.ts';
import { valueOfCall } from './calls.ts';
import { calculated, canBeCondition, canCalculate, canCompare, commonOf } from './coercion.ts';
import { isNullConstant } from './functions.ts';
import { meant, shown } from './problems.ts';
import { analyzeQuery } from './query.ts';
import type { Found, Scope } from './scope.ts';
import { computed, made, type Shape, together, UNKNOWN, type Value } from './shape.ts';
import type { Work } from './work.ts';

const NULL: Value = { type: undefined, nullable: true, origins: [] };

function constant(type: SqlType): Value {
  return { type, nullable: false, origins: [] };
}

/** What is known of an expression's value. Names that mean nothing and types that do not fit are reported. */
export function valueOfExpression(expression: Expression, scope: Scope, work: Work): Value {
  const inner = (value: Expression) => valueOfExpression(value, scope, work);
  switch (expression.kind) {
    case 'text':
      return constant({ type: 'TEXT', length: expression.value.length });
    case 'number':
      return constant(typeOfNumber(expression.value));
    case 'boolean':
      return constant(BOOLEAN);
    case 'typed':
      return constant(expression.type);
    case 'null':
      return NULL;
    case 'interval':
    case 'bind':
    case 'variable':
      return UNKNOWN;
    case 'position':
      return valueOfPosition(expression.index, scope);
    case 'column':
      return valueOfColumn(expression.parts, scope, work);
    case 'star':
      return made(
        undefined,
        (scope.starred(expression.qualifier) ?? []).flatMap(({ columns }) => columns),
      );
    case 'call':
      return valueOfCall(expression, scope, work);
    case 'unary':
      if (expression.operator === 'NOT') return made(BOOLEAN, [condition(expression.value, scope, work)]);
      return made(numberType(inner(expression.value).type), [inner(expression.value)]);
    case 'binary':
      return valueOfBinary(expression, scope, work);
    case 'cast': {
      const value = inner(expression.value);
      const cast = made(expression.type, [value]);
      return expression.safe ? { ...cast, nullable: true } : cast;
    }
    case 'case':
      return valueOfCase(expression, scope, work);
    case 'in':
      return valueOfIn(expression, scope, work);
    case 'between': {
      const values = [expression.value, expression.low, expression.high].map(inner);
      for (const bound of values.slice(1)) checkComparison(values[0], bound, expression.at, work);
      return made(BOOLEAN, values);
    }
    case 'like':
      return made(
        BOOLEAN,
        [expression.value, ...expression.patterns, expression.escapeWith].flatMap((value) =>
          value === undefined ? [] : [inner(value)],
        ),
      );
    case 'is':
      return { ...made(BOOLEAN, [inner(expression.value)]), nullable: false };
    case 'distinctFrom': {
      const [left, right] = [inner(expression.left), inner(expression.right)];
      checkComparison(left, right, expression.at, work);
      return { ...made(BOOLEAN, [left, right]), nullable: false };
    }
    case 'exists': {
      const { rows } = analyzeQuery(expression.query, scope, work);
      return { type: BOOLEAN, nullable: false, origins: computed(rows) };
    }
    case 'subquery':
      return valueOfSubquery(expression, scope, work);
    case 'quantified': {
      const shape = analyzeQuery(expression.query, scope, work);
      return made(BOOLEAN, [inner(expression.left), firstColumn(shape)]);
    }
    case 'path': {
      const parts = [inner(expression.value)];
      for (const step of expression.steps) if ('index' in step) parts.push(inner(step.index));
      return { ...made(VARIANT, parts), nullable: undefined };
    }
    case 'tuple':
      return made(undefined, expression.items.map(inner));
    case 'array':
      return { ...made(ARRAY, expression.items.map(inner)), nullable: false };
    case 'object':
      return {
        ...made(
          OBJECT,
          expression.entries.map(({ value }) => inner(value)),
        ),
        nullable: false,
      };
  }
}

function typeOfNumber(text: string): SqlType {
  if (/[eE]/.test(text)) return FLOAT;
  const [whole = '', fraction = ''] = text.split('.');
  const precision = Math.max(1, whole.replace(/^0+/, '').length + fraction.length);
  return precision > 38 ? FLOAT : fixed(precision, fraction.length);
}

function numberType(type: SqlType | undefined): SqlType | undefined {
  return type?.type === 'FIXED' || type?.type === 'REAL' ? type : undefined;
}

/** `$2`: the second column of what FROM names. */
function valueOfPosition(index: number, scope: Scope): Value {
  const named = scope.relations.flatMap((relation) => relation.find(`$${index}`) ?? []);
  const [first] = named;
  if (first !== undefined && first !== 'twice') return first;
  if (!scope.complete || scope.relations.length !== 1) return UNKNOWN;
  return scope.relations[0]?.columns[index - 1] ?? UNKNOWN;
}

function valueOfColumn(parts: readonly Identifier[], scope: Scope, work: Work): Value {
  if (isPseudoColumn(parts)) return UNKNOWN;
  const found = scope.column(parts);
  if (found.kind === 'column' || found.kind === 'alias') return found.value;
  reportColumn(parts, found, work);
  return UNKNOWN;
}

/** `sequence.NEXTVAL`, and the columns that stages, streams and tables have besides their own. */
export function isPseudoColumn(parts: readonly Identifier[]): boolean {
  const last = parts.at(-1);
  if (last === undefined || last.name.startsWith('METADATA$')) return true;
  return parts.length > 1 && !last.quoted && (last.name === 'NEXTVAL' || last.name === 'CURRVAL');
}

function reportColumn(parts: readonly Identifier[], found: Found, work: Work): void {
  const at = parts[0]?.at;
  const name = parts.map((part) => shown(part.name)).join('.');
  if (found.kind === 'ambiguous') {
    const places = found.relations.map(shown).join(' and ');
    const column = shown(parts.at(-1)?.name ?? '');
    const example = shown(found.relations[0] ?? '');
    work.problems.error(
      'ambiguous-column',
      at,
      `the name ${name} is ambiguous: ${places} have a column of that name.`,
      `Say which one is meant, as in ${example}.${column}.`,
    );
  }
  if (found.kind !== 'missing') return;
  const last = parts.at(-1)?.name ?? '';
  if (found.qualifier === 'unknown') {
    const qualifier = parts
      .slice(0, -1)
      .map((part) => part.name)
      .join('.');
    work.problems.error(
      'unknown-column',
      at,
      `there is no table or alias ${shown(parts.at(-2)?.name ?? qualifier)} here, so ${name} means nothing.`,
      meant(parts.at(-2)?.name ?? qualifier, found.among),
    );
    return;
  }
  work.problems.error(
    'unknown-column',
    at,
    found.qualifier === 'known'
      ? `${shown(parts.at(-2)?.name ?? '')} has no column ${shown(last)}.`
      : missingFrom(found.places, name),
    meant(last, found.among),
  );
}

function missingFrom(places: readonly string[], name: string): string {
  const [only] = places;
  if (places.length === 1 && only !== undefined) return `${shown(only)} has no column ${name}.`;
  const names = places.map(shown);
  const where =
    names.length === 0 || names.length > 4
      ? 'here'
      : `in ${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
  return `there is no column ${name} ${where}.`;
}

/** A value where a condition is asked for. */
export function condition(expression: Expression, scope: Scope, work: Work): Value {
  const value = valueOfExpression(expression, scope, work);
  if (value.type !== undefined && !canBeCondition(value.type)) {
    work.problems.error(
      'types',
      expression.at,
      `a value of type ${typeName(value.type)} cannot be a condition.`,
      'Compare it with something.',
    );
  }
  return value;
}

const COMPARISONS = new Set(['=', '<>', '<', '>', '<=', '>=']);

function valueOfBinary(expression: Extract<Expression, { kind: 'binary' }>, scope: Scope, work: Work): Value {
  const { operator, at } = expression;
  if (operator === 'AND' || operator === 'OR') {
    return made(BOOLEAN, [condition(expression.left, scope, work), condition(expression.right, scope, work)]);
  }
  const left = valueOfExpression(expression.left, scope, work);
  const right = valueOfExpression(expression.right, scope, work);
  if (COMPARISONS.has(operator)) {
    checkComparison(left, right, at, work);
    return made(BOOLEAN, [left, right]);
  }
  if (operator !== '||' && !canCalculate(operator, left.type, right.type)) {
    work.problems.error(
      'types',
      at,
      `there is no ${describeType(left.type)} ${operator} ${describeType(right.type)}.`,
      arithmeticHint(left.type, right.type),
    );
  }
  return made(calculated(operator, left.type, right.type), [left, right]);
}

function describeType(type: SqlType | undefined): string {
  return type === undefined ? 'value' : typeName(type);
}

function arithmeticHint(left: SqlType | undefined, right: SqlType | undefined): string {
  const moments = [left, right].some((type) => type?.type.startsWith('TIME'));
  return moments ? 'Use DATEADD or DATEDIFF, which say the unit.' : 'Convert one of them with a cast.';
}

/** Reports a comparison that Snowflake has no conversion for. */
export function checkComparison(
  left: Value | undefined,
  right: Value | undefined,
  at: number | undefined,
  work: Work,
): void {
  if (left?.type === undefined || right?.type === undefined || canCompare(left.type, right.type)) return;
  work.problems.error(
    'types',
    at,
    `${typeName(left.type)} and ${typeName(right.type)} cannot be compared.`,
    'Convert one of them with a cast.',
  );
}

function valueOfCase(expression: Extract<Expression, { kind: 'case' }>, scope: Scope, work: Work): Value {
  const inner = (value: Expression) => valueOfExpression(value, scope, work);
  const operand = expression.operand === undefined ? undefined : inner(expression.operand);
  const tests = expression.whens.map(({ when }) => {
    if (operand === undefined) return condition(when, scope, work);
    const value = inner(when);
    checkComparison(operand, value, when.at, work);
    return value;
  });
  const results = expression.whens.map(({ result }) => inner(result));
  if (expression.otherwise !== undefined) results.push(inner(expression.otherwise));
  const type = commonOf(results.filter((value) => !isNullConstant(value)).map((value) => value.type));
  const all = made(type, [...results, ...tests, ...(operand === undefined ? [] : [operand])]);
  const nullable = expression.otherwise === undefined ? true : made(type, results).nullable;
  return { ...all, nullable };
}

function valueOfIn(expression: Extract<Expression, { kind: 'in' }>, scope: Scope, work: Work): Value {
  const value = valueOfExpression(expression.value, scope, work);
  if (expression.query !== undefined) {
    const shape = analyzeQuery(expression.query, scope, work);
    if (shape.complete && shape.columns.length === 1) {
      checkComparison(value, shape.columns[0], expression.at, work);
    }
    return made(BOOLEAN, [value, ...shape.columns, { ...UNKNOWN, origins: shape.rows }]);
  }
  const items = (expression.list ?? []).map((item) => valueOfExpression(item, scope, work));
  for (const item of items) checkComparison(value, item, expression.at, work);
  return made(BOOLEAN, [value, ...items]);
}

function valueOfSubquery(
  expression: Extract<Expression, { kind: 'subquery' }>,
  scope: Scope,
  work: Work,
): Value {
  const shape = analyzeQuery(expression.query, scope, work);
  const first = firstColumn(shape);
  return {
    type: first.type,
    nullable: true,
    origins: computed(together([first.origins, shape.rows])),
  };
}

function firstColumn(shape: Shape): Value {
  return shape.columns[0] ?? UNKNOWN;
}
