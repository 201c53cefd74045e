import { orderOfTexts } from '../runtime/compare.ts';
import { entriesOf, isDict } from '../runtime/names.ts';
import { repr } from '../runtime/text.ts';
import { Tuple } from '../runtime/values.ts';

const lineWidth = 80;

/** Python's pprint.pformat: on one line if it fits in 80 columns, else one item a line; dicts by key. */
export function prettyPrint(value: unknown): string {
  // What is too large is refused here already.
  repr(value);
  return pretty(value, 0, 0);
}

function pretty(value: unknown, indent: number, after: number): string {
  const whole = flat(value);
  if (whole.length <= lineWidth - indent - after) return whole;
  const margin = ' '.repeat(indent + 1);
  if (isDict(value)) {
    const entries = sortedEntries(value);
    const lines = entries.map(([key, item], index) => {
      const name = repr(key);
      const last = index === entries.length - 1;
      return `${name}: ${pretty(item, indent + name.length + 3, last ? after + 1 : 1)}`;
    });
    return `{${lines.join(`,\n${margin}`)}}`;
  }
  if (!Array.isArray(value)) return whole;
  const lines = value.map((item, index) =>
    pretty(item, indent + 1, index === value.length - 1 ? after + 1 : 1),
  );
  const [open, close] = value instanceof Tuple ? ['(', value.length === 1 ? ',)' : ')'] : ['[', ']'];
  return `${open}${lines.join(`,\n${margin}`)}${close}`;
}

function flat(value: unknown): string {
  if (isDict(value)) {
    return `{${sortedEntries(value)
      .map(([key, item]) => `${repr(key)}: ${flat(item)}`)
      .join(', ')}}`;
  }
  if (!Array.isArray(value)) return repr(value);
  const items = value.map(flat).join(', ');
  if (!(value instanceof Tuple)) return `[${items}]`;
  return value.length === 1 ? `(${items},)` : `(${items})`;
}

function sortedEntries(value: Map<unknown, unknown> | Record<string, unknown>): [unknown, unknown][] {
  return entriesOf(value).sort(([a], [b]) => orderOfTexts(String(a), String(b)));
}
