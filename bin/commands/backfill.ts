import { backfill, planBackfill } from '../../lib/run/index.ts';
import type { CommandContext } from '../context.ts';
import type { WindowOptions } from '../options.ts';
import { openRun } from '../run-context.ts';
import { formatBytes, formatCount } from '../terminal/format.ts';
import { renderTable } from '../terminal/table.ts';
import { windowChoice } from '../window-choice.ts';

interface BackfillOptions extends WindowOptions {
  readonly dryRun: boolean;
  readonly again: boolean;
}

/** `sluice backfill`: loads the days that are not loaded yet, some at a time; `--dry-run` says which, and how much they are. */
export async function run(context: CommandContext, options: BackfillOptions): Promise<0 | 1> {
  const { output } = context;
  const choice = { ...windowChoice(options), again: options.again };
  const runContext = await openRun(context);
  if (options.dryRun) {
    const plans = await planBackfill(runContext, choice);
    output.line(
      renderTable(
        [
          { title: 'table' },
          { title: 'loaded', align: 'right' },
          { title: 'to read', align: 'right' },
          { title: 'from' },
          { title: 'to' },
          { title: 'about rows', align: 'right' },
          { title: 'about', align: 'right' },
        ],
        plans.map(({ table, loaded, windows }) => [
          table,
          formatCount(loaded),
          formatCount(windows.length),
          windows[0]?.window ?? '',
          windows.at(-1)?.window ?? '',
          formatCount(windows.reduce((sum, { rows }) => sum + rows, 0)),
          formatBytes(windows.reduce((sum, { bytes }) => sum + bytes, 0)),
        ]),
      ),
    );
    output.result({ tables: plans });
    return 0;
  }
  const outcome = await backfill(runContext, choice);
  output.line(`${formatCount(outcome.windows)} days, ${formatCount(outcome.rows)} rows`);
  for (const problem of outcome.problems) output.line(`! ${problem}`);
  output.result(outcome);
  return outcome.problems.length === 0 ? 0 : 1;
}
