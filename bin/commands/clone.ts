import { cloneStep } from '../../lib/run/index.ts';
import type { CommandContext } from '../context.ts';
import type { SelectionOptions } from '../options.ts';
import { openModels } from '../run-context.ts';
import { showRun } from '../terminal/run-progress.ts';
import { transformChoice } from '../transform-choice.ts';

/** `sluice clone --state DIR`: makes the models here as they are in another environment, tables without copying any data. */
export async function run(context: CommandContext, options: SelectionOptions): Promise<0> {
  const { output } = context;
  const report = await cloneStep(await openModels(context, showRun(output)), transformChoice(options));
  const made = report.relations.filter((relation) => relation.made !== null);
  const count = (kind: 'table' | 'view'): number => made.filter((relation) => relation.made === kind).length;
  output.line();
  output.line(
    `${count('table')} tables cloned, ${count('view')} views made, ${report.relations.length - made.length} left as they were.`,
  );
  for (const criterion of report.unmatched) output.line(`! "${criterion}" selects nothing.`);
  if (report.relations.length > made.length) output.line('--full-refresh makes what is there already anew.');
  output.result(report);
  return 0;
}
