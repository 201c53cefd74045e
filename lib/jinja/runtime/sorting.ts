import { order } from './compare.ts';

/** Items in Python's order; equal ones keep theirs, also when reversed. */
export function sorted<Item>(
  items: readonly Item[],
  reverse: boolean,
  key: (item: Item) => unknown = (item) => item,
): Item[] {
  const keyed = items.map((item) => ({ item, key: key(item) }));
  keyed.sort((a, b) => (reverse ? order(b.key, a.key, '<') : order(a.key, b.key, '<')));
  return keyed.map(({ item }) => item);
}
