import {
  ARRAY,
  BINARY,
  BOOLEAN,
  Cursor,
  compilationError,
  DATE,
  FLOAT,
  fixed,
  NTZ,
  NUMBER,
  OBJECT,
  type PathStep,
  parseExpression,
  type SqlType,
  TEXT,
  unsupported,
  VARIANT,
} from '../../../sql/index.ts';
import { literal } from '../names.ts';
import type { CallSite } from '../translate/call.ts';
import { castTo, isJson, textOf, toJson } from '../translate/casts.ts';
import { dynamicStep, emitPath } from '../translate/expression.ts';
import { emitStar } from '../translate/query.ts';
import type { Emitted } from '../translate/translation.ts';
import { list } from './arrays.ts';
import { condition, type Emitter, type Emitters, integerOf, jsonArgument } from './helpers.ts';

const LENGTH = fixed(18, 0);

/** Pairs of key and value; a pair with NULL in it is left out, unless `keepNull`. */
function objectConstruct(keepNull: boolean): Emitter {
  return (site) => {
    const first = site.raw(0);
    const pairs: { key: string; value: Emitted }[] = [];
    if (first?.kind === 'star') {
      for (const { sql, column } of emitStar(first, site.scope, site.translation)) {
        pairs.push({ key: literal(column.name), value: { sql, type: column.type } });
      }
    } else {
      const args = site.args();
      for (let index = 0; index + 1 < args.length; index += 2) {
        const [key, value] = [args[index], args[index + 1]];
        if (key && value) pairs.push({ key: textOf(key), value });
      }
    }
    const parts = pairs.map(({ key, value }) => `${key}, ${toJson(value)}`).join(', ');
    if (keepNull || pairs.length === 0) return { sql: `json_object(${parts})`, type: OBJECT };
    const present = pairs.map(
      ({ key, value }) =>
        `CASE WHEN ${value.sql} IS NOT NULL THEN to_json(${key}) || ':' || ${toJson(value)} END`,
    );
    return { sql: `CAST('{' || concat_ws(',', ${present.join(', ')}) || '}' AS JSON)`, type: OBJECT };
  };
}

function arrayConstruct(compact: boolean): Emitter {
  return (site) => {
    const items = site.args().map(toJson);
    if (!compact) return { sql: `json_array(${items.join(', ')})`, type: ARRAY };
    return { sql: `to_json(list_filter([${items.join(', ')}], lambda x: x IS NOT NULL))`, type: ARRAY };
  };
}

function parseJson(safe: boolean): Emitter {
  return (site) => {
    const value = site.arg(0);
    if (isJson(value.type)) return value;
    const text = textOf(value);
    // An empty text is NULL to PARSE_JSON.
    const filled = `NULLIF(trim(${text}), '')`;
    return { sql: safe ? `TRY_CAST(${filled} AS JSON)` : `CAST(${filled} AS JSON)`, type: VARIANT };
  };
}

function get(site: CallSite): Emitted {
  const key = site.raw(1);
  const value: Emitted = { sql: jsonArgument(site.arg(0)), type: VARIANT };
  if (key?.kind === 'text') return emitPath(value, [{ field: key.value }], (one) => site.emit(one));
  if (key?.kind === 'number') return emitPath(value, [{ index: key }], (one) => site.emit(one));
  return { sql: `json_extract(${value.sql}, ${dynamicStep(site.arg(1))})`, type: VARIANT };
}

/** A path given as text: `a.b[0]["c"]`. */
function getPath(site: CallSite): Emitted {
  const text = site.constant(1);
  if (text === undefined) throw unsupported('GET_PATH with a path that is no constant');
  const cursor = Cursor.over(`x:${text.startsWith('[') ? `x${text}` : text}`);
  const parsed = parseExpression(cursor);
  cursor.expectEnd();
  if (parsed.kind !== 'path') throw compilationError(`invalid path '${text}'`);
  const steps: readonly PathStep[] = text.startsWith('[') ? parsed.steps.slice(1) : parsed.steps;
  return emitPath({ sql: jsonArgument(site.arg(0)), type: VARIANT }, steps, (one) => site.emit(one));
}

/** AS_… gives the value when it has that type, IS_… says whether it has. */
function typed(test: string, to: SqlType): { as: Emitter; is: Emitter } {
  const check = (sql: string) => `json_type(${sql}) IN (${test})`;
  return {
    as: (site) => {
      const value: Emitted = { sql: jsonArgument(site.arg(0)), type: VARIANT };
      return { sql: `CASE WHEN ${check(value.sql)} THEN ${castTo(value, to).sql} END`, type: to };
    },
    is: (site) => ({ sql: `(${check(jsonArgument(site.arg(0)))})`, type: BOOLEAN }),
  };
}

const WHOLE = `'BIGINT', 'UBIGINT', 'HUGEINT', 'UHUGEINT'`;
const integers = typed(WHOLE, NUMBER);
const decimals = typed(`${WHOLE}, 'DOUBLE', 'DECIMAL'`, fixed(38, 9));
const doubles = typed(`${WHOLE}, 'DOUBLE', 'DECIMAL'`, FLOAT);
const texts = typed(`'VARCHAR'`, TEXT);
const booleans = typed(`'BOOLEAN'`, BOOLEAN);
const arrays = typed(`'ARRAY'`, ARRAY);
const objects = typed(`'OBJECT'`, OBJECT);
const dates = typed(`'VARCHAR'`, DATE);
const timestamps = typed(`'VARCHAR'`, NTZ);

function onList(template: (a: string, b: string) => string, type: SqlType): Emitter {
  return (site) => {
    const first = list(jsonArgument(site.arg(0)));
    const second = site.count > 1 ? list(jsonArgument(site.arg(1))) : '[]';
    const sql = template(first, second);
    return { sql: type.type === 'ARRAY' ? `to_json(${sql})` : sql, type };
  };
}

function toArray(site: CallSite): Emitted {
  const value = site.arg(0);
  const json = toJson(value);
  return {
    sql: `CASE WHEN ${value.sql} IS NULL THEN NULL WHEN json_type(${json}) = 'ARRAY' THEN ${json} ELSE json_array(${json}) END`,
    type: ARRAY,
  };
}

export const SEMI_STRUCTURED: Emitters = {
  OBJECT_CONSTRUCT: objectConstruct(false),
  OBJECT_CONSTRUCT_KEEP_NULL: objectConstruct(true),
  ARRAY_CONSTRUCT: arrayConstruct(false),
  ARRAY_CONSTRUCT_COMPACT: arrayConstruct(true),
  PARSE_JSON: parseJson(false),
  TRY_PARSE_JSON: parseJson(true),
  CHECK_JSON: (site) => ({
    sql: `CASE WHEN json_valid(${textOf(site.arg(0))}) THEN NULL ELSE 'Error parsing JSON' END`,
    type: TEXT,
  }),
  TO_JSON: (site) => ({ sql: `CAST(${toJson(site.arg(0))} AS VARCHAR)`, type: TEXT }),
  TO_VARIANT: (site) => ({ sql: toJson(site.arg(0)), type: VARIANT }),
  TO_OBJECT: (site) => castTo(site.arg(0), OBJECT),
  TO_ARRAY: toArray,
  STRIP_NULL_VALUE: (site) => {
    const value = jsonArgument(site.arg(0));
    return { sql: `CASE WHEN json_type(${value}) = 'NULL' THEN NULL ELSE ${value} END`, type: VARIANT };
  },
  GET: get,
  GET_PATH: getPath,
  JSON_EXTRACT_PATH_TEXT: (site) => ({ sql: `json_extract_string(${getPath(site).sql}, '$')`, type: TEXT }),
  TYPEOF: (site) => ({ sql: `"_f".json_typeof(${jsonArgument(site.arg(0))})`, type: TEXT }),
  IS_NULL_VALUE: (site) => ({ sql: `(json_type(${jsonArgument(site.arg(0))}) = 'NULL')`, type: BOOLEAN }),
  IS_INTEGER: integers.is,
  AS_INTEGER: integers.as,
  IS_DECIMAL: decimals.is,
  AS_DECIMAL: decimals.as,
  AS_NUMBER: decimals.as,
  IS_DOUBLE: doubles.is,
  IS_REAL: doubles.is,
  AS_DOUBLE: doubles.as,
  AS_REAL: doubles.as,
  IS_VARCHAR: texts.is,
  IS_CHAR: texts.is,
  AS_VARCHAR: texts.as,
  AS_CHAR: texts.as,
  IS_BOOLEAN: booleans.is,
  AS_BOOLEAN: booleans.as,
  IS_ARRAY: arrays.is,
  AS_ARRAY: arrays.as,
  IS_OBJECT: objects.is,
  AS_OBJECT: objects.as,
  AS_DATE: dates.as,
  AS_TIMESTAMP_NTZ: timestamps.as,
  ARRAY_SIZE: (site) => {
    const value = jsonArgument(site.arg(0));
    return {
      sql: `CASE WHEN json_type(${value}) = 'ARRAY' THEN json_array_length(${value}) END`,
      type: LENGTH,
    };
  },
  ARRAY_CONTAINS: (site) => ({
    sql: `list_contains(${list(jsonArgument(site.arg(1)))}, ${toJson(site.arg(0))})`,
    type: BOOLEAN,
  }),
  ARRAY_POSITION: (site) => ({
    sql: `(NULLIF(list_position(${list(jsonArgument(site.arg(1)))}, ${toJson(site.arg(0))}), 0) - 1)`,
    type: LENGTH,
  }),
  ARRAY_APPEND: (site) => ({
    sql: `to_json(list_append(${list(jsonArgument(site.arg(0)))}, ${toJson(site.arg(1))}))`,
    type: ARRAY,
  }),
  ARRAY_PREPEND: (site) => ({
    sql: `to_json(list_prepend(${toJson(site.arg(1))}, ${list(jsonArgument(site.arg(0)))}))`,
    type: ARRAY,
  }),
  ARRAY_CAT: onList((a, b) => `list_concat(${a}, ${b})`, ARRAY),
  ARRAY_DISTINCT: onList((a) => `list_distinct(${a})`, ARRAY),
  ARRAY_COMPACT: onList((a) => `list_filter(${a}, lambda x: json_type(x) <> 'NULL')`, ARRAY),
  ARRAY_INTERSECTION: onList((a, b) => `list_intersect(${a}, ${b})`, ARRAY),
  ARRAY_EXCEPT: onList((a, b) => `list_filter(${a}, lambda x: NOT list_contains(${b}, x))`, ARRAY),
  ARRAYS_OVERLAP: onList((a, b) => `list_has_any(${a}, ${b})`, BOOLEAN),
  ARRAY_MAX: onList((a) => `list_max(${a})`, VARIANT),
  ARRAY_MIN: onList((a) => `list_min(${a})`, VARIANT),
  ARRAY_SORT: onList((a) => `list_sort(${a})`, ARRAY),
  ARRAY_REVERSE: onList((a) => `list_reverse(${a})`, ARRAY),
  ARRAY_SLICE: (site) => ({
    sql: `to_json(list_slice(${list(jsonArgument(site.arg(0)))}, ${integerOf(site.arg(1))} + 1, ${integerOf(site.arg(2))}))`,
    type: ARRAY,
  }),
  ARRAY_TO_STRING: (site) => ({
    sql: `array_to_string(list_transform(${list(jsonArgument(site.arg(0)))}, lambda x: COALESCE(json_extract_string(x, '$'), '')), ${textOf(site.arg(1))})`,
    type: TEXT,
  }),
  ARRAY_GENERATE_RANGE: (site) => ({
    sql: `to_json(range(${site.args().map(integerOf).join(', ')}))`,
    type: ARRAY,
  }),
  OBJECT_KEYS: (site) => ({ sql: `to_json(json_keys(${jsonArgument(site.arg(0))}))`, type: ARRAY }),
  OBJECT_DELETE: (site) => ({
    sql: `"_f".object_without(${jsonArgument(site.arg(0))}, [${site.args(1).map(textOf).join(', ')}])`,
    type: OBJECT,
  }),
  OBJECT_PICK: (site) => ({
    sql: `"_f".object_with(${jsonArgument(site.arg(0))}, [${site.args(1).map(textOf).join(', ')}])`,
    type: OBJECT,
  }),
  OBJECT_INSERT: (site) => {
    const [object, key] = [jsonArgument(site.arg(0)), textOf(site.arg(1))];
    const replaces = site.raw(3) === undefined ? 'FALSE' : condition(site.arg(3));
    const refusal = `error('[200200 22000] Function OBJECT_INSERT: key ' || ${key} || ' already exists')`;
    return {
      sql: `CASE WHEN NOT ${replaces} AND list_contains(json_keys(${object}), ${key}) THEN CAST(${refusal} AS JSON) ELSE json_merge_patch(${object}, json_object(${key}, ${toJson(site.arg(2))})) END`,
      type: OBJECT,
    };
  },
  TRY_HEX_DECODE_BINARY: (site) => ({ sql: `"_f".try_text_to_binary(${textOf(site.arg(0))})`, type: BINARY }),
};
