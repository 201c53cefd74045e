import { unsupported } from '../../../sql/index.ts';

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
  ['FF9', '%n'],
  ['FF6', '%f'],
  ['FF3', '%g'],
  ['TZHTZM', '%z'],
  ['TZH:TZM', '%z'],
  ['TZH', '%z'],
];

/** DuckDB's strftime format of a Snowflake date or time format. */
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
      if (use === 'print' && !['', '9', '6', '3'].includes(fraction[1] ?? '')) {
        throw unsupported(`the format element ${fraction[0]}`);
      }
      result += fraction[1] === '' || fraction[1] === '9' ? (use === 'print' ? '%n' : '%f') : '%f';
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
  return use === 'read' ? result.replaceAll('%n', '%f').replaceAll('%g', '%f') : result;
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
