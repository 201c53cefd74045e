import { type TemplateError, typeError, valueError } from '../errors.ts';
import { fixed, general, scientific } from './decimal.ts';
import { checkWidth } from './limits.ts';
import { typeName } from './names.ts';
import { JinjaObject } from './objects.ts';
import { floatText, str } from './text.ts';
import { Float, Markup } from './values.ts';

interface Spec {
  fill: string;
  align: string;
  sign: string;
  alternate: boolean;
  zero: boolean;
  width: number;
  grouping: string;
  precision: number | undefined;
  type: string;
}

const pattern = /^(?:(.)?([<>=^]))?([-+ ])?(#)?(0)?(\d+)?([,_])?(?:\.(\d+))?([a-zA-Z%])?$/su;

function parseSpec(text: string, type: string): Spec {
  const match = pattern.exec(text);
  if (match === null) throw valueError(`Invalid format specifier '${text}' for object of type '${type}'`);
  const [, fill, align, sign, alternate, zero, width, grouping, precision, kind] = match;
  const spec: Spec = {
    fill: fill ?? (zero !== undefined && align === undefined ? '0' : ' '),
    align: align ?? (zero === undefined ? '' : '='),
    sign: sign ?? '-',
    alternate: alternate !== undefined,
    zero: zero !== undefined,
    width: Number(width ?? 0),
    grouping: grouping ?? '',
    precision: precision === undefined ? undefined : Number(precision),
    type: kind ?? '',
  };
  if (zero !== undefined && fill === undefined && align !== undefined) spec.fill = '0';
  checkWidth(Math.max(spec.width, spec.precision ?? 0));
  return spec;
}

/** Python's format(value, spec). */
export function formatValue(value: unknown, text: string): string {
  if (text === '') return str(value);
  if (typeof value === 'string' || value instanceof Markup)
    return formatText(str(value), parseSpec(text, 'str'));
  if (
    typeof value === 'number' ||
    typeof value === 'bigint' ||
    value instanceof Float ||
    typeof value === 'boolean'
  ) {
    return formatNumber(value, parseSpec(text, typeName(value)));
  }
  if (value instanceof JinjaObject) {
    const format: unknown = value.getAttribute('__format__');
    if (typeof format === 'function') return str(Reflect.apply(format, undefined, [text]));
  }
  throw typeError(`unsupported format string passed to ${typeName(value)}.__format__`);
}

function formatText(text: string, spec: Spec): string {
  if (spec.type !== '' && spec.type !== 's') throw unknownType(spec, 'str');
  if (spec.align === '=' && !spec.zero)
    throw valueError("'=' alignment not allowed in string format specifier");
  const shown = spec.precision === undefined ? text : [...text].slice(0, spec.precision).join('');
  return pad('', shown, { ...spec, align: spec.align === '=' ? '<' : spec.align }, '<');
}

function unknownType(spec: Spec, type: string): TemplateError {
  return valueError(`Unknown format code '${spec.type}' for object of type '${type}'`);
}

function formatNumber(value: number | bigint | boolean | Float, spec: Spec): string {
  const isFloat = value instanceof Float || (typeof value === 'number' && !Number.isSafeInteger(value));
  if (isFloat || 'eEfFgG%'.includes(spec.type === '' ? '?' : spec.type))
    return formatFloat(Number(value), spec);
  if (typeof value === 'boolean' && spec.type === '') return formatText(value ? 'True' : 'False', spec);
  return formatInt(typeof value === 'bigint' ? value : BigInt(Number(value)), spec);
}

function formatInt(value: bigint, spec: Spec): string {
  if (spec.precision !== undefined) throw valueError('Precision not allowed in integer format specifier');
  const size = value < 0n ? -value : value;
  const bases: Readonly<Record<string, number>> = { '': 10, d: 10, n: 10, b: 2, o: 8, x: 16, X: 16 };
  if (spec.type === 'c') return pad('', String.fromCodePoint(Number(value)), spec, '<');
  const base = bases[spec.type];
  if (base === undefined) throw unknownType(spec, 'int');
  const digits = size.toString(base);
  const prefix = spec.alternate && base !== 10 ? `0${spec.type}` : '';
  const sign = signOf(value < 0n, spec) + prefix;
  return pad(
    sign,
    grouped(spec.type === 'X' ? digits.toUpperCase() : digits, spec, base === 10 ? 3 : 4, sign),
    spec,
    '>',
  );
}

function formatFloat(value: number, spec: Spec): string {
  const negative = value < 0 || Object.is(value, -0);
  const size = Math.abs(value);
  let text: string;
  if (!Number.isFinite(size)) text = Number.isNaN(size) ? 'nan' : 'inf';
  else text = finite(size, spec);
  if (spec.type === 'E' || spec.type === 'G' || spec.type === 'F') text = text.toUpperCase();
  const sign = signOf(negative, spec);
  const [whole = '', ...rest] = text.split(/(?=[.e%])/i);
  const isNumber = /^\d/.test(text);
  return pad(
    sign,
    isNumber ? grouped(whole, spec, 3, sign + rest.join('')) + rest.join('') : text,
    spec,
    '>',
  );
}

function finite(size: number, spec: Spec): string {
  const { precision } = spec;
  switch (spec.type.toLowerCase()) {
    case 'f':
      return fixed(size, precision ?? 6);
    case 'e':
      return scientific(size, precision ?? 6);
    case 'g':
    case 'n':
      return general(size, precision ?? 6, spec.alternate);
    case '%':
      return `${fixed(size * 100, precision ?? 6)}%`;
    case '':
      return precision === undefined ? floatText(size) : general(size, precision, false, true);
    default:
      throw unknownType(spec, 'float');
  }
}

function signOf(negative: boolean, spec: Spec): string {
  if (negative) return '-';
  return spec.sign === '-' ? '' : spec.sign;
}

/** Digits with separators; zeros that fill the width are separated too. */
function grouped(digits: string, spec: Spec, size: number, around: string): string {
  if (spec.grouping === '') return digits;
  const wanted = spec.align === '=' && spec.fill === '0' ? spec.width - around.length : 0;
  let count = digits.length;
  while (count + Math.floor((count - 1) / size) < wanted) count++;
  const filled = digits.padStart(count, '0');
  const first = count % size;
  const groups = first === 0 ? [] : [filled.slice(0, first)];
  for (let at = first; at < count; at += size) groups.push(filled.slice(at, at + size));
  return groups.join(spec.grouping);
}

/** Fills a text to the spec's width. */
function pad(sign: string, text: string, spec: Spec, usual: '<' | '>'): string {
  const missing = spec.width - [...sign].length - [...text].length;
  if (missing <= 0) return sign + text;
  const align = spec.align === '' ? usual : spec.align;
  if (align === '=') return sign + spec.fill.repeat(missing) + text;
  if (align === '<') return sign + text + spec.fill.repeat(missing);
  const left = align === '>' ? missing : Math.floor(missing / 2);
  return spec.fill.repeat(left) + sign + text + spec.fill.repeat(missing - left);
}
