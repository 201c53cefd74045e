import { typeError, valueError } from '../errors.ts';
import { orderOfTexts } from '../runtime/compare.ts';
import { Budget } from '../runtime/limits.ts';
import { entriesOf, isDict, typeName } from '../runtime/names.ts';
import { str } from '../runtime/text.ts';
import { Float, Markup } from '../runtime/values.ts';

/** JSON as Python's json.dumps(value, sort_keys=True) writes it: blanks after `,` and `:`, ASCII only. */
export function toJson(value: unknown, indent?: number): string {
  return write(value, { indent, budget: new Budget() }, '', []);
}

interface Layout {
  indent: number | undefined;
  budget: Budget;
}

function write(value: unknown, layout: Layout, margin: string, around: readonly unknown[]): string {
  const { indent, budget } = layout;
  budget.spend();
  if (value === null || value === undefined) return 'null';
  if (typeof value === 'boolean') return String(value);
  if (typeof value === 'string') return text(value);
  if (value instanceof Markup) return text(value.text);
  if (typeof value === 'number' || typeof value === 'bigint' || value instanceof Float) return number(value);
  if (around.includes(value)) throw valueError('Circular reference detected');
  const inside = indent === undefined ? margin : margin + ' '.repeat(indent);
  const child = (item: unknown): string => write(item, layout, inside, [...around, value]);
  if (Array.isArray(value)) return wrap('[', value.map(child), ']', indent, margin, inside);
  if (!isDict(value)) throw typeError(`Object of type ${typeName(value)} is not JSON serializable`);
  const entries = entriesOf(value).map(([key, item]): [string, unknown] => [keyOf(key), item]);
  entries.sort(([a], [b]) => orderOfTexts(a, b));
  return wrap(
    '{',
    entries.map(([key, item]) => `${text(key)}: ${child(item)}`),
    '}',
    indent,
    margin,
    inside,
  );
}

function wrap(
  open: string,
  items: readonly string[],
  close: string,
  indent: number | undefined,
  margin: string,
  inside: string,
): string {
  if (items.length === 0 || indent === undefined) return `${open}${items.join(', ')}${close}`;
  return `${open}\n${inside}${items.join(`,\n${inside}`)}\n${margin}${close}`;
}

function keyOf(key: unknown): string {
  if (typeof key === 'string') return key;
  if (key === null) return 'null';
  if (typeof key === 'boolean') return String(key);
  if (typeof key === 'number' || typeof key === 'bigint' || key instanceof Float) return number(key);
  throw typeError(`keys must be str, int, float, bool or None, not ${typeName(key)}`);
}

function number(value: number | bigint | Float): string {
  const shown = str(value);
  return { nan: 'NaN', inf: 'Infinity', '-inf': '-Infinity' }[shown] ?? shown;
}

function text(value: string): string {
  return JSON.stringify(value).replace(/[\u007f-\uffff]/g, (char) =>
    char === '\u007f' ? char : `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
