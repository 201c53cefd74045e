import { loadPending } from '../../lib/run/index.ts';
import type { CommandContext } from '../context.ts';
import { openRun } from '../run-context.ts';
import { showLoads } from '../terminal/loads.ts';
import { showRun } from '../terminal/run-progress.ts';

/** `sluice load`: has Snowflake look for manifests now, and waits until nothing is left to load. */
export async function run(context: CommandContext, options: { timeout: number }): Promise<0 | 1> {
  const { output } = context;
  const { loads, problems } = await loadPending(await openRun(context, showRun(output)), options.timeout);
  showLoads(output, loads);
  for (const problem of problems) output.line(output.style('red', `! ${problem}`));
  output.result({ loads, problems });
  return problems.length === 0 ? 0 : 1;
}
