import { planStep } from '../../lib/run/index.ts';
import type { CommandContext } from '../context.ts';
import type { WindowOptions } from '../options.ts';
import { openRun } from '../run-context.ts';
import { formatCount } from '../terminal/format.ts';
import { renderTable } from '../terminal/table.ts';
import { windowChoice } from '../window-choice.ts';

/** `sluice plan`: windows, estimated rows and what changed in the source, before anything is read; and what is overdue. */
export async function run(context: CommandContext, options: WindowOptions): Promise<0> {
  const { output } = context;
  const choice = { ...windowChoice(options), withLedger: true };
  const plans = await planStep(await openRun(context), choice);
  output.line(
    renderTable(
      [
        { title: 'table' },
        { title: 'mode' },
        { title: 'windows', align: 'right' },
        { title: 'from' },
        { title: 'to' },
        { title: 'about rows', align: 'right' },
        { title: 'contract' },
      ],
      plans.map(({ table, mode, windows, estimatedRows, contract }) => [
        table,
        mode,
        formatCount(windows.length),
        windows[0]?.window ?? '',
        windows.at(-1)?.window ?? '',
        formatCount(estimatedRows),
        contract,
      ]),
    ),
  );
  for (const { table, undatedRows, changes, ledger } of plans) {
    if (ledger !== null && ledger.overdue.length > 0) {
      const [first] = ledger.overdue;
      output.line(
        `! ${table}: ${formatCount(ledger.overdue.length)} days from ${first} on are not loaded, and this run would not read them; \`sluice backfill --table ${table}\` does.`,
      );
    }
    if (ledger !== null && ledger.filesGone.length > 0) {
      output.line(
        `! ${table}: the files of ${ledger.filesGone.join(', ')} are no longer in the bucket, so they cannot be loaded; extract them again.`,
      );
    }
    if (undatedRows > 0) {
      output.line(
        `! ${table}: ${formatCount(undatedRows)} rows have no date, or an infinite one, and are in no window.`,
      );
    }
    for (const { column, change, from, to } of changes) {
      output.line(`! ${table}.${column}: ${[change, from, to].filter((part) => part !== null).join(' ')}`);
    }
  }
  output.result({ tables: plans });
  return 0;
}
