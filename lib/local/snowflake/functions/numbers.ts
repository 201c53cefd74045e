import { FLOAT, fixed, NUMBER } from '../../../sql/index.ts';
import type { CallSite } from '../translate/call.ts';
import { castTo, constantText, isJson, isNumeric, textOf } from '../translate/casts.ts';
import { arithmetic } from '../translate/operators.ts';
import type { Emitted } from '../translate/translation.ts';
import { doubleOf, type Emitter, type Emitters, integerOf, numberOf, ofDoubles } from './helpers.ts';

/** ROUND, TRUNC, CEIL and FLOOR keep NUMBERs exact: `scale` digits stay. */
function rounding(name: 'round' | 'trunc' | 'ceil' | 'floor'): Emitter {
  return (site) => {
    const value = numberOf(site.arg(0));
    const places = Number(site.constant(1) ?? (site.raw(1) === undefined ? '0' : Number.NaN));
    const negative = site.raw(1)?.kind === 'unary' ? -Number(constantNumber(site)) : places;
    if (value.type?.type !== 'FIXED' || Number.isNaN(negative)) return roundDouble(name, value, site);
    const scale = value.type.scale ?? 0;
    if (negative >= scale) return value;
    const kept = Math.max(0, negative);
    const type = fixed(Math.min(38, (value.type.precision ?? 38) - scale + kept + 1), kept);
    return { sql: exactly(name, value.sql, scale, negative, kept), type };
  };
}

function constantNumber(site: CallSite): string {
  const raw = site.raw(1);
  return raw?.kind === 'unary' && raw.value.kind === 'number' ? raw.value.value : '0';
}

/** Works on the unscaled whole number, so that no digit passes through a DOUBLE. */
function exactly(name: string, sql: string, scale: number, places: number, kept: number): string {
  const step = 10n ** BigInt(scale - places);
  const whole = `"_f".unscaled(${sql}, ${10n ** BigInt(scale)})`;
  const quotient = `"_f".${name}_quotient(${whole}, CAST(${step} AS HUGEINT))`;
  if (places < 0) return `CAST(${quotient} * ${10n ** BigInt(-places)} AS DECIMAL(38,0))`;
  const unit = kept === 0 ? '1' : `0.${'0'.repeat(kept - 1)}1`;
  return `(CAST(${quotient} AS DECIMAL(38,0)) * CAST('${unit}' AS DECIMAL(${kept + 1},${kept})))`;
}

function roundDouble(name: string, value: Emitted, site: CallSite): Emitted {
  const x = doubleOf(value);
  if (site.count < 2) return { sql: `${name}(${x})`, type: FLOAT };
  const places = `CAST(${site.arg(1).sql} AS INTEGER)`;
  if (name === 'round') return { sql: `round(${x}, ${places})`, type: FLOAT };
  return { sql: `(${name}(${x} * pow(10, ${places})) / pow(10, ${places}))`, type: FLOAT };
}

/** TO_NUMBER(text, precision, scale) and its TRY_ form. A format may stand between. */
function toNumber(safe: boolean): Emitter {
  return (site) => {
    const value = site.arg(0);
    const rest = site.call.args.slice(1).map((_, index) => site.constant(index + 1));
    const numbers = rest.filter((text) => text !== undefined && /^\d+$/.test(text)).map(Number);
    const hasFormat = rest.length > 0 && rest[0] !== undefined && !/^\d+$/.test(rest[0]);
    const type = fixed(numbers[0] ?? 38, numbers[1] ?? 0);
    if (!hasFormat) {
      if (value.type?.type === 'BOOLEAN')
        return {
          sql: `CAST(CAST(${value.sql} AS INTEGER) AS DECIMAL(${type.precision},${type.scale}))`,
          type,
        };
      return castTo(value, type, safe);
    }
    // A format of digits, separators and signs: what it adds to the digits is taken away.
    const digits = `regexp_replace(${textOf(value)}, '[,$ ]', '', 'g')`;
    return castTo({ sql: digits, type: { type: 'TEXT' } }, type, safe);
  };
}

function toDouble(safe: boolean): Emitter {
  return (site) => castTo(site.arg(0), FLOAT, safe);
}

function bits(operator: string): Emitter {
  return (site) => ({
    sql: `(${integerOf(site.arg(0))} ${operator} ${integerOf(site.arg(1))})`,
    type: NUMBER,
  });
}

function signed(value: Emitted): Emitted {
  return isJson(value.type) || value.type?.type === 'TEXT' ? numberOf(value) : value;
}

export const NUMBERS: Emitters = {
  ABS: (site) => ({ sql: `abs(${signed(site.arg(0)).sql})`, type: signed(site.arg(0)).type }),
  ROUND: rounding('round'),
  TRUNC: (site) =>
    site.arg(0).type && !isNumeric(site.arg(0).type) ? momentTrunc(site) : rounding('trunc')(site),
  TRUNCATE: rounding('trunc'),
  CEIL: rounding('ceil'),
  FLOOR: rounding('floor'),
  SIGN: (site) => ({ sql: `sign(${numberOf(site.arg(0)).sql})`, type: fixed(1, 0) }),
  MOD: (site) => arithmetic('%', site.arg(0), site.arg(1)),
  SQRT: ofDoubles('sqrt'),
  CBRT: ofDoubles('cbrt'),
  SQUARE: (site) => ({ sql: `pow(${doubleOf(site.arg(0))}, 2)`, type: FLOAT }),
  POWER: ofDoubles('pow'),
  POW: ofDoubles('pow'),
  EXP: ofDoubles('exp'),
  LN: ofDoubles('ln'),
  LOG: (site) => ({ sql: `(ln(${doubleOf(site.arg(1))}) / ln(${doubleOf(site.arg(0))}))`, type: FLOAT }),
  FACTORIAL: (site) => ({ sql: `factorial(CAST(${site.arg(0).sql} AS INTEGER))`, type: fixed(38, 0) }),
  PI: () => ({ sql: 'pi()', type: FLOAT }),
  DEGREES: ofDoubles('degrees'),
  RADIANS: ofDoubles('radians'),
  SIN: ofDoubles('sin'),
  COS: ofDoubles('cos'),
  TAN: ofDoubles('tan'),
  COT: ofDoubles('cot'),
  ASIN: ofDoubles('asin'),
  ACOS: ofDoubles('acos'),
  ATAN: ofDoubles('atan'),
  ATAN2: ofDoubles('atan2'),
  SINH: ofDoubles('sinh'),
  COSH: ofDoubles('cosh'),
  TANH: ofDoubles('tanh'),
  HAVERSINE: (site) => {
    const [lat1, lon1, lat2, lon2] = site.args().map(doubleOf);
    return {
      sql: `(2 * 6371 * asin(sqrt(pow(sin(radians(${lat2} - ${lat1}) / 2), 2) + cos(radians(${lat1})) * cos(radians(${lat2})) * pow(sin(radians(${lon2} - ${lon1}) / 2), 2))))`,
      type: FLOAT,
    };
  },
  BITAND: bits('&'),
  BITOR: bits('|'),
  BITXOR: (site) => ({ sql: `xor(${integerOf(site.arg(0))}, ${integerOf(site.arg(1))})`, type: NUMBER }),
  BITNOT: (site) => ({ sql: `(~${integerOf(site.arg(0))})`, type: NUMBER }),
  BITSHIFTLEFT: bits('<<'),
  BITSHIFTRIGHT: bits('>>'),
  RANDOM: () => ({
    sql: 'CAST(floor((random() - 0.5) * 18446744073709549568) AS BIGINT)',
    type: fixed(19, 0),
  }),
  UNIFORM: (site) => {
    const [low, high] = [site.arg(0), site.arg(1)];
    if (low.type?.type === 'REAL' || (low.type?.scale ?? 0) > 0) {
      return { sql: `(${doubleOf(low)} + random() * (${doubleOf(high)} - ${doubleOf(low)}))`, type: FLOAT };
    }
    return {
      sql: `CAST(${low.sql} + floor(random() * (${high.sql} - ${low.sql} + 1)) AS BIGINT)`,
      type: NUMBER,
    };
  },
  TO_NUMBER: toNumber(false),
  TO_DECIMAL: toNumber(false),
  TO_NUMERIC: toNumber(false),
  TRY_TO_NUMBER: toNumber(true),
  TRY_TO_DECIMAL: toNumber(true),
  TRY_TO_NUMERIC: toNumber(true),
  TO_DOUBLE: toDouble(false),
  TRY_TO_DOUBLE: toDouble(true),
};

/** TRUNC(date, part) is DATE_TRUNC(part, date). */
function momentTrunc(site: CallSite): Emitted {
  const part = site.constant(1) ?? 'DAY';
  const value = site.arg(0);
  const sql = `date_trunc(${constantText(part.toLowerCase()).sql}, ${value.sql})`;
  return value.type?.type === 'DATE'
    ? { sql: `CAST(${sql} AS DATE)`, type: value.type }
    : { sql, type: value.type };
}
