import { limitError, typeError, valueError } from '../errors.ts';
import type { Operation } from '../runtime/core.ts';
import { indexOf } from '../runtime/iteration.ts';
import { checkWidth, longestText } from '../runtime/limits.ts';
import { capitalize } from '../runtime/methods/casing.ts';
import { center } from '../runtime/methods/layout.ts';
import { replace, splitLines, strip } from '../runtime/methods/texts.ts';
import type { Keywords } from '../runtime/objects.ts';
import { formatPercent } from '../runtime/percent.ts';
import { str } from '../runtime/text.ts';
import { isTrue } from '../runtime/truth.ts';
import { Dict, Markup, Tuple } from '../runtime/values.ts';
import { defineOperations } from './define.ts';
import { wordWrap } from './wordwrap.ts';

function format(args: readonly unknown[], keywords: Keywords | undefined): string {
  const [value, ...values] = args;
  if (keywords !== undefined && values.length > 0) {
    throw typeError("can't handle positional and keyword arguments at the same time");
  }
  return formatPercent(str(value), keywords === undefined ? Tuple.ofItems(values) : Dict.from(keywords));
}

/** Every word's first letter in upper case; a word starts after blanks, hyphens and opening brackets. */
function title(value: unknown): string {
  return str(value)
    .split(/([-\s({[<]+)/)
    .map(capitalize)
    .join('');
}

function indent(value: unknown, width: unknown = 4, first: unknown = false, blank: unknown = false): string {
  if (typeof value !== 'string' && !(value instanceof Markup)) throw typeError('indent needs a str');
  if (typeof width !== 'string') checkWidth(indexOf(width));
  const margin = typeof width === 'string' ? width : ' '.repeat(Math.max(0, indexOf(width)));
  const lines = splitLines(`${str(value)}\n`);
  if (margin.length * lines.length > longestText) throw limitError('The text grows too long.');
  const indented = lines.map((line, index) =>
    index === 0 || (line === '' && !isTrue(blank)) ? line : margin + line,
  );
  return (isTrue(first) ? margin : '') + indented.join('\n');
}

function truncate(
  value: unknown,
  length: unknown = 255,
  killWords: unknown = false,
  end: unknown = '...',
  leeway: unknown = 5,
): string {
  const characters = [...str(value)];
  const tail = str(end);
  const most = indexOf(length);
  if (most < tail.length) throw valueError(`expected length >= ${tail.length}, got ${most}`);
  if (characters.length <= most + (leeway === null ? 5 : indexOf(leeway))) return characters.join('');
  const cut = characters.slice(0, most - [...tail].length).join('');
  const blank = cut.lastIndexOf(' ');
  return (isTrue(killWords) || blank === -1 ? cut : cut.slice(0, blank)) + tail;
}

function wordCount(value: unknown): number {
  return str(value).match(/[\p{L}\p{N}_]+/gu)?.length ?? 0;
}

/** Filters of texts. */
export function textFilters(): [string, Operation][] {
  return [
    ['format', format],
    ...defineOperations({
      capitalize: [['s'], (value: unknown) => capitalize(str(value))],
      center: [['value', 'width?'], (value: unknown, width: unknown = 80) => center(str(value), width)],
      indent: [['s', 'width?', 'first?', 'blank?'], indent],
      lower: [['s'], (value: unknown) => str(value).toLowerCase()],
      upper: [['s'], (value: unknown) => str(value).toUpperCase()],
      replace: [
        ['s', 'old', 'new', 'count?'],
        (value: unknown, old: unknown, next: unknown, count: unknown = null) =>
          replace(str(value), str(old), str(next), count ?? -1),
      ],
      title: [['s'], title],
      trim: [['value', 'chars?'], (value: unknown, chars: unknown = null) => strip(str(value), chars)],
      truncate: [['s', 'length?', 'killwords?', 'end?', 'leeway?'], truncate],
      wordcount: [['s'], wordCount],
      wordwrap: [['s', 'width?', 'break_long_words?', 'wrapstring?', 'break_on_hyphens?'], wordWrap],
    }),
  ];
}
