import {
  BOOLEAN,
  compilationError,
  DATE,
  FLOAT,
  fixed,
  LTZ,
  NTZ,
  type SqlType,
  TEXT,
  TIME,
  TZ,
} from '../../../sql/index.ts';
import { castTo, constantText } from './casts.ts';
import type { Emitted, Translation } from './translation.ts';

/** Milliseconds or nanoseconds since 1970 as the driver sends dates and timestamps; anything else is text to read. */
function moment(value: string, type: SqlType, unit: 'ms' | 'ns'): Emitted {
  if (!/^-?\d+$/.test(value)) return castTo(constantText(value.replace(/ \d+$/, '')), type);
  const micros = unit === 'ms' ? BigInt(value) * 1000n : BigInt(value) / 1000n;
  const base: Emitted = { sql: `make_timestamp(${micros})`, type: NTZ };
  return castTo(base, type);
}

/** The value bound to a `?`, as a typed constant. */
export function emitBind(translation: Translation, index: number): Emitted {
  const bind = translation.context.binds[index - 1];
  if (bind === undefined) throw compilationError(`Bind variable ? not set.`, '002049');
  const { type, value } = bind;
  if (value === null) return { sql: 'NULL', type: undefined };
  switch (type.toUpperCase()) {
    case 'FIXED':
      return numberBind(value);
    case 'REAL':
      return { sql: `CAST(${constantText(value).sql} AS DOUBLE)`, type: FLOAT };
    case 'BOOLEAN':
      return castTo(constantText(value), BOOLEAN);
    case 'DATE':
      return moment(value, DATE, 'ms');
    case 'TIME':
      return castTo(
        /^\d+$/.test(value)
          ? { sql: `make_timestamp(${BigInt(value) / 1000n})`, type: NTZ }
          : constantText(value),
        TIME,
      );
    case 'TIMESTAMP_NTZ':
      return moment(value, NTZ, 'ns');
    case 'TIMESTAMP_LTZ':
      return moment(value, LTZ, 'ns');
    case 'TIMESTAMP_TZ':
      return moment(value.replace(/ \d+$/, ''), TZ, 'ns');
    default:
      return { sql: constantText(value).sql, type: TEXT };
  }
}

function numberBind(value: string): Emitted {
  const match = /^-?(\d+)(?:\.(\d+))?$/.exec(value);
  const [whole = '', fraction = ''] = [match?.[1], match?.[2]];
  const precision = whole.length + fraction.length;
  if (match === null || precision > 38) {
    return { sql: `CAST(${constantText(value).sql} AS DOUBLE)`, type: FLOAT };
  }
  if (fraction === '') return { sql: value, type: fixed(precision, 0) };
  return {
    sql: `CAST(${constantText(value).sql} AS DECIMAL(${precision},${fraction.length}))`,
    type: fixed(precision, fraction.length),
  };
}
