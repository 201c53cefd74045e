import {
  BOOLEAN,
  compilationError,
  DATE,
  FLOAT,
  fixed,
  NTZ,
  type SqlType,
  TEXT,
} from '../../../sql/index.ts';
import { castTo, isJson, isMoment, isNumeric, isZoned, textOf } from './casts.ts';
import type { Emitted } from './translation.ts';

const DIVISION_BY_ZERO = `error('[100051 22012] Division by zero')`;

/** Numbers given as text or VARIANT count as numbers in arithmetic. */
function asNumber(value: Emitted): Emitted {
  if (value.type === undefined || isNumeric(value.type)) return value;
  if (value.type.type === 'TEXT') return castTo(value, fixed(38, 5));
  if (isJson(value.type)) return castTo(value, FLOAT);
  if (value.type.type === 'BOOLEAN') return { sql: `CAST(${value.sql} AS INTEGER)`, type: fixed(1, 0) };
  return value;
}

const isInteger = (sql: string) => /^-?\d+$/.test(sql);

export function arithmetic(operator: string, first: Emitted, second: Emitted): Emitted {
  if (operator === '||') return { sql: `(${textOf(first)} || ${textOf(second)})`, type: TEXT };
  const moment = momentArithmetic(operator, first, second);
  if (moment) return moment;
  const [left, right] = [asNumber(first), asNumber(second)];
  if (operator === '/') return divide(left, right);
  const a = left.type;
  const b = right.type;
  // Two constants would be added as 32-bit integers.
  const wide = isInteger(left.sql) && isInteger(right.sql) ? `CAST(${left.sql} AS HUGEINT)` : left.sql;
  const sql = `(${wide} ${operator} ${right.sql})`;
  if (a === undefined || b === undefined) return { sql, type: undefined };
  if (a.type === 'REAL' || b.type === 'REAL') return { sql, type: FLOAT };
  if (a.type !== 'FIXED' || b.type !== 'FIXED') return { sql, type: undefined };
  const [s1, s2] = [a.scale ?? 0, b.scale ?? 0];
  const [l1, l2] = [(a.precision ?? 38) - s1, (b.precision ?? 38) - s2];
  if (operator === '*') {
    const scale = Math.min(s1 + s2, Math.max(s1, s2, 12));
    const type = fixed(Math.min(38, l1 + l2 + scale), scale);
    if (scale !== s1 + s2) return { sql: `CAST(${sql} AS DECIMAL(38,${scale}))`, type };
    return { sql, type };
  }
  if (operator === '%') {
    const modulo = `CASE WHEN ${right.sql} = 0 THEN ${DIVISION_BY_ZERO} ELSE ${sql} END`;
    return { sql: `(${modulo})`, type: fixed(Math.max(l1, l2) + Math.max(s1, s2), Math.max(s1, s2)) };
  }
  const scale = Math.max(s1, s2);
  return { sql, type: fixed(Math.min(38, Math.max(l1, l2) + 1 + scale), scale) };
}

/** `date ± days`, `moment ± INTERVAL`, `date - date`. */
function momentArithmetic(operator: string, left: Emitted, right: Emitted): Emitted | undefined {
  if (operator !== '+' && operator !== '-') return undefined;
  if (right.sql.startsWith('INTERVAL ')) {
    const base = left.type?.type === 'TEXT' ? castTo(left, NTZ) : left;
    const sql = `(${base.sql} ${operator} (${right.sql}))`;
    // A date plus whole days stays a date; hours and less make it a timestamp.
    const whole = !/HOUR|MINUTE|SECOND/i.test(right.sql);
    if (base.type?.type === 'DATE')
      return whole ? { sql: `CAST(${sql} AS DATE)`, type: DATE } : { sql, type: NTZ };
    return { sql, type: base.type };
  }
  if (left.type?.type === 'DATE' && right.type?.type === 'FIXED') {
    return { sql: `(${left.sql} ${operator} CAST(${right.sql} AS INTEGER))`, type: DATE };
  }
  if (operator === '+' && right.type?.type === 'DATE' && left.type?.type === 'FIXED') {
    return { sql: `(${right.sql} + CAST(${left.sql} AS INTEGER))`, type: DATE };
  }
  if (operator === '-' && left.type?.type === 'DATE' && right.type?.type === 'DATE') {
    return { sql: `(${left.sql} - ${right.sql})`, type: fixed(9, 0) };
  }
  return undefined;
}

/**
 * Snowflake's division: NUMBER / NUMBER is a NUMBER whose scale is max(s1, min(s1 + 6, 12)), rounded half away from zero;
 * a division by zero is an error.
 */
export function divide(left: Emitted, right: Emitted): Emitted {
  const guard = (sql: string) => `(CASE WHEN ${right.sql} = 0 THEN ${DIVISION_BY_ZERO} ELSE ${sql} END)`;
  const exact = exactDivision(left, right);
  if (exact) return { sql: guard(exact.sql), type: exact.type };
  return { sql: guard(`CAST(${left.sql} AS DOUBLE) / ${right.sql}`), type: FLOAT };
}

/** The quotient of two NUMBERs without the guard against zero; undefined when one is no NUMBER. */
export function exactDivision(left: Emitted, right: Emitted): Emitted | undefined {
  const [a, b] = [left.type, right.type];
  if (a?.type !== 'FIXED' || b?.type !== 'FIXED') return undefined;
  const [s1, s2] = [a.scale ?? 0, b.scale ?? 0];
  const scale = Math.max(s1, Math.min(s1 + 6, 12));
  const type = fixed(Math.min(38, (a.precision ?? 38) - s1 + s2 + scale), scale);
  const shift = 10n ** BigInt(scale - s1 + s2);
  const whole = (sql: string, s: number) => `"_f".unscaled(${sql}, ${10n ** BigInt(s)})`;
  const one = `CAST('${scale === 0 ? '1' : `0.${'0'.repeat(scale - 1)}1`}' AS DECIMAL(${scale + 1},${scale}))`;
  const exact = `CAST("_f".rounded_quotient(${whole(left.sql, s1)} * CAST(${shift} AS HUGEINT), ${whole(right.sql, s2)}) AS DECIMAL(38,0)) * ${one}`;
  const approximate = `CAST(CAST(${left.sql} AS DOUBLE) / ${right.sql} AS DECIMAL(38,${scale}))`;
  // Beyond these bounds the whole numbers would leave 128 bits.
  const top = Math.min(36 - s1 - (scale - s1 + s2), 37 - 2 * s1);
  const bottom = 37 - 2 * s2;
  const narrow = (t: SqlType, bound: number) => (t.precision ?? 38) - (t.scale ?? 0) <= bound;
  if (narrow(a, top) && narrow(b, bottom)) return { sql: exact, type };
  const fits = `abs(CAST(${left.sql} AS DOUBLE)) < 1e${top} AND abs(CAST(${right.sql} AS DOUBLE)) < 1e${bottom}`;
  return { sql: `CASE WHEN ${fits} THEN ${exact} ELSE ${approximate} END`, type };
}

/** Both sides of a comparison, brought to a type in which they can be compared. */
export function comparable(left: Emitted, right: Emitted): [Emitted, Emitted] {
  const [a, b] = [left.type, right.type];
  if (a === undefined || b === undefined || left.sql === 'NULL' || right.sql === 'NULL') return [left, right];
  if (isJson(a) && isJson(b)) return [castTo(left, TEXT), castTo(right, TEXT)];
  if (isJson(a)) return [castTo(left, { ...b, ...(b.type === 'FIXED' ? fixed(38, 9) : {}) }), right];
  if (isJson(b)) return [left, castTo(right, { ...a, ...(a.type === 'FIXED' ? fixed(38, 9) : {}) })];
  if (a.type === 'TEXT' && b.type !== 'TEXT') return [castTo(left, widerNumber(b)), right];
  if (b.type === 'TEXT' && a.type !== 'TEXT') return [left, castTo(right, widerNumber(a))];
  if (isMoment(a) && isMoment(b) && isZoned(a) !== isZoned(b)) {
    return isZoned(a) ? [left, castTo(right, a)] : [castTo(left, b), right];
  }
  if (a.type === 'BOOLEAN' && isNumeric(b)) return [left, castTo(right, BOOLEAN)];
  if (b.type === 'BOOLEAN' && isNumeric(a)) return [castTo(left, BOOLEAN), right];
  const kinds = [kindOf(a), kindOf(b)];
  if (kinds[0] !== kinds[1]) {
    throw compilationError(
      `Can not convert parameter of type [${b.type}] into expected type [${a.type}]`,
      '001790',
      '22000',
    );
  }
  return [left, right];
}

/** Text that is compared with a number may have more digits than the number's own type. */
function widerNumber(type: SqlType): SqlType {
  return type.type === 'FIXED' ? fixed(38, Math.max(type.scale ?? 0, 5)) : type;
}

function kindOf(type: SqlType): string {
  if (isNumeric(type)) return 'number';
  if (isMoment(type)) return 'moment';
  return type.type;
}

export function compare(operator: string, left: Emitted, right: Emitted): Emitted {
  const [a, b] = comparable(left, right);
  return { sql: `(${a.sql} ${operator} ${b.sql})`, type: BOOLEAN };
}
