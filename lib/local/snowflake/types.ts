import { type DuckDBDecimalType, type DuckDBType, DuckDBTypeId } from '@duckdb/node-api';
import {
  ARRAY,
  BINARY,
  BOOLEAN,
  DATE,
  FLOAT,
  fixed,
  LTZ,
  NTZ,
  OBJECT,
  type SqlType,
  TEXT,
  TIME,
  VARIANT,
} from '../../sql/index.ts';
import type { ResultColumn } from './statement.ts';

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

export function column(name: string, type: SqlType, nullable = true): ResultColumn {
  return { name, nullable, ...type };
}
