import {
  compilationError,
  DATE,
  fixed,
  LTZ,
  NTZ,
  type SqlType,
  TEXT,
  TIME,
  TZ,
  unsupported,
} from '../../../sql/index.ts';
import { literal } from '../names.ts';
import type { CallSite } from '../translate/call.ts';
import { castTo, isMoment, isZoned, textOf } from '../translate/casts.ts';
import type { Emitted } from '../translate/translation.ts';
import { duckFormat, numberFormat, printMoment } from './formats.ts';
import { type Emitter, type Emitters, integerOf } from './helpers.ts';

const PARTS: Readonly<Record<string, string>> = {
  YEAR: 'year',
  Y: 'year',
  YY: 'year',
  YYY: 'year',
  YYYY: 'year',
  YR: 'year',
  YEARS: 'year',
  YRS: 'year',
  QUARTER: 'quarter',
  Q: 'quarter',
  QTR: 'quarter',
  QTRS: 'quarter',
  QUARTERS: 'quarter',
  MONTH: 'month',
  MM: 'month',
  MON: 'month',
  MONS: 'month',
  MONTHS: 'month',
  WEEK: 'week',
  W: 'week',
  WK: 'week',
  WEEKOFYEAR: 'week',
  WOY: 'week',
  WY: 'week',
  WEEKS: 'week',
  WEEKISO: 'week',
  WEEK_ISO: 'week',
  WEEKOFYEARISO: 'week',
  WEEKOFYEAR_ISO: 'week',
  DAY: 'day',
  D: 'day',
  DD: 'day',
  DAYS: 'day',
  DAYOFMONTH: 'day',
  DAYOFWEEK: 'dayofweek',
  WEEKDAY: 'dayofweek',
  DOW: 'dayofweek',
  DW: 'dayofweek',
  DAYOFWEEKISO: 'isodow',
  WEEKDAY_ISO: 'isodow',
  DOW_ISO: 'isodow',
  DAYOFWEEK_ISO: 'isodow',
  DAYOFYEAR: 'dayofyear',
  YEARDAY: 'dayofyear',
  DOY: 'dayofyear',
  DY: 'dayofyear',
  YEAROFWEEK: 'isoyear',
  YEAROFWEEKISO: 'isoyear',
  HOUR: 'hour',
  H: 'hour',
  HH: 'hour',
  HR: 'hour',
  HOURS: 'hour',
  HRS: 'hour',
  MINUTE: 'minute',
  M: 'minute',
  MI: 'minute',
  MIN: 'minute',
  MINUTES: 'minute',
  MINS: 'minute',
  SECOND: 'second',
  S: 'second',
  SEC: 'second',
  SECONDS: 'second',
  SECS: 'second',
  MILLISECOND: 'millisecond',
  MS: 'millisecond',
  MSEC: 'millisecond',
  MILLISECONDS: 'millisecond',
  MICROSECOND: 'microsecond',
  US: 'microsecond',
  USEC: 'microsecond',
  MICROSECONDS: 'microsecond',
  NANOSECOND: 'nanosecond',
  NS: 'nanosecond',
  NSEC: 'nanosecond',
  NANOSEC: 'nanosecond',
  NSECOND: 'nanosecond',
  NANOSECONDS: 'nanosecond',
  EPOCH_SECOND: 'epoch',
  EPOCH: 'epoch',
  EPOCH_SECONDS: 'epoch',
  EPOCH_MILLISECOND: 'epoch_ms',
  EPOCH_MILLISECONDS: 'epoch_ms',
  EPOCH_MICROSECOND: 'epoch_us',
  EPOCH_NANOSECOND: 'epoch_ns',
};
const DAY_OR_LONGER = new Set(['year', 'quarter', 'month', 'week', 'day']);

function partOf(site: CallSite, index: number): string {
  const text = site.constant(index);
  const part = PARTS[(text ?? '').toUpperCase()];
  if (part === undefined)
    throw compilationError(
      `'${text ?? '?'}' is not a valid date/time component for function ${site.name}.`,
      '001003',
    );
  return part;
}

/** A date or timestamp, whatever the argument was; text is read as a timestamp. */
export function momentOf(value: Emitted): Emitted {
  return value.type === undefined || isMoment(value.type) || value.type.type === 'TIME'
    ? value
    : castTo(value, NTZ);
}

function dateAdd(site: CallSite): Emitted {
  const part = partOf(site, 0);
  const amount = `CAST(round(${site.arg(1).sql}) AS BIGINT)`;
  const value = momentOf(site.arg(2));
  if (part === 'nanosecond') {
    return {
      sql: `(${value.sql} + to_microseconds(${amount} // 1000))`,
      type: value.type?.type === 'DATE' ? NTZ : value.type,
    };
  }
  if (
    !DAY_OR_LONGER.has(part) &&
    !['hour', 'minute', 'second', 'millisecond', 'microsecond'].includes(part)
  ) {
    throw compilationError(
      `'${part}' is not a valid date/time component for function ${site.name}.`,
      '001003',
    );
  }
  const step = `to_${part}s(${part === 'year' || part === 'month' || part === 'day' || part === 'quarter' || part === 'week' ? `CAST(${amount} AS INTEGER)` : amount})`;
  const sql = `(${value.sql} + ${step})`;
  if (value.type?.type !== 'DATE') return { sql, type: value.type };
  return DAY_OR_LONGER.has(part) ? { sql: `CAST(${sql} AS DATE)`, type: DATE } : { sql, type: NTZ };
}

function dateDiff(site: CallSite): Emitted {
  const part = partOf(site, 0);
  const [from, to] = [momentOf(site.arg(1)), momentOf(site.arg(2))];
  const mixed = isZoned(from.type) !== isZoned(to.type) || from.type?.type !== to.type?.type;
  const [a, b] =
    mixed && from.type && to.type ? [castTo(from, NTZ).sql, castTo(to, NTZ).sql] : [from.sql, to.sql];
  const type = fixed(9, 0);
  if (part === 'nanosecond')
    return { sql: `(datediff('microsecond', ${a}, ${b}) * 1000)`, type: fixed(18, 0) };
  return { sql: `datediff('${part}', ${a}, ${b})`, type };
}

function dateTrunc(site: CallSite): Emitted {
  // Both orders of arguments are taken: DATE_TRUNC('month', d) and TRUNC(d, 'month').
  const part = partOf(site, 0);
  const value = momentOf(site.arg(1));
  const sql = `date_trunc('${part === 'nanosecond' ? 'microsecond' : part}', ${value.sql})`;
  if (value.type?.type === 'DATE') return { sql: `CAST(${sql} AS DATE)`, type: DATE };
  return { sql, type: value.type };
}

function datePart(part: string, value: Emitted): Emitted {
  const moment = momentOf(value).sql;
  const type = fixed(part.startsWith('epoch') ? 19 : 4, 0);
  if (part === 'nanosecond')
    return { sql: `((date_part('microsecond', ${moment}) % 1000000) * 1000)`, type: fixed(9, 0) };
  if (part === 'epoch') return { sql: `CAST(floor(epoch(${moment})) AS BIGINT)`, type };
  if (part.startsWith('epoch_')) return { sql: `${part}(${moment})`, type };
  if (part === 'second') return { sql: `CAST(floor(date_part('second', ${moment})) AS BIGINT)`, type };
  return { sql: `date_part('${part}', ${moment})`, type };
}

function named(part: string): Emitter {
  return (site) => datePart(part, site.arg(0));
}

/** TO_DATE, TO_TIMESTAMP… and their TRY_ forms: with a format, of a number since 1970, or of ISO text. */
function toMoment(type: SqlType, safe: boolean): Emitter {
  return (site) => {
    const value = site.arg(0);
    if (value.type?.type === 'FIXED')
      return {
        sql: `CAST(${epoch(value, site.constant(1) ?? '0')} AS ${type.type === 'DATE' ? 'DATE' : type.type === 'TIME' ? 'TIME' : isZoned(type) ? 'TIMESTAMPTZ' : 'TIMESTAMP'})`,
        type,
      };
    const format = site.raw(1) === undefined ? undefined : site.constant(1);
    if (format === undefined && site.raw(1) !== undefined)
      throw unsupported(`${site.name} with a format that is no constant`);
    if (format === undefined || format.toUpperCase() === 'AUTO') return castTo(value, type, safe);
    const read = `${safe ? 'try_strptime' : 'strptime'}(${textOf(value)}, ${literal(duckFormat(format, 'read'))})`;
    const zoned = /TZH/i.test(format);
    const moment: Emitted = { sql: read, type: zoned ? TZ : NTZ };
    return castTo(moment, type);
  };
}

/** A number as seconds since 1970, or as a finer unit by `scale`. */
function epoch(value: Emitted, scale: string): string {
  const micros = 6 - Number(scale);
  const factor = micros >= 0 ? `* ${10 ** micros}` : `// ${10 ** -micros}`;
  return `make_timestamp(CAST(CAST(${value.sql} AS DECIMAL(38,9)) ${factor} AS BIGINT))`;
}

/** TO_VARCHAR / TO_CHAR of a moment, a number or anything else. */
export function toVarchar(site: CallSite): Emitted {
  const value = site.arg(0);
  if (site.raw(1) === undefined) return { sql: textOf(value), type: TEXT };
  const format = site.constant(1);
  if (format === undefined) throw unsupported(`${site.name} with a format that is no constant`);
  if (value.type?.type === 'BINARY') {
    const upper = format.toUpperCase();
    if (upper === 'HEX') return { sql: textOf(value), type: TEXT };
    if (upper === 'BASE64') return { sql: `base64(${value.sql})`, type: TEXT };
    return { sql: `decode(${value.sql})`, type: TEXT };
  }
  if (value.type?.type === 'FIXED' || value.type?.type === 'REAL') return formatNumber(value, format);
  if (value.type?.type === 'TIME') {
    const moment = `(DATE '1970-01-01' + ${value.sql})`;
    return { sql: printMoment(moment, duckFormat(format, 'print'), literal('+0000')), type: TEXT };
  }
  const moment = momentOf(value);
  // DuckDB's %z leaves out the minutes of an offset.
  const offset = isZoned(moment.type) ? `"_f".offset_text(${moment.sql})` : literal('+0000');
  return { sql: printMoment(moment.sql, duckFormat(format, 'print'), offset), type: TEXT };
}

function formatNumber(value: Emitted, format: string): Emitted {
  const { groups, whole, minimumWhole, decimals, fill, dollar, plus } = numberFormat(format);
  const number = `CAST(round(CAST(${value.sql} AS DECIMAL(38,${Math.max(decimals, value.type?.scale ?? 6)})), ${decimals}) AS DECIMAL(38,${decimals}))`;
  const args = [number, decimals, groups, minimumWhole, dollar, plus].join(', ');
  const width =
    whole +
    (groups ? Math.floor((whole - 1) / 3) : 0) +
    (decimals > 0 ? decimals + 1 : 0) +
    1 +
    (dollar ? 1 : 0);
  const text = `"_f".number_text(${args})`;
  return {
    sql: fill ? `lpad(${text}, CAST(greatest(${width}, length(${text})) AS INTEGER), ' ')` : text,
    type: TEXT,
  };
}

function convertTimezone(site: CallSite): Emitted {
  const zone = (index: number) => textOf(site.arg(index));
  if (site.count === 2) {
    const value = site.arg(1);
    // TIMESTAMP_TZ is kept in UTC here, so the wall clock of the other zone is given as TIMESTAMP_NTZ.
    const instant = isZoned(value.type) ? value : castTo(value, LTZ);
    return { sql: `timezone(${zone(0)}, ${instant.sql})`, type: NTZ };
  }
  const wall = castTo(momentOf(site.arg(2)), NTZ).sql;
  return { sql: `timezone(${zone(1)}, timezone(${zone(0)}, ${wall}))`, type: NTZ };
}

function fromParts(type: SqlType): Emitter {
  return (site) => {
    const [year, month, day, ...time] = site.args().map(integerOf);
    const date = `(make_date(${year}, 1, 1) + to_months(CAST(${month} - 1 AS INTEGER)) + to_days(CAST(${day} - 1 AS INTEGER)))`;
    if (type.type === 'DATE') return { sql: `CAST(${date} AS DATE)`, type };
    const [hour = '0', minute = '0', second = '0', nanos = '0'] = time;
    const moment = `(${date} + to_hours(${hour}) + to_minutes(${minute}) + to_seconds(${second}) + to_microseconds(${nanos} // 1000))`;
    return castTo({ sql: moment, type: NTZ }, type);
  };
}

const WEEKDAYS = ['su', 'mo', 'tu', 'we', 'th', 'fr', 'sa'];

function nextDay(direction: 1 | -1): Emitter {
  return (site) => {
    const wanted = WEEKDAYS.indexOf((site.constant(1) ?? '').slice(0, 2).toLowerCase());
    if (wanted < 0) throw compilationError(`'${site.constant(1)}' is not a day of the week`);
    const date = castTo(site.arg(0), DATE).sql;
    const ahead =
      direction === 1
        ? `((${wanted} - dayofweek(${date}) + 6) % 7 + 1)`
        : `((dayofweek(${date}) - ${wanted} + 6) % 7 + 1)`;
    return {
      sql: `CAST(${date} ${direction === 1 ? '+' : '-'} CAST(${ahead} AS INTEGER) AS DATE)`,
      type: DATE,
    };
  };
}

export const MOMENTS: Emitters = {
  DATEADD: dateAdd,
  TIMEADD: dateAdd,
  TIMESTAMPADD: dateAdd,
  DATEDIFF: dateDiff,
  TIMEDIFF: dateDiff,
  TIMESTAMPDIFF: dateDiff,
  DATE_TRUNC: dateTrunc,
  DATE_PART: (site) => datePart(partOf(site, 0), site.arg(1)),
  YEAR: named('year'),
  QUARTER: named('quarter'),
  MONTH: named('month'),
  WEEK: named('week'),
  WEEKOFYEAR: named('week'),
  WEEKISO: named('week'),
  DAY: named('day'),
  DAYOFMONTH: named('day'),
  DAYOFWEEK: named('dayofweek'),
  DAYOFWEEKISO: named('isodow'),
  DAYOFYEAR: named('dayofyear'),
  YEAROFWEEK: named('isoyear'),
  YEAROFWEEKISO: named('isoyear'),
  HOUR: named('hour'),
  MINUTE: named('minute'),
  SECOND: named('second'),
  LAST_DAY: (site) => {
    const value = castTo(momentOf(site.arg(0)), DATE).sql;
    const part = site.raw(1) === undefined ? 'month' : partOf(site, 1);
    if (part === 'month') return { sql: `last_day(${value})`, type: DATE };
    return { sql: `CAST(date_trunc('${part}', ${value}) + to_${part}s(1) - to_days(1) AS DATE)`, type: DATE };
  },
  ADD_MONTHS: (site) => {
    const value = momentOf(site.arg(0));
    const months = `to_months(CAST(round(${site.arg(1).sql}) AS INTEGER))`;
    const date = castTo(value, DATE).sql;
    // The last day of a month goes to the last day of the other month.
    const sql = `CASE WHEN ${date} = last_day(${date}) THEN last_day(CAST(${date} + ${months} AS DATE)) ELSE CAST(${value.sql} + ${months} AS DATE) END`;
    return value.type?.type === 'DATE'
      ? { sql: `(${sql})`, type: DATE }
      : { sql: `(${value.sql} + ${months})`, type: value.type };
  },
  MONTHS_BETWEEN: (site) => {
    const [a, b] = [castTo(momentOf(site.arg(0)), NTZ).sql, castTo(momentOf(site.arg(1)), NTZ).sql];
    return { sql: `"_f".months_between(${a}, ${b})`, type: { type: 'FIXED', precision: 38, scale: 6 } };
  },
  MONTHNAME: (site) => ({ sql: `strftime(${momentOf(site.arg(0)).sql}, '%b')`, type: TEXT }),
  DAYNAME: (site) => ({ sql: `strftime(${momentOf(site.arg(0)).sql}, '%a')`, type: TEXT }),
  NEXT_DAY: nextDay(1),
  PREVIOUS_DAY: nextDay(-1),
  TO_DATE: toMoment(DATE, false),
  DATE: toMoment(DATE, false),
  TRY_TO_DATE: toMoment(DATE, true),
  TO_TIME: toMoment(TIME, false),
  TRY_TO_TIME: toMoment(TIME, true),
  TO_TIMESTAMP: toMoment(NTZ, false),
  TO_TIMESTAMP_NTZ: toMoment(NTZ, false),
  TO_TIMESTAMP_LTZ: toMoment(LTZ, false),
  TO_TIMESTAMP_TZ: toMoment(TZ, false),
  TRY_TO_TIMESTAMP: toMoment(NTZ, true),
  TRY_TO_TIMESTAMP_NTZ: toMoment(NTZ, true),
  TRY_TO_TIMESTAMP_LTZ: toMoment(LTZ, true),
  TRY_TO_TIMESTAMP_TZ: toMoment(TZ, true),
  TO_VARCHAR: toVarchar,
  TO_CHAR: toVarchar,
  TO_TEXT: toVarchar,
  CONVERT_TIMEZONE: convertTimezone,
  DATE_FROM_PARTS: fromParts(DATE),
  DATEFROMPARTS: fromParts(DATE),
  TIMESTAMP_FROM_PARTS: fromParts(NTZ),
  TIMESTAMP_NTZ_FROM_PARTS: fromParts(NTZ),
  TIMESTAMP_LTZ_FROM_PARTS: fromParts(LTZ),
  TIME_FROM_PARTS: (site) => {
    const [hour = '0', minute = '0', second = '0'] = site.args().map(integerOf);
    return { sql: `make_time(${hour}, ${minute}, ${second})`, type: TIME };
  },
  TIME_SLICE: (site) => {
    const value = momentOf(site.arg(0));
    const part = partOf(site, 2);
    const bucket = `time_bucket(to_${part}s(CAST(${site.arg(1).sql} AS INTEGER)), ${value.sql}, TIMESTAMP '1970-01-01')`;
    return {
      sql:
        (site.constant(3) ?? 'START').toUpperCase() === 'END'
          ? `(${bucket} + to_${part}s(CAST(${site.arg(1).sql} AS INTEGER)))`
          : bucket,
      type: value.type,
    };
  },
};
