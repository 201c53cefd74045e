/**
 * How every type of Postgres travels: as which type of Snowflake it arrives, and by which expression it is put into COPY.
 * Where no expression is named the type's own text form is what COPY writes, under the settings of the session.
 */

/** A type of the catalog, domains already resolved to what they stand on. */
export interface SourceType {
  /** `pg_type.typname` of the type, or of the element for an array. */
  readonly name: string;
  readonly isBuiltIn: boolean;
  /** `pg_type.typtype`: b base, c composite, e enum, r range, m multirange. */
  readonly kind: string;
  readonly isArray: boolean;
  /** `atttypmod`: precision, scale or length, encoded; -1 when none. */
  readonly modifier: number;
}

export interface Carried {
  /** Snowflake's type in full. */
  readonly target: string;
  /** SQL for the value, given SQL for the column. */
  readonly expression: (column: string) => string;
}

const asIs = (column: string): string => column;

function carried(target: string, expression: (column: string) => string = asIs): Carried {
  return { target, expression };
}

const variantOf = carried('VARIANT', (column) => `to_json(${column})`);
const builtIn: Readonly<Record<string, Carried>> = {
  bool: carried('BOOLEAN', (column) => `${column}::text`),
  int2: carried('NUMBER(5,0)'),
  int4: carried('NUMBER(10,0)'),
  int8: carried('NUMBER(19,0)'),
  oid: carried('NUMBER(10,0)'),
  float4: carried('FLOAT'),
  float8: carried('FLOAT'),
  // Its text form follows lc_monetary; no locale has more than 3 decimals.
  money: carried('NUMBER(22,3)', (column) => `${column}::numeric`),
  date: carried('DATE'),
  bytea: carried('BINARY', (column) => `encode(${column}, 'hex')`),
  json: carried('VARIANT'),
  jsonb: carried('VARIANT'),
};

/** The target type and expression of a type. Every type has one: what is not named here travels as its text. */
export function carry(type: SourceType): Carried {
  if (type.isArray || type.kind === 'c') return variantOf;
  if (!type.isBuiltIn) return carried('VARCHAR');
  if (type.name === 'numeric') return carried(numericTarget(type.modifier));
  // Their modifier is the number of decimals of a second; 6 unless declared.
  const decimals = type.modifier < 0 ? 6 : type.modifier;
  if (type.name === 'timestamp') return carried(`TIMESTAMP_NTZ(${decimals})`);
  if (type.name === 'timestamptz') return carried(`TIMESTAMP_TZ(${decimals})`);
  if (type.name === 'time') return carried(`TIME(${decimals})`);
  return builtIn[type.name] ?? carried('VARCHAR');
}

const snowflakePrecision = 38;
const snowflakeScale = 37;

/**
 * NUMBER of the same precision and scale where Snowflake has it, else text. Without a precision a numeric may hold anything:
 * NUMBER(38,9), and what does not fit is rejected when it is applied, never rounded.
 */
function numericTarget(modifier: number): string {
  if (modifier < 0) return `NUMBER(${snowflakePrecision},9)`;
  // numeric.c: precision in the upper 16 bits, scale in the lower 11 as a signed number, both after an offset of 4.
  const precision = ((modifier - 4) >> 16) & 0xffff;
  const scale = (((modifier - 4) & 0x7ff) ^ 1024) - 1024;
  // A negative scale rounds to tens or hundreds; one beyond the precision means zeros after the point.
  const wholeScale = Math.max(0, scale);
  const digits = scale < 0 ? precision - scale : Math.max(precision, wholeScale);
  const fits = digits <= snowflakePrecision && wholeScale <= snowflakeScale;
  return fits ? `NUMBER(${digits},${wholeScale})` : 'VARCHAR';
}
