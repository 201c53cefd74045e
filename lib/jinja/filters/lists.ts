import { limitError, typeError, valueError } from '../errors.ts';
import { add } from '../runtime/arithmetic.ts';
import { equal, order } from '../runtime/compare.ts';
import type { Core, Operation } from '../runtime/core.ts';
import { indexOf, iterate, lengthOf } from '../runtime/iteration.ts';
import { bounded, longestText } from '../runtime/limits.ts';
import { entriesOf, isDict } from '../runtime/names.ts';
import { sorted } from '../runtime/sorting.ts';
import { str } from '../runtime/text.ts';
import { isTrue } from '../runtime/truth.ts';
import { Undefined } from '../runtime/undefined.ts';
import { Group, Markup, PythonSet, tuple } from '../runtime/values.ts';
import { attributeReader, attributesReader, ignoreCase } from './attributes.ts';
import { defineOperations } from './define.ts';

function join(core: Core, value: unknown, separator: unknown = '', attribute: unknown = null): string {
  const read = attributeReader(core, attribute);
  const between = str(separator);
  return bounded(
    iterate(value)
      .map((item) => str(read(item)))
      .join(between),
  );
}

function batch(value: unknown, size: unknown, fill: unknown = null): Iterable<unknown> {
  const count = indexOf(size);
  const items = iterate(value);
  if (count > longestText) throw limitError('The batches are too large.');
  const batches: unknown[][] = [];
  for (const item of items) {
    const last = batches.at(-1);
    if (last === undefined || last.length === count) batches.push([item]);
    else last.push(item);
  }
  const last = batches.at(-1);
  while (fill !== null && last !== undefined && last.length < count) last.push(fill);
  return generated(batches);
}

function slices(value: unknown, count: unknown, fill: unknown = null): Iterable<unknown> {
  const wanted = indexOf(count);
  if (wanted === 0) throw valueError('integer division or modulo by zero');
  if (wanted > longestText) throw limitError('There are too many slices.');
  const items = iterate(value);
  const size = Math.floor(items.length / wanted);
  const longer = items.length % wanted;
  const result: unknown[][] = [];
  let start = 0;
  for (let i = 0; i < wanted; i++) {
    const end = start + size + (i < longer ? 1 : 0);
    const slice = items.slice(start, end);
    if (fill !== null && i >= longer) slice.push(fill);
    result.push(slice);
    start = end;
  }
  return generated(result);
}

/** Items as Python's generator: looped over once, always true, without a length. */
export function* generated(items: Iterable<unknown>): Generator<unknown> {
  yield* items;
}

function dictsort(
  value: unknown,
  caseSensitive: unknown = false,
  by: unknown = 'key',
  reverse: unknown = false,
): unknown[] {
  if (value instanceof Undefined) throw value.error();
  if (!isDict(value)) throw typeError('dictsort needs a mapping');
  if (by !== 'key' && by !== 'value') throw valueError('You can only sort by either "key" or "value"');
  const pairs = entriesOf(value).map(([key, item]) => tuple(key, item));
  return sorted(pairs, isTrue(reverse), (pair) => {
    const part = pair[by === 'key' ? 0 : 1];
    return isTrue(caseSensitive) ? part : ignoreCase(part);
  });
}

function sort(
  core: Core,
  value: unknown,
  reverse: unknown = false,
  caseSensitive: unknown = false,
  attribute: unknown = null,
): unknown[] {
  const read = attributesReader(core, attribute);
  const key = (item: unknown): unknown => (isTrue(caseSensitive) ? read(item) : read(item).map(ignoreCase));
  return sorted(iterate(value), isTrue(reverse), key);
}

function* unique(
  core: Core,
  value: unknown,
  caseSensitive: unknown = false,
  attribute: unknown = null,
): Generator<unknown> {
  const read = attributeReader(core, attribute);
  const seen = new PythonSet();
  let sawMissing = false;
  for (const item of iterate(value)) {
    const key = isTrue(caseSensitive) ? read(item) : ignoreCase(read(item));
    // Everything that is missing is the same.
    if (key instanceof Undefined ? sawMissing : seen.has(key)) continue;
    if (key instanceof Undefined) sawMissing = true;
    else seen.add(key);
    yield item;
  }
}

function extreme(
  core: Core,
  value: unknown,
  sign: 1 | -1,
  caseSensitive: unknown,
  attribute: unknown,
): unknown {
  const items = iterate(value);
  const read = attributeReader(core, attribute);
  const key = (item: unknown): unknown => (isTrue(caseSensitive) ? read(item) : ignoreCase(read(item)));
  if (items.length === 0) return nothing(core, 'No aggregated item, sequence was empty.');
  return items.reduce((best, item) =>
    order(key(item), key(best), sign < 0 ? '<' : '>') * sign > 0 ? item : best,
  );
}

function nothing(core: Core, message: string): unknown {
  return core.missing({ name: '', message });
}

function groupby(
  core: Core,
  value: unknown,
  attribute: unknown,
  other: unknown = null,
  caseSensitive: unknown = false,
): unknown[] {
  const read = attributeReader(core, attribute, other);
  const key = (item: unknown): unknown => (isTrue(caseSensitive) ? read(item) : ignoreCase(read(item)));
  const groups: { key: unknown; items: unknown[] }[] = [];
  for (const item of sorted(iterate(value), false, key)) {
    const last = groups.at(-1);
    if (last !== undefined && equal(last.key, key(item))) last.items.push(item);
    else groups.push({ key: key(item), items: [item] });
  }
  return groups.map((group) =>
    Group.make(isTrue(caseSensitive) ? group.key : read(group.items[0]), group.items),
  );
}

function sum(core: Core, value: unknown, attribute: unknown = null, start: unknown = 0): unknown {
  const read = attributeReader(core, attribute);
  if (typeof start === 'string') throw typeError("sum() can't sum strings [use ''.join(seq) instead]");
  return iterate(value).reduce((total, item) => add(total, read(item)), start);
}

function reverse(value: unknown): unknown {
  if (typeof value === 'string') return [...value].reverse().join('');
  if (value instanceof Markup) return [...value.text].reverse().join('');
  return generated([...iterate(value)].reverse());
}

function first(core: Core, value: unknown): unknown {
  const items = iterate(value);
  return items.length === 0 ? nothing(core, 'No first item, sequence was empty.') : items[0];
}

function last(core: Core, value: unknown): unknown {
  const items = iterate(value);
  return items.length === 0 ? nothing(core, 'No last item, sequence was empty.') : items.at(-1);
}

function random(core: Core, value: unknown): unknown {
  const items = iterate(value);
  if (items.length === 0) return nothing(core, 'No random item, sequence was empty.');
  return items[Math.floor(Math.random() * items.length)];
}

/** Filters of lists. */
export function listFilters(core: Core): [string, Operation][] {
  const withCore =
    <Args extends unknown[]>(filter: (core: Core, ...args: Args) => unknown) =>
    (...args: Args): unknown =>
      filter(core, ...args);
  const extremes = ['value', 'case_sensitive?', 'attribute?'];
  return defineOperations({
    batch: [['value', 'linecount', 'fill_with?'], batch],
    slice: [['value', 'slices', 'fill_with?'], slices],
    count: [['value'], lengthOf],
    length: [['value'], lengthOf],
    dictsort: [['value', 'case_sensitive?', 'by?', 'reverse?'], dictsort],
    first: [['value'], withCore(first)],
    last: [['value'], withCore(last)],
    random: [['value'], withCore(random)],
    groupby: [['value', 'attribute', 'default?', 'case_sensitive?'], withCore(groupby)],
    join: [['value', 'd?', 'attribute?'], withCore(join)],
    list: [['value'], (value: unknown) => [...iterate(value)]],
    max: [extremes, (value: unknown, a?: unknown, b?: unknown) => extreme(core, value, 1, a ?? false, b)],
    min: [extremes, (value: unknown, a?: unknown, b?: unknown) => extreme(core, value, -1, a ?? false, b)],
    reverse: [['value'], reverse],
    sort: [['value', 'reverse?', 'case_sensitive?', 'attribute?'], withCore(sort)],
    sum: [['value', 'attribute?', 'start?'], withCore(sum)],
    unique: [['value', 'case_sensitive?', 'attribute?'], withCore(unique)],
  });
}
