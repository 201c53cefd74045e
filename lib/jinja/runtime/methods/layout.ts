import { typeError } from '../../errors.ts';
import { indexOf } from '../iteration.ts';
import { bounded, checkWidth } from '../limits.ts';
import { defineMethods, type Methods } from './define.ts';

/** How many fillers a text needs for a width. */
function missing(text: string, width: unknown): number {
  const wanted = indexOf(width);
  checkWidth(wanted);
  return Math.max(0, wanted - [...text].length);
}

function filler(fill: unknown): string {
  if (typeof fill === 'string' && [...fill].length === 1) return fill;
  throw typeError('The fill character must be exactly one character long');
}

/** Python puts the odd blank left when the width is odd. */
export function center(text: string, width: unknown, fill: unknown = ' '): string {
  const count = missing(text, width);
  const left = Math.floor(count / 2) + (count & indexOf(width) & 1);
  return filler(fill).repeat(left) + text + filler(fill).repeat(count - left);
}

function zfill(text: string, width: unknown): string {
  const zeros = '0'.repeat(missing(text, width));
  return /^[+-]/.test(text) ? `${text[0]}${zeros}${text.slice(1)}` : zeros + text;
}

function expandTabs(text: string, size: unknown = 8): string {
  const width = indexOf(size);
  checkWidth(width);
  let column = 0;
  let result = '';
  for (const char of text) {
    const blanks = char === '\t' ? (width > 0 ? width - (column % width) : 0) : 0;
    result += char === '\t' ? ' '.repeat(blanks) : char;
    if (char === '\n' || char === '\r') column = 0;
    else column += char === '\t' ? blanks : 1;
    bounded(result);
  }
  return result;
}

const padded = ['self', 'width', 'fillchar?'];

/** The methods of a str that fill it up. */
export const layoutMethods: Methods = defineMethods({
  center: [padded, center],
  ljust: [
    padded,
    (text: string, width: unknown, fill: unknown = ' ') => text + filler(fill).repeat(missing(text, width)),
  ],
  rjust: [
    padded,
    (text: string, width: unknown, fill: unknown = ' ') => filler(fill).repeat(missing(text, width)) + text,
  ],
  zfill: [['self', 'width'], zfill],
  expandtabs: [['self', 'tabsize?'], expandTabs],
});
