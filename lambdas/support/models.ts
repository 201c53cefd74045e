import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { connectWarehouse } from '../../lib/snowflake/index.ts';
import { openStaging } from '../../lib/staging/index.ts';
import type { TransformOptions } from '../../lib/transform/index.ts';
import type { Invocation } from './handler.ts';

/** What lib/transform takes, for one step of a run. */
export async function modelOptions(runId: string, invocation: Invocation): Promise<TransformOptions> {
  const { services, signal, logger } = invocation;
  const { project } = services;
  const connection = {
    ...(await services.snowflake()),
    database: project.snowflake.database,
    warehouse: project.snowflake.warehouse,
  };
  return {
    directory: project.models.path,
    project,
    connect: (tag) =>
      connectWarehouse(connection, { queryTag: { project: project.name, run: runId, ...tag } }),
    target: project.models.target,
    threads: project.models.threads,
    artifactsDirectory: services.artifactsDirectory,
    signal,
    onNode: (node) => logger.info('node', { ...node }),
    onMessage: (message) => logger.info(message),
  };
}

/** Keeps what a step wrote about itself, under `runs/<run id>/` of the bucket. */
export async function keepArtifacts(
  runId: string,
  files: readonly string[],
  { services, logger }: Invocation,
): Promise<void> {
  const { prefix } = services.project.staging;
  const staging = openStaging(services.staging, { prefix });
  try {
    for (const file of files) {
      const path = join(services.artifactsDirectory, file);
      if (!existsSync(path)) continue;
      // A step that is tried again writes beside its first try: no key is written twice.
      const key = `${prefix}runs/${runId}/${Date.now()}-${file}`;
      await staging.put(key, readFileSync(path, 'utf8'));
    }
  } catch (error) {
    // Without its artifacts a run is as good as with them.
    logger.warn('artifacts were not kept', { error });
  } finally {
    staging.close();
  }
}
