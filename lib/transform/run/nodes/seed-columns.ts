import type { SqlNode } from '../../graph/node.ts';
import { folded } from '../../relation.ts';
import { asRecord, asText } from '../../values.ts';

/** The types that a column of texts may have, the narrowest first: it has the first one that fits all of its values. */
const types: readonly { readonly name: string; readonly pattern: RegExp }[] = [
  { name: 'INTEGER', pattern: /^-?\d{1,38}$/ },
  { name: 'FLOAT', pattern: /^-?\d*\.?\d+(?:e[+-]?\d+)?$/i },
  { name: 'DATE', pattern: /^\d{4}-\d\d-\d\d$/ },
  { name: 'TIMESTAMP_NTZ', pattern: /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?$/ },
  { name: 'BOOLEAN', pattern: /^(?:true|false)$/i },
];

/** The columns of a seed's table: their types as its config says, or as its values allow. Names are as Snowflake keeps them. */
export function seedColumns(
  node: SqlNode,
  header: readonly string[],
  records: readonly (readonly string[])[],
): { readonly name: string; readonly type: string }[] {
  const given = asRecord(node.config.column_types) ?? {};
  const quoted = node.config.quote_columns === true;
  return header.map((name, index) => ({
    name: folded(name, quoted),
    type: asText(given[name]) ?? typeOf(records.map((record) => record[index] ?? '')),
  }));
}

function typeOf(values: readonly string[]): string {
  const present = values.filter((value) => value !== '' && value.toLowerCase() !== 'null');
  return types.find(({ pattern }) => present.every((value) => pattern.test(value)))?.name ?? 'TEXT';
}
