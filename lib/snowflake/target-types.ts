import { SluiceError } from '../config/index.ts';

/** A Snowflake type that a contract may name, taken apart. */
export type TargetType =
  | { readonly kind: 'VARCHAR'; readonly length: number | undefined }
  | { readonly kind: 'NUMBER'; readonly precision: number; readonly scale: number }
  | { readonly kind: 'TIMESTAMP_NTZ' | 'TIMESTAMP_TZ' | 'TIME'; readonly precision: number }
  | { readonly kind: 'FLOAT' | 'BOOLEAN' | 'DATE' | 'VARIANT' }
  | { readonly kind: 'BINARY'; readonly length: number | undefined };

/** Other names that Snowflake has for the same types. */
const synonyms: Readonly<Record<string, string>> = {
  TEXT: 'VARCHAR',
  STRING: 'VARCHAR',
  CHAR: 'VARCHAR',
  CHARACTER: 'VARCHAR',
  DECIMAL: 'NUMBER',
  NUMERIC: 'NUMBER',
  INT: 'NUMBER',
  INTEGER: 'NUMBER',
  BIGINT: 'NUMBER',
  SMALLINT: 'NUMBER',
  TINYINT: 'NUMBER',
  FIXED: 'NUMBER',
  DOUBLE: 'FLOAT',
  'DOUBLE PRECISION': 'FLOAT',
  REAL: 'FLOAT',
  VARBINARY: 'BINARY',
};

/**
 * @param text as in a contract: `NUMBER(10,3)`, `TIMESTAMP_NTZ(6)`, `VARCHAR`
 * @throws SluiceError CONTRACT_TYPE_UNKNOWN for a type that Sluice does not load
 */
export function parseTargetType(text: string): TargetType {
  const match = /^([A-Z_]+(?: PRECISION)?)\s*(?:\(\s*(\d+)\s*(?:,\s*(\d+)\s*)?\))?$/.exec(
    text.trim().toUpperCase(),
  );
  const [, name = '', first, second] = match ?? [];
  const kind = synonyms[name] ?? name;
  const size = first === undefined ? undefined : Number(first);
  switch (kind) {
    case 'VARCHAR':
    case 'BINARY':
      return { kind, length: size };
    case 'NUMBER':
      return { kind, precision: size ?? 38, scale: second === undefined ? 0 : Number(second) };
    case 'TIMESTAMP_NTZ':
    case 'TIMESTAMP_TZ':
    case 'TIME':
      return { kind, precision: size ?? 9 };
    case 'FLOAT':
    case 'BOOLEAN':
    case 'DATE':
    case 'VARIANT':
      return { kind };
    default:
      throw new SluiceError({
        code: 'CONTRACT_TYPE_UNKNOWN',
        kind: 'usage',
        message: `Sluice does not load into the type ${JSON.stringify(text)}.`,
        hint: 'Take VARCHAR, NUMBER(p,s), FLOAT, BOOLEAN, DATE, TIME, TIMESTAMP_NTZ, TIMESTAMP_TZ, BINARY or VARIANT.',
      });
  }
}

/** Whether every value of a column of type `from` is also one of type `to`, so that Snowflake alters it in place. */
export function widens(from: TargetType, to: TargetType): boolean {
  if (from.kind === 'VARCHAR' && to.kind === 'VARCHAR') {
    return to.length === undefined || (from.length !== undefined && to.length >= from.length);
  }
  if (from.kind === 'BINARY' && to.kind === 'BINARY') {
    return to.length === undefined || (from.length !== undefined && to.length >= from.length);
  }
  if (from.kind === 'NUMBER' && to.kind === 'NUMBER') {
    return from.scale === to.scale && to.precision >= from.precision;
  }
  return sameType(from, to);
}

export function sameType(a: TargetType, b: TargetType): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
