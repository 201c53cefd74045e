import { join } from 'node:path';
import { list } from '../../lib/transform/index.ts';
import type { CommandContext } from '../context.ts';
import type { SelectionOptions } from '../options.ts';
import { transformChoice } from '../transform-choice.ts';

/** `sluice ls`: what a selection selects, a line a node that selects that node again; asks no warehouse. */
export async function run({ output, ...context }: CommandContext, options: SelectionOptions): Promise<0> {
  const { project } = await context.project();
  const report = list({
    artifactsDirectory: join(context.state, 'artifacts'),
    ...transformChoice(options),
    directory: project.models.path,
    project,
  });
  for (const { selector } of report.nodes) output.line(selector);
  for (const criterion of report.unmatched) output.line(`! "${criterion}" selects nothing.`);
  output.result(report);
  return 0;
}
