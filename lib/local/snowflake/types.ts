import { type DuckDBDecimalType, type DuckDBType, DuckDBTypeId } from '@duckdb/node-api';
import { compilationError } from './errors.ts';
import type { ResultColumn } from './statement.ts';

/** A type of Snowflake's. */
export interface SqlType {
  readonly type: ResultColumn['type'];
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

/** The DuckDB type that values of a Snowflake type are kept in. */
export function duckType(type: SqlType): string {
  switch (type.type) {
    case 'FIXED':
      return `DECIMAL(${type.precision ?? 38},${type.scale ?? 0})`;
    case 'REAL':
      return 'DOUBLE';
    case 'TEXT':
      return 'VARCHAR';
    case 'BOOLEAN':
      return 'BOOLEAN';
    case 'DATE':
      return 'DATE';
    case 'TIME':
      return 'TIME';
    case 'TIMESTAMP_NTZ':
      return 'TIMESTAMP';
    case 'TIMESTAMP_LTZ':
    case 'TIMESTAMP_TZ':
      return 'TIMESTAMPTZ';
    case 'BINARY':
      return 'BLOB';
    case 'VARIANT':
    case 'OBJECT':
    case 'ARRAY':
      return 'JSON';
  }
}

const DUCK_INTEGERS: Readonly<Partial<Record<DuckDBTypeId, number>>> = {
  [DuckDBTypeId.TINYINT]: 3,
  [DuckDBTypeId.SMALLINT]: 5,
  [DuckDBTypeId.INTEGER]: 10,
  [DuckDBTypeId.BIGINT]: 19,
  [DuckDBTypeId.HUGEINT]: 38,
  [DuckDBTypeId.UTINYINT]: 3,
  [DuckDBTypeId.USMALLINT]: 5,
  [DuckDBTypeId.UINTEGER]: 10,
  [DuckDBTypeId.UBIGINT]: 20,
  [DuckDBTypeId.UHUGEINT]: 38,
};

/** The Snowflake type that a column of DuckDB's is shown as, where the translation does not know better. */
export function typeOfDuck(type: DuckDBType): SqlType {
  const integer = DUCK_INTEGERS[type.typeId];
  if (integer !== undefined) return fixed(integer, 0);
  switch (type.typeId) {
    case DuckDBTypeId.DECIMAL: {
      const { width, scale } = type as DuckDBDecimalType;
      return fixed(width, scale);
    }
    case DuckDBTypeId.FLOAT:
    case DuckDBTypeId.DOUBLE:
      return FLOAT;
    case DuckDBTypeId.BOOLEAN:
      return BOOLEAN;
    case DuckDBTypeId.DATE:
      return DATE;
    case DuckDBTypeId.TIME:
      return TIME;
    case DuckDBTypeId.TIMESTAMP:
    case DuckDBTypeId.TIMESTAMP_S:
    case DuckDBTypeId.TIMESTAMP_MS:
    case DuckDBTypeId.TIMESTAMP_NS:
      return NTZ;
    case DuckDBTypeId.TIMESTAMP_TZ:
      return LTZ;
    case DuckDBTypeId.BLOB:
      return BINARY;
    case DuckDBTypeId.LIST:
    case DuckDBTypeId.ARRAY:
      return ARRAY;
    case DuckDBTypeId.STRUCT:
    case DuckDBTypeId.MAP:
      return OBJECT;
    default:
      return type.alias === 'JSON' ? VARIANT : TEXT;
  }
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

export function column(name: string, type: SqlType, nullable = true): ResultColumn {
  return { name, nullable, ...type };
}
