import { lookupError } from '../../errors.ts';
import { iterate, unpack } from '../iteration.ts';
import { entriesOf, isDict, lookUp, putInto, removeFrom, sizeOf, toDict } from '../names.ts';
import { repr } from '../text.ts';
import { Dict, tuple } from '../values.ts';
import { DictView } from '../views.ts';
import { defineMethods, type Methods } from './define.ts';

type DictLike = Map<unknown, unknown> | Record<string, unknown>;

/** The entries of a dict, or of a list of pairs. */
export function pairsOf(value: unknown): [unknown, unknown][] {
  if (isDict(value)) return entriesOf(value);
  return iterate(value).map((pair) => {
    const [key, item] = unpack(pair, 2);
    return [key, item];
  });
}

/** The methods of a dict. */
export const dictMethods: Methods = defineMethods({
  get: [
    ['self', 'key', 'default?'],
    (dict: DictLike, key: unknown, other: unknown = null) => lookUp(dict, key) ?? orNull(dict, key, other),
  ],
  keys: [['self'], (dict: DictLike) => new DictView(dict, 'keys')],
  values: [['self'], (dict: DictLike) => new DictView(dict, 'values')],
  items: [['self'], (dict: DictLike) => new DictView(dict, 'items')],
  copy: [['self'], (dict: DictLike) => toDict(dict)],
  clear: [
    ['self'],
    (dict: DictLike) => {
      for (const [key] of entriesOf(dict)) removeFrom(dict, key);
    },
  ],
  update: [
    ['self', 'other?', '**named'],
    (dict: DictLike, other: unknown = null, named: Record<string, unknown> = {}) => {
      const pairs = other === null ? [] : pairsOf(other);
      for (const [key, value] of [...pairs, ...Object.entries(named)]) putInto(dict, key, value);
    },
  ],
  pop: [
    ['self', 'key', 'default?'],
    (dict: DictLike, key: unknown, other?: unknown) => {
      const value = lookUp(dict, key);
      if (value === undefined && other === undefined) throw lookupError(`KeyError: ${repr(key)}`);
      if (value === undefined) return other;
      removeFrom(dict, key);
      return value;
    },
  ],
  popitem: [
    ['self'],
    (dict: DictLike) => {
      const last = entriesOf(dict).at(-1);
      if (last === undefined || sizeOf(dict) === 0) throw lookupError('popitem(): dictionary is empty');
      removeFrom(dict, last[0]);
      return tuple(...last);
    },
  ],
  setdefault: [
    ['self', 'key', 'default?'],
    (dict: DictLike, key: unknown, other: unknown = null) => {
      const value = lookUp(dict, key);
      if (value !== undefined) return value;
      putInto(dict, key, other);
      return other;
    },
  ],
  fromkeys: [
    ['self', 'keys', 'value?'],
    (_: DictLike, keys: unknown, value: unknown = null) =>
      Dict.from(iterate(keys).map((key): [unknown, unknown] => [key, value])),
  ],
});

function orNull(dict: DictLike, key: unknown, other: unknown): unknown {
  return lookUp(dict, key) === null ? null : other;
}
