import { showStep } from '../../lib/run/index.ts';
import type { CommandContext } from '../context.ts';
import type { SelectionOptions } from '../options.ts';
import { openModels } from '../run-context.ts';
import { cellText, renderTable } from '../terminal/table.ts';
import { transformChoice } from '../transform-choice.ts';

/** `sluice show <node>`: the first rows of what a node selects, without making it. */
export async function run(
  context: CommandContext,
  options: SelectionOptions & { node: string; limit: number },
): Promise<0> {
  const { output } = context;
  const report = await showStep(await openModels(context), {
    ...transformChoice(options),
    select: [options.node],
    limit: options.limit,
  });
  const cells = report.rows.map((row) => report.columns.map((column) => cellText(row[column])));
  output.line(
    renderTable(
      report.columns.map((title) => ({ title })),
      cells,
    ),
  );
  output.result(report);
  return 0;
}
