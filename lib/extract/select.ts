import type { Table } from '../config/index.ts';
import type { ContractedColumn } from './contract.ts';
import { quoteIdentifier, quoteTable } from './quote.ts';

/**
 * The name of a column that files of one-column tables carry besides: without it a row that is NULL would be a blank line,
 * which readers of CSV skip or refuse.
 */
const presentColumn = '_PRESENT';

/** The names of what `selectStatement` selects, in order. */
export function selectedNames(columns: readonly ContractedColumn[]): readonly string[] {
  const names = columns.map(({ target }) => target);
  return names.length === 1 ? [...names, presentColumn] : names;
}

/** The rows of a window as text: the contract's columns in order, under the names they have in Snowflake. */
export function selectStatement(
  table: Table,
  columns: readonly ContractedColumn[],
  condition: string | undefined,
): string {
  const list = columns.map(
    ({ name, target, live }) => `${live.expression(quoteIdentifier(name))} AS ${quoteIdentifier(target)}`,
  );
  if (list.length === 1) list.push(`'1' AS ${quoteIdentifier(presentColumn)}`);
  const where = condition === undefined ? '' : ` WHERE ${condition}`;
  return `SELECT ${list.join(', ')} FROM ${quoteTable(table.source)}${where}`;
}

/** Every value quoted, NULL empty and unquoted, a header: see the design, "CSV". */
export function copyStatement(select: string): string {
  return `COPY (${select}) TO STDOUT (FORMAT csv, HEADER, FORCE_QUOTE *, ENCODING 'UTF8')`;
}
