import { Callable, JinjaObject } from './objects.ts';
import { Undefined } from './undefined.ts';
import { Dict, Float, isPlainObject, Markup, PythonSet, Range, Tuple } from './values.ts';
import { DictView } from './views.ts';

/** The name of a value's type, as Python's errors write it. */
export function typeName(value: unknown): string {
  if (value === null) return 'NoneType';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'number') return Number.isSafeInteger(value) ? 'int' : 'float';
  if (typeof value === 'bigint') return 'int';
  if (typeof value === 'string') return 'str';
  if (typeof value === 'function' || value instanceof Callable) return 'function';
  if (value instanceof Float) return 'float';
  if (value instanceof Tuple) return 'tuple';
  if (Array.isArray(value)) return 'list';
  if (value instanceof Markup) return 'Markup';
  if (value instanceof Range) return 'range';
  if (value instanceof DictView) return `dict_${value.part}`;
  if (value instanceof Undefined) return 'Undefined';
  if (value instanceof JinjaObject) return value.typeName;
  if (isDict(value)) return 'dict';
  if (value instanceof Set) return 'set';
  if (typeof value === 'object' && Symbol.iterator in value) return 'generator';
  return 'object';
}

/** True for a dict: ours, or a Map or plain object of the host. */
export function isDict(value: unknown): value is Map<unknown, unknown> | Record<string, unknown> {
  return value instanceof Map || isPlainObject(value);
}

/** True for a set, ours or the host's. */
export function isSet(value: unknown): value is Set<unknown> {
  return value instanceof PythonSet || value instanceof Set;
}

/** A dict with the same content that behaves as Python's. */
export function toDict(value: Map<unknown, unknown> | Record<string, unknown>): Dict {
  return Dict.from(entriesOf(value));
}

/** The entries of a dict, in order. */
export function entriesOf(value: Map<unknown, unknown> | Record<string, unknown>): [unknown, unknown][] {
  const entries: [unknown, unknown][] = value instanceof Map ? [...value] : Object.entries(value);
  return entries.map(([key, item]) => [key, item ?? null]);
}

/** The value under a key, or undefined. */
export function lookUp(dict: Map<unknown, unknown> | Record<string, unknown>, key: unknown): unknown {
  if (dict instanceof Map) return dict.has(key) ? (dict.get(key) ?? null) : undefined;
  if (typeof key !== 'string' || !Object.hasOwn(dict, key)) return undefined;
  return dict[key] ?? null;
}

/** Puts a value under a key; a plain object of the host takes strings only. */
export function putInto(
  dict: Map<unknown, unknown> | Record<string, unknown>,
  key: unknown,
  value: unknown,
): void {
  if (dict instanceof Map) dict.set(key, value);
  else
    Object.defineProperty(dict, String(key), { value, writable: true, enumerable: true, configurable: true });
}

/** Takes a key out. */
export function removeFrom(dict: Map<unknown, unknown> | Record<string, unknown>, key: unknown): void {
  if (dict instanceof Map) dict.delete(key);
  else if (typeof key === 'string') Reflect.deleteProperty(dict, key);
}

/** How many entries a dict has. */
export function sizeOf(dict: Map<unknown, unknown> | Record<string, unknown>): number {
  return dict instanceof Map ? dict.size : Object.keys(dict).length;
}
