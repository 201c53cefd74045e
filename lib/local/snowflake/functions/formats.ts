import { unsupported } from '../../../sql/index.ts';
import { literal } from '../names.ts';

/** Elements of Snowflake's date formats, longest first, as strftime writes them. */
const ELEMENTS: readonly (readonly [string, string])[] = [
  ['YYYY', '%Y'],
  ['YY', '%y'],
  ['MMMM', '%B'],
  ['MON', '%b'],
  ['MM', '%m'],
  ['DDDD', '%A'],
  ['DD', '%d'],
  ['DY', '%a'],
  ['HH24', '%H'],
  ['HH12', '%I'],
  ['HH', '%H'],
  ['AM', '%p'],
  ['PM', '%p'],
  ['MI', '%M'],
  ['SS', '%S'],
  ['TZHTZM', '%z'],
  ['TZH:TZM', '%:z'],
  ['TZH', '%:h'],
  // No element of Snowflake's, and printed as it is: dbt writes it after the times of its catalog.
  ['UTC', 'UTC'],
];

/**
 * DuckDB's strftime format of a Snowflake date or time format. What strftime has no element for stands in it as `%:z` (offset
 * with a colon), `%:h` (hours of the offset) and `%:3` (so many digits of the second): `printMoment` fills that in.
 */
export function duckFormat(format: string, use: 'print' | 'read'): string {
  let result = '';
  for (let at = 0; at < format.length; ) {
    const rest = format.slice(at);
    const quoted = /^"([^"]*)"/.exec(rest);
    const element = ELEMENTS.find(([name]) => rest.toUpperCase().startsWith(name));
    const fraction = /^FF([0-9]?)/i.exec(rest);
    if (quoted) {
      result += (quoted[1] ?? '').replaceAll('%', '%%');
      at += quoted[0].length;
    } else if (element) {
      result += element[1];
      at += element[0].length;
    } else if (fraction) {
      // FF is FF9; FF0 prints nothing.
      result += `%:${fraction[1] === '' ? '9' : fraction[1]}`;
      at += fraction[0].length;
    } else {
      const c = rest[0] ?? '';
      if (/[A-Za-z]/.test(c) && !/^[TZ]$/i.test(c))
        throw unsupported(`the format '${format}' (at '${rest}')`);
      result += c === '%' ? '%%' : c;
      at += 1;
    }
  }
  // Reading takes any number of digits after the point through %f only.
  return use === 'read' ? result.replace(/%:[0-9]/g, '%f').replace(/%:[zh]/g, '%z') : result;
}

/** A moment printed by a format of `duckFormat`. `offset` is DuckDB's SQL of its offset, `+0200`. */
export function printMoment(moment: string, format: string, offset: string): string {
  const pieces = format.split(/(%z|%:[zh0-9])/).filter((piece) => piece !== '' && piece !== '%:0');
  const printed = pieces.map((piece) => {
    if (piece === '%z') return offset;
    if (piece === '%:z') return `(left(${offset}, 3) || ':' || right(${offset}, 2))`;
    if (piece === '%:h') return `left(${offset}, 3)`;
    const digits = /^%:([1-9])$/.exec(piece)?.[1];
    return digits === undefined
      ? `strftime(${moment}, ${literal(piece)})`
      : `left(strftime(${moment}, '%n'), ${digits})`;
  });
  return printed.length === 0 ? "''" : `(${printed.join(' || ')})`;
}

/** DuckDB's format() pattern pieces of a number format of 9, 0, separators, sign and currency. */
export interface NumberFormat {
  readonly groups: boolean;
  readonly whole: number;
  readonly minimumWhole: number;
  readonly decimals: number;
  readonly fill: boolean;
  readonly dollar: boolean;
  readonly plus: boolean;
}

export function numberFormat(format: string): NumberFormat {
  const fill = !/^FM/i.test(format);
  const body = format.replace(/^FM/i, '');
  if (!/^[$S]?[90,G]*(?:[.D][90]*)?S?(?:MI)?$/i.test(body))
    throw unsupported(`the number format '${format}'`);
  const [whole = '', decimals = ''] = body.replace(/[$S]|MI/gi, '').split(/[.D]/i);
  const digits = whole.replace(/[,G]/gi, '');
  const firstZero = digits.indexOf('0');
  return {
    groups: /[,G]/i.test(whole),
    whole: digits.length,
    minimumWhole: firstZero < 0 ? 0 : digits.length - firstZero,
    decimals: decimals.length,
    fill,
    dollar: body.includes('$'),
    plus: /^S|S$/i.test(body),
  };
}
