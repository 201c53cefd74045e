import { connectWarehouse, type Warehouse } from '../../snowflake/index.ts';
import {
  type BuildReport,
  build,
  type FreshnessReport,
  freshness,
  type ModifiedSince,
  modifiedSince,
  ProjectError,
  reviewNodes,
} from '../../transform/index.ts';
import type { RunContext } from '../context.ts';
import { transformOptions } from '../transform-options.ts';
import { changedFiles, folderAt } from './changed-files.ts';
import { choosePlan, type ReviewPlan, selectionOf } from './choose-nodes.ts';
import { type Comparison, compareModel } from './compare.ts';
import { type FailingRows, failingRows } from './failing-rows.ts';
import { dropReview, reviewName } from './schemas.ts';

export interface ReviewChoice {
  readonly pullRequest: number;
  /** Commit, branch or tag that the pull request is to be merged into. */
  readonly base: string;
  /** What production is. @default 'prod' */
  readonly target?: 'dev' | 'prod';
}

/** What a pull request changes. */
export interface ReviewReport {
  readonly pullRequest: number;
  readonly schema: string;
  readonly base: string;
  readonly changed: readonly string[];
  readonly downstream: readonly string[];
  /** Why everything counts as changed. */
  readonly everythingBecause: string | null;
  readonly deletedFiles: readonly string[];
  readonly models: BuildReport['models'];
  readonly tests: BuildReport['tests'];
  readonly freshness: FreshnessReport['freshness'];
  readonly comparisons: readonly Comparison[];
  readonly failingRows: readonly FailingRows[];
  /** Why the pull request is not to be merged as it is: models and tests that failed. */
  readonly problems: readonly string[];
}

/**
 * Builds what a pull request changes, and everything downstream, into a schema of its own; what is not built is read from
 * production. Tests it there and compares it with production, which is not touched. Can be repeated: the schema begins empty.
 *
 * @throws ProjectError when the models cannot be read; SluiceError BASE_UNKNOWN, or of kind outside
 */
export async function reviewPullRequest(context: RunContext, choice: ReviewChoice): Promise<ReviewReport> {
  const { project } = context;
  const review = reviewName(choice.pullRequest);
  const options = { ...transformOptions(context, { target: choice.target ?? 'prod' }), review };
  const files = await changedFiles(project.models.path, choice.base);
  const nodes = reviewNodes(options);
  const since = await sinceBase(options, files.base);
  const plan = choosePlan(nodes, files, project.models.path, since);
  const warehouse = await openSession(context);
  try {
    await dropReview(warehouse, project.snowflake.database, choice.pullRequest);
    const built =
      plan.changed.length === 0 ? undefined : await build({ ...options, select: selectionOf(plan) });
    const fresh = plan.sources.length === 0 ? undefined : await checkSources(options, plan);
    const tests = built?.tests ?? [];
    const named = (list: ReviewPlan['changed']): string[] =>
      list.map((node) => (node.resourceType === 'source' ? node.selector : node.name));
    return {
      pullRequest: choice.pullRequest,
      schema: review,
      base: files.base,
      changed: named(plan.changed),
      downstream: named(plan.downstream),
      everythingBecause: plan.everythingBecause,
      deletedFiles: files.deleted,
      models: built?.models ?? [],
      tests,
      freshness: fresh?.freshness ?? [],
      comparisons: built === undefined ? [] : await compareBuilt(warehouse, plan, built),
      failingRows: failingRows(tests),
      problems: built?.problems ?? [],
    };
  } finally {
    await warehouse.close();
  }
}

/**
 * Builds production as it was at the base of the pull request: what there is to compare with where there is no production.
 * Tests are left out: the base is not what is judged.
 *
 * @returns what did not build, a text for each model; a base that cannot be read at all is one of them
 */
export async function buildBase(
  context: RunContext,
  choice: Omit<ReviewChoice, 'pullRequest'>,
): Promise<readonly string[]> {
  const { project } = context;
  const { base } = await changedFiles(project.models.path, choice.base);
  const folder = await folderAt(project.models.path, base);
  try {
    const kinds = { resourceTypes: ['model', 'seed', 'snapshot'], target: choice.target ?? 'prod' } as const;
    const options = { ...transformOptions(context, kinds), directory: folder.directory };
    return (await build(options)).problems;
  } catch (error) {
    if (error instanceof ProjectError) return [error.message];
    throw error;
  } finally {
    await folder.remove();
  }
}

/** Drops what a pull request built. @returns the names of its schemas */
export async function closePullRequest(context: RunContext, pullRequest: number): Promise<readonly string[]> {
  const warehouse = await openSession(context);
  try {
    return await dropReview(warehouse, context.project.snowflake.database, pullRequest);
  } finally {
    await warehouse.close();
  }
}

/** How the project differs from what it was at the base; unknown when that cannot be read, for want of its packages for example. */
async function sinceBase(
  options: Parameters<typeof modifiedSince>[0],
  base: string,
): Promise<ModifiedSince | undefined> {
  const folder = await folderAt(options.directory, base);
  try {
    return modifiedSince(options, folder.directory);
  } finally {
    await folder.remove();
  }
}

/** How old the sources are that the plan reads. */
async function checkSources(
  options: Parameters<typeof freshness>[0],
  { sources }: ReviewPlan,
): Promise<FreshnessReport> {
  const { onNode: _, ...quiet } = options;
  return await freshness({ ...quiet, select: sources.map(({ selector }) => selector) });
}

async function compareBuilt(
  warehouse: Warehouse,
  plan: ReviewPlan,
  built: BuildReport,
): Promise<readonly Comparison[]> {
  const succeeded = new Set(
    built.models.filter(({ status }) => status === 'success').map(({ name }) => name),
  );
  const failed = new Set(built.tests.filter(({ status }) => status !== 'pass').map(({ name }) => name));
  const comparisons: Comparison[] = [];
  for (const node of [...plan.changed, ...plan.downstream]) {
    if (node.relations === null || !succeeded.has(node.name)) continue;
    comparisons.push(await compareModel(warehouse, node, failed));
  }
  return comparisons;
}

function openSession({ project, connections }: RunContext): Promise<Warehouse> {
  const { database, warehouse } = project.snowflake;
  return connectWarehouse(
    { ...connections.snowflake, database, warehouse },
    { queryTag: { project: project.name, node: 'ci' } },
  );
}
