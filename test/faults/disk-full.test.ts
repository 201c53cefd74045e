import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { buildStep, provisionProject, type RunContext, runPipeline } from '../../lib/run/index.ts';
import { freshServers, temporaryFolder } from '../support/index.ts';
import { brokenInvariants } from './invariants.ts';
import { outcomeOf } from './outcome.ts';
import { createShop, runSql, shopContext, shopDays } from './shop.ts';

const disk = join(temporaryFolder(), 'disk');
mkdirSync(disk);
const canMount = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=24m', 'tmpfs', disk]).status === 0;
if (canMount) chmodSync(disk, 0o755);
afterAll(() => {
  if (canMount) execFileSync('umount', ['-l', disk]);
});

/** Takes all the room there is. */
function fillDisk(): void {
  try {
    writeFileSync(join(disk, 'filler'), Buffer.alloc(64 * 1024 * 1024));
  } catch {
    // Full is what it was to be.
  }
}

// A disk that can be filled is one of its own, which only root may mount.
test.runIf(canMount)(
  'a disk that is full under S3, or under the artifacts, is told; with room again all goes on',
  async () => {
    const { connections } = await freshServers({ s3Directory: join(disk, 's3') });
    const { source } = connections;
    await createShop(source);
    const context: RunContext = shopContext({ directory: disk, database: 'SHOP', connections });
    await provisionProject(context);
    expect(await outcomeOf(runPipeline(context, shopDays))).toEqual({ code: 'done', text: '' });
    await runSql(
      source,
      `INSERT INTO sales SELECT n, '2024-03-02 09:00', n, md5(n::text) FROM generate_series(100, 5000) AS n`,
    );
    fillDisk();
    const { code, text } = await outcomeOf(runPipeline(context, shopDays));
    expect(code).toBe('STAGING_THROTTLED');
    expect(text).toContain('No space is left on the disk');
    await expect(buildStep(context)).rejects.toMatchObject({
      code: 'ARTIFACT_NOT_WRITTEN',
      message: expect.stringContaining('no space left on device'),
    });
    rmSync(join(disk, 'filler'));
    expect(await outcomeOf(runPipeline(context, shopDays))).toEqual({ code: 'done', text: '' });
    expect(await brokenInvariants(context, shopDays)).toEqual([]);
  },
);
