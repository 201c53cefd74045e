import type { Table } from '../config/index.ts';
import type { ContractedColumn } from './contract.ts';
import type { BlockRange } from './pieces.ts';
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

/**
 * The rows of a window as text: the contract's columns in order, under the names they have in Snowflake.
 * @param ranges blocks that are looked at; all when there are none
 */
export function selectStatement(
  table: Table,
  columns: readonly ContractedColumn[],
  condition: string | undefined,
  ranges: readonly BlockRange[] = [],
): string {
  const list = columns.map(
    ({ name, target, live }) => `${live.expression(quoteIdentifier(name))} AS ${quoteIdentifier(target)}`,
  );
  if (list.length === 1) list.push(`'1' AS ${quoteIdentifier(presentColumn)}`);
  const select = `SELECT ${list.join(', ')} FROM`;
  if (ranges.length === 0) return `${select} ${quoteTable(table.source)}${where([condition])}`;
  return ranges
    .map(({ heap, from, to }) => {
      const bounds = [`ctid >= '(${from},0)'::tid`, ...(to === undefined ? [] : [`ctid < '(${to},0)'::tid`])];
      return `${select} ONLY ${quoteTable(heap)}${where([...bounds, condition])}`;
    })
    .join(' UNION ALL ');
}

function where(conditions: readonly (string | undefined)[]): string {
  const given = conditions.filter((condition) => condition !== undefined);
  return given.length === 0 ? '' : ` WHERE ${given.map((condition) => `(${condition})`).join(' AND ')}`;
}

/** Every value quoted, NULL empty and unquoted, a header: see the design, "CSV". */
export function copyStatement(select: string): string {
  return `COPY (${select}) TO STDOUT (FORMAT csv, HEADER, FORCE_QUOTE *, ENCODING 'UTF8')`;
}
