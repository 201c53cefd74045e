import { limitError, lookupError, typeError, valueError } from '../errors.ts';
import { formatValue } from './format-spec.ts';
import { checkWidth, longestText } from './limits.ts';
import { isDict, lookUp, typeName } from './names.ts';
import { repr, str } from './text.ts';
import { Undefined } from './undefined.ts';
import { Float, Markup, Tuple } from './values.ts';

const directive = /%(?:\(([^)]*)\))?([-#0 +]*)(\*|\d+)?(?:\.(\*|\d+)?)?[hlL]?([\s\S])?/g;

/** Python's `text % values`. */
export function formatPercent(text: string, values: unknown): string {
  const args = values instanceof Tuple ? [...values] : [values];
  let used = 0;
  let named = false;
  let length = 0;
  const next = (): unknown => {
    if (used >= args.length) throw typeError('not enough arguments for format string');
    return args[used++];
  };
  const result = text.replace(directive, (all, key, flags, width, precision, type) => {
    if (type === '%') return '%';
    if (type === undefined) throw valueError('incomplete format');
    named ||= key !== undefined;
    const wide = width === '*' ? Number(next()) : Number(width ?? 0);
    const exact = precision === '*' ? Number(next()) : precision;
    const value = key === undefined ? next() : valueUnder(values, String(key));
    const digits = exact === undefined ? (/\.[hlL]?\D$/.test(all) ? 0 : undefined) : Number(exact);
    checkWidth(Math.max(Math.abs(wide), digits ?? 0));
    const converted = convert(
      value,
      String(type),
      wide < 0 ? `${flags}-` : String(flags),
      Math.abs(wide),
      digits,
    );
    length += converted.length;
    if (length > longestText) throw limitError('The text grows too long.');
    return converted;
  });
  if (used < args.length && !named && !isDict(values) && !Array.isArray(values)) {
    throw typeError('not all arguments converted during string formatting');
  }
  if (used < args.length && values instanceof Tuple) {
    throw typeError('not all arguments converted during string formatting');
  }
  return result;
}

function valueUnder(values: unknown, key: string): unknown {
  if (!isDict(values)) throw typeError('format requires a mapping');
  const value = lookUp(values, key);
  if (value === undefined) throw lookupError(repr(key));
  return value;
}

function convert(
  value: unknown,
  type: string,
  flags: string,
  width: number,
  precision: number | undefined,
): string {
  const isText = 'sra'.includes(type);
  if (isText || type === 'c') {
    const text = type === 'c' ? character(value) : type === 's' ? str(value) : repr(value);
    const cut = precision === undefined || type === 'c' ? text : [...text].slice(0, precision).join('');
    const missing = ' '.repeat(Math.max(0, width - [...cut].length));
    return flags.includes('-') ? cut + missing : missing + cut;
  }
  if (!'diuoxXeEfFgG'.includes(type)) {
    throw valueError(`unsupported format character '${type}'`);
  }
  const number = numberFor(value, type);
  const align = flags.includes('-') ? '<' : flags.includes('0') ? '0=' : '>';
  const sign = flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : '';
  const alternate = flags.includes('#') ? '#' : '';
  if ('eEfFgG'.includes(type)) {
    const exact = precision === undefined ? '' : `.${precision}`;
    return formatValue(number, `${align}${sign}${alternate}${width === 0 ? '' : width}${exact}${type}`);
  }
  const kind = 'iu'.includes(type) ? 'd' : type;
  if (precision === undefined)
    return formatValue(number, `${align}${sign}${alternate}${width === 0 ? '' : width}${kind}`);
  const digits = formatValue(number, `${sign}${alternate}${kind}`).replace(/\d+$/, (all) =>
    all.padStart(precision, '0'),
  );
  return formatValue(digits, `${align === '<' ? '<' : '>'}${width === 0 ? '' : width}`);
}

function character(value: unknown): string {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < 0x110000) {
    return String.fromCodePoint(value);
  }
  if (typeof value === 'string' && [...value].length === 1) return value;
  throw typeError('%c requires int or char');
}

/** The number a directive prints: integers are cut, not rounded. */
function numberFor(value: unknown, type: string): unknown {
  const isFloat = value instanceof Float || (typeof value === 'number' && !Number.isSafeInteger(value));
  const isInt = typeof value === 'bigint' || typeof value === 'boolean' || typeof value === 'number';
  if (value instanceof Undefined) throw value.error();
  if ('eEfFgG'.includes(type)) {
    if (!isFloat && !isInt) throw typeError(`must be real number, not ${typeName(value)}`);
    return value instanceof Float ? value : new Float(Number(value));
  }
  if (isFloat && 'diu'.includes(type)) return BigInt(Math.trunc(Number(value)));
  if (isInt && !isFloat) return typeof value === 'boolean' ? Number(value) : value;
  if ('diu'.includes(type))
    throw typeError(`%${type} format: a real number is required, not ${kindOf(value)}`);
  throw typeError(`%${type} format: an integer is required, not ${kindOf(value)}`);
}

function kindOf(value: unknown): string {
  return value instanceof Markup ? 'Markup' : typeName(value);
}
