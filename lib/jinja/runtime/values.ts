import { typeError } from '../errors.ts';

/**
 * How Python's values stand in JavaScript:
 *
 * | Python | JavaScript |
 * |---|---|
 * | None, bool, str | null, boolean, string |
 * | int | a number that is a safe integer, or a bigint beyond that |
 * | float | any other number; a float with an integral value (`2.0`) is a `Float` |
 * | list | an array |
 * | tuple | a `Tuple`, which is an array too |
 * | dict | a `Dict` (a Map that knows Python's key equality); a plain object or a Map of the host is a dict as well |
 * | set | a `PythonSet` (a Set); a Set of the host as well |
 * | object | a `JinjaObject` of the host |
 *
 * So a host number with an integral value is an int, and JavaScript's `undefined` never is a value: where a
 * template would see it, it is None.
 */

/** A float whose value is integral, so that `2.0` and `2` stay apart. Any other float is a plain number. */
export class Float {
  readonly value: number;
  constructor(value: number) {
    this.value = value;
  }
  valueOf(): number {
    return this.value;
  }
  toJSON(): number {
    return this.value;
  }
}

/** The Python float of a JavaScript number. */
export function float(value: number): number | Float {
  return Number.isSafeInteger(value) ? new Float(value) : value;
}

/** The Python int of a bigint: a number where that is exact. */
export function int(value: bigint): number | bigint {
  const small = Number(value);
  return Number.isSafeInteger(small) ? small : value;
}

/** A list that cannot change. */
export class Tuple extends Array<unknown> {
  static override get [Symbol.species](): ArrayConstructor {
    return Array;
  }
  /** The tuple of some items (the constructor would take one number for a length). */
  static ofItems(items: Iterable<unknown>): Tuple {
    const tuple = new Tuple();
    for (const item of items) tuple.push(item);
    return tuple;
  }
}

/** A tuple of the arguments. */
export function tuple(...items: unknown[]): Tuple {
  return Tuple.ofItems(items);
}

/** A pair of groupby: a tuple whose parts also have names. */
export class Group extends Tuple {
  get grouper(): unknown {
    return this[0];
  }
  get list(): unknown {
    return this[1];
  }
  static make(grouper: unknown, list: unknown[]): Group {
    const group = new Group();
    group.push(grouper, list);
    return group;
  }
}

/** A hashable value as a string, equal for keys that Python holds to be equal (`1`, `1.0`, `True`). */
function hashOf(key: unknown): string {
  if (typeof key === 'string') return `s${key}`;
  if (typeof key === 'boolean') return key ? 'n1' : 'n0';
  if (typeof key === 'number' || typeof key === 'bigint') return `n${key}`;
  if (key === null) return 'None';
  if (key instanceof Float) return `n${key.value}`;
  if (key instanceof Tuple) return `(${key.map((item) => JSON.stringify(hashOf(item))).join(',')})`;
  if (!isHashable(key)) throw typeError('unhashable type: a list, dict or set cannot be a key or a member');
  return `o${identityOf(key)}`;
}

/** False for what can change, and so cannot be a key or a set's member: lists, dicts, sets. */
export function isHashable(value: unknown): boolean {
  if (value instanceof Tuple) return value.every(isHashable);
  return !(Array.isArray(value) || value instanceof Map || value instanceof Set || isPlainObject(value));
}

const identities = new WeakMap<object, number>();
let lastIdentity = 0;

/** A number that stays with an object. */
export function identityOf(value: unknown): number {
  if (typeof value !== 'object' && typeof value !== 'function') return 0;
  if (value === null) return 0;
  const known = identities.get(value);
  if (known !== undefined) return known;
  lastIdentity++;
  identities.set(value, lastIdentity);
  return lastIdentity;
}

/** A dict: keeps the order of insertion; keys compare as in Python. */
export class Dict extends Map<unknown, unknown> {
  /** For keys that are not strings: the stored key, by hash. */
  private odd: Map<string, unknown> | undefined;

  /** The dict of entries, later ones replacing earlier ones. */
  static from(entries: Iterable<readonly [unknown, unknown]>): Dict {
    const dict = new Dict();
    for (const [key, value] of entries) dict.set(key, value);
    return dict;
  }

  /** The stored key that equals the given one. */
  private stored(key: unknown): unknown {
    if (typeof key === 'string' || this.odd === undefined) return key;
    const hash = hashOf(key);
    return this.odd.has(hash) ? this.odd.get(hash) : key;
  }

  override get(key: unknown): unknown {
    return super.get(this.stored(key));
  }
  override has(key: unknown): boolean {
    return super.has(this.stored(key));
  }
  override set(key: unknown, value: unknown): this {
    if (typeof key === 'string') return super.set(key, value);
    const stored = this.stored(key);
    this.odd ??= new Map();
    this.odd.set(hashOf(key), stored);
    return super.set(stored, value);
  }
  override delete(key: unknown): boolean {
    const stored = this.stored(key);
    if (typeof key !== 'string') this.odd?.delete(hashOf(key));
    return super.delete(stored);
  }
  override clear(): void {
    this.odd = undefined;
    super.clear();
  }
}

/** A set: keeps the order of insertion (Python's has none to speak of); members compare as in Python. */
export class PythonSet extends Set<unknown> {
  private members: Map<string, unknown> | undefined;

  static from(items: Iterable<unknown>): PythonSet {
    const set = new PythonSet();
    for (const item of items) set.add(item);
    return set;
  }

  override has(item: unknown): boolean {
    return this.members?.has(hashOf(item)) ?? false;
  }
  override add(item: unknown): this {
    this.members ??= new Map();
    const hash = hashOf(item);
    if (this.members.has(hash)) return this;
    this.members.set(hash, item);
    return super.add(item);
  }
  override delete(item: unknown): boolean {
    const hash = hashOf(item);
    const stored = this.members?.get(hash);
    this.members?.delete(hash);
    return super.delete(stored);
  }
  override clear(): void {
    this.members = undefined;
    super.clear();
  }
}

/** Text that is already escaped for HTML: what the filters `e` and `safe` give. */
export class Markup {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** What `range()` gives. */
export class Range {
  readonly start: number;
  readonly stop: number;
  readonly step: number;
  readonly length: number;
  constructor(start: number, stop: number, step: number) {
    this.start = start;
    this.stop = stop;
    this.step = step;
    this.length = Math.max(0, Math.ceil((stop - start) / step));
  }
  *[Symbol.iterator](): Generator<number> {
    for (let i = 0; i < this.length; i++) yield this.start + i * this.step;
  }
}

/** An object whose own properties are a dict's items: a literal of the host, not an instance of a class. */
export function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}
