import {
  ARRAY,
  BINARY,
  BOOLEAN,
  DATE,
  FLOAT,
  fixed,
  LTZ,
  NTZ,
  NUMBER,
  OBJECT,
  type SqlType,
  TEXT,
  TIME,
  TZ,
  VARIANT,
} from '../../../sql/index.ts';
import { calculated, commonOf } from './coercion.ts';
import { AGGREGATE_NAMES, OTHER_NAMES, SCALAR_NAMES, WINDOW_NAMES } from './function-names.ts';
import type { Value } from './shape.ts';
import { anyNullable } from './shape.ts';

const words = (text: string): string[] => text.trim().split(/\s+/);

/** Functions whose values have one type, whatever goes in. */
const FIXED_TYPES: ReadonlyMap<string, SqlType> = new Map(
  (
    [
      [
        TEXT,
        `UPPER LOWER TRIM LTRIM RTRIM CONCAT CONCAT_WS SUBSTR SUBSTRING LEFT RIGHT REPLACE TRANSLATE REPEAT LPAD RPAD
         INITCAP REVERSE SPLIT_PART STRTOK REGEXP_REPLACE REGEXP_SUBSTR TO_CHAR TO_VARCHAR TO_TEXT TO_JSON CHR CHAR MD5
         MD5_HEX SHA1 SHA1_HEX SHA2 SHA2_HEX HEX_ENCODE BASE64_ENCODE BASE64_DECODE_STRING HEX_DECODE_STRING DAYNAME
         MONTHNAME LISTAGG STRING_AGG ARRAY_TO_STRING TYPEOF UUID_STRING RANDSTR SPACE INSERT SOUNDEX CURRENT_USER CURRENT_ROLE
         CURRENT_DATABASE CURRENT_SCHEMA CURRENT_WAREHOUSE CURRENT_ACCOUNT CURRENT_REGION CURRENT_SESSION AS_VARCHAR AS_CHAR
         PARSE_URL_HOST JSON_EXTRACT_PATH_TEXT GET_DDL CHECK_JSON COLLATE`,
      ],
      [
        BOOLEAN,
        `CONTAINS STARTSWITH ENDSWITH LIKE ILIKE RLIKE REGEXP_LIKE REGEXP EQUAL_NULL BOOLAND BOOLOR BOOLNOT BOOLXOR
         BOOLAND_AGG BOOLOR_AGG BOOLXOR_AGG IS_NULL_VALUE IS_ARRAY IS_BOOLEAN IS_OBJECT IS_VARCHAR IS_CHAR IS_INTEGER IS_DECIMAL
         IS_DOUBLE IS_REAL IS_DATE IS_TIMESTAMP_NTZ TO_BOOLEAN TRY_TO_BOOLEAN ARRAY_CONTAINS ARRAYS_OVERLAP AS_BOOLEAN`,
      ],
      [
        DATE,
        'TO_DATE TRY_TO_DATE DATE DATE_FROM_PARTS DATEFROMPARTS CURRENT_DATE NEXT_DAY PREVIOUS_DAY AS_DATE',
      ],
      [TIME, 'TO_TIME TRY_TO_TIME TIME_FROM_PARTS TIMEFROMPARTS CURRENT_TIME LOCALTIME AS_TIME'],
      [
        NTZ,
        `TO_TIMESTAMP TRY_TO_TIMESTAMP TIMESTAMP_FROM_PARTS TO_TIMESTAMP_NTZ TRY_TO_TIMESTAMP_NTZ TIMESTAMP_NTZ_FROM_PARTS
         TIMESTAMPNTZFROMPARTS SYSDATE AS_TIMESTAMP_NTZ`,
      ],
      [
        LTZ,
        `CURRENT_TIMESTAMP LOCALTIMESTAMP GETDATE SYSTIMESTAMP TO_TIMESTAMP_LTZ TRY_TO_TIMESTAMP_LTZ
         TIMESTAMP_LTZ_FROM_PARTS AS_TIMESTAMP_LTZ`,
      ],
      [TZ, 'TO_TIMESTAMP_TZ TRY_TO_TIMESTAMP_TZ TIMESTAMP_TZ_FROM_PARTS AS_TIMESTAMP_TZ'],
      [
        VARIANT,
        'PARSE_JSON TRY_PARSE_JSON TO_VARIANT GET GET_PATH GET_IGNORE_CASE STRIP_NULL_VALUE ARRAY_MAX ARRAY_MIN PARSE_XML',
      ],
      [
        OBJECT,
        'OBJECT_CONSTRUCT OBJECT_CONSTRUCT_KEEP_NULL OBJECT_AGG OBJECT_INSERT OBJECT_DELETE OBJECT_PICK TO_OBJECT AS_OBJECT',
      ],
      [
        ARRAY,
        `ARRAY_CONSTRUCT ARRAY_CONSTRUCT_COMPACT ARRAY_AGG ARRAYAGG ARRAY_UNIQUE_AGG ARRAY_UNION_AGG ARRAY_APPEND ARRAY_CAT
         ARRAY_COMPACT ARRAY_DISTINCT ARRAY_EXCEPT ARRAY_INSERT ARRAY_INTERSECTION ARRAY_PREPEND ARRAY_REMOVE ARRAY_REVERSE
         ARRAY_SLICE ARRAY_SORT ARRAY_FLATTEN ARRAY_GENERATE_RANGE SPLIT STRTOK_TO_ARRAY OBJECT_KEYS TO_ARRAY AS_ARRAY
         REGEXP_SUBSTR_ALL REGEXP_EXTRACT_ALL`,
      ],
      [
        BINARY,
        'TO_BINARY TRY_TO_BINARY HEX_DECODE_BINARY BASE64_DECODE_BINARY MD5_BINARY SHA1_BINARY SHA2_BINARY',
      ],
      [
        FLOAT,
        `TO_DOUBLE TRY_TO_DOUBLE SQRT CBRT EXP LN LOG POWER POW SIN COS TAN ASIN ACOS ATAN ATAN2 SINH COSH TANH COT
         DEGREES RADIANS PI HAVERSINE CORR COVAR_POP COVAR_SAMP PERCENT_RANK CUME_DIST MONTHS_BETWEEN STDDEV_POP REGR_SLOPE
         REGR_INTERCEPT REGR_R2 SQUARE STDDEV STDDEV_SAMP AS_DOUBLE AS_REAL APPROX_PERCENTILE JAROWINKLER_DISTANCE`,
      ],
      [
        fixed(18, 0),
        'COUNT COUNT_IF APPROX_COUNT_DISTINCT HLL LENGTH LEN OCTET_LENGTH BIT_LENGTH ROW_NUMBER RANK DENSE_RANK NTILE',
      ],
      [
        fixed(9, 0),
        `DATEDIFF TIMEDIFF TIMESTAMPDIFF YEAR MONTH DAY DAYOFMONTH DAYOFWEEK DAYOFWEEKISO DAYOFWEEK_ISO DAYOFYEAR WEEK WEEKISO
         WEEKOFYEAR QUARTER HOUR MINUTE SECOND YEAROFWEEK YEAROFWEEKISO POSITION CHARINDEX ARRAY_SIZE ARRAY_POSITION
         REGEXP_COUNT REGEXP_INSTR ASCII UNICODE EDITDISTANCE SIGN DATE_PART JAROWINKLER_SIMILARITY WIDTH_BUCKET`,
      ],
      [fixed(19, 0), 'HASH HASH_AGG'],
      [NUMBER, 'RANDOM SEQ1 SEQ2 SEQ4 SEQ8 GROUPING GROUPING_ID'],
    ] as const
  ).flatMap(([type, names]) => words(names).map((name) => [name, type] as const)),
);

/** Functions that give one of their arguments' values, from the argument at this place on. */
const SAME_TYPE: ReadonlyMap<string, number> = new Map(
  words(
    `MAX MIN ANY_VALUE FIRST_VALUE LAST_VALUE NTH_VALUE LAG LEAD MODE MAX_BY MIN_BY NULLIF NULLIFZERO ZEROIFNULL ABS
     CONNECT_BY_ROOT`,
  ).map((name) => [name, 0]),
);

const COMMON_TYPE: ReadonlySet<string> = new Set(
  words('COALESCE NVL IFNULL GREATEST LEAST GREATEST_IGNORE_NULLS LEAST_IGNORE_NULLS'),
);

/** Functions that never give NULL. */
const NEVER_NULL: ReadonlySet<string> = new Set(
  words(
    `COUNT COUNT_IF APPROX_COUNT_DISTINCT ROW_NUMBER RANK DENSE_RANK NTILE PERCENT_RANK CUME_DIST EQUAL_NULL HASH CURRENT_DATE
     CURRENT_TIMESTAMP CURRENT_TIME SYSDATE UUID_STRING RANDOM OBJECT_CONSTRUCT ARRAY_CONSTRUCT ZEROIFNULL GETDATE PI ARRAY_AGG`,
  ),
);

/** Functions that may give NULL for values that are not. */
const MAY_BE_NULL: ReadonlySet<string> = new Set(
  words(
    'NULLIF NULLIFZERO LAG LEAD FIRST_VALUE LAST_VALUE NTH_VALUE SUM AVG MIN MAX ANY_VALUE MEDIAN LISTAGG GET GET_PATH',
  ),
);

/** A scalar function works on a row, an aggregate on a group; a window function needs OVER. `other`: not known. */
export type FunctionKind = 'scalar' | 'aggregate' | 'window' | 'other';

/** What a function is, by its name without a schema. */
export function kindOfFunction(name: string): FunctionKind {
  if (AGGREGATE_NAMES.has(name)) return 'aggregate';
  if (WINDOW_NAMES.has(name)) return 'window';
  return SCALAR_NAMES.has(name) ? 'scalar' : 'other';
}

/** All names of functions that come with Snowflake, as far as they are known here. */
export function functionNames(): string[] {
  return [...SCALAR_NAMES, ...AGGREGATE_NAMES, ...WINDOW_NAMES, ...OTHER_NAMES];
}

/** True for a function that comes with Snowflake. */
export function isKnownFunction(name: string): boolean {
  return kindOfFunction(name) !== 'other' || OTHER_NAMES.has(name);
}

/** The type that a function's value has for arguments of these types; undefined where it is not known. */
export function typeOfCall(
  name: string,
  args: readonly Value[],
  texts: readonly (string | undefined)[],
): SqlType | undefined {
  const known = FIXED_TYPES.get(name);
  if (known !== undefined) return known;
  if (COMMON_TYPE.has(name))
    return commonOf(args.filter((arg) => !isNullConstant(arg)).map(({ type }) => type));
  const same = SAME_TYPE.get(name);
  if (same !== undefined) return args[same]?.type;
  switch (name) {
    case 'SUM': {
      const type = args[0]?.type;
      return type?.type === 'FIXED' ? fixed(38, type.scale ?? 0) : type?.type === 'REAL' ? type : undefined;
    }
    case 'IFF':
    case 'NVL2':
      return commonOf(
        args
          .slice(1)
          .filter((arg) => !isNullConstant(arg))
          .map(({ type }) => type),
      );
    case 'AVG':
      return averaged(args[0]?.type);
    case 'MEDIAN':
      return medianOf(args[0]?.type);
    case 'ROUND':
    case 'TRUNC':
    case 'TRUNCATE':
    case 'CEIL':
    case 'CEILING':
    case 'FLOOR':
      return rounded(args[0]?.type, texts);
    case 'MOD':
      return calculated('%', args[0]?.type, args[1]?.type);
    case 'DIV0':
    case 'DIV0NULL':
      return calculated('/', args[0]?.type, args[1]?.type);
    case 'DECODE':
      return commonOf(
        args
          .filter((_, index) => index > 0 && (index % 2 === 0 || index === args.length - 1))
          .filter((arg) => !isNullConstant(arg))
          .map(({ type }) => type),
      );
    case 'DATE_TRUNC':
      return [args[1]?.type, args[0]?.type].find((type) => type !== undefined && type.type !== 'TEXT');
    case 'LAST_DAY':
      return DATE;
    case 'ADD_MONTHS':
    case 'TIME_SLICE':
      return args[0]?.type?.type === 'TEXT' ? undefined : args[0]?.type;
    case 'CONVERT_TIMEZONE':
      return args.length === 3 ? NTZ : TZ;
    case 'DATEADD':
    case 'TIMEADD':
    case 'TIMESTAMPADD':
      return addedTo(args[2]?.type, texts[0]);
    case 'TO_NUMBER':
    case 'TO_DECIMAL':
    case 'TO_NUMERIC':
    case 'TRY_TO_NUMBER':
    case 'TRY_TO_DECIMAL':
    case 'TRY_TO_NUMERIC':
      return numberOf(texts);
    default:
      return undefined;
  }
}

/** Whether a function's value may be NULL; undefined where it is not known. */
export function nullabilityOfCall(name: string, args: readonly Value[]): boolean | undefined {
  if (NEVER_NULL.has(name)) return false;
  if (COMMON_TYPE.has(name))
    return args.some(({ nullable }) => nullable === false) ? false : anyNullable(args);
  if (MAY_BE_NULL.has(name)) return true;
  return args.some(({ nullable }) => nullable === true) ? true : undefined;
}

export function isNullConstant(value: Value): boolean {
  return value.type === undefined && value.nullable === true && value.origins.length === 0;
}

const TIME_PARTS =
  /^(h|m|s|ms|us|ns|hr|hrs|hh|mi|min|mins|sec|secs|(milli|micro|nano)?seconds?|minutes?|hours?|msec|usec|nsec)$/i;

/** DATEADD keeps a DATE a DATE unless hours or less are added. */
function addedTo(type: SqlType | undefined, part: string | undefined): SqlType | undefined {
  if (type === undefined || type.type === 'TEXT' || type.type === 'VARIANT') return undefined;
  if (type.type !== 'DATE') return type;
  if (part === undefined) return undefined;
  return TIME_PARTS.test(part) ? NTZ : type;
}

/** AVG divides by a count: it has the scale of a division, and all digits that a NUMBER can have. */
function averaged(type: SqlType | undefined): SqlType | undefined {
  if (type?.type !== 'FIXED') return type?.type === 'REAL' ? type : undefined;
  return fixed(38, calculated('/', type, NUMBER)?.scale ?? 0);
}

/** MEDIAN of NUMBER(p, s) has three more digits. */
function medianOf(type: SqlType | undefined): SqlType | undefined {
  if (type?.type !== 'FIXED') return type?.type === 'REAL' ? type : undefined;
  return fixed(38, Math.min(37, (type.scale ?? 0) + 3));
}

/** ROUND(value[, places]) and its kin: the scale becomes the places, and rounding up may take one more digit; TRUNC(moment, part). */
function rounded(type: SqlType | undefined, texts: readonly (string | undefined)[]): SqlType | undefined {
  if (type?.type !== 'FIXED') return type?.type === 'TEXT' || type?.type === 'VARIANT' ? undefined : type;
  const places = texts.length === 1 ? '0' : texts[1];
  if (places === undefined || !/^\d+$/.test(places)) return undefined;
  const [precision, scale, kept] = [type.precision ?? 38, type.scale ?? 0, Number(places)];
  return kept >= scale ? type : fixed(Math.min(38, precision - scale + kept + 1), kept);
}

/** TO_NUMBER(value[, format][, precision[, scale]]). */
function numberOf(texts: readonly (string | undefined)[]): SqlType | undefined {
  if (texts.length === 1) return NUMBER;
  const sizes = texts
    .slice(1)
    .filter((text) => text !== undefined && /^\d+$/.test(text))
    .map(Number);
  const [precision, scale] = sizes;
  return precision === undefined ? undefined : fixed(precision, scale ?? 0);
}
