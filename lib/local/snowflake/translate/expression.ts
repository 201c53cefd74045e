import {
  ARRAY,
  BINARY,
  BOOLEAN,
  compilationError,
  type Expression,
  FLOAT,
  fixed,
  OBJECT,
  type OrderItem,
  type Over,
  type PathStep,
  type SqlType,
  TEXT,
  unsupported,
  VARIANT,
} from '../../../sql/index.ts';
import { literal, quote } from '../names.ts';
import { emitBind } from './binds.ts';
import { emitCall } from './call.ts';
import { castTo, constantText, isJson, textOf, toJson, unify } from './casts.ts';
import { emitColumn, emitNextValue, emitPosition } from './columns.ts';
import { arithmetic, comparable, compare } from './operators.ts';
import { emitQuery } from './query.ts';
import type { Scope } from './scope.ts';
import type { Emitted, Translation } from './translation.ts';

const NULL: Emitted = { sql: 'NULL', type: undefined };

/** Translates an expression in its scope; `translation` carries what the whole statement shares. */
export function emit(expression: Expression, scope: Scope, translation: Translation): Emitted {
  const inner = (value: Expression) => emit(value, scope, translation);
  switch (expression.kind) {
    case 'text':
      return constantText(expression.value);
    case 'number':
      return emitNumber(expression.value);
    case 'boolean':
      return { sql: expression.value ? 'TRUE' : 'FALSE', type: BOOLEAN };
    case 'null':
      return NULL;
    case 'typed':
      return { sql: `unhex(${literal(expression.value)})`, type: BINARY };
    case 'interval':
      return { sql: emitInterval(expression.text), type: undefined };
    case 'bind':
      return emitBind(translation, expression.index);
    case 'variable':
      return emitVariable(translation, expression.name);
    case 'position':
      return emitPosition(expression.index, scope);
    case 'column':
      return emitNextValue(expression.parts, scope, translation) ?? emitColumn(expression.parts, scope);
    case 'star':
      throw compilationError(
        'syntax error: * may only stand in a select list, COUNT(*) or OBJECT_CONSTRUCT(*)',
      );
    case 'call':
      return emitCall(expression, scope, translation);
    case 'unary':
      return emitUnary(expression.operator, inner(expression.value));
    case 'binary':
      return emitBinary(expression.operator, inner(expression.left), inner(expression.right));
    case 'cast':
      return emitCast(inner(expression.value), expression.type, expression.safe);
    case 'case':
      return emitCase(expression, inner);
    case 'in':
      return emitIn(expression, scope, translation);
    case 'between': {
      const not = expression.negated ? 'NOT ' : '';
      const low = compare('>=', inner(expression.value), inner(expression.low));
      const high = compare('<=', inner(expression.value), inner(expression.high));
      return { sql: `(${not}(${low.sql} AND ${high.sql}))`, type: BOOLEAN };
    }
    case 'like':
      return emitLike(expression, inner);
    case 'is':
      return emitIs(inner(expression.value), expression.what, expression.negated);
    case 'distinctFrom': {
      const [left, right] = comparable(inner(expression.left), inner(expression.right));
      const not = expression.negated ? 'NOT ' : '';
      return { sql: `(${left.sql} IS ${not}DISTINCT FROM ${right.sql})`, type: BOOLEAN };
    }
    case 'exists':
      return { sql: `EXISTS (${emitQuery(expression.query, scope, translation).sql})`, type: BOOLEAN };
    case 'subquery': {
      const query = emitQuery(expression.query, scope, translation);
      return { sql: `(${query.sql})`, type: query.columns[0]?.type };
    }
    case 'quantified': {
      const query = emitQuery(expression.query, scope, translation);
      const left = inner(expression.left).sql;
      return {
        sql: `(${left} ${expression.operator} ${expression.quantifier} (${query.sql}))`,
        type: BOOLEAN,
      };
    }
    case 'path':
      return emitPath(inner(expression.value), expression.steps, inner);
    case 'tuple':
      return { sql: `(${expression.items.map((item) => inner(item).sql).join(', ')})`, type: undefined };
    case 'array':
      return {
        sql: `json_array(${expression.items.map((item) => toJson(inner(item))).join(', ')})`,
        type: ARRAY,
      };
    case 'object': {
      const parts = expression.entries.map(({ key, value }) => `${literal(key)}, ${toJson(inner(value))}`);
      return { sql: `json_object(${parts.join(', ')})`, type: OBJECT };
    }
  }
}

function emitNumber(text: string): Emitted {
  if (/[eE]/.test(text)) return { sql: `CAST(${text} AS DOUBLE)`, type: FLOAT };
  const [whole = '', fraction = ''] = text.split('.');
  const digits = whole.replace(/^0+/, '').length;
  const precision = Math.max(1, digits + fraction.length);
  if (precision > 38) return { sql: `CAST(${text} AS DOUBLE)`, type: FLOAT };
  if (fraction === '') return { sql: whole, type: fixed(precision, 0) };
  return {
    sql: `CAST(${literal(text)} AS DECIMAL(${precision},${fraction.length}))`,
    type: fixed(precision, fraction.length),
  };
}

const INTERVAL_UNITS: Readonly<Record<string, string>> = {
  Y: 'YEAR',
  YY: 'YEAR',
  YYY: 'YEAR',
  YYYY: 'YEAR',
  YEAR: 'YEAR',
  YEARS: 'YEAR',
  QUARTER: 'QUARTER',
  QUARTERS: 'QUARTER',
  Q: 'QUARTER',
  MONTH: 'MONTH',
  MONTHS: 'MONTH',
  MON: 'MONTH',
  MONS: 'MONTH',
  MM: 'MONTH',
  WEEK: 'WEEK',
  WEEKS: 'WEEK',
  W: 'WEEK',
  DAY: 'DAY',
  DAYS: 'DAY',
  D: 'DAY',
  DD: 'DAY',
  HOUR: 'HOUR',
  HOURS: 'HOUR',
  H: 'HOUR',
  HH: 'HOUR',
  HR: 'HOUR',
  HRS: 'HOUR',
  MINUTE: 'MINUTE',
  MINUTES: 'MINUTE',
  M: 'MINUTE',
  MI: 'MINUTE',
  MIN: 'MINUTE',
  MINS: 'MINUTE',
  SECOND: 'SECOND',
  SECONDS: 'SECOND',
  S: 'SECOND',
  SEC: 'SECOND',
  SECS: 'SECOND',
  MILLISECOND: 'MILLISECOND',
  MILLISECONDS: 'MILLISECOND',
  MS: 'MILLISECOND',
  MICROSECOND: 'MICROSECOND',
  MICROSECONDS: 'MICROSECOND',
  US: 'MICROSECOND',
};

/** `'1 day, 3 hours'`; a number alone is seconds. */
function emitInterval(text: string): string {
  const parts = [...text.matchAll(/(-?\d+(?:\.\d+)?)\s*([A-Za-z]*)/g)].map(([, amount = '0', unit = '']) => {
    const known = INTERVAL_UNITS[unit.toUpperCase() || 'SECOND'];
    if (known === undefined) throw compilationError(`invalid interval unit '${unit}'`);
    return `INTERVAL '${amount} ${known}'`;
  });
  if (parts.length === 0) throw compilationError(`invalid interval '${text}'`);
  return parts.join(' + ');
}

function emitVariable(translation: Translation, name: string): Emitted {
  const { session, owner } = translation.context;
  if (name.startsWith(':')) throw compilationError(`Bind variable ${name} not set.`, '002049');
  if (!session.variables.has(name))
    throw compilationError(`Session variable '$${name}' does not exist`, '002211');
  const value = session.variables.get(name);
  const type = owner.variableTypes.get(name) ?? TEXT;
  if (value === null || value === undefined) return NULL;
  return type.type === 'TEXT' ? constantText(value) : castTo(constantText(value), type);
}

function emitUnary(operator: '-' | '+' | 'NOT', value: Emitted): Emitted {
  if (operator === 'NOT') return { sql: `(NOT ${asCondition(value)})`, type: BOOLEAN };
  if (/^\d+$/.test(value.sql)) return { sql: `-${value.sql}`, type: value.type };
  const number = isJson(value.type) ? castTo(value, FLOAT) : value;
  return { sql: `(${operator}${number.sql})`, type: number.type };
}

/** A value where a condition is asked for: VARIANT and text become BOOLEAN. */
export function asCondition(value: Emitted): string {
  if (value.type === undefined || value.type.type === 'BOOLEAN') return value.sql;
  return castTo(value, BOOLEAN).sql;
}

const COMPARISONS = new Set(['=', '<>', '<', '>', '<=', '>=']);

function emitBinary(operator: string, left: Emitted, right: Emitted): Emitted {
  if (operator === 'AND' || operator === 'OR') {
    return { sql: `(${asCondition(left)} ${operator} ${asCondition(right)})`, type: BOOLEAN };
  }
  if (COMPARISONS.has(operator)) return compare(operator, left, right);
  return arithmetic(operator, left, right);
}

function emitCast(value: Emitted, type: SqlType, safe: boolean): Emitted {
  if (safe && value.type !== undefined && value.type.type !== 'TEXT' && value.sql !== 'NULL') {
    throw compilationError(
      `Function TRY_CAST cannot be used with arguments of types ${value.type.type} and ${type.type}`,
      '001065',
      '22023',
    );
  }
  return castTo(value, type, safe);
}

function emitCase(
  expression: Extract<Expression, { kind: 'case' }>,
  inner: (value: Expression) => Emitted,
): Emitted {
  const branches = expression.whens.map(({ result }) => inner(result));
  if (expression.otherwise) branches.push(inner(expression.otherwise));
  const { values, type } = unify(branches);
  const operand = expression.operand === undefined ? undefined : inner(expression.operand);
  const parts = expression.whens.map(({ when }, index) => {
    const test = inner(when);
    const condition = operand === undefined ? asCondition(test) : compare('=', operand, test).sql;
    return `WHEN ${condition} THEN ${values[index]?.sql}`;
  });
  const last = expression.otherwise ? ` ELSE ${values.at(-1)?.sql}` : '';
  return { sql: `CASE ${parts.join(' ')}${last} END`, type };
}

function emitIn(
  expression: Extract<Expression, { kind: 'in' }>,
  scope: Scope,
  translation: Translation,
): Emitted {
  const value = emit(expression.value, scope, translation);
  const not = expression.negated ? 'NOT ' : '';
  if (expression.query) {
    const query = emitQuery(expression.query, scope, translation);
    const first = query.columns[0];
    if (query.columns.length !== 1 || first?.type === undefined || value.type === undefined) {
      return { sql: `(${value.sql} ${not}IN (${query.sql}))`, type: BOOLEAN };
    }
    const [left, right] = comparable(value, { sql: quote(first.name), type: first.type });
    const source = `SELECT ${right.sql} FROM (${query.sql}) AS "_in"(${quote(first.name)})`;
    return {
      sql: `(${left.sql} ${not}IN (${right.sql === quote(first.name) ? query.sql : source}))`,
      type: BOOLEAN,
    };
  }
  const items = (expression.list ?? []).map((item) => emit(item, scope, translation));
  const mixed = items.some((item) => comparable(value, item)[0].sql !== value.sql);
  if (mixed) {
    const tests = items.map((item) => compare('=', value, item).sql);
    return { sql: `(${not}(${tests.join(' OR ')}))`, type: BOOLEAN };
  }
  const list = items.map((item) => comparable(value, item)[1].sql);
  return { sql: `(${value.sql} ${not}IN (${list.join(', ')}))`, type: BOOLEAN };
}

function emitLike(
  expression: Extract<Expression, { kind: 'like' }>,
  inner: (value: Expression) => Emitted,
): Emitted {
  const value = textOf(inner(expression.value));
  const escaping = expression.escapeWith === undefined ? '' : ` ESCAPE ${inner(expression.escapeWith).sql}`;
  const tests = expression.patterns.map((pattern) => {
    const text = textOf(inner(pattern));
    if (expression.operator === 'RLIKE') return `regexp_full_match(${value}, ${text}, 's')`;
    return `${value} ${expression.operator} ${text}${escaping}`;
  });
  const joined = tests.join(expression.quantifier === 'ALL' ? ' AND ' : ' OR ');
  return { sql: `(${expression.negated ? 'NOT ' : ''}(${joined}))`, type: BOOLEAN };
}

function emitIs(value: Emitted, what: 'NULL' | 'TRUE' | 'FALSE', negated: boolean): Emitted {
  const test = what === 'NULL' ? value.sql : asCondition(value);
  return { sql: `(${test} IS ${negated ? 'NOT ' : ''}${what})`, type: BOOLEAN };
}

/** A key in DuckDB's JSON path. */
function pathKey(key: string): string {
  if (/["\\*]/.test(key)) throw unsupported(`the key ${key} in a path`);
  return `."${key}"`;
}

/** `v:a.b[0]['c']`. Constant steps become one JSON path. */
export function emitPath(
  value: Emitted,
  steps: readonly PathStep[],
  inner: (value: Expression) => Emitted,
): Emitted {
  let sql = isJson(value.type) || value.type === undefined ? value.sql : toJson(value);
  let path = '';
  const flush = () => {
    if (path !== '') sql = `json_extract(${sql}, ${literal(`$${path}`)})`;
    path = '';
  };
  for (const step of steps) {
    if ('field' in step) path += pathKey(step.field);
    else if (step.index.kind === 'number') path += `[${step.index.value}]`;
    else if (step.index.kind === 'text') path += pathKey(step.index.value);
    else {
      flush();
      sql = `json_extract(${sql}, ${dynamicStep(inner(step.index))})`;
    }
  }
  flush();
  return { sql, type: VARIANT };
}

export function dynamicStep(index: Emitted): string {
  if (index.type?.type === 'FIXED') return `'$[' || CAST(${index.sql} AS BIGINT) || ']'`;
  return `'$."' || ${textOf(index)} || '"'`;
}

/** ORDER BY items; Snowflake takes NULL for the largest value, DuckDB puts it last unless told. */
export function emitOrder(items: readonly OrderItem[], inner: (value: Expression) => Emitted): string {
  return items
    .map(({ value, descending, nullsFirst }) => {
      const emitted = inner(value);
      const nulls = (nullsFirst ?? descending) ? 'NULLS FIRST' : 'NULLS LAST';
      return `${emitted.sql}${descending ? ' DESC' : ' ASC'} ${nulls}`;
    })
    .join(', ');
}

export function emitOver(over: Over, inner: (value: Expression) => Emitted, defaultFrame = ''): string {
  const parts: string[] = [];
  if (over.partitionBy.length > 0) {
    parts.push(`PARTITION BY ${over.partitionBy.map((value) => inner(value).sql).join(', ')}`);
  }
  if (over.orderBy.length > 0) {
    const items = over.orderBy.map((item) => ({ ...item }));
    parts.push(`ORDER BY ${emitOrder(items, inner)}`);
  }
  const frame = over.frame ?? defaultFrame;
  if (frame !== '') parts.push(frame);
  return ` OVER (${parts.join(' ')})`;
}
