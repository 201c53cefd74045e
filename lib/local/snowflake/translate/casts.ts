import { type SqlType, TEXT } from '../../../sql/index.ts';
import { literal } from '../names.ts';
import { duckType } from '../types.ts';
import type { Emitted } from './translation.ts';

export function isJson(type: SqlType | undefined): boolean {
  return type?.type === 'VARIANT' || type?.type === 'OBJECT' || type?.type === 'ARRAY';
}

export function isNumeric(type: SqlType | undefined): boolean {
  return type?.type === 'FIXED' || type?.type === 'REAL';
}

export function isMoment(type: SqlType | undefined): boolean {
  return type?.type === 'DATE' || (type?.type.startsWith('TIMESTAMP') ?? false);
}

export function isZoned(type: SqlType | undefined): boolean {
  return type?.type === 'TIMESTAMP_LTZ' || type?.type === 'TIMESTAMP_TZ';
}

function same(from: SqlType | undefined, to: SqlType): boolean {
  return (
    from !== undefined &&
    from.type === to.type &&
    (from.precision ?? 38) === (to.precision ?? 38) &&
    (from.scale ?? 0) === (to.scale ?? 0) &&
    to.length === undefined
  );
}

/** A value as text, the way Snowflake writes it. */
export function textOf(value: Emitted): string {
  switch (value.type?.type) {
    case 'TEXT':
      return value.sql;
    case 'VARIANT':
    case 'OBJECT':
    case 'ARRAY':
      return `json_extract_string(${value.sql}, '$')`;
    case 'REAL':
      return `"_f".float_text(${value.sql})`;
    case 'TIMESTAMP_NTZ':
      return `strftime(${value.sql}, '%Y-%m-%d %H:%M:%S.%g')`;
    case 'TIMESTAMP_LTZ':
    case 'TIMESTAMP_TZ':
      return `"_f".zoned_text(${value.sql})`;
    case 'TIME':
      return `strftime(DATE '1970-01-01' + ${value.sql}, '%H:%M:%S')`;
    case 'BINARY':
      return `hex(${value.sql})`;
    case 'FIXED':
      return fixedText(value.sql, value.type.precision ?? 38, value.type.scale ?? 0);
    default:
      return `CAST(${value.sql} AS VARCHAR)`;
  }
}

/** DuckDB leaves out the zero before the point of a DECIMAL that has no whole digits. */
function fixedText(sql: string, precision: number, scale: number): string {
  const wide = precision === scale && scale < 38 ? `CAST(${sql} AS DECIMAL(38,${scale}))` : sql;
  return `CAST(${wide} AS VARCHAR)`;
}

function fromText(sql: string, to: SqlType, safe: boolean): string {
  const cast = safe ? 'TRY_CAST' : 'CAST';
  const macro = (name: string) => `"_f".${safe ? 'try_' : ''}${name}(${sql})`;
  switch (to.type) {
    case 'FIXED':
      return safe ? `TRY_CAST(${sql} AS ${duckType(to)})` : `CAST(${sql} AS ${duckType(to)})`;
    case 'BOOLEAN':
      return macro('text_to_boolean');
    case 'DATE':
      return macro('text_to_date');
    case 'TIMESTAMP_NTZ':
      return macro('text_to_ntz');
    case 'TIMESTAMP_LTZ':
    case 'TIMESTAMP_TZ':
      return macro('text_to_tz');
    case 'BINARY':
      return macro('text_to_binary');
    case 'TIME':
      return macro('text_to_time');
    case 'VARIANT':
      return `to_json(${sql})`;
    case 'OBJECT':
    case 'ARRAY':
      return `${cast}(${sql} AS JSON)`;
    case 'TEXT':
      return to.length === undefined ? sql : `left(${sql}, ${to.length})`;
    default:
      return `${cast}(${sql} AS ${duckType(to)})`;
  }
}

/** A cast with Snowflake's meaning; `safe` gives NULL where the value does not convert. */
export function castTo(value: Emitted, to: SqlType, safe = false): Emitted {
  const { type: from, sql } = value;
  if (same(from, to)) return { sql, type: to };
  if (sql === 'NULL') return { sql: `CAST(NULL AS ${duckType(to)})`, type: to };
  if (to.type === 'TEXT') {
    const text = textOf(value);
    return { sql: to.length === undefined ? text : `left(${text}, ${to.length})`, type: to };
  }
  if (from?.type === 'TEXT') return { sql: fromText(sql, to, safe), type: to };
  if (isJson(from)) {
    if (isJson(to)) return { sql, type: to };
    return { sql: fromText(`json_extract_string(${sql}, '$')`, to, safe), type: to };
  }
  if (isJson(to)) return { sql: toJson(value), type: to };
  const cast = safe ? 'TRY_CAST' : 'CAST';
  if (from?.type === 'FIXED' && isMoment(to)) {
    return { sql: fromText(`CAST(${sql} AS VARCHAR)`, to, safe), type: to };
  }
  if (isMoment(from) && to.type === 'TIME')
    return { sql: `${cast}(CAST(${sql} AS TIMESTAMP) AS TIME)`, type: to };
  return { sql: `${cast}(${sql} AS ${duckType(to)})`, type: to };
}

/** A value as VARIANT. */
export function toJson(value: Emitted): string {
  if (isJson(value.type)) return value.sql;
  if (value.sql === 'NULL') return 'CAST(NULL AS JSON)';
  if (value.type?.type === 'BINARY' || isZoned(value.type) || value.type?.type === 'TIMESTAMP_NTZ') {
    return `to_json(${textOf(value)})`;
  }
  return `to_json(${value.sql})`;
}

/**
 * A value on its way into a column: converted, and too long a text refused as Snowflake does.
 */
export function assignTo(value: Emitted, column: SqlType): string {
  if (column.type === 'TEXT' && column.length !== undefined) {
    const text = castTo(value, TEXT).sql;
    return `"_f".fit(${text}, ${column.length})`;
  }
  if (value.type === undefined) return `CAST(${value.sql} AS ${duckType(column)})`;
  if (value.type.type === 'TEXT' && isJson(column)) return castTo(value, column).sql;
  return castTo(value, column).sql;
}

/** The common type of branches (CASE, COALESCE, UNION), as Snowflake would choose it; undefined if one is not known. */
export function commonType(types: readonly (SqlType | undefined)[]): SqlType | undefined {
  let common: SqlType | undefined;
  for (const type of types) {
    if (type === undefined) return undefined;
    common = common === undefined ? type : widen(common, type);
    if (common === undefined) return undefined;
  }
  return common;
}

function widen(a: SqlType, b: SqlType): SqlType | undefined {
  if (a.type === b.type) {
    if (a.type === 'FIXED') {
      const scale = Math.max(a.scale ?? 0, b.scale ?? 0);
      const whole = Math.max((a.precision ?? 38) - (a.scale ?? 0), (b.precision ?? 38) - (b.scale ?? 0));
      return { type: 'FIXED', precision: Math.min(38, whole + scale), scale };
    }
    if (a.length === b.length) return a;
    return a.type === 'TEXT' && a.length !== undefined && b.length !== undefined
      ? { type: 'TEXT', length: Math.max(a.length, b.length) }
      : { type: a.type };
  }
  if (isNumeric(a) && isNumeric(b)) return { type: 'REAL' };
  if (isJson(a) || isJson(b)) return { type: 'VARIANT' };
  if (isMoment(a) && isMoment(b))
    return a.type === 'DATE' ? b : b.type === 'DATE' ? a : { type: 'TIMESTAMP_TZ', scale: 9 };
  // Snowflake turns the text into the other type, and fails on a value that does not convert.
  if (a.type === 'TEXT') return b;
  if (b.type === 'TEXT') return a;
  return undefined;
}

/** Values brought to one type. A NULL literal takes any. */
export function unify(values: readonly Emitted[]): { values: Emitted[]; type: SqlType | undefined } {
  const typed = values.filter((value) => value.sql !== 'NULL');
  const type = commonType(typed.map((value) => value.type));
  if (type === undefined) return { values: [...values], type: undefined };
  const cast = values.map((value) =>
    value.sql === 'NULL' || value.type?.type === type.type ? value : castTo(value, type),
  );
  return { values: cast, type };
}

/** A constant, as DuckDB's SQL. */
export function constantText(text: string): Emitted {
  return { sql: literal(text), type: { type: 'TEXT', length: text.length } };
}
