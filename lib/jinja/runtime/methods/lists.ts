import { lookupError, valueError } from '../../errors.ts';
import { equal } from '../compare.ts';
import { indexOf, iterate } from '../iteration.ts';
import { sorted } from '../sorting.ts';
import { isTrue } from '../truth.ts';
import { defineMethods, type Methods } from './define.ts';

function place(list: readonly unknown[], index: unknown): number {
  const wanted = indexOf(index);
  return wanted < 0 ? Math.max(0, wanted + list.length) : Math.min(wanted, list.length);
}

function find(
  list: readonly unknown[],
  value: unknown,
  start: unknown = 0,
  stop: unknown = list.length,
): number {
  const to = place(list, stop);
  for (let i = place(list, start); i < to; i++) if (equal(list[i], value)) return i;
  return -1;
}

function index(list: readonly unknown[], value: unknown, start?: unknown, stop?: unknown): number {
  const found = find(list, value, start, stop);
  if (found === -1) throw valueError('the value is not in the list');
  return found;
}

function count(list: readonly unknown[], value: unknown): number {
  return list.filter((item) => equal(item, value)).length;
}

/** The methods of a tuple. */
export const tupleMethods: Methods = defineMethods({
  index: [['self', 'value', 'start?', 'stop?'], index],
  count: [['self', 'value'], count],
});

/** The methods of a list. */
export const listMethods: Methods = defineMethods({
  index: [['self', 'value', 'start?', 'stop?'], index],
  count: [['self', 'value'], count],
  append: [
    ['self', 'item'],
    (list: unknown[], item: unknown) => {
      list.push(item);
    },
  ],
  extend: [
    ['self', 'items'],
    (list: unknown[], items: unknown) => {
      for (const item of [...iterate(items)]) list.push(item);
    },
  ],
  insert: [
    ['self', 'index', 'item'],
    (list: unknown[], at: unknown, item: unknown) => {
      list.splice(place(list, at), 0, item);
    },
  ],
  pop: [
    ['self', 'index?'],
    (list: unknown[], at: unknown = -1) => {
      if (list.length === 0) throw lookupError('pop from empty list');
      const wanted = indexOf(at);
      const position = wanted < 0 ? wanted + list.length : wanted;
      if (position < 0 || position >= list.length) throw lookupError('pop index out of range');
      return list.splice(position, 1)[0];
    },
  ],
  remove: [
    ['self', 'value'],
    (list: unknown[], value: unknown) => {
      const found = find(list, value);
      if (found === -1) throw valueError('list.remove(x): x not in list');
      list.splice(found, 1);
    },
  ],
  clear: [
    ['self'],
    (list: unknown[]) => {
      list.length = 0;
    },
  ],
  copy: [['self'], (list: unknown[]) => [...list]],
  reverse: [
    ['self'],
    (list: unknown[]) => {
      list.reverse();
    },
  ],
  sort: [
    ['self', 'reverse?'],
    (list: unknown[], reverse: unknown = false) => {
      const items = sorted(list, isTrue(reverse));
      list.splice(0, list.length, ...items);
    },
  ],
});
