import { appendFileSync } from 'node:fs';
import { type Connections, connectionsFromEnvironment, SluiceError } from '../../lib/config/index.ts';
import {
  buildBase,
  closePullRequest,
  commentMarker,
  extractStep,
  gitHubFromEnvironment,
  loadProblems,
  loadStep,
  type PostedComment,
  postComment,
  provisionProject,
  pullRequestEvent,
  type ReviewReport,
  type RunContext,
  renderComment,
  reviewPullRequest,
  sourceRange,
} from '../../lib/run/index.ts';
import { generateSales, initializeSource } from '../../source_db_init/index.ts';
import type { CommandContext } from '../context.ts';
import { openRun } from '../run-context.ts';
import type { Output } from '../terminal/output.ts';
import { showRun } from '../terminal/run-progress.ts';

interface CiOptions {
  readonly pr?: number;
  readonly base?: string;
  readonly close: boolean;
  readonly days: number;
  readonly rows: number;
}

/**
 * `sluice ci`: on a pull request, builds what it changes and what is downstream into a schema of its own, tests it, compares
 * it with production and says so in one comment. Without a Snowflake in the environment, the embedded one is used, with
 * production built from the base commit on generated sales.
 */
export async function run(context: CommandContext, options: CiOptions): Promise<0 | 1> {
  const { output } = context;
  const embedded = connectionsFromEnvironment(process.env).snowflake === undefined;
  const connections = embedded ? context.embeddedConnections : context.connections;
  const run = await openRun({ ...context, connections }, showRun(output));
  const event = pullRequestEvent(process.env);
  const pullRequest = given('--pr', options.pr ?? event.number);
  if (options.close) return await close(run, pullRequest, output);

  const choice = { pullRequest, base: given('--base', options.base ?? event.base) };
  const baseProblems = embedded ? await prepareEmbedded(run, choice.base, options) : [];
  const report = await reviewPullRequest(run, choice);
  const secrets = secretsOf(run.connections, process.env);
  const comment = renderComment(report, { embedded, baseProblems, secrets });
  const posted = await tell(context, pullRequest, comment);

  showReview(output, report);
  if (posted !== undefined) output.line(`Comment ${posted.action}: ${posted.url}`);
  output.result({ ...report, embedded, baseProblems, comment: posted ?? null });
  return report.problems.length === 0 ? 0 : 1;
}

async function close(run: RunContext, pullRequest: number, output: Output): Promise<0> {
  const dropped = await closePullRequest(run, pullRequest);
  output.line(dropped.length === 0 ? 'There was nothing to drop.' : `Dropped ${dropped.join(', ')}.`);
  output.result({ pullRequest, dropped });
  return 0;
}

/** Fills the embedded servers and builds production from the base. @returns what of the base did not build */
async function prepareEmbedded(
  run: RunContext,
  base: string,
  { days, rows }: CiOptions,
): Promise<readonly string[]> {
  await initializeSource(run.connections.source);
  await generateSales(run.connections.source, { days, rows, seed: 1 });
  await provisionProject(run);
  const loads = await loadStep(run, await extractStep(run, await sourceRange(run)));
  const unfinished = loadProblems(loads);
  if (unfinished.length > 0) {
    throw new SluiceError({
      code: 'LOADS_UNFINISHED',
      kind: 'work',
      message: `The generated sales were not loaded:\n  ${unfinished.join('\n  ')}`,
      hint: 'Look at `sluice status`.',
    });
  }
  return await buildBase(run, { base });
}

/** Comments, and writes the summary of the job. What cannot comment, as the token of a fork, has the summary. */
async function tell(
  { logger, output, signal }: CommandContext,
  pullRequest: number,
  comment: string,
): Promise<PostedComment | undefined> {
  const summary = process.env.GITHUB_STEP_SUMMARY;
  if (summary) appendFileSync(summary, comment);
  const gitHub = gitHubFromEnvironment(process.env);
  if (gitHub !== undefined) {
    try {
      return await postComment({ ...gitHub, signal }, pullRequest, commentMarker, comment);
    } catch (error) {
      // Without a summary the comment would be lost.
      if (!(error instanceof SluiceError) || !summary) throw error;
      logger.warn('the comment is in the summary of the job only', { reason: error.message });
      output.line(`! ${error.message} The comment is in the summary of the job.`);
    }
  } else if (!summary) {
    output.line(comment);
  }
  return undefined;
}

function showReview(output: Output, { schema, comparisons, problems }: ReviewReport): void {
  output.line();
  for (const { model, status, rows } of comparisons)
    output.line(`${model}: ${status}, ${rows.here} rows (production: ${rows.production ?? 'none'})`);
  for (const problem of problems) output.line(output.style('red', `! ${problem}`));
  output.line(`Built in ${schema}; \`sluice ci --close\` drops it.`);
}

/** What must not be in a comment. */
function secretsOf({ source, staging, snowflake }: Connections, env: NodeJS.ProcessEnv): string[] {
  const { authentication } = snowflake;
  const ofSnowflake =
    authentication.kind === 'password'
      ? [authentication.password]
      : authentication.kind === 'keyPair'
        ? [authentication.privateKey, authentication.passphrase]
        : [];
  // A template may read any variable of the environment.
  const ofEnvironment = Object.entries(env).flatMap(([name, value]) =>
    /PASSWORD|PASSPHRASE|SECRET|TOKEN|PRIVATE_KEY$|_KEY$|SOURCE_URL$/.test(name) ? [value] : [],
  );
  const all = [source.password, source.maskingKey, staging.credentials?.secretAccessKey, ...ofSnowflake];
  return [...all, ...ofEnvironment].filter((secret) => secret !== undefined);
}

function given<Value>(option: string, value: Value | undefined): Value {
  if (value !== undefined) return value;
  throw new SluiceError({
    code: 'PULL_REQUEST_UNKNOWN',
    kind: 'usage',
    message: `${option} is missing, and GITHUB_EVENT_PATH names no pull request.`,
    hint: `Give ${option}, for instance: sluice ci --pr 12 --base origin/main`,
  });
}
