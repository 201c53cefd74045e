import { typeError } from '../errors.ts';
import type { Core, Operation } from '../runtime/core.ts';
import { entriesOf, isDict } from '../runtime/names.ts';
import { str } from '../runtime/text.ts';
import { isTrue } from '../runtime/truth.ts';
import { Undefined } from '../runtime/undefined.ts';
import { Markup, tuple } from '../runtime/values.ts';
import { defineOperations } from './define.ts';
import { toJson } from './json.ts';
import { generated } from './lists.ts';
import { prettyPrint } from './pretty.ts';

function byDefault(value: unknown, other: unknown = '', boolean: unknown = false): unknown {
  return value instanceof Undefined || (isTrue(boolean) && !isTrue(value)) ? other : value;
}

function items(value: unknown): unknown {
  if (value instanceof Undefined) return generated([]);
  if (!isDict(value)) throw typeError('Can only get item pairs from a mapping.');
  return generated(entriesOf(value).map(([key, item]) => tuple(key, item)));
}

/** JSON that may stand in HTML. */
function htmlJson(value: unknown, indent: unknown = null): Markup {
  const json = toJson(value, typeof indent === 'number' ? indent : undefined);
  const safe: Readonly<Record<string, string>> = {
    '<': '\\u003c',
    '>': '\\u003e',
    '&': '\\u0026',
    "'": '\\u0027',
  };
  return new Markup(json.replace(/[<>&']/g, (char) => safe[char] ?? char));
}

/** Filters of any value. */
export function valueFilters(core: Core): [string, Operation][] {
  const defaults = ['value', 'default_value?', 'boolean?'];
  return defineOperations({
    default: [defaults, byDefault],
    d: [defaults, byDefault],
    attr: [['obj', 'name'], (value: unknown, name: unknown) => core.access.attributeOnly(value, str(name))],
    items: [['value'], items],
    string: [['value'], (value: unknown) => (value instanceof Markup ? value : str(value))],
    pprint: [['value'], prettyPrint],
    tojson: [['value', 'indent?'], htmlJson],
  });
}
