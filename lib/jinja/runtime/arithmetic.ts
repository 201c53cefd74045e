import { limitError, TemplateError, typeError, valueError } from '../errors.ts';
import { indexOf } from './iteration.ts';
import { bounded, longestText } from './limits.ts';
import { isSet, typeName } from './names.ts';
import { JinjaObject } from './objects.ts';
import { formatPercent } from './percent.ts';
import { str } from './text.ts';
import { Undefined } from './undefined.ts';
import { Float, float, int, Markup, PythonSet, Tuple } from './values.ts';

/** A power's result has at most about this many bits. */
const mostBits = 100_000;

/** A number's parts: what kind it is and its value; undefined for what is no number. */
type Numeric = { float: number } | { int: number | bigint };

function numeric(value: unknown): Numeric | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? { int: value } : { float: value };
  if (typeof value === 'bigint') return { int: value };
  if (typeof value === 'boolean') return { int: value ? 1 : 0 };
  return value instanceof Float ? { float: value.value } : undefined;
}

function asNumber(value: Numeric): number {
  return 'float' in value ? value.float : Number(value.int);
}

interface Operation {
  sign: string;
  ints: (a: bigint, b: bigint) => unknown;
  floats: (a: number, b: number) => unknown;
}

const addition: Operation = { sign: '+', ints: (a, b) => int(a + b), floats: (a, b) => float(a + b) };
const subtraction: Operation = { sign: '-', ints: (a, b) => int(a - b), floats: (a, b) => float(a - b) };
const multiplication: Operation = { sign: '*', ints: multiplyInts, floats: (a, b) => float(a * b) };
const division: Operation = { sign: '/', ints: divideInts, floats: (a, b) => float(a / nonZero(b)) };
const floorDivision: Operation = { sign: '//', ints: floorDivideInts, floats: floorDivideFloats };
const modulus: Operation = {
  sign: '%',
  ints: moduloInts,
  floats: (a, b) => float(moduloFloats(a, nonZero(b))),
};

const powers: Operation = { sign: '** or pow()', ints: powerInts, floats: powerFloats };

function operate(operation: Operation, a: unknown, b: unknown): unknown {
  const [x, y] = [numeric(a), numeric(b)];
  if (x !== undefined && y !== undefined) {
    if ('int' in x && 'int' in y) return operation.ints(BigInt(x.int), BigInt(y.int));
    return operation.floats(asNumber(x), asNumber(y));
  }
  const byObject = operateOnObjects(operation.sign, a, b);
  if (byObject !== undefined) return byObject;
  if (a instanceof Undefined) throw a.error();
  if (b instanceof Undefined) throw b.error();
  throw typeError(
    `unsupported operand type(s) for ${operation.sign}: '${typeName(a)}' and '${typeName(b)}'`,
    'Use ~ to join values as text.',
  );
}

function operateOnObjects(sign: string, a: unknown, b: unknown): unknown {
  const left = a instanceof JinjaObject ? a.operate(sign, b, false) : undefined;
  if (left !== undefined) return left;
  return b instanceof JinjaObject ? b.operate(sign, a, true) : undefined;
}

function safeInts(a: unknown, b: unknown): boolean {
  return Number.isSafeInteger(a) && Number.isSafeInteger(b);
}

/** `a + b`: numbers, texts, lists. */
export function add(a: unknown, b: unknown): unknown {
  if (typeof a === 'number' && typeof b === 'number' && safeInts(a, b) && Number.isSafeInteger(a + b))
    return a + b;
  if (typeof a === 'string' && typeof b === 'string') return bounded(a + b);
  if (Array.isArray(a) && Array.isArray(b) && a instanceof Tuple === b instanceof Tuple) {
    if (a.length + b.length > longestText) throw limitError('The list grows too long.');
    return a instanceof Tuple ? Tuple.ofItems([...a, ...b]) : [...a, ...b];
  }
  if (a instanceof Markup || b instanceof Markup) return new Markup(escaped(a) + escaped(b));
  if (typeof a === 'string' && !(b instanceof Undefined) && !(b instanceof JinjaObject)) {
    throw typeError(
      `can only concatenate str (not "${typeName(b)}") to str`,
      'Use ~ to join values as text.',
    );
  }
  return operate(addition, a, b);
}

/** What joins a text that is escaped for HTML is escaped first. */
function escaped(value: unknown): string {
  return value instanceof Markup ? value.text : escapeHtml(str(value));
}

/** A text with HTML's special characters escaped, as MarkupSafe does it. */
export function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('>', '&gt;')
    .replaceAll('<', '&lt;')
    .replaceAll("'", '&#39;')
    .replaceAll('"', '&#34;');
}

/** `a - b`: numbers and sets. */
export function subtract(a: unknown, b: unknown): unknown {
  if (typeof a === 'number' && typeof b === 'number' && safeInts(a, b) && Number.isSafeInteger(a - b))
    return a - b;
  if (isSet(a) && isSet(b)) return PythonSet.from([...a].filter((item) => !b.has(item)));
  return operate(subtraction, a, b);
}

/** `a * b`: numbers, and texts or lists repeated. */
export function multiply(a: unknown, b: unknown): unknown {
  const repeated = repeat(a, b) ?? repeat(b, a);
  return repeated ?? operate(multiplication, a, b);
}

function repeat(sequence: unknown, times: unknown): unknown {
  if (typeof sequence !== 'string' && !Array.isArray(sequence)) return undefined;
  if (typeof times !== 'number' && typeof times !== 'bigint' && typeof times !== 'boolean') return undefined;
  if (typeof times === 'number' && !Number.isSafeInteger(times)) return undefined;
  const count = Math.max(0, indexOf(times));
  if (sequence.length * count > longestText) throw limitError('Repeating makes this too long.');
  if (typeof sequence === 'string') return sequence.repeat(count);
  const items: unknown[] = [];
  if (sequence.length > 0) for (let i = 0; i < count; i++) items.push(...sequence);
  return sequence instanceof Tuple ? Tuple.ofItems(items) : items;
}

export function divide(a: unknown, b: unknown): unknown {
  return operate(division, a, b);
}

export function floorDivide(a: unknown, b: unknown): unknown {
  return operate(floorDivision, a, b);
}

/** `a % b`: numbers, and formatting of a text. */
export function modulo(a: unknown, b: unknown): unknown {
  return typeof a === 'string' ? formatPercent(a, b) : operate(modulus, a, b);
}

export function power(a: unknown, b: unknown): unknown {
  return operate(powers, a, b);
}

export function negate(value: unknown): unknown {
  return unary('-', value, (number) => ('float' in number ? float(-number.float) : int(-BigInt(number.int))));
}

export function positive(value: unknown): unknown {
  return unary('+', value, (number) => ('float' in number ? float(number.float) : number.int));
}

function unary(sign: string, value: unknown, apply: (number: Numeric) => unknown): unknown {
  const number = numeric(value);
  if (number !== undefined) return apply(number);
  if (value instanceof Undefined) throw value.error();
  throw typeError(`bad operand type for unary ${sign}: '${typeName(value)}'`);
}

function arithmeticError(message: string): TemplateError {
  return new TemplateError({ code: 'ARITHMETIC', message });
}

function nonZero(value: number): number {
  if (value === 0) throw arithmeticError('division by zero');
  return value;
}

function multiplyInts(a: bigint, b: bigint): unknown {
  if (bits(a) + bits(b) > mostBits) throw limitError('The number grows too large.');
  return int(a * b);
}

function divideInts(a: bigint, b: bigint): unknown {
  if (b === 0n) throw arithmeticError('division by zero');
  const quotient = Number(a) / Number(b);
  if (Number.isFinite(quotient)) return float(quotient);
  throw arithmeticError('integer division result too large for a float');
}

function floorDivideInts(a: bigint, b: bigint): unknown {
  if (b === 0n) throw arithmeticError('integer division or modulo by zero');
  const quotient = a / b;
  return int(a % b !== 0n && a < 0n !== b < 0n ? quotient - 1n : quotient);
}

function moduloInts(a: bigint, b: bigint): unknown {
  if (b === 0n) throw arithmeticError('integer modulo by zero');
  const rest = a % b;
  return int(rest !== 0n && rest < 0n !== b < 0n ? rest + b : rest);
}

/** Python's float modulo takes the sign of the divisor. */
function moduloFloats(a: number, b: number): number {
  const rest = a % b;
  if (rest === 0) return b < 0 ? -0 : 0;
  return rest < 0 !== b < 0 ? rest + b : rest;
}

function floorDivideFloats(a: number, b: number): unknown {
  const quotient = (a - moduloFloats(a, nonZero(b))) / b;
  const floor = Math.floor(quotient);
  return float(quotient - floor > 0.5 ? floor + 1 : floor);
}

function powerInts(base: bigint, exponent: bigint): unknown {
  if (exponent < 0n) return powerFloats(Number(base), Number(exponent));
  if (base > 1n || base < -1n) {
    if (exponent > mostBits || bits(base) * Number(exponent) > mostBits)
      throw limitError('The number grows too large.');
    return int(base ** exponent);
  }
  if (base === -1n) return exponent % 2n === 0n ? 1 : -1;
  return base === 0n && exponent === 0n ? 1 : Number(base);
}

function powerFloats(base: number, exponent: number): unknown {
  if (base === 0 && exponent < 0) throw arithmeticError('0.0 cannot be raised to a negative power');
  if (base < 0 && !Number.isInteger(exponent) && Number.isFinite(exponent)) {
    throw valueError(
      'A negative number to a fractional power is a complex number, which templates do not have',
    );
  }
  if (base === 1 || exponent === 0) return float(1);
  const result = base ** exponent;
  if (!Number.isFinite(result) && Number.isFinite(base) && Number.isFinite(exponent)) {
    throw arithmeticError('Numerical result out of range');
  }
  return float(result);
}

function bits(value: bigint): number {
  const size = value < 0n ? -value : value;
  return size < 2n ** 53n ? Math.ceil(Math.log2(Number(size) + 1)) : size.toString(16).length * 4;
}
