import { buildStep } from '../../lib/run/index.ts';
import type { BuildReport } from '../../lib/transform/index.ts';
import type { CommandContext } from '../context.ts';
import type { SelectionOptions } from '../options.ts';
import { openModels } from '../run-context.ts';
import { showBuild, showNext } from '../terminal/build-summary.ts';
import type { Output } from '../terminal/output.ts';
import { showRun } from '../terminal/run-progress.ts';
import { transformChoice } from '../transform-choice.ts';

/** `sluice build`: builds the models beside what is published, tests them there, publishes if all is well. */
export async function run(context: CommandContext, options: SelectionOptions): Promise<0 | 1> {
  return await goingOn(context, async () => {
    const run = await openModels(context, showRun(context.output));
    return endBuild(context.output, await buildStep(run, transformChoice(options)));
  });
}

/** Says of a build that is interrupted how it goes on. */
export async function goingOn(
  { output, signal }: CommandContext,
  work: () => Promise<0 | 1>,
): Promise<0 | 1> {
  try {
    return await work();
  } catch (error) {
    if (signal.aborted) output.line('`sluice retry` goes on from there.');
    throw error;
  }
}

/** Says how a build ended. @returns the exit code */
export function endBuild(output: Output, report: BuildReport): 0 | 1 {
  showBuild(output, report);
  showNext(output, report);
  const { failure, ...result } = report;
  output.result({ ...result, ...(failure ? { failure: failure.message } : {}) });
  return report.published && report.problems.length === 0 ? 0 : 1;
}
