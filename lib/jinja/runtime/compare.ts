import { typeError } from '../errors.ts';
import { Budget } from './limits.ts';
import { entriesOf, isDict, isSet, lookUp, sizeOf, typeName } from './names.ts';
import { JinjaObject } from './objects.ts';
import { Undefined } from './undefined.ts';
import { Float, Markup, Range, Tuple } from './values.ts';
import { DictView } from './views.ts';

/** A number or boolean as JavaScript compares it, or undefined. */
function numeric(value: unknown): number | bigint | undefined {
  if (typeof value === 'number' || typeof value === 'bigint') return value;
  if (typeof value === 'boolean') return value ? 1 : 0;
  return value instanceof Float ? value.value : undefined;
}

/** `a == b`. */
export function equal(a: unknown, b: unknown, budget?: Budget): boolean {
  if (a === b) return !Number.isNaN(a);
  if (typeof a === 'string' && typeof b === 'string') return false;
  const x = numeric(a);
  if (x !== undefined) {
    const y = numeric(b);
    return y !== undefined ? sameNumber(x, y) : b instanceof JinjaObject && b.equals(a);
  }
  if (a === null || a === undefined) return b === null || b === undefined;
  if (a instanceof JinjaObject) return a.equals(b);
  if (b instanceof JinjaObject) return b.equals(a);
  if (a instanceof Undefined) return b instanceof Undefined;
  if (Array.isArray(a)) return Array.isArray(b) && equalLists(a, b, budget ?? new Budget());
  if (a instanceof Markup || b instanceof Markup) return textOf(a) === textOf(b) && textOf(a) !== undefined;
  if (isDict(a)) return isDict(b) && equalDicts(a, b, budget ?? new Budget());
  if (isSet(a)) return isSet(b) && a.size === b.size && [...a].every((item) => b.has(item));
  if (a instanceof Range) return b instanceof Range && equalLists([...a], [...b], budget ?? new Budget());
  if (a instanceof DictView && b instanceof DictView) return equalViews(a, b, budget ?? new Budget());
  return false;
}

function sameNumber(x: number | bigint, y: number | bigint): boolean {
  return !(x < y) && !(x > y) && !Number.isNaN(x) && !Number.isNaN(y);
}

function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  return value instanceof Markup ? value.text : undefined;
}

function equalLists(a: readonly unknown[], b: readonly unknown[], budget: Budget): boolean {
  budget.spend();
  if (a.length !== b.length || a instanceof Tuple !== b instanceof Tuple) return false;
  return a.every((item, index) => item === b[index] || equal(item, b[index], budget));
}

function equalDicts(
  a: Map<unknown, unknown> | Record<string, unknown>,
  b: Map<unknown, unknown> | Record<string, unknown>,
  budget: Budget,
): boolean {
  budget.spend();
  if (sizeOf(a) !== sizeOf(b)) return false;
  return entriesOf(a).every(([key, value]) => {
    const other = lookUp(b, key);
    return other !== undefined && equal(value, other, budget);
  });
}

function equalViews(a: DictView, b: DictView, budget: Budget): boolean {
  const [left, right] = [a.toArray(), b.toArray()];
  return (
    left.length === right.length && left.every((item) => right.some((other) => equal(item, other, budget)))
  );
}

/**
 * How two values are ordered: less than zero, zero, more; NaN if a nan is among them. Values of kinds that have
 * no order are a type error naming the operator.
 */
export function order(a: unknown, b: unknown, operator: string): number {
  if (typeof a === 'string' && typeof b === 'string') return orderOfTexts(a, b);
  const x = numeric(a);
  const y = numeric(b);
  if (x !== undefined && y !== undefined) return x < y ? -1 : x > y ? 1 : sameNumber(x, y) ? 0 : Number.NaN;
  if (a instanceof Undefined) throw a.error();
  if (b instanceof Undefined) throw b.error();
  if (Array.isArray(a) && Array.isArray(b) && a instanceof Tuple === b instanceof Tuple) {
    return orderOfLists(a, b, operator);
  }
  const compared = orderOfObjects(a, b);
  if (compared !== undefined) return compared;
  const [left, right] = [textOf(a), textOf(b)];
  if (left !== undefined && right !== undefined) return orderOfTexts(left, right);
  throw typeError(`'${operator}' not supported between instances of '${typeName(a)}' and '${typeName(b)}'`);
}

function orderOfObjects(a: unknown, b: unknown): number | undefined {
  if (a instanceof JinjaObject) return a.compare(b);
  const reversed = b instanceof JinjaObject ? b.compare(a) : undefined;
  return reversed === undefined ? undefined : -reversed;
}

function orderOfLists(a: readonly unknown[], b: readonly unknown[], operator: string): number {
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; i++) {
    if (!equal(a[i], b[i])) return order(a[i], b[i], operator);
  }
  return a.length - b.length;
}

/** Python orders by code point, JavaScript by UTF-16 unit: they differ where surrogates are. */
export function orderOfTexts(a: string, b: string): number {
  if (a === b) return 0;
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) return rank(x) - rank(y);
  }
  return a.length - b.length;
}

function rank(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}

/** `a < b`, and so on. */
export function less(a: unknown, b: unknown): boolean {
  if (isSet(a) && isSet(b)) return a.size < b.size && [...a].every((item) => b.has(item));
  return order(a, b, '<') < 0;
}
export function lessOrEqual(a: unknown, b: unknown): boolean {
  if (isSet(a) && isSet(b)) return [...a].every((item) => b.has(item));
  return order(a, b, '<=') <= 0;
}
export function greater(a: unknown, b: unknown): boolean {
  if (isSet(a) && isSet(b)) return less(b, a);
  return order(a, b, '>') > 0;
}
export function greaterOrEqual(a: unknown, b: unknown): boolean {
  if (isSet(a) && isSet(b)) return lessOrEqual(b, a);
  return order(a, b, '>=') >= 0;
}
