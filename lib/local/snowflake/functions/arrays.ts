import { ARRAY, OBJECT } from '../../../sql/index.ts';
import type { CallSite } from '../translate/call.ts';
import { textOf, toJson } from '../translate/casts.ts';
import type { Emitted } from '../translate/translation.ts';
import { type Emitters, integerOf, jsonArgument } from './helpers.ts';

/** An ARRAY as DuckDB's list of its values. */
export function list(sql: string): string {
  return `CAST(json_extract(${sql}, '$[*]') AS JSON[])`;
}

function listOf(site: CallSite, index: number): string {
  return list(jsonArgument(site.arg(index)));
}

/** A position counted from 0, or from the end below it, as DuckDB counts: from 1. */
function place(items: string, position: Emitted): string {
  const index = integerOf(position);
  return `(CASE WHEN ${index} < 0 THEN len(${items}) + ${index} + 1 ELSE ${index} + 1 END)`;
}

function insert(site: CallSite): Emitted {
  const items = listOf(site, 0);
  const at = place(items, site.arg(1));
  const before = `list_resize(list_slice(${items}, 1, ${at} - 1), ${at} - 1, CAST('null' AS JSON))`;
  const after = `list_slice(${items}, ${at}, len(${items}))`;
  return { sql: `to_json(list_concat(${before}, [${toJson(site.arg(2))}], ${after}))`, type: ARRAY };
}

function removeAt(site: CallSite): Emitted {
  const items = listOf(site, 0);
  const at = place(items, site.arg(1));
  return {
    sql: `to_json(list_concat(list_slice(${items}, 1, ${at} - 1), list_slice(${items}, ${at} + 1, len(${items}))))`,
    type: ARRAY,
  };
}

function zip(site: CallSite): Emitted {
  const lists = site.args().map((_, index) => listOf(site, index));
  const longest = `greatest(${lists.map((one) => `len(${one})`).join(', ')})`;
  const pairs = lists.map((one, index) => `'$${index + 1}', ${one}[i]`).join(', ');
  return {
    sql: `to_json(list_transform(range(1, ${longest} + 1), lambda i: json_object(${pairs})))`,
    type: ARRAY,
  };
}

/** Functions that make an ARRAY of one or more others. */
export const ARRAYS: Emitters = {
  ARRAY_FLATTEN: (site) => ({
    sql: `to_json(flatten(list_transform(${listOf(site, 0)}, lambda x: ${list('x')})))`,
    type: ARRAY,
  }),
  ARRAY_INSERT: insert,
  ARRAY_REMOVE: (site) => ({
    sql: `to_json(list_filter(${listOf(site, 0)}, lambda x: x <> ${toJson(site.arg(1))}))`,
    type: ARRAY,
  }),
  ARRAY_REMOVE_AT: removeAt,
  ARRAYS_TO_OBJECT: (site) => ({
    sql: `"_f".object_of(list_transform(${listOf(site, 0)}, lambda x: json_extract_string(x, '$')), ${listOf(site, 1)})`,
    type: OBJECT,
  }),
  ARRAYS_ZIP: zip,
  GET_IGNORE_CASE: (site) => ({
    sql: `"_f".field_of_any_case(${jsonArgument(site.arg(0))}, ${textOf(site.arg(1))})`,
    type: { type: 'VARIANT' },
  }),
};
