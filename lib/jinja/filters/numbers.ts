import { typeError, valueError } from '../errors.ts';
import { divide, multiply, power } from '../runtime/arithmetic.ts';
import type { Operation } from '../runtime/core.ts';
import { fixed } from '../runtime/decimal.ts';
import { indexOf } from '../runtime/iteration.ts';
import { typeName } from '../runtime/names.ts';
import { isTrue } from '../runtime/truth.ts';
import { Undefined } from '../runtime/undefined.ts';
import { Float, float, int, Markup } from '../runtime/values.ts';
import { defineOperations } from './define.ts';

const floatText =
  /^[+-]?(?:(?:\d+(?:_\d+)*)(?:\.(?:\d+(?:_\d+)*)?)?|\.\d+(?:_\d+)*)(?:e[+-]?\d+(?:_\d+)*)?$/i;
const infinities = /^[+-]?(?:inf|infinity|nan)$/i;

/** Python's float(value) of a number or text; undefined where it raises an error. */
function floatOf(value: unknown): number | undefined {
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean')
    return Number(value);
  if (value instanceof Float) return value.value;
  if (value instanceof Markup) return floatOf(value.text);
  if (typeof value !== 'string') return undefined;
  const text = value.trim();
  if (infinities.test(text)) {
    if (/nan/i.test(text)) return Number.NaN;
    return text.startsWith('-') ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  }
  return floatText.test(text) ? Number(text.replaceAll('_', '')) : undefined;
}

/** Python's int(text, base); undefined where it raises an error. */
function parseInteger(text: string, base: number): number | bigint | undefined {
  const match = /^([+-]?)(0[xob])?([\da-z]+(?:_[\da-z]+)*)$/i.exec(
    text.trim().replace(/^([+-]?0[xob])_/i, '$1'),
  );
  if (match === null) return undefined;
  const [, sign = '', prefix = '', body = ''] = match;
  const prefixBase = { '0x': 16, '0o': 8, '0b': 2 }[prefix.toLowerCase()];
  const digits = prefix !== '' && prefixBase !== base && base !== 0 ? prefix + body : body;
  const radix = base === 0 ? (prefixBase ?? 10) : base;
  let value = 0n;
  for (const char of digits.replaceAll('_', '').toLowerCase()) {
    const digit = Number.parseInt(char, 36);
    if (!(digit < radix)) return undefined;
    value = value * BigInt(radix) + BigInt(digit);
  }
  return int(sign === '-' ? -value : value);
}

function toInt(value: unknown, other: unknown = 0, base: unknown = 10): unknown {
  if (value instanceof Markup) return toInt(value.text, other, base);
  if (typeof value === 'string') {
    const parsed = parseInteger(value, indexOf(base));
    if (parsed !== undefined) return parsed;
  } else if (typeof value === 'bigint') return value;
  else if (value instanceof Undefined) throw value.error();
  const number = floatOf(value);
  return number === undefined || !Number.isFinite(number) ? other : int(BigInt(Math.trunc(number)));
}

function toFloat(value: unknown, other: unknown = new Float(0)): unknown {
  if (value instanceof Undefined) throw value.error();
  const number = floatOf(value);
  return number === undefined ? other : float(number);
}

function abs(value: unknown): unknown {
  if (value instanceof Float) return new Float(Math.abs(value.value));
  if (typeof value === 'number') return Math.abs(value);
  if (typeof value === 'bigint') return value < 0n ? -value : value;
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (value instanceof Undefined) throw value.error();
  throw typeError(`bad operand type for abs(): '${typeName(value)}'`);
}

function round(value: unknown, precision: unknown = 0, method: unknown = 'common'): unknown {
  if (value instanceof Undefined) throw value.error();
  if (method !== 'common' && method !== 'ceil' && method !== 'floor') {
    throw valueError('method must be common, ceil or floor');
  }
  const isInt = typeof value === 'bigint' || typeof value === 'boolean' || Number.isSafeInteger(value);
  const number = typeof value === 'string' ? undefined : floatOf(value);
  if (number === undefined) throw typeError(`type ${typeName(value)} doesn't define __round__ method`);
  const digits = indexOf(precision);
  if (method === 'common')
    return isInt && digits >= 0
      ? typeof value === 'boolean'
        ? Number(value)
        : value
      : isInt
        ? roundInt(value, digits)
        : roundFloat(number, digits);
  const scale = power(10, digits);
  const scaled = multiply(value, scale);
  const whole = method === 'ceil' ? Math.ceil(Number(scaled)) : Math.floor(Number(scaled));
  return divide(int(BigInt(whole)), scale);
}

/** Python rounds half to even, from the exact value. */
function roundFloat(value: number, digits: number): unknown {
  if (!Number.isFinite(value)) return float(value);
  const sign = value < 0 || Object.is(value, -0) ? -1 : 1;
  if (digits > 330) return float(value);
  if (digits >= 0) return float(sign * Number(fixed(Math.abs(value), digits)));
  return float(sign * Number(`${fixed(Math.abs(value), digits)}e${-digits}`));
}

function roundInt(value: unknown, digits: number): unknown {
  const unit = 10n ** BigInt(Math.min(-digits, 400));
  const whole = BigInt(Number(value));
  const low = whole - (((whole % unit) + unit) % unit);
  const twice = (whole - low) * 2n;
  const up = twice > unit || (twice === unit && (low / unit) % 2n !== 0n);
  return int(up ? low + unit : low);
}

function filesizeformat(value: unknown, binary: unknown = false): string {
  const bytes = floatOf(value);
  if (bytes === undefined) throw valueError(`could not convert ${typeName(value)} to a size`);
  const isBinary = isTrue(binary);
  const base = isBinary ? 1024 : 1000;
  if (bytes === 1) return '1 Byte';
  if (bytes < base) return `${Math.trunc(bytes)} Bytes`;
  const letters = [...(isBinary ? 'KMGTPEZY' : 'kMGTPEZY')];
  const step = letters.findIndex((_, index) => bytes < base ** (index + 2));
  const index = step === -1 ? letters.length - 1 : step;
  return `${fixed((base * bytes) / base ** (index + 2), 1)} ${letters[index]}${isBinary ? 'i' : ''}B`;
}

/** Filters of numbers. */
export function numberFilters(): [string, Operation][] {
  return defineOperations({
    abs: [['value'], abs],
    int: [['value', 'default?', 'base?'], toInt],
    float: [['value', 'default?'], toFloat],
    round: [['value', 'precision?', 'method?'], round],
    filesizeformat: [['value', 'binary?'], filesizeformat],
  });
}
