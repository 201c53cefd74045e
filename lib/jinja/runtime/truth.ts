import { isDict, isSet, sizeOf } from './names.ts';
import { JinjaObject } from './objects.ts';
import { Undefined } from './undefined.ts';
import { Float, Markup, Range } from './values.ts';
import { DictView } from './views.ts';

/** Whether a value counts as true: not None, False, zero, or empty. */
export function isTrue(value: unknown): boolean {
  if (typeof value === 'boolean') return value;
  if (value === null || value === undefined) return false;
  if (typeof value !== 'object') return typeof value === 'function' || Boolean(value) || Number.isNaN(value);
  if (Array.isArray(value)) return value.length > 0;
  if (value instanceof JinjaObject) return value.isTrue();
  if (value instanceof Undefined) {
    value.allowAsking();
    return false;
  }
  if (value instanceof Float) return value.value !== 0;
  if (value instanceof Markup) return value.text !== '';
  if (value instanceof Range) return value.length > 0;
  if (value instanceof DictView) return sizeOf(value.dict) > 0;
  if (isSet(value)) return value.size > 0;
  return !isDict(value) || sizeOf(value) > 0;
}
