import { limitError, typeError, valueError } from '../errors.ts';
import { equal } from './compare.ts';
import { mostItems } from './limits.ts';
import { isDict, isSet, lookUp, sizeOf, typeName } from './names.ts';
import { JinjaObject } from './objects.ts';
import { Undefined } from './undefined.ts';
import { Float, isHashable, Markup, Range } from './values.ts';
import { DictView } from './views.ts';

/** The items of a value that can be looped over; a list gives itself, so that a loop sees what is appended. */
export function iterate(value: unknown): unknown[] {
  if (Array.isArray(value)) return value;
  if (typeof value === 'string') return [...value];
  if (value instanceof Undefined) {
    value.allowAsking();
    return [];
  }
  if (value instanceof JinjaObject) {
    const items = value.iterate();
    if (items !== undefined) return [...items];
  } else if (value instanceof Markup) return [...value.text];
  else if (value instanceof DictView) return value.toArray();
  else if (value instanceof Map) return [...value.keys()];
  else if (isIterable(value)) return [...value];
  else if (isDict(value)) return Object.keys(value);
  throw typeError(`'${typeName(value)}' object is not iterable`);
}

function isIterable(value: unknown): value is Iterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.iterator in value;
}

/** True for what `iterate` takes. */
export function canIterate(value: unknown): boolean {
  if (typeof value === 'string' || value instanceof Undefined || value instanceof DictView) return true;
  if (value instanceof JinjaObject) return value.iterate() !== undefined;
  return value instanceof Markup || isIterable(value) || isDict(value);
}

/** How many items a value has: Python's len(). */
export function lengthOf(value: unknown): number {
  if (typeof value === 'string') return textLength(value);
  if (Array.isArray(value) || value instanceof Range) return value.length;
  if (value instanceof Undefined) {
    value.allowAsking();
    return 0;
  }
  if (value instanceof Markup) return textLength(value.text);
  if (value instanceof DictView) return sizeOf(value.dict);
  if (isSet(value)) return value.size;
  if (isDict(value)) return sizeOf(value);
  const length = value instanceof JinjaObject ? value.length() : undefined;
  if (length === undefined) throw typeError(`object of type '${typeName(value)}' has no len()`);
  return length;
}

/** How many characters a text has: Python counts code points. */
function textLength(text: string): number {
  let length = text.length;
  for (const _ of text.matchAll(/[\uD800-\uDBFF][\uDC00-\uDFFF]/g)) length--;
  return length;
}

/** `item in container`. */
export function isIn(item: unknown, container: unknown): boolean {
  if (typeof container === 'string' || container instanceof Markup) {
    const text = typeof container === 'string' ? container : container.text;
    if (item instanceof Markup) return text.includes(item.text);
    if (item instanceof Undefined) throw item.error();
    if (typeof item !== 'string') {
      throw typeError(`'in <string>' requires string as left operand, not ${typeName(item)}`);
    }
    return text.includes(item);
  }
  if (container instanceof Undefined) {
    container.allowAsking();
    return false;
  }
  if (container instanceof JinjaObject) {
    const contained = container.contains(item);
    if (contained !== undefined) return contained;
  }
  if (isDict(container)) {
    if (!isHashable(item)) throw typeError(`unhashable type: '${typeName(item)}'`);
    return lookUp(container, item) !== undefined;
  }
  if (isSet(container)) return container.has(item);
  if (!canIterate(container)) throw typeError(`argument of type '${typeName(container)}' is not iterable`);
  return iterate(container).some((member) => member === item || equal(member, item));
}

/** The parts of a value for `a, b = value`. */
export function unpack(value: unknown, count: number): unknown[] {
  const items = iterate(value);
  if (items.length > count) throw valueError(`too many values to unpack (expected ${count})`);
  if (items.length < count) {
    throw valueError(`not enough values to unpack (expected ${count}, got ${items.length})`);
  }
  return [...items];
}

/** The integers of `range(start, stop, step)`. */
export function range(start: number, stop: number, step: number): Range {
  if (step === 0) throw valueError('range() arg 3 must not be zero');
  const result = new Range(start, stop, step);
  if (result.length > mostItems)
    throw limitError(`Range too big. A template's range has at most ${mostItems} items.`);
  return result;
}

/** An index or a count: an int, or what Python takes for one. */
export function indexOf(value: unknown, what = 'an integer'): number {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value;
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (typeof value === 'bigint') return value > 0n ? Number.MAX_SAFE_INTEGER : Number.MIN_SAFE_INTEGER;
  if (value instanceof Undefined) throw value.error();
  const name = value instanceof Float ? 'float' : typeName(value);
  throw typeError(`'${name}' object cannot be interpreted as ${what}`);
}
