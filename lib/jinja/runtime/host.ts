import { entriesOf, isDict, isSet } from './names.ts';
import { Undefined } from './undefined.ts';
import { Float, Markup, Range } from './values.ts';
import { DictView } from './views.ts';

/**
 * A template's value as plain JavaScript, deeply: dicts become plain objects, tuples, sets and views arrays,
 * floats numbers, undefined values null. Objects and functions of the host stay as they are.
 */
export function toHost(value: unknown): unknown {
  if (value instanceof Float) return value.value;
  if (value instanceof Markup) return value.text;
  if (value instanceof Undefined || value === undefined) return null;
  if (Array.isArray(value)) return Array.from(value, toHost);
  if (value instanceof DictView) return value.toArray().map(toHost);
  if (isSet(value) || value instanceof Range) return Array.from<unknown, unknown>(value, toHost);
  if (!isDict(value)) return value;
  return Object.fromEntries(entriesOf(value).map(([key, item]) => [String(key), toHost(item)]));
}
