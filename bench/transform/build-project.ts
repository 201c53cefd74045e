import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { defineProject, full, parseProject, type SnowflakeConnection } from '../../lib/config/index.ts';
import { connectWarehouse } from '../../lib/snowflake/index.ts';
import { build } from '../../lib/transform/index.ts';
import { median } from '../statistics.ts';

/**
 * Builds a project as a second run does: its relations are there, its files were read before.
 *
 * @returns seconds, the median of the rounds
 */
export async function timeBuild(
  directory: string,
  connection: SnowflakeConnection,
  rounds: number,
): Promise<number> {
  const artifactsDirectory = mkdtempSync(join(tmpdir(), 'sluice-bench-'));
  const project = parseProject(defineProject({ name: 'bench', tables: { none: full() } }), {
    directory,
    file: 'bench',
  });
  const connect = () => connectWarehouse(connection);
  const seconds: number[] = [];
  try {
    const warehouse = await connect();
    await warehouse.execute(`CREATE DATABASE IF NOT EXISTS "${project.snowflake.database}"`);
    await warehouse.close();
    for (let round = 0; round <= rounds; round++) {
      const started = performance.now();
      const { failure } = await build({
        directory: resolve(directory),
        project,
        connect,
        artifactsDirectory,
      });
      if (failure !== undefined) throw failure;
      // The first one makes what the others find.
      if (round > 0) seconds.push((performance.now() - started) / 1000);
    }
  } finally {
    rmSync(artifactsDirectory, { recursive: true, force: true });
  }
  return median(seconds);
}
