import { testStep } from '../../lib/run/index.ts';
import type { CommandContext } from '../context.ts';
import type { SelectionOptions } from '../options.ts';
import { openModels } from '../run-context.ts';
import { showRun } from '../terminal/run-progress.ts';
import { transformChoice } from '../transform-choice.ts';
import { endBuild } from './build.ts';

/** `sluice test`: the tests of the dbt project, on what is published. */
export async function run(context: CommandContext, options: SelectionOptions): Promise<0 | 1> {
  const { output } = context;
  const report = await testStep(await openModels(context, showRun(output)), transformChoice(options));
  return endBuild(output, report);
}
