import { provisionProject } from '../../lib/run/index.ts';
import type { CommandContext } from '../context.ts';
import { openRun } from '../run-context.ts';

/** `sluice provision`: runs the migrations of `snowflake/` that are due. */
export async function run(context: CommandContext): Promise<0> {
  const { output } = context;
  const result = await provisionProject(await openRun(context), {
    onMigration: (name) => output.line(`  ${name}`),
  });
  output.line(
    result.applied.length === 0 ? 'Nothing was due.' : `${result.applied.length} migrations applied.`,
  );
  output.line(`Notifications of the bucket go to ${result.notificationChannel}`);
  output.result(result);
  return 0;
}
