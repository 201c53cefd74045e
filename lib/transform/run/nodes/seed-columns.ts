import type { SqlNode } from '../../graph/node.ts';
import { folded } from '../../relation.ts';
import { asRecord, asText } from '../../values.ts';

/** The types that a column of texts may have, the narrowest first: it has the first one that fits all of its values. */
const types: readonly { readonly name: string; readonly pattern: RegExp; readonly isNumber?: true }[] = [
  { name: 'INTEGER', pattern: /^-?\d{1,38}$/, isNumber: true },
  { name: 'FLOAT', pattern: /^-?\d*\.?\d+(?:e[+-]?\d+)?$/i, isNumber: true },
  { name: 'DATE', pattern: /^\d{4}-\d\d-\d\d$/ },
  { name: 'TIMESTAMP_NTZ', pattern: /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?$/ },
  { name: 'BOOLEAN', pattern: /^(?:true|false)$/i },
];

/** Signs of money that dbt, which reads seeds with agate, takes off numbers. */
const money = '؋$ƒ៛¥₡₱£€¢﷼₪₩₭₮₦฿₤₫';
const around = new RegExp(`^[${money}]+|[${money}]+$`, 'g');

export interface SeedColumn {
  readonly name: string;
  readonly type: string;
  /** Whether its values are numbers by what they are, so that they are to be read by `numberText`. */
  readonly isNumber: boolean;
}

/** The columns of a seed's table: their types as its config says, or as its values allow. Names are as Snowflake keeps them. */
export function seedColumns(
  node: SqlNode,
  header: readonly string[],
  records: readonly (readonly string[])[],
): SeedColumn[] {
  const given = asRecord(node.config.column_types) ?? {};
  const quoted = node.config.quote_columns === true;
  return header.map((name, index) => {
    const type = asText(given[name]);
    const found = type === undefined ? typeOf(records.map((record) => record[index] ?? '')) : undefined;
    return {
      name: folded(name, quoted),
      type: type ?? found?.name ?? 'TEXT',
      isNumber: found?.isNumber === true,
    };
  });
}

function typeOf(values: readonly string[]): (typeof types)[number] | undefined {
  const present = values.filter((value) => value !== '' && value.toLowerCase() !== 'null');
  return types.find(({ pattern, isNumber }) =>
    present.every((value) => pattern.test(isNumber === true ? numberText(value) : value)),
  );
}

/** The number that agate finds in a text, whose per cent signs, signs of money and commas do not count: `-$1,000`, `10%`. */
export function numberText(value: string): string {
  const text = value.trim().replaceAll(/^%+|%+$/g, '');
  const [sign, amount] = text.startsWith('-') ? ['-', text.slice(1)] : ['', text];
  return `${sign}${amount.replaceAll(around, '').replaceAll(',', '')}`;
}
