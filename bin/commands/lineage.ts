import { lineageStep } from '../../lib/run/index.ts';
import type { CommandContext } from '../context.ts';
import type { SelectionOptions } from '../options.ts';
import { openModels } from '../run-context.ts';
import { renderLineage } from '../terminal/lineage.ts';
import { transformChoice } from '../transform-choice.ts';

interface LineageOptions extends SelectionOptions {
  readonly node: string;
  readonly up?: boolean;
  readonly down?: boolean;
  readonly depth?: number;
}

/** `sluice lineage <model.column>`: where a column comes from, and what is made of it. */
export async function run(context: CommandContext, options: LineageOptions): Promise<0> {
  const { output } = context;
  const { up = false, down = false, depth } = options;
  const report = await lineageStep(await openModels(context), {
    ...transformChoice(options),
    of: options.node,
    direction: up === down ? 'both' : up ? 'up' : 'down',
    ...(depth === undefined ? {} : { depth }),
  });
  for (const line of renderLineage(report, (text) => output.style('dim', text))) output.line(line);
  output.result(report);
  return 0;
}
