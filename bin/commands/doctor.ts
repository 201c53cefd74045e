import { doctor } from '../../lib/run/index.ts';
import type { CommandContext } from '../context.ts';
import { openRun } from '../run-context.ts';

/** `sluice doctor`: does what a run does with a probe, and names the fix of each finding. Exit code 1 when something fails. */
export async function run(context: CommandContext): Promise<0 | 1> {
  const { output } = context;
  const findings = await doctor(await openRun(context));
  for (const { check, ok, message, fix, advice } of findings) {
    const state = !ok ? output.style('red', 'FAIL') : output.style('green', 'ok  ');
    output.line(`${state}  ${check}: ${message}`);
    const more = fix ?? advice;
    if (more !== undefined) output.line(`      ${more}`);
  }
  output.result({ findings });
  return findings.every(({ ok }) => ok) ? 0 : 1;
}
