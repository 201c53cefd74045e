import { compareUtf8, type SortedMap } from './sorted.ts';

export interface ListQuery {
  readonly prefix: string;
  /** Empty: no grouping. */
  readonly delimiter: string;
  /** Lists what comes behind this key, or behind every key of this common prefix. */
  readonly after: Position | undefined;
  /** Keys and common prefixes together. */
  readonly limit: number;
}

export interface Position {
  readonly name: string;
  readonly isPrefix: boolean;
}

export interface ListPage<Value> {
  readonly entries: readonly { readonly key: string; readonly value: Value }[];
  readonly prefixes: readonly string[];
  /** Where the next page goes on; undefined on the last one. */
  readonly next: Position | undefined;
}

/** One page of a listing. Costs what it returns: the keys below a common prefix are stepped over, not read. */
export function listPage<Value>(map: SortedMap<Value>, query: ListQuery): ListPage<Value> {
  const entries: { key: string; value: Value }[] = [];
  const prefixes: string[] = [];
  let last: Position | undefined;
  let index = Math.max(map.indexFrom(query.prefix), startOf(map, query.after));
  for (;;) {
    const key = map.keyAt(index);
    if (key === undefined || !key.startsWith(query.prefix)) return { entries, prefixes, next: undefined };
    if (entries.length + prefixes.length >= query.limit) return { entries, prefixes, next: last };
    const group = groupOf(key, query);
    const value = map.get(key);
    if (group !== undefined) {
      prefixes.push(group);
      last = { name: group, isPrefix: true };
      index = endOfPrefix(map, group, index);
    } else {
      if (value !== undefined) entries.push({ key, value });
      last = { name: key, isPrefix: false };
      index += 1;
    }
  }
}

/** The common prefix that a key falls under, if the delimiter stands behind the query's prefix. */
function groupOf(key: string, query: ListQuery): string | undefined {
  if (query.delimiter === '') return undefined;
  const found = key.indexOf(query.delimiter, query.prefix.length);
  return found < 0 ? undefined : key.slice(0, found + query.delimiter.length);
}

function startOf<Value>(map: SortedMap<Value>, after: Position | undefined): number {
  if (after === undefined) return 0;
  if (after.isPrefix) return endOfPrefix(map, after.name, map.indexFrom(after.name));
  return map.firstIndex((key) => compareUtf8(key, after.name) > 0);
}

function endOfPrefix<Value>(map: SortedMap<Value>, prefix: string, from: number): number {
  return map.firstIndex((key) => !key.startsWith(prefix), from);
}
