import { lookupError } from '../../errors.ts';
import { iterate } from '../iteration.ts';
import { repr } from '../text.ts';
import { PythonSet } from '../values.ts';
import { defineMethods, type Methods } from './define.ts';

type SetLike = Set<unknown>;

function union(set: SetLike, others: readonly unknown[]): PythonSet {
  return PythonSet.from([...set, ...others.flatMap(iterate)]);
}

function intersection(set: SetLike, others: readonly unknown[]): PythonSet {
  const sets = others.map((other) => PythonSet.from(iterate(other)));
  return PythonSet.from([...set].filter((item) => sets.every((other) => other.has(item))));
}

function difference(set: SetLike, others: readonly unknown[]): PythonSet {
  const gone = PythonSet.from(others.flatMap(iterate));
  return PythonSet.from([...set].filter((item) => !gone.has(item)));
}

function symmetricDifference(set: SetLike, other: unknown): PythonSet {
  const right = PythonSet.from(iterate(other));
  const onlyLeft = [...set].filter((item) => !right.has(item));
  return PythonSet.from([...onlyLeft, ...[...right].filter((item) => !set.has(item))]);
}

/** Makes a set hold what another one holds. */
function become(set: SetLike, other: SetLike): void {
  const items = [...other];
  set.clear();
  for (const item of items) set.add(item);
}

/** The methods of a set. */
export const setMethods: Methods = defineMethods({
  add: [
    ['self', 'item'],
    (set: SetLike, item: unknown) => {
      set.add(item);
    },
  ],
  discard: [
    ['self', 'item'],
    (set: SetLike, item: unknown) => {
      set.delete(item);
    },
  ],
  remove: [
    ['self', 'item'],
    (set: SetLike, item: unknown) => {
      if (!set.has(item)) throw lookupError(`KeyError: ${repr(item)}`);
      set.delete(item);
    },
  ],
  pop: [
    ['self'],
    (set: SetLike) => {
      const [first] = set;
      if (set.size === 0) throw lookupError("'pop from an empty set'");
      set.delete(first);
      return first;
    },
  ],
  clear: [
    ['self'],
    (set: SetLike) => {
      set.clear();
    },
  ],
  copy: [['self'], (set: SetLike) => PythonSet.from(set)],
  union: [['self', '*others'], union],
  intersection: [['self', '*others'], intersection],
  difference: [['self', '*others'], difference],
  symmetric_difference: [['self', 'other'], symmetricDifference],
  update: [['self', '*others'], (set: SetLike, others: unknown[]) => become(set, union(set, others))],
  intersection_update: [
    ['self', '*others'],
    (set: SetLike, others: unknown[]) => become(set, intersection(set, others)),
  ],
  difference_update: [
    ['self', '*others'],
    (set: SetLike, others: unknown[]) => become(set, difference(set, others)),
  ],
  issubset: [
    ['self', 'other'],
    (set: SetLike, other: unknown) => {
      const right = PythonSet.from(iterate(other));
      return [...set].every((item) => right.has(item));
    },
  ],
  issuperset: [
    ['self', 'other'],
    (set: SetLike, other: unknown) => iterate(other).every((item) => set.has(item)),
  ],
  isdisjoint: [
    ['self', 'other'],
    (set: SetLike, other: unknown) => !iterate(other).some((item) => set.has(item)),
  ],
});
