import { lookupError, valueError } from '../errors.ts';
import { formatValue } from './format-spec.ts';
import { bounded } from './limits.ts';
import { repr, str } from './text.ts';

/** Reads `value.name` and `value[key]` inside a field; given by whoever knows how attributes are guarded. */
export type FieldAccess = (value: unknown, key: string | number, isAttribute: boolean) => unknown;

interface FormatState {
  args: readonly unknown[];
  keywords: ReadonlyMap<string, unknown> | undefined;
  access: FieldAccess;
  /** The next automatic number, or undefined once numbers were given by hand. */
  automatic: number | undefined;
}

/** Python's text.format(*args, **keywords). */
export function formatFields(
  text: string,
  args: readonly unknown[],
  keywords: ReadonlyMap<string, unknown> | undefined,
  access: FieldAccess,
): string {
  return expand(text, { args, keywords, access, automatic: 0 }, 2);
}

function expand(text: string, state: FormatState, depth: number): string {
  let result = '';
  for (let i = 0; i < text.length; i++) {
    const char = text[i] ?? '';
    if (char !== '{' && char !== '}') result += char;
    else if (text[i + 1] === char) {
      result += char;
      i++;
    } else if (char === '}') throw valueError("Single '}' encountered in format string");
    else {
      const end = fieldEnd(text, i + 1);
      result = bounded(result + field(text.slice(i + 1, end), state, depth));
      i = end;
    }
  }
  return result;
}

function fieldEnd(text: string, start: number): number {
  let open = 1;
  for (let i = start; i < text.length; i++) {
    if (text[i] === '{') open++;
    if (text[i] === '}' && --open === 0) return i;
  }
  throw valueError(
    start === text.length ? "Single '{' encountered in format string" : "expected '}' before end of string",
  );
}

function field(text: string, state: FormatState, depth: number): string {
  if (depth === 0) throw valueError('Max string recursion exceeded');
  const match = /^([^!:]*)(?:!([a-z]))?(?::([\s\S]*))?$/.exec(text);
  if (match === null) throw valueError("expected ':' after conversion specifier");
  const value = fieldValue(match[1] ?? '', state);
  const spec = expand(match[3] ?? '', state, depth - 1);
  if (match[2] === 'r' || match[2] === 'a') return formatValue(repr(value), spec);
  return formatValue(match[2] === 's' ? str(value) : value, spec);
}

function fieldValue(path: string, state: FormatState): unknown {
  const first = /^[^.[]*/.exec(path)?.[0] ?? '';
  let value = argument(first, state);
  const steps = path.slice(first.length);
  const step = /\.([^.[]+)|\[([^\]]+)\]/y;
  for (let at = 0; at < steps.length; at = step.lastIndex) {
    step.lastIndex = at;
    const match = step.exec(steps);
    if (match === null) throw valueError("Only '.' or '[' may follow ']' in format field specifier");
    const [, name, key = ''] = match;
    if (name !== undefined) value = state.access(value, name, true);
    else value = state.access(value, /^\d+$/.test(key) ? Number(key) : key, false);
  }
  return value;
}

function argument(name: string, state: FormatState): unknown {
  if (name !== '' && !/^\d+$/.test(name)) {
    if (state.keywords?.has(name) !== true) throw lookupError(repr(name));
    return state.keywords.get(name);
  }
  let index = Number(name);
  if (name === '') {
    if (state.automatic === undefined) throw mixed();
    index = state.automatic++;
  } else {
    if (state.automatic !== undefined && state.automatic > 0) throw mixed();
    state.automatic = undefined;
  }
  if (index >= state.args.length) {
    throw lookupError(`Replacement index ${index} out of range for positional args tuple`);
  }
  return state.args[index];
}

function mixed(): Error {
  return valueError('cannot switch between manual field specification and automatic field numbering');
}
