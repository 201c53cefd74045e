import { buildStep } from '../../lib/run/index.ts';
import type { BuildReport } from '../../lib/transform/index.ts';
import type { CommandContext } from '../context.ts';
import type { SelectionOptions } from '../options.ts';
import { openModels } from '../run-context.ts';
import { showBuild } from '../terminal/build-summary.ts';
import type { Output } from '../terminal/output.ts';
import { showRun } from '../terminal/run-progress.ts';
import { transformChoice } from '../transform-choice.ts';

/** `sluice build`: builds the models beside what is published, tests them there, publishes if all is well. */
export async function run(context: CommandContext, options: SelectionOptions): Promise<0 | 1> {
  const { output } = context;
  const report = await buildStep(await openModels(context, showRun(output)), transformChoice(options));
  return endBuild(output, report);
}

/** Says how a build ended. @returns the exit code */
export function endBuild(output: Output, report: BuildReport): 0 | 1 {
  showBuild(output, report);
  output.line(report.published ? 'Published.' : 'Nothing was published: what was there before is untouched.');
  if (report.candidates.length > 0)
    output.line(`What was built stays to be looked at in ${report.candidates.join(', ')}.`);
  const { failure, ...result } = report;
  output.result({ ...result, ...(failure ? { failure: failure.message } : {}) });
  return report.published && report.problems.length === 0 ? 0 : 1;
}
