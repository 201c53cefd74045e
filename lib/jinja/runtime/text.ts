import { TemplateError } from '../errors.ts';
import { Budget } from './limits.ts';
import { Macro } from './macro.ts';
import { entriesOf, isDict, isSet } from './names.ts';
import { Callable, JinjaObject } from './objects.ts';
import { Undefined } from './undefined.ts';
import { Float, identityOf, Markup, Range, Tuple } from './values.ts';
import { DictView } from './views.ts';

/** A value as `{{ value }}` prints it: Python's str(). */
export function str(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return Number.isSafeInteger(value) ? `${value}` : floatText(value);
  if (value instanceof Markup) return value.text;
  if (value instanceof JinjaObject) return value.print();
  if (value instanceof Undefined) {
    value.allowAsking();
    return '';
  }
  return repr(value);
}

/** A value as it looks inside a list: Python's repr(). */
export function repr(value: unknown): string {
  return represent(value, [], new Budget());
}

function represent(value: unknown, around: readonly unknown[], budget: Budget): string {
  budget.spend();
  if (value === null || value === undefined) return 'None';
  switch (typeof value) {
    case 'string':
      return quoted(value);
    case 'boolean':
      return value ? 'True' : 'False';
    case 'number':
      return Number.isSafeInteger(value) ? `${value}` : floatText(value);
    case 'bigint':
      return `${value}`;
    case 'function':
      return `<function ${value.name}>`;
    case 'object':
      return representObject(value, around, budget);
    default:
      return '<object>';
  }
}

function representObject(value: object, around: readonly unknown[], budget: Budget): string {
  if (value instanceof Float) return floatText(value.value);
  if (value instanceof JinjaObject) return value.represent();
  if (value instanceof Markup) return `Markup(${quoted(value.text)})`;
  if (value instanceof Undefined) return 'Undefined';
  if (value instanceof Macro) return `<Macro ${quoted(value.name)}>`;
  if (value instanceof Callable) return `<function ${value.name}>`;
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Range) {
    return `range(${value.start}, ${value.stop}${value.step === 1 ? '' : `, ${value.step}`})`;
  }
  if (value instanceof Promise) throw promiseError();
  return representContainer(value, around, budget);
}

function representContainer(value: object, around: readonly unknown[], budget: Budget): string {
  const isInside = around.includes(value);
  const inside = [...around, value];
  const item = (child: unknown): string => represent(child, inside, budget);
  if (value instanceof Tuple) {
    if (isInside) return '(...)';
    return value.length === 1 ? `(${item(value[0])},)` : `(${value.map(item).join(', ')})`;
  }
  if (Array.isArray(value)) return isInside ? '[...]' : `[${value.map(item).join(', ')}]`;
  if (value instanceof DictView) return `dict_${value.part}([${value.toArray().map(item).join(', ')}])`;
  if (isDict(value)) {
    if (isInside) return '{...}';
    return `{${entriesOf(value)
      .map(([key, entry]) => `${item(key)}: ${item(entry)}`)
      .join(', ')}}`;
  }
  if (isSet(value)) return value.size === 0 ? 'set()' : `{${[...value].map(item).join(', ')}}`;
  if (Symbol.iterator in value)
    return `<generator object at 0x${identityOf(value).toString(16).padStart(12, '0')}>`;
  return '<object>';
}

/** The error of a promise where a value is needed. */
export function promiseError(): TemplateError {
  return new TemplateError({
    code: 'ASYNC_IN_SYNC',
    message: 'A function gave a promise where the template needs its value at once.',
    hint: 'Render the template with render(), which waits, instead of renderSync().',
  });
}

/** A float as Python writes it: `1.0`, `1e+16`, `1e-05`, `inf`, `nan`. */
export function floatText(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  if (Object.is(value, -0)) return '-0.0';
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e16)) {
    return value.toExponential().replace(/e([+-])(\d)$/, 'e$10$2');
  }
  return Number.isInteger(value) ? `${value}.0` : `${value}`;
}

const escapes: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '\\': '\\\\' };

/** A string with Python's quotes and escapes. */
function quoted(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const inside = text.replace(/[\\'"\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}\p{Zs}]/gu, (char) =>
    escaped(char, quote),
  );
  return `${quote}${inside}${quote}`;
}

function escaped(char: string, quote: string): string {
  if (char === ' ' || ((char === '"' || char === "'") && char !== quote)) return char;
  const known = escapes[char];
  if (known !== undefined) return known;
  if (char === quote) return `\\${char}`;
  const point = char.codePointAt(0) ?? 0;
  if (point < 0x100) return `\\x${point.toString(16).padStart(2, '0')}`;
  if (point < 0x10000) return `\\u${point.toString(16).padStart(4, '0')}`;
  return `\\U${point.toString(16).padStart(8, '0')}`;
}
