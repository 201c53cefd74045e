import { awaitLoads, connectWarehouse, type Load, readLoads, triggerLoad } from '../snowflake/index.ts';
import { type Manifest, manifestKey, manifestPrefix, openStaging, parseManifest } from '../staging/index.ts';
import type { RunContext } from './context.ts';
import { loadProblems } from './pipeline.ts';

export interface PendingOutcome {
  /** What became of the manifests that were not settled when it began. */
  readonly loads: readonly Load[];
  readonly problems: readonly string[];
}

/**
 * Has Snowflake look for manifests and loads now, whatever events were lost, and waits until every manifest in the bucket
 * is settled.
 *
 * @throws SluiceError LOAD_TIMEOUT
 */
export async function loadPending(context: RunContext, timeoutSeconds: number): Promise<PendingOutcome> {
  const { project, connections } = context;
  const { prefix } = project.staging;
  const staging = openStaging(connections.staging, { prefix });
  const warehouse = await connectWarehouse(
    { ...connections.snowflake, database: project.snowflake.database },
    { queryTag: { project: project.name } },
  );
  try {
    const settled = await readLoads(warehouse, project, {
      statuses: ['applied', 'superseded', 'held', 'failed'],
    });
    const known = new Set(
      settled.map(({ table, window, runId }) => manifestKey({ prefix, table, window, runId })),
    );
    const manifests: Manifest[] = [];
    for (const { key } of await staging.list(manifestPrefix(prefix))) {
      context.signal?.throwIfAborted();
      if (!known.has(key)) manifests.push(parseManifest((await staging.get(key)).toString()));
    }
    await triggerLoad(warehouse, project);
    const loads = await awaitLoads(warehouse, project, manifests, {
      timeoutSeconds,
      ...(context.signal ? { signal: context.signal } : {}),
      onProgress: (changed) => context.onEvent?.({ type: 'loaded', loads: changed }),
    });
    return { loads, problems: loadProblems(loads) };
  } finally {
    await warehouse.close();
    staging.close();
  }
}
