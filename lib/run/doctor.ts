import { type Finding, readContract, runChecks } from '../config/index.ts';
import { checkSource, openSource } from '../extract/index.ts';
import { checkWarehouse, connectWarehouse, notificationChannel } from '../snowflake/index.ts';
import { notificationCheck, probeStaging } from '../staging/index.ts';
import type { RunContext } from './context.ts';

/**
 * Does what a run does with a probe, in the source, the bucket and Snowflake, and names the fix of what is not as it should be. What
 * it writes it removes again.
 */
export async function doctor(context: RunContext): Promise<readonly Finding[]> {
  const { project, connections } = context;
  const findings: Finding[] = [...(await checkSourceOf(context))];
  const probe = await probeStaging(connections.staging, project.staging.prefix);
  findings.push(...probe.findings);
  try {
    const connect = () =>
      connectWarehouse({ ...connections.snowflake, database: project.snowflake.database });
    const staged = probe.key === undefined ? undefined : { key: probe.key, value: probe.value };
    const warehouse = await checkWarehouse(connect, project, staged);
    findings.push(...warehouse.map((finding) => ({ ...finding, check: `snowflake ${finding.check}` })));
    if (warehouse.some(({ check, ok }) => check === 'pipe' && ok)) {
      findings.push(...(await checkNotification(context)));
    }
  } finally {
    findings.push(...(await probe.remove()));
  }
  return findings;
}

async function checkSourceOf({ project, connections, directory }: RunContext): Promise<readonly Finding[]> {
  const source = openSource(connections.source, project.source);
  try {
    return await checkSource({
      source,
      tables: project.tables,
      contractOf: ({ name }) => readContract(directory, name),
    });
  } finally {
    await source.close();
  }
}

async function checkNotification({ project, connections }: RunContext): Promise<readonly Finding[]> {
  const warehouse = await connectWarehouse({
    ...connections.snowflake,
    database: project.snowflake.database,
  });
  try {
    const queue = await notificationChannel(warehouse, project);
    return await runChecks([notificationCheck(connections.staging, project.staging.prefix, queue)]);
  } finally {
    await warehouse.close();
  }
}
