import { retryStep } from '../../lib/run/index.ts';
import type { CommandContext } from '../context.ts';
import type { SelectionOptions } from '../options.ts';
import { openModels } from '../run-context.ts';
import { showRun } from '../terminal/run-progress.ts';
import { transformChoice } from '../transform-choice.ts';
import { endBuild, goingOn } from './build.ts';

/** `sluice retry`: goes on with the last build from what failed, and publishes if all is well now. */
export async function run(context: CommandContext, options: SelectionOptions): Promise<0 | 1> {
  return await goingOn(context, async () => {
    const run = await openModels(context, showRun(context.output));
    const report = await retryStep(run, transformChoice(options));
    if (report.models.length + report.tests.length > 0) return endBuild(context.output, report);
    context.output.line('Everything had passed, and is published now.');
    context.output.result(report);
    return 0;
  });
}
