import { SluiceError } from '../../config/index.ts';
import type { RunResult } from '../artifacts/results.ts';
import type { SqlNode } from '../graph/node.ts';
import type { BuildReport, TransformOptions } from '../options.ts';
import { asRecord, asTexts } from '../values.ts';
import { Build, candidateSchemas } from './build.ts';
import { candidatesStand } from './candidates.ts';
import { type EarlierRun, readEarlierRun } from './earlier-run.ts';
import { openWorkspace, type Workspace } from './workspace.ts';

const passed = new Set(['success', 'pass', 'warn']);

/**
 * Goes on with the last run from what failed: what passed is not done again, and its candidates are used, unless its file
 * changed since or the candidates are gone. If all is well now, everything is published together.
 *
 * @throws SluiceError ARTIFACTS_MISSING without a last run, NOTHING_TO_RETRY when that passed
 */
export async function retry(options: TransformOptions): Promise<BuildReport> {
  const earlier = readEarlierRun(options.artifactsDirectory);
  if (earlier.results.every(({ status }) => passed.has(status))) {
    throw new SluiceError({
      code: 'NOTHING_TO_RETRY',
      kind: 'usage',
      message: `The last run, \`${earlier.command}\`, passed.`,
      hint: 'There is nothing to retry; `sluice build` builds again.',
    });
  }
  const workspace = openWorkspace(earlier.command, {
    ...argumentsOf(earlier),
    ...options,
    runId: earlier.runId,
  });
  try {
    const chosen = nodesOf(earlier, workspace);
    const stand = await workspace.pool.use(
      { project: workspace.project.loaded.root.name, run: earlier.runId, node: 'retry' },
      (session) => candidatesStand(session, candidateSchemas(chosen), earlier.runId),
    );
    return await new Build(workspace, chosen, stand ? stillGood(earlier, workspace, chosen) : []).run();
  } finally {
    await workspace.pool.close();
  }
}

/** What the last run was called with; the arguments of this call go before. */
function argumentsOf({ args }: EarlierRun): Partial<TransformOptions> {
  return {
    ...(args.target === 'dev' || args.target === 'prod' ? { target: args.target } : {}),
    fullRefresh: args.full_refresh === true,
    vars: asRecord(args.vars) ?? {},
    select: asTexts(args.select),
    exclude: asTexts(args.exclude),
  };
}

/** The nodes of the last run that the project still has, in the order of the graph. */
function nodesOf(earlier: EarlierRun, { project }: Workspace): Map<string, SqlNode> {
  const ran = new Set(earlier.results.map(({ unique_id: id }) => id));
  const chosen = new Map<string, SqlNode>();
  for (const id of project.graph.inOrder()) {
    const node = project.nodes.get(id);
    if (node !== undefined && node.resourceType !== 'source' && ran.has(id)) chosen.set(id, node);
  }
  return chosen;
}

/** The results that still hold: of nodes that passed, whose file is what it was, and that read nothing that is run again. */
function stillGood(
  earlier: EarlierRun,
  { project }: Workspace,
  chosen: ReadonlyMap<string, SqlNode>,
): RunResult[] {
  const again = new Set<string>();
  const good: RunResult[] = [];
  const byId = new Map(earlier.results.map((result) => [result.unique_id, result]));
  for (const id of project.graph.inOrder()) {
    const node = project.nodes.get(id);
    if (node === undefined || node.resourceType === 'source') continue;
    const result = chosen.has(id) ? byId.get(id) : undefined;
    const failed = result !== undefined && !passed.has(result.status);
    const readsNew = project.graph.parents(id).some((above) => again.has(above));
    if (failed || readsNew || isChanged(earlier, node)) again.add(id);
    else if (result !== undefined) good.push(result);
  }
  return good;
}

function isChanged(earlier: EarlierRun, node: SqlNode): boolean {
  const before = asRecord(earlier.nodes.get(node.uniqueId)?.checksum)?.checksum;
  return before !== undefined && before !== node.checksum;
}
