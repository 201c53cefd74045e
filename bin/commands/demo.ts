import { existsSync } from 'node:fs';
import { SluiceError } from '../../lib/config/index.ts';
import { provisionProject, runPipeline, sourceRange } from '../../lib/run/index.ts';
import { generateSales, importSales, initializeSource } from '../../source_db_init/index.ts';
import type { CommandContext } from '../context.ts';
import { openRun } from '../run-context.ts';
import { formatCount, formatDuration } from '../terminal/format.ts';
import { showRun } from '../terminal/run-progress.ts';
import { summarizeRun } from '../terminal/run-summary.ts';

interface DemoOptions {
  readonly data?: string;
  readonly days: number;
  readonly rows: number;
  readonly seed: number;
}

/**
 * `sluice demo`: the main job on the embedded servers. Fills the source, provisions Snowflake, and runs every day there is.
 * Can be killed at any moment and given again.
 */
export async function run(context: CommandContext, options: DemoOptions): Promise<0 | 1> {
  if (options.data !== undefined && !existsSync(options.data)) {
    throw new SluiceError({
      code: 'DATA_MISSING',
      kind: 'usage',
      message: `There is no file ${options.data}.`,
      hint: 'Give the "Online Retail" file as .csv or .csv.gz, or leave --data out: the demo makes its own sales.',
    });
  }
  const { output } = context;
  const run = await openRun({ ...context, connections: context.embeddedConnections }, showRun(output));

  await timed(context, 'Source  embedded Postgres', async () => {
    await initializeSource(run.connections.source);
    const rows =
      options.data === undefined
        ? await generateSales(run.connections.source, options)
        : await importSales(run.connections.source, options.data);
    return `${formatCount(rows)} sales ${options.data === undefined ? 'made' : 'imported'}`;
  });
  await timed(context, 'Provision  embedded Snowflake', async () => {
    const { applied } = await provisionProject(run);
    return `${applied.length} migrations applied`;
  });
  const outcome = await runPipeline(run, await sourceRange(run));

  summarizeRun(output, outcome);
  output.line(`${formatDuration(performance.now())} in all, servers included`);
  output.result({ ...outcome.report, elapsedMs: Math.round(performance.now()), problems: outcome.problems });
  if (outcome.problems.length > 0) return 1;
  for (const line of nextSteps) output.line(line);
  return 0;
}

const nextSteps = [
  '',
  'Look at it:',
  '  npx sluice query "SELECT * FROM DEV.PRODUCTS ORDER BY REVENUE DESC LIMIT 5"',
  '  npx sluice reconcile            rows in the source, in S3, landed and in RAW, window by window',
  '  npx sluice local up             the three servers, for any client',
];

async function timed(context: CommandContext, title: string, work: () => Promise<string>): Promise<void> {
  const { output } = context;
  output.line(output.style('bold', title));
  const started = performance.now();
  const done = await work();
  output.line(`  ${done}  ${formatDuration(performance.now() - started)}`);
}
