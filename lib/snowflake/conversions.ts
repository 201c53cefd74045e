import { quoteLiteral } from './quoting.ts';
import { parseTargetType, type TargetType } from './target-types.ts';

/** How a landed text becomes a value of its column. */
export interface Conversion {
  /** SQL of the typed value. It never raises: what does not fit is NULL, and `reason` says so. */
  readonly value: string;
  /** SQL of why the text does not fit, NULL where it does; undefined for a type that takes any text. */
  readonly reason: string | undefined;
}

/**
 * The one place that says how text becomes typed. A text fits only if its value is exactly one of the column's type: nothing
 * is rounded, cut or guessed (facts: Postgres prints numbers as plain digits, times as ISO in UTC, bytes as hex).
 *
 * @param text SQL of the landed text, a column reference
 * @param targetType as in the contract
 * @param required whether the column must have a value, because rows are told apart by it
 */
export function conversionOf(text: string, targetType: string, required = false): Conversion {
  const { value, reason } = optionalConversion(text, parseTargetType(targetType));
  if (!required) return { value, reason };
  return {
    value,
    reason: `COALESCE(${reason ?? 'NULL'}, IFF(${text} IS NULL, 'is missing from the key', NULL))`,
  };
}

function optionalConversion(text: string, type: TargetType): Conversion {
  switch (type.kind) {
    case 'VARCHAR':
      return { value: text, reason: lengthReason(text, type.length) };
    case 'NUMBER':
      return number(text, type);
    case 'FLOAT':
      return float(text);
    case 'BOOLEAN': {
      const value = `CASE WHEN ${text} IN ('t', 'true') THEN TRUE WHEN ${text} IN ('f', 'false') THEN FALSE END`;
      return { value, reason: unfit(text, value, 'is not true or false') };
    }
    case 'DATE':
      return shaped(text, {
        pattern: day,
        value: `TRY_TO_DATE(${text}, 'YYYY-MM-DD')`,
        otherwise: 'is not a date of the years 0001 to 9999',
      });
    case 'TIME':
      return shaped(text, {
        pattern: `${clock}${fraction(type.precision)}`,
        value: `TRY_TO_TIME(${text})`,
        otherwise: `is not a time of day with at most ${type.precision} decimals`,
      });
    case 'TIMESTAMP_NTZ':
      return shaped(text, {
        pattern: `${day} ${clock}${fraction(type.precision)}`,
        value: `TRY_TO_TIMESTAMP_NTZ(${text})`,
        otherwise: `is not a timestamp of the years 0001 to 9999 with at most ${type.precision} decimals`,
      });
    case 'TIMESTAMP_TZ':
      return shaped(text, {
        pattern: `${day} ${clock}${fraction(type.precision)}[+]00`,
        // Postgres leaves the minutes of the offset out; with them, and a T, it is the form that everybody reads.
        value: `TRY_TO_TIMESTAMP_TZ(REPLACE(REPLACE(${text}, ' ', 'T'), '+00', '+00:00'))`,
        otherwise: `is not a timestamp in UTC of the years 0001 to 9999 with at most ${type.precision} decimals`,
      });
    case 'BINARY': {
      const value = `TRY_TO_BINARY(${text}, 'HEX')`;
      const { length } = type;
      const notHex = `NOT ${matches(text, '([0-9a-fA-F][0-9a-fA-F])*')} OR ${value} IS NULL`;
      return {
        value,
        reason: reasons(text, [
          ...(length === undefined
            ? []
            : [
                `WHEN LENGTH(${text}) > ${2 * length} THEN ${quoteLiteral(`is longer than ${length} bytes`)}`,
              ]),
          `WHEN ${notHex} THEN 'is not hexadecimal'`,
        ]),
      };
    }
    case 'VARIANT': {
      const value = `TRY_PARSE_JSON(${text})`;
      return { value, reason: unfit(text, value, 'is not JSON that VARIANT takes') };
    }
  }
}

const day = '[0-9]{4}-[0-9]{2}-[0-9]{2}';
const clock = '([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]';

function fraction(precision: number): string {
  return precision === 0 ? '' : `([.][0-9]{1,${precision}})?`;
}

function number(text: string, type: TargetType & { kind: 'NUMBER' }): Conversion {
  const whole = type.precision - type.scale;
  const value = `TRY_TO_NUMBER(${text}, ${type.precision}, ${type.scale})`;
  return {
    value,
    reason: reasons(text, [
      `WHEN NOT ${matches(text, '[+-]?[0-9]+([.][0-9]+)?')} THEN 'is not a decimal number'`,
      `WHEN NOT ${matches(text, `[+-]?[0-9]+([.]${atMost(type.scale)}0*)?`)} THEN ${quoteLiteral(`has more than ${type.scale} decimals`)}`,
      `WHEN NOT ${matches(text, `[+-]?0*${atMost(whole)}([.][0-9]+)?`)} THEN ${quoteLiteral(`has more than ${whole} digits before the point`)}`,
      `WHEN ${value} IS NULL THEN ${quoteLiteral(`does not fit NUMBER(${type.precision},${type.scale})`)}`,
    ]),
  };
}

/** A pattern of no more than so many digits; patterns have no `{0,0}`. */
function atMost(digits: number): string {
  return digits === 0 ? '' : `[0-9]{0,${digits}}`;
}

/** A double may be infinite or nothing only where the text says so: 1e400 and 1e-400 do not fit. */
function float(text: string): Conversion {
  const value = `TRY_TO_DOUBLE(CASE ${text} WHEN 'Infinity' THEN 'inf' WHEN '-Infinity' THEN '-inf' ELSE ${text} END)`;
  return {
    value,
    reason: reasons(text, [
      `WHEN ${text} IN ('NaN', 'Infinity', '-Infinity') THEN NULL`,
      `WHEN NOT ${matches(text, '[+-]?([0-9]+([.][0-9]*)?|[.][0-9]+)([eE][+-]?[0-9]+)?')} OR ${value} IS NULL THEN 'is not a number'`,
      `WHEN ABS(${value}) = CAST('inf' AS FLOAT) THEN 'is too large for FLOAT'`,
      `WHEN ${value} = 0 AND ${matches(text, '[^eE]*[1-9].*')} THEN 'is too small for FLOAT'`,
    ]),
  };
}

/** A value whose text must look a certain way before Snowflake may read it, because it would read much else too. */
function shaped(
  text: string,
  { pattern, value, otherwise }: { pattern: string; value: string; otherwise: string },
): Conversion {
  const reason = `WHEN NOT ${matches(text, pattern)} OR ${value} IS NULL THEN ${quoteLiteral(otherwise)}`;
  return { value, reason: reasons(text, [reason]) };
}

function unfit(text: string, value: string, otherwise: string): string {
  return reasons(text, [`WHEN ${value} IS NULL THEN ${quoteLiteral(otherwise)}`]);
}

function lengthReason(text: string, length: number | undefined): string | undefined {
  if (length === undefined) return undefined;
  return reasons(text, [
    `WHEN LENGTH(${text}) > ${length} THEN ${quoteLiteral(`is longer than ${length} characters`)}`,
  ]);
}

function reasons(text: string, branches: readonly string[]): string {
  return ['CASE', `  WHEN ${text} IS NULL THEN NULL`, ...branches.map((branch) => `  ${branch}`), 'END'].join(
    '\n',
  );
}

/** The whole text, from end to end: Snowflake anchors a pattern by itself, and says so here for every reader. */
function matches(text: string, pattern: string): string {
  return `REGEXP_LIKE(${text}, '^${pattern}$')`;
}
