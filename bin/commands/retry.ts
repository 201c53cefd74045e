import { retryStep } from '../../lib/run/index.ts';
import type { CommandContext } from '../context.ts';
import type { SelectionOptions } from '../options.ts';
import { openModels } from '../run-context.ts';
import { showRun } from '../terminal/run-progress.ts';
import { transformChoice } from '../transform-choice.ts';
import { endBuild } from './build.ts';

/** `sluice retry`: goes on with the last build from what failed, and publishes if all is well now. */
export async function run(context: CommandContext, options: SelectionOptions): Promise<0 | 1> {
  const { output } = context;
  const report = await retryStep(await openModels(context, showRun(output)), transformChoice(options));
  return endBuild(output, report);
}
