import { type ReconciledWindow, reconcile } from '../../lib/run/index.ts';
import type { CommandContext } from '../context.ts';
import type { WindowOptions } from '../options.ts';
import { openRun } from '../run-context.ts';
import { formatCount } from '../terminal/format.ts';
import { renderTable } from '../terminal/table.ts';
import { windowChoice } from '../window-choice.ts';

const counts = ['source', 'extracted', 'staged', 'landed', 'applied', 'rejected', 'raw'] as const;

/** `sluice reconcile`: rows at every place, per window. Exit code 1 when a window is not the same everywhere. */
export async function run(context: CommandContext, options: WindowOptions): Promise<0 | 1> {
  const { output } = context;
  const windows = await reconcile(await openRun(context), windowChoice(options));
  const unequal = windows.filter(({ status }) => status !== 'equal');
  output.line(countTable(totals(windows)));
  if (unequal.length > 0) {
    output.line('\nNot the same everywhere:');
    output.line(countTable(unequal));
    output.line('late: the source has changed since; `sluice run --from --to` reads these days again.');
    output.line(
      'different: rows are missing or doubled on the way; `sluice status` says what needs a person.',
    );
  } else {
    output.line(`${formatCount(windows.length)} windows, the same at every place.`);
  }
  output.result({ windows, equal: unequal.length === 0 });
  return unequal.length === 0 ? 0 : 1;
}

type Row = Pick<ReconciledWindow, 'table' | 'window' | 'status' | (typeof counts)[number]>;

function countTable(rows: readonly Row[]): string {
  return renderTable(
    [
      { title: 'table' },
      { title: 'window' },
      ...counts.map((title) => ({ title, align: 'right' as const })),
      { title: 'status' },
    ],
    rows.map((row) => [row.table, row.window, ...counts.map((count) => countText(row[count])), row.status]),
  );
}

function countText(count: number | null): string {
  return count === null ? '' : formatCount(count);
}

/** One row a table, over all its windows. */
function totals(windows: readonly ReconciledWindow[]): readonly Row[] {
  return [...Map.groupBy(windows, ({ table }) => table)].map(([table, own]) => {
    const sum = (count: (typeof counts)[number]): number =>
      own.reduce((total, window) => total + (window[count] ?? 0), 0);
    const worst = (['different', 'late', 'equal'] as const).find((status) =>
      own.some((one) => one.status === status),
    );
    return {
      table,
      window: own.length === 1 ? (own[0]?.window ?? '') : `${formatCount(own.length)} windows`,
      source: own.every(({ source }) => source === null) ? null : sum('source'),
      extracted: sum('extracted'),
      staged: sum('staged'),
      landed: sum('landed'),
      applied: sum('applied'),
      rejected: sum('rejected'),
      raw: sum('raw'),
      status: worst ?? 'equal',
    };
  });
}
