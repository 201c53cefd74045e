import { compilationError } from './errors.ts';

/** A type of Snowflake's. */
export interface SqlType {
  readonly type:
    | 'FIXED'
    | 'REAL'
    | 'TEXT'
    | 'BOOLEAN'
    | 'DATE'
    | 'TIME'
    | 'TIMESTAMP_NTZ'
    | 'TIMESTAMP_LTZ'
    | 'TIMESTAMP_TZ'
    | 'VARIANT'
    | 'OBJECT'
    | 'ARRAY'
    | 'BINARY';
  readonly precision?: number;
  readonly scale?: number;
  /** Bound in characters or bytes, where one was declared. */
  readonly length?: number;
}

export const MAX_TEXT = 16_777_216;
export const MAX_BINARY = 8_388_608;

export const NUMBER: SqlType = { type: 'FIXED', precision: 38, scale: 0 };
export const FLOAT: SqlType = { type: 'REAL' };
export const TEXT: SqlType = { type: 'TEXT' };
export const BOOLEAN: SqlType = { type: 'BOOLEAN' };
export const DATE: SqlType = { type: 'DATE' };
export const TIME: SqlType = { type: 'TIME', scale: 9 };
export const NTZ: SqlType = { type: 'TIMESTAMP_NTZ', scale: 9 };
export const LTZ: SqlType = { type: 'TIMESTAMP_LTZ', scale: 9 };
export const TZ: SqlType = { type: 'TIMESTAMP_TZ', scale: 9 };
export const VARIANT: SqlType = { type: 'VARIANT' };
export const OBJECT: SqlType = { type: 'OBJECT' };
export const ARRAY: SqlType = { type: 'ARRAY' };
export const BINARY: SqlType = { type: 'BINARY' };

/** NUMBER(precision, scale), cut to what NUMBER can hold. */
export function fixed(precision: number, scale: number): SqlType {
  return { type: 'FIXED', precision: Math.min(38, Math.max(precision, scale)), scale: Math.min(38, scale) };
}

const INTEGERS = new Set(['INT', 'INTEGER', 'BIGINT', 'SMALLINT', 'TINYINT', 'BYTEINT']);
const DECIMALS = new Set(['NUMBER', 'DECIMAL', 'NUMERIC', 'DEC', 'FIXED']);
const FLOATS = new Set(['FLOAT', 'FLOAT4', 'FLOAT8', 'DOUBLE', 'DOUBLE PRECISION', 'REAL']);
const TEXTS = new Set([
  'VARCHAR',
  'STRING',
  'TEXT',
  'NVARCHAR',
  'NVARCHAR2',
  'CHAR VARYING',
  'CHARACTER VARYING',
  'NCHAR VARYING',
]);
const CHARS = new Set(['CHAR', 'CHARACTER', 'NCHAR']);
const TIMES: Readonly<Record<string, SqlType>> = {
  DATETIME: NTZ,
  TIMESTAMP: NTZ,
  TIMESTAMP_NTZ: NTZ,
  TIMESTAMPNTZ: NTZ,
  'TIMESTAMP WITHOUT TIME ZONE': NTZ,
  TIMESTAMP_LTZ: LTZ,
  TIMESTAMPLTZ: LTZ,
  'TIMESTAMP WITH LOCAL TIME ZONE': LTZ,
  TIMESTAMP_TZ: TZ,
  TIMESTAMPTZ: TZ,
  'TIMESTAMP WITH TIME ZONE': TZ,
  TIME: TIME,
};
const PLAIN: Readonly<Record<string, SqlType>> = { BOOLEAN, DATE, VARIANT, OBJECT, ARRAY };

/** The type that a name (upper case, blanks single) and its arguments stand for. */
export function namedType(name: string, args: readonly number[]): SqlType {
  if (INTEGERS.has(name)) return NUMBER;
  if (DECIMALS.has(name)) return fixed(args[0] ?? 38, args[1] ?? 0);
  if (FLOATS.has(name)) return FLOAT;
  if (TEXTS.has(name)) return args[0] === undefined ? TEXT : { type: 'TEXT', length: args[0] };
  if (CHARS.has(name)) return { type: 'TEXT', length: args[0] ?? 1 };
  if (name === 'BINARY' || name === 'VARBINARY') {
    return args[0] === undefined ? BINARY : { type: 'BINARY', length: args[0] };
  }
  const time = TIMES[name];
  if (time) return args[0] === undefined ? time : { ...time, scale: args[0] };
  const plain = PLAIN[name];
  if (plain) return plain;
  throw compilationError(`Unsupported data type '${name}'.`, '002040');
}

/** As Snowflake prints it in DESC TABLE and GET_DDL: `NUMBER(38,0)`, `VARCHAR(16777216)`. */
export function typeName(type: SqlType): string {
  switch (type.type) {
    case 'FIXED':
      return `NUMBER(${type.precision ?? 38},${type.scale ?? 0})`;
    case 'REAL':
      return 'FLOAT';
    case 'TEXT':
      return `VARCHAR(${type.length ?? MAX_TEXT})`;
    case 'BINARY':
      return `BINARY(${type.length ?? MAX_BINARY})`;
    case 'TIME':
    case 'TIMESTAMP_NTZ':
    case 'TIMESTAMP_LTZ':
    case 'TIMESTAMP_TZ':
      return `${type.type}(${type.scale ?? 9})`;
    default:
      return type.type;
  }
}
