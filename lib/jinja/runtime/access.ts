import { lookupError, typeError, valueError } from '../errors.ts';
import { suggestion } from '../suggest.ts';
import type { Missing } from '../types.ts';
import { canIterate, indexOf, iterate, lengthOf } from './iteration.ts';
import { Macro } from './macro.ts';
import type { Methods } from './methods/define.ts';
import { dictMethods } from './methods/dicts.ts';
import { listMethods, tupleMethods } from './methods/lists.ts';
import { floatMethods, intMethods } from './methods/numbers.ts';
import { setMethods } from './methods/sets.ts';
import { textMethods } from './methods/texts.ts';
import { entriesOf, isDict, isSet, lookUp, typeName } from './names.ts';
import { Callable, JinjaObject, type Keywords } from './objects.ts';
import { callable } from './signature.ts';
import { formatFields } from './str-format.ts';
import { repr } from './text.ts';
import { Undefined } from './undefined.ts';
import { Float, Group, isPlainObject, Markup, Range, Tuple } from './values.ts';

/** Gives what stands for something missing. */
export type MissingPolicy = (missing: Missing) => unknown;

/** `[start:stop:step]`. */
export class Slice {
  readonly start: unknown;
  readonly stop: unknown;
  readonly step: unknown;
  constructor(start: unknown, stop: unknown, step: unknown) {
    this.start = start;
    this.stop = stop;
    this.step = step;
  }
}

/** A method together with the value it belongs to. */
class BoundMethod extends Callable {
  readonly name: string;
  private readonly self: unknown;
  private readonly method: Callable;
  constructor(self: unknown, method: Callable) {
    super();
    this.name = method.name;
    this.self = self;
    this.method = method;
  }
  override call(args: readonly unknown[], keywords: Keywords | undefined): unknown {
    return this.method.call([this.self, ...args], keywords);
  }
}

/** `text.format(…)` and `text.format_map(…)`: their fields reach into values, so they go through the same guard. */
class FormatMethod extends Callable {
  readonly name: string;
  private readonly text: string;
  private readonly access: Access;
  constructor(name: string, text: string, access: Access) {
    super();
    this.name = name;
    this.text = text;
    this.access = access;
  }
  override call(args: readonly unknown[], keywords: Keywords | undefined): unknown {
    let named: Map<string, unknown> | undefined = keywords;
    if (this.name === 'format_map') {
      const [mapping] = args;
      if (!isDict(mapping)) throw typeError('format_map() needs a mapping');
      named = new Map(entriesOf(mapping).map(([key, value]) => [String(key), value]));
    }
    return formatFields(this.text, this.name === 'format' ? args : [], named, (value, key, isAttribute) =>
      isAttribute ? this.access.attribute(value, String(key)) : this.access.item(value, key),
    );
  }
}

/** The one way from a template to what is inside a value. Nothing of JavaScript's own is reachable through it. */
export class Access {
  private readonly missing: MissingPolicy;

  constructor(missing: MissingPolicy) {
    this.missing = missing;
  }

  /** `object.name`: what the value's type has under the name, else the item. */
  attribute(object: unknown, name: string): unknown {
    const found = this.own(object, name);
    if (found !== undefined) return found;
    const entry = isDict(object) ? lookUp(object, name) : undefined;
    return entry === undefined ? this.absent(object, name) : entry;
  }

  /** The filter `attr`: no items. */
  attributeOnly(object: unknown, name: string): unknown {
    return this.own(object, name) ?? this.absent(object, name);
  }

  /** `object[key]`: the item, else the attribute. */
  item(object: unknown, key: unknown): unknown {
    const found = key instanceof Slice ? sliced(object, key) : itemOf(object, key);
    if (found !== undefined) return found;
    const attribute = typeof key === 'string' ? this.own(object, key) : undefined;
    return attribute === undefined ? this.absent(object, key) : attribute;
  }

  /** The method that `object.name(…)` calls directly, if the value's type has it. */
  method(object: unknown, name: string): Callable | undefined {
    if (isPlainObject(object) && Object.hasOwn(object, name) && isFunction(object[name])) return undefined;
    return methodsOf(object)?.get(name);
  }

  /** Attributes other than items. */
  private own(object: unknown, name: string): unknown {
    if (object instanceof JinjaObject) return object.getAttribute(name);
    if (isPlainObject(object) && Object.hasOwn(object, name) && isFunction(object[name])) return object[name];
    if (object instanceof Group && (name === 'grouper' || name === 'list')) return object[name];
    const method = methodsOf(object)?.get(name);
    if (method !== undefined) return new BoundMethod(object, method);
    if (typeof object === 'string' && (name === 'format' || name === 'format_map')) {
      return new FormatMethod(name, object, this);
    }
    if (object instanceof Macro) return object.attribute(name);
    if (object instanceof Range && (name === 'start' || name === 'stop' || name === 'step'))
      return object[name];
    return undefined;
  }

  private absent(object: unknown, key: unknown): unknown {
    if (object instanceof Undefined) {
      if (object.leniency === 'default' || object.leniency === 'strict') throw object.error();
      return object;
    }
    const missing: Missing = {
      name: typeof key === 'string' ? key : repr(key),
      object,
      message: absence(object, key),
    };
    if (isDict(object)) {
      missing.hint = () =>
        suggestion(
          missing.name,
          entriesOf(object).map(([name]) => String(name)),
        );
    } else {
      const methods = methodsOf(object);
      if (methods !== undefined) missing.hint = () => suggestion(missing.name, methods.keys());
    }
    return this.missing(missing);
  }
}

function absence(object: unknown, key: unknown): string {
  const type = object === null ? 'None' : `${typeName(object)} object`;
  return typeof key === 'string'
    ? `'${type}' has no attribute '${key}'`
    : `${type} has no element ${repr(key)}`;
}

function isFunction(value: unknown): boolean {
  return typeof value === 'function' || value instanceof Callable;
}

/** Text that is escaped has the methods of a text. */
const markupMethods: Methods = new Map(
  [...textMethods].map(([name, method]) => [
    name,
    callable(name, ['self', '*rest'], (self: Markup, rest: unknown[]) =>
      method.call([self.text, ...rest], undefined),
    ),
  ]),
);

function methodsOf(value: unknown): Methods | undefined {
  if (typeof value === 'string') return textMethods;
  if (value instanceof Tuple) return tupleMethods;
  if (Array.isArray(value)) return listMethods;
  if (typeof value === 'number') return Number.isSafeInteger(value) ? intMethods : floatMethods;
  if (typeof value === 'bigint') return intMethods;
  if (value instanceof Float) return floatMethods;
  if (isSet(value)) return setMethods;
  if (value instanceof Markup) return markupMethods;
  return isDict(value) ? dictMethods : undefined;
}

/** The item under a key, or undefined. */
function itemOf(object: unknown, key: unknown): unknown {
  if (isDict(object)) return lookUp(object, key);
  if (object instanceof JinjaObject) return object.getItem(key);
  if (typeof key !== 'number' && typeof key !== 'boolean') return undefined;
  if (typeof key === 'number' && !Number.isSafeInteger(key)) return undefined;
  const index = Number(key);
  if (typeof object === 'string') return characterAt(object, index);
  if (Array.isArray(object))
    return object[index < 0 ? index + object.length : index] ?? absentOrNull(object, index);
  if (object instanceof Range) return [...object].at(index);
  return object instanceof Markup ? characterAt(object.text, index) : undefined;
}

function absentOrNull(list: readonly unknown[], index: number): unknown {
  const at = index < 0 ? index + list.length : index;
  return at >= 0 && at < list.length ? null : undefined;
}

function characterAt(text: string, index: number): string | undefined {
  return /[\uD800-\uDBFF]/.test(text) ? [...text].at(index) : text.at(index);
}

/** A part of a text or a list. */
function sliced(object: unknown, slice: Slice): unknown {
  if (object instanceof Undefined) return undefined;
  if (isDict(object)) throw typeError("unhashable type: 'slice'");
  if (object instanceof Markup) return new Markup(String(sliced(object.text, slice)));
  const isList = Array.isArray(object) || object instanceof Range || object instanceof JinjaObject;
  if (typeof object !== 'string' && !(isList && canIterate(object))) {
    throw typeError(`'${typeName(object)}' object is not subscriptable`);
  }
  const items = iterate(object);
  const picked = indices(slice, lengthOf(object)).map((index) => items[index]);
  if (typeof object === 'string') return picked.join('');
  return object instanceof Tuple ? Tuple.ofItems(picked) : picked;
}

/** Which indices a slice picks of so many items. */
function indices(slice: Slice, length: number): number[] {
  const step = slice.step === null ? 1 : indexOf(slice.step);
  if (step === 0) throw valueError('slice step cannot be zero');
  const bound = (value: unknown, other: number): number => {
    if (value === null) return other;
    const index = indexOf(value);
    const from = index < 0 ? index + length : index;
    return step > 0 ? Math.min(Math.max(from, 0), length) : Math.min(Math.max(from, -1), length - 1);
  };
  const start = bound(slice.start, step > 0 ? 0 : length - 1);
  const stop = bound(slice.stop, step > 0 ? length : -1);
  const picked: number[] = [];
  for (let i = start; step > 0 ? i < stop : i > stop; i += step) picked.push(i);
  return picked;
}

/** `ns.name = value`: only objects that say so take it. */
export function setMember(object: unknown, name: string, value: unknown): void {
  if (object instanceof JinjaObject && object.setAttribute(name, value)) return;
  if (object instanceof Undefined) throw object.error();
  throw lookupError(
    'cannot assign attribute on non-namespace object',
    'Make it with namespace(), or use {% do dict.update({...}) %}.',
  );
}
