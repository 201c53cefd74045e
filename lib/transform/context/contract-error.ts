import { SluiceError } from '../../config/index.ts';
import { asRecord, asText, type Data } from '../values.ts';

interface ContractColumn {
  readonly name: string;
  readonly type: string;
}

/**
 * What an enforced contract and the columns of its model disagree on, as the table that dbt prints.
 *
 * @param contract columns of the schema file, as records with `name` and `data_type`
 * @param definition columns that the SQL makes, likewise
 */
export function contractError(contract: Data, definition: Data): SluiceError {
  const rows = mismatches(columnsOf(contract), columnsOf(definition));
  const header = ['column_name', 'definition_type', 'contract_type', 'mismatch_reason'];
  const widths = header.map((title, index) =>
    Math.max(title.length, ...rows.map((row) => row[index]?.length ?? 0)),
  );
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, index) => cell.padEnd(widths[index] ?? 0)).join(' | ')} |`;
  const table = [line(header), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)];
  return new SluiceError({
    code: 'CONTRACT_BROKEN',
    kind: 'usage',
    message: [
      'This model has an enforced contract that failed.',
      "Please ensure the name, data_type, and number of columns in your contract match the columns in your model's definition.",
      '',
      ...table,
    ].join('\n'),
    hint: 'Correct the columns of its schema file, or cast in its SQL.',
  });
}

function mismatches(contract: readonly ContractColumn[], definition: readonly ContractColumn[]): string[][] {
  const sameName = (a: ContractColumn) => (b: ContractColumn) =>
    a.name.toUpperCase() === b.name.toUpperCase();
  const ofContract = contract.flatMap((column) => {
    const made = definition.find(sameName(column));
    if (made === undefined) return [[column.name, '', column.type, 'missing in definition']];
    if (made.type === column.type) return [];
    return [[column.name, made.type, column.type, 'data type mismatch']];
  });
  const beyond = definition.flatMap((column) =>
    contract.some(sameName(column)) ? [] : [[column.name, column.type, '', 'missing in contract']],
  );
  return [...ofContract, ...beyond].sort(([a = ''], [b = '']) => (a < b ? -1 : 1));
}

function columnsOf(value: Data): ContractColumn[] {
  const list = Array.isArray(value) ? value : Object.values(asRecord(value) ?? {});
  return list.map((entry: Data) => {
    const column = asRecord(entry);
    return { name: asText(column?.name) ?? '', type: asText(column?.data_type) ?? '' };
  });
}
