import type { Contract } from '../config/index.ts';
import { openSource } from '../extract/index.ts';
import { connectWarehouse, type ProvisionResult, provision } from '../snowflake/index.ts';
import { manifestPrefix, openStaging } from '../staging/index.ts';
import type { RunContext } from './context.ts';
import { ensureContracts } from './contracts.ts';

interface ProvisionChoice {
  /** Called with every file of snowflake/ that is run. */
  readonly onMigration?: (name: string) => void;
  /** Instead of the recorded contracts of these tables. */
  readonly evolved?: readonly Contract[];
}

/**
 * Creates or changes what the project owns in Snowflake, and on the embedded servers also what the stack does in the
 * cloud: the bucket and its notification to the pipe's queue. Can be repeated at any time.
 */
export async function provisionProject(
  context: RunContext,
  { onMigration, evolved = [] }: ProvisionChoice = {},
): Promise<ProvisionResult> {
  const { project, connections } = context;
  const source = openSource(connections.source, { maxConnections: 1, statementTimeoutSeconds: 60 });
  const recorded = await ensureContracts(context.directory, project.tables, source).finally(() =>
    source.close(),
  );
  const contracts = new Map([...recorded, ...evolved.map((contract) => [contract.table, contract] as const)]);

  const staging = openStaging(connections.staging);
  const embedded = connections.staging.endpoint !== undefined;
  const warehouse = await connectWarehouse(connections.snowflake, { queryTag: { project: project.name } });
  try {
    if (embedded) await staging.ensureBucket();
    const result = await provision({
      warehouse,
      project,
      contracts: [...contracts.values()],
      staging: { bucket: connections.staging.bucket },
      ...(onMigration ? { onMigration } : {}),
    });
    if (embedded)
      await staging.ensureNotification(manifestPrefix(project.staging.prefix), result.notificationChannel);
    return result;
  } finally {
    await warehouse.close();
    staging.close();
  }
}
