import type { Load } from '../../lib/snowflake/index.ts';
import { formatCount } from './format.ts';
import type { Output } from './output.ts';
import { renderTable } from './table.ts';

/** Loads of the ledger, one a line. */
export function showLoads(output: Output, loads: readonly Load[]): void {
  if (loads.length === 0) {
    output.line('No loads.');
    return;
  }
  const count = (value: number | null): string => (value === null ? '' : formatCount(value));
  output.line(
    renderTable(
      [
        { title: 'table' },
        { title: 'window' },
        { title: 'run' },
        { title: 'status' },
        ...['extracted', 'landed', 'applied', 'rejected'].map((title) => ({
          title,
          align: 'right' as const,
        })),
      ],
      loads.map((load) => [
        load.table,
        load.window,
        load.runId,
        load.status,
        count(load.rowsExtracted),
        count(load.rowsLanded),
        count(load.rowsApplied),
        count(load.rowsRejected),
      ]),
    ),
  );
}
