import { isDeepStrictEqual } from 'node:util';
import { SluiceError } from '../../config/index.ts';
import { nodeDict } from '../artifacts/node-dict.ts';
import type { BatchResults, RunResult } from '../artifacts/results.ts';
import type { GraphNode, SqlNode } from '../graph/node.ts';
import type { BuildReport, TransformOptions } from '../options.ts';
import { runs } from '../run/order.ts';
import { candidatesStand } from '../run/publish/candidates.ts';
import { schemasOf } from '../run/publish/stages.ts';
import { flagsOf } from '../run/results/arguments.ts';
import { type EarlierRun, readEarlierRun } from '../run/results/earlier-run.ts';
import { openWorkspace, type Workspace } from '../run/workspace.ts';
import { Build, type Carried, modelsOf } from './build.ts';

const passed = new Set(['success', 'pass', 'warn']);

/**
 * Goes on with the last run from what failed: what passed is not done again, and its candidates are used, unless its file
 * changed since or the candidates are gone. If all is well now, everything is published together.
 *
 * @throws SluiceError ARTIFACTS_MISSING without a last run, NOTHING_TO_RETRY when that passed
 */
export async function retry(options: TransformOptions): Promise<BuildReport> {
  const earlier = readEarlierRun(options.artifactsDirectory);
  const allPassed = earlier.results.every(({ status }) => passed.has(status));
  const flags = flagsOf(earlier.args);
  if (allPassed && flags.audit === false) throw nothingToRetry(earlier);
  const workspace = openWorkspace(earlier.command, {
    ...flags,
    ...options,
    runId: earlier.runId,
    // What ran stands in the results; what it was selected by may select something else today.
    select: [],
    exclude: [],
  });
  try {
    const chosen = nodesOf(earlier, workspace);
    // A test alone makes nothing that could be left to publish.
    if (allPassed && modelsOf(chosen).length === 0) throw nothingToRetry(earlier);
    const there = await stillThere(workspace, chosen);
    // Candidates that passed and still stand are those of a run that was cut off before they were published.
    if (allPassed && !there) throw nothingToRetry(earlier);
    const carried = there ? carriedOf(earlier, workspace, chosen) : undefined;
    return await new Build(workspace, chosen, {
      results: carried?.results ?? [],
      batches: carried?.batches ?? new Map(),
      ...(earlier.startedAt === undefined ? {} : { startedAt: earlier.startedAt }),
    }).run();
  } finally {
    await workspace.pool.close();
  }
}

function nothingToRetry({ command }: EarlierRun): SluiceError {
  return new SluiceError({
    code: 'NOTHING_TO_RETRY',
    kind: 'usage',
    message: `The last run, \`${command}\`, passed.`,
    hint: 'There is nothing to retry; `sluice build` builds again.',
  });
}

/** Whether what the last run built can still be used: its candidates, if it made any. */
function stillThere(workspace: Workspace, chosen: ReadonlyMap<string, SqlNode>): Promise<boolean> {
  const { pool, project, runId, options } = workspace;
  if (options.audit === false) return Promise.resolve(true);
  return pool.use({ project: project.loaded.root.name, run: runId, node: 'retry' }, (session) =>
    candidatesStand(session, schemasOf(modelsOf(chosen)), runId),
  );
}

/** The nodes of the last run that the project still has, in the order of the graph. */
function nodesOf(earlier: EarlierRun, { project }: Workspace): Map<string, SqlNode> {
  const ran = new Set(earlier.results.map(({ unique_id: id }) => id));
  const chosen = new Map<string, SqlNode>();
  for (const id of project.graph.inOrder()) {
    const node = project.nodes.get(id);
    if (node !== undefined && runs(node) && ran.has(id)) chosen.set(id, node);
  }
  return chosen;
}

/**
 * The results that still hold: of nodes that passed, whose file is what it was, and that read nothing that is run again. Of
 * a microbatch model for which that holds but that batches are missing, the batches.
 */
function carriedOf(
  earlier: EarlierRun,
  { project }: Workspace,
  chosen: ReadonlyMap<string, SqlNode>,
): Pick<Carried, 'results' | 'batches'> {
  const again = new Set<string>();
  const results: RunResult[] = [];
  const batches = new Map<string, BatchResults>();
  const byId = new Map(earlier.results.map((result) => [result.unique_id, result]));
  for (const id of project.graph.inOrder()) {
    const node = project.nodes.get(id);
    if (node === undefined) continue;
    const result = chosen.has(id) ? byId.get(id) : undefined;
    const failed = result !== undefined && !passed.has(result.status);
    const stale = project.graph.parents(id).some((above) => again.has(above)) || isChanged(earlier, node);
    if (failed || stale) again.add(id);
    else if (result !== undefined) results.push(result);
    const left = result?.batch_results;
    if (failed && !stale && left != null && left.successful.length > 0) batches.set(id, left);
  }
  return { results, batches };
}

function isChanged(earlier: EarlierRun, node: GraphNode): boolean {
  const before = earlier.nodes.get(node.uniqueId)?.checksum;
  return before !== undefined && !isDeepStrictEqual(before, nodeDict(node).checksum);
}
