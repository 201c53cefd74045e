import { literal } from '../../names.ts';
import type { ResultColumn } from '../../statement.ts';
import { duckType } from '../../types.ts';
import type { FileFormat } from '../files/format.ts';

/** How the text of a file becomes a value of a column, in DuckDB's SQL. */
export interface Conversion {
  /** NULL where the text cannot be converted. */
  readonly value: string;
  /** False when every text can be converted. */
  readonly mayFail: boolean;
}

/** Converts `text` (SQL of a VARCHAR) to the column's type as COPY does. */
export function conversion(text: string, column: ResultColumn, format: FileFormat): Conversion {
  switch (column.type) {
    case 'TEXT':
      return { value: text, mayFail: false };
    case 'FIXED':
      return { value: number(text, column), mayFail: true };
    case 'BOOLEAN':
      return {
        value:
          `CASE WHEN lower(${text}) IN ('true', 't', 'yes', 'y', 'on', '1') THEN TRUE ` +
          `WHEN lower(${text}) IN ('false', 'f', 'no', 'n', 'off', '0') THEN FALSE END`,
        mayFail: true,
      };
    case 'DATE':
      return {
        value: `coalesce(TRY_CAST(${text} AS DATE), CAST(try_strptime(${text}, ['%m/%d/%Y', '%d-%b-%Y']) AS DATE))`,
        mayFail: true,
      };
    case 'BINARY':
      return binary(text, format);
    case 'VARIANT':
    case 'OBJECT':
    case 'ARRAY':
      return { value: `CASE WHEN json_valid(${text}) THEN CAST(${text} AS JSON) END`, mayFail: true };
    default:
      return { value: `TRY_CAST(${text} AS ${duckType(column)})`, mayFail: true };
  }
}

/** DuckDB reads a DECIMAL of over 18 digits a hundred times slower than a shorter one, so the short way is tried first. */
function number(text: string, column: ResultColumn): string {
  const { precision = 38, scale = 0 } = column;
  const direct = `TRY_CAST(${text} AS DECIMAL(${precision},${scale}))`;
  if (precision <= 18 || scale > 18) return direct;
  return `coalesce(CAST(TRY_CAST(${text} AS DECIMAL(18,${scale})) AS DECIMAL(${precision},${scale})), ${direct})`;
}

function binary(text: string, format: FileFormat): Conversion {
  switch (format.binaryFormat) {
    case 'UTF8':
      return { value: `encode(${text})`, mayFail: false };
    case 'BASE64':
      return { value: `TRY(from_base64(${text}))`, mayFail: true };
    case 'HEX':
      return {
        value: `CASE WHEN regexp_full_match(${text}, '([0-9A-Fa-f]{2})*') THEN unhex(${text}) END`,
        mayFail: true,
      };
  }
}

/** Snowflake's words and number for a text that is no value of the column. */
export function conversionError(column: ResultColumn, text: string): { code: string; message: string } {
  switch (column.type) {
    case 'FIXED':
    case 'REAL':
      return { code: '100038', message: `Numeric value '${text}' is not recognized` };
    case 'BOOLEAN':
      return { code: '100037', message: `Boolean value '${text}' is not recognized` };
    case 'DATE':
      return { code: '100040', message: `Date '${text}' is not recognized` };
    case 'TIME':
      return { code: '100108', message: `Time '${text}' is not recognized` };
    case 'BINARY':
      return { code: '100115', message: `The following string is not a legal hex-encoded value: '${text}'` };
    case 'VARIANT':
    case 'OBJECT':
    case 'ARRAY':
      return { code: '100069', message: `Error parsing JSON: ${text.slice(0, 200)}` };
    default:
      return { code: '100035', message: `Timestamp '${text}' is not recognized` };
  }
}

/** A member of a JSON value as text, found by its exact name or by any case of it. */
export function jsonMember(
  json: string,
  name: string,
  anyCase: boolean,
): { key: string; text: (raw: boolean) => string } {
  const key = anyCase
    ? `list_filter(json_keys(${json}), lambda k: upper(k) = ${literal(name.toUpperCase())})[1]`
    : literal(name);
  const path = `'$."' || replace(${key}, '"', '\\"') || '"'`;
  return {
    key,
    text: (raw) =>
      raw ? `CAST(json_extract(${json}, ${path}) AS VARCHAR)` : `json_extract_string(${json}, ${path})`,
  };
}
