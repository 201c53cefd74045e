import { gunzipSync } from 'node:zlib';
import pg from 'pg';
import {
  type Contract,
  daily,
  full,
  type Project,
  type SourceConnection,
  type StagingConnection,
  type TableInput,
} from '../../lib/config/index.ts';
import {
  type ExtractOptions,
  extractTables,
  openSource,
  readContract,
  type Source,
} from '../../lib/extract/index.ts';
import { type Manifest, newRunId, openStaging, type Staging } from '../../lib/staging/index.ts';
import { freshBucket, freshDatabase } from '../support/index.ts';
import { projectOf } from './project.ts';

/** A database and a bucket of one test file, and what it takes to extract from the one to the other. */
export interface Workbench {
  readonly connection: SourceConnection;
  readonly source: Source;
  readonly staging: Staging;
  /** Runs SQL as the owner of the database. */
  sql(text: string, values?: readonly unknown[]): Promise<pg.QueryResult>;
  /** Extracts tables, with their contracts as they are now unless given. */
  extract(
    tables: Record<string, TableInput>,
    options?: Partial<
      Pick<
        ExtractOptions,
        'contracts' | 'windows' | 'range' | 'pieceSizes' | 'signal' | 'onProgress' | 'onDrift' | 'onRetry'
      >
    >,
  ): Promise<readonly Manifest[]>;
  /** The contracts of tables as they are now. */
  contracts(tables: Record<string, TableInput>): Promise<Contract[]>;
  /** The CSV of a manifest's files, header lines included. */
  csv(manifest: Manifest | undefined): Promise<string>;
  close(): Promise<void>;
}

export interface WorkbenchOptions {
  /** A new bucket unless given. */
  readonly bucket?: StagingConnection;
  /** A new database of the shared server unless given. */
  readonly connection?: SourceConnection;
  readonly maxConnections?: number;
  readonly statementTimeoutSeconds?: number;
  readonly lockTimeoutSeconds?: number;
  readonly silenceSeconds?: number;
  readonly maskingKey?: string | undefined;
}

export async function openWorkbench(options: WorkbenchOptions = {}): Promise<Workbench> {
  const given = options.connection ?? (await freshDatabase());
  const { maskingKey } = options;
  const connection = maskingKey === undefined ? given : { ...given, maskingKey };
  const owner = new pg.Pool({ ...connection, application_name: 'test' });
  owner.on('error', () => undefined);
  const source = openSource(connection, {
    maxConnections: options.maxConnections ?? 3,
    statementTimeoutSeconds: options.statementTimeoutSeconds ?? 60,
    ...(options.lockTimeoutSeconds === undefined ? {} : { lockTimeoutSeconds: options.lockTimeoutSeconds }),
    ...(options.silenceSeconds === undefined ? {} : { silenceSeconds: options.silenceSeconds }),
  });
  const staging = openStaging(options.bucket ?? (await freshBucket()));
  return {
    connection,
    source,
    staging,
    sql: (text, values = []) => owner.query(text, [...values]),
    async extract(tables, overrides = {}) {
      const project = projectOf(tables);
      const contracts = overrides.contracts ?? (await contractsOf(source, project));
      return await extractTables({
        source,
        staging,
        project,
        tables: project.tables,
        runId: newRunId(),
        ...overrides,
        contracts,
      });
    },
    contracts: (tables) => contractsOf(source, projectOf(tables)),
    async csv(manifest) {
      const files = await Promise.all((manifest?.files ?? []).map(({ key }) => staging.get(key)));
      return files.map((file) => gunzipSync(file).toString('utf8')).join('');
    },
    async close() {
      await source.close();
      await owner.end();
      staging.close();
    },
  };
}

async function contractsOf(source: Source, project: Project): Promise<Contract[]> {
  return await Promise.all(project.tables.map((table) => readContract(source, table)));
}

export { daily, full, projectOf };
