import { runPipeline } from '../../lib/run/index.ts';
import type { CommandContext } from '../context.ts';
import type { SelectionOptions, WindowOptions } from '../options.ts';
import { openRun } from '../run-context.ts';
import { showRun } from '../terminal/run-progress.ts';
import { summarizeRun } from '../terminal/run-summary.ts';
import { transformChoice } from '../transform-choice.ts';
import { windowChoice } from '../window-choice.ts';

/** `sluice run`: all steps, for yesterday and its lookback or for the days named. */
export async function run(
  context: CommandContext,
  options: WindowOptions & Pick<SelectionOptions, 'check'>,
): Promise<0 | 1> {
  const outcome = await runPipeline(await openRun(context, showRun(context.output)), {
    ...windowChoice(options),
    ...transformChoice(options),
  });
  summarizeRun(context.output, outcome);
  context.output.result({ ...outcome.report, problems: outcome.problems });
  return outcome.problems.length === 0 ? 0 : 1;
}
