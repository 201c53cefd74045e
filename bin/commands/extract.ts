import { extractStep } from '../../lib/run/index.ts';
import type { CommandContext } from '../context.ts';
import type { WindowOptions } from '../options.ts';
import { openRun } from '../run-context.ts';
import { formatBytes, formatCount } from '../terminal/format.ts';
import { showRun } from '../terminal/run-progress.ts';
import { windowChoice } from '../window-choice.ts';

/** `sluice extract`: reads windows from the source into S3; the manifests make Snowflake load them by itself. */
export async function run(context: CommandContext, options: WindowOptions): Promise<0> {
  const { output } = context;
  const manifests = await extractStep(await openRun(context, showRun(output)), windowChoice(options));
  const rows = manifests.reduce((total, { totalRows }) => total + totalRows, 0);
  const bytes = manifests.reduce(
    (total, { files }) => total + files.reduce((sum, file) => sum + file.bytes, 0),
    0,
  );
  output.line(`${manifests.length} windows, ${formatCount(rows)} rows, ${formatBytes(bytes)} staged`);
  output.result({ runId: manifests[0]?.runId ?? null, windows: manifests.length, rows, bytes, manifests });
  return 0;
}
