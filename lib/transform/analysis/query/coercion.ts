import type { SqlType } from '../../../sql/index.ts';
import { FLOAT, fixed, NTZ, TEXT, TZ, VARIANT } from '../../../sql/index.ts';

type Family =
  | 'number'
  | 'text'
  | 'boolean'
  | 'date'
  | 'time'
  | 'timestamp'
  | 'any'
  | 'object'
  | 'array'
  | 'binary';

function familyOf({ type }: SqlType): Family {
  switch (type) {
    case 'FIXED':
    case 'REAL':
      return 'number';
    case 'TEXT':
      return 'text';
    case 'BOOLEAN':
      return 'boolean';
    case 'DATE':
      return 'date';
    case 'TIME':
      return 'time';
    case 'TIMESTAMP_NTZ':
    case 'TIMESTAMP_LTZ':
    case 'TIMESTAMP_TZ':
      return 'timestamp';
    case 'VARIANT':
      return 'any';
    case 'OBJECT':
      return 'object';
    case 'ARRAY':
      return 'array';
    case 'BINARY':
      return 'binary';
  }
}

/**
 * Pairs for which Snowflake has no implicit conversion in either direction ("Data type conversion": what is castable and
 * coercible). A pair that is not listed may work, or fail for some values only.
 */
const NEVER: ReadonlySet<string> = new Set(
  [
    'boolean date',
    'boolean time',
    'boolean timestamp',
    'boolean array',
    'boolean object',
    'boolean binary',
    'date number',
    'date time',
    'date array',
    'date object',
    'date binary',
    'number time',
    'number array',
    'number object',
    'number binary',
    'time array',
    'time object',
    'time binary',
    'timestamp array',
    'timestamp object',
    'timestamp binary',
    'array binary',
    'object binary',
  ].map((pair) => pair.split(' ').sort().join(' ')),
);

/** False when Snowflake refuses to compare the two before the query runs; types that are not known can be compared. */
export function canCompare(a: SqlType | undefined, b: SqlType | undefined): boolean {
  if (a === undefined || b === undefined) return true;
  return !NEVER.has([familyOf(a), familyOf(b)].sort().join(' '));
}

/** False when a value of this type can be no condition. */
export function canBeCondition(type: SqlType | undefined): boolean {
  return type === undefined || ['boolean', 'number', 'text', 'any'].includes(familyOf(type));
}

const NO_NUMBERS: ReadonlySet<Family> = new Set(['date', 'time', 'timestamp', 'array', 'object', 'binary']);

/** True when the values of this type cannot be added up. */
export function isNoNumber(type: SqlType | undefined): boolean {
  return type !== undefined && NO_NUMBERS.has(familyOf(type));
}

/** False when Snowflake has no such operation of `+ - * / %` for the two types. */
export function canCalculate(operator: string, a: SqlType | undefined, b: SqlType | undefined): boolean {
  if (operator === '*' || operator === '/' || operator === '%') return !isNoNumber(a) && !isNoNumber(b);
  if (a === undefined || b === undefined) return true;
  const [left, right] = [familyOf(a), familyOf(b)];
  const pair = `${left} ${right}`;
  const structured = ['array', 'object', 'binary'];
  const others = ['number', 'boolean', ...structured];
  if (structured.includes(left) && others.includes(right)) return false;
  if (structured.includes(right) && others.includes(left)) return false;
  if (pair === 'timestamp number' || pair === 'time number') return false;
  if (operator === '-')
    return pair !== 'number date' && pair !== 'number timestamp' && pair !== 'number time';
  const moments = ['date', 'time', 'timestamp'];
  if (moments.includes(left) && moments.includes(right)) return false;
  return pair !== 'number timestamp' && pair !== 'number time';
}

/** The type of an arithmetic operation; undefined where it is not known. */
export function calculated(
  operator: string,
  a: SqlType | undefined,
  b: SqlType | undefined,
): SqlType | undefined {
  if (operator === '||') return a?.type === 'BINARY' ? undefined : TEXT;
  if (a === undefined || b === undefined) return undefined;
  const [left, right] = [familyOf(a), familyOf(b)];
  if (left === 'date' && right === 'number') return a;
  if (left === 'number' && right === 'date') return b;
  if (left === 'date' && right === 'date' && operator === '-') return fixed(9, 0);
  if (left !== 'number' || right !== 'number') return undefined;
  if (a.type === 'REAL' || b.type === 'REAL') return FLOAT;
  const [s1, s2] = [a.scale ?? 0, b.scale ?? 0];
  const [l1, l2] = [(a.precision ?? 38) - s1, (b.precision ?? 38) - s2];
  if (operator === '*') {
    const scale = Math.min(s1 + s2, Math.max(s1, s2, 12));
    return fixed(Math.min(38, l1 + l2 + scale), scale);
  }
  if (operator === '/') {
    const scale = Math.max(s1, Math.min(s1 + 6, 12));
    return fixed(Math.min(38, l1 + s2 + scale), scale);
  }
  const scale = Math.max(s1, s2);
  const carry = operator === '%' ? 0 : 1;
  return fixed(Math.min(38, Math.max(l1, l2) + carry + scale), scale);
}

/** The type of CASE, COALESCE and UNION branches together; undefined where one is not known. */
export function commonOf(types: readonly (SqlType | undefined)[]): SqlType | undefined {
  let common: SqlType | undefined;
  for (const type of types) {
    if (type === undefined) return undefined;
    common = common === undefined ? type : widen(common, type);
    if (common === undefined) return undefined;
  }
  return common;
}

function widen(a: SqlType, b: SqlType): SqlType | undefined {
  if (a.type === b.type) {
    if (a.type === 'FIXED') {
      const scale = Math.max(a.scale ?? 0, b.scale ?? 0);
      const whole = Math.max((a.precision ?? 38) - (a.scale ?? 0), (b.precision ?? 38) - (b.scale ?? 0));
      return fixed(Math.min(38, whole + scale), scale);
    }
    if (a.type === 'TEXT' || a.type === 'BINARY') {
      if (a.length === undefined || b.length === undefined) return { type: a.type };
      return { type: a.type, length: Math.max(a.length, b.length) };
    }
    return (a.scale ?? 9) >= (b.scale ?? 9) ? a : b;
  }
  const [left, right] = [familyOf(a), familyOf(b)];
  if (left === 'number' && right === 'number') return FLOAT;
  if ([left, right].some((family) => ['any', 'object', 'array'].includes(family))) return VARIANT;
  if (left === 'date' && right === 'timestamp') return b;
  if (left === 'timestamp' && right === 'date') return a;
  if (left === 'timestamp' && right === 'timestamp') {
    return a.type === 'TIMESTAMP_NTZ' && b.type === 'TIMESTAMP_NTZ' ? NTZ : TZ;
  }
  if (left === 'text') return b;
  if (right === 'text') return a;
  return undefined;
}
