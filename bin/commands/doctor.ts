import { doctor } from '../../lib/run/index.ts';
import type { CommandContext } from '../context.ts';
import { openRun } from '../run-context.ts';

/** `sluice doctor`: checks source, bucket and Snowflake, and names the fix of each finding. Exit code 1 when there is one. */
export async function run(context: CommandContext): Promise<0 | 1> {
  const { output } = context;
  const findings = await doctor(await openRun(context));
  for (const { check, ok, message, fix } of findings) {
    output.line(`${output.style(ok ? 'green' : 'red', ok ? 'ok  ' : 'FAIL')}  ${check}: ${message}`);
    if (fix !== undefined) output.line(`      ${fix}`);
  }
  output.result({ findings });
  return findings.every(({ ok }) => ok) ? 0 : 1;
}
