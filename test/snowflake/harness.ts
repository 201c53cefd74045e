import { gzipSync } from 'node:zlib';
import { afterAll } from 'vitest';
import type { Contract, Project, SnowflakeConnection } from '../../lib/config/index.ts';
import {
  awaitLoads,
  connectWarehouse,
  type Load,
  type ProvisionResult,
  provision,
  type Warehouse,
} from '../../lib/snowflake/index.ts';
import {
  dataKey,
  type Manifest,
  type ManifestFile,
  manifestPrefix,
  newRunId,
  openStaging,
  type Staging,
} from '../../lib/staging/index.ts';
import { freshServers } from '../support/index.ts';

/** A provisioned project on an embedded S3 and an embedded Snowflake that are wired as in the cloud. */
export interface World {
  readonly connection: SnowflakeConnection;
  readonly warehouse: Warehouse;
  readonly project: Project;
  readonly contracts: readonly Contract[];
  readonly staging: Staging;
  readonly provisioned: ProvisionResult;
}

export async function openWorld(sample: {
  project: Project;
  contracts: readonly Contract[];
}): Promise<World> {
  const { project, contracts } = sample;
  const { connections } = await freshServers();
  const staging = openStaging(connections.staging, { prefix: project.staging.prefix });
  const warehouse = await connectWarehouse(connections.snowflake);
  afterAll(async () => {
    await warehouse.close();
    staging.close();
  });
  const provisioned = await provision({ warehouse, project, contracts, staging: { bucket: staging.bucket } });
  await staging.ensureNotification(manifestPrefix(project.staging.prefix), provisioned.notificationChannel);
  return { connection: connections.snowflake, warehouse, project, contracts, staging, provisioned };
}

export interface Extracted {
  readonly table: string;
  readonly window: string;
  /** Values as Postgres prints them, by the contract's columns in order. One file for each list of rows. */
  readonly files: readonly (readonly (readonly (string | null)[])[])[];
  readonly runId?: string;
  /** Instead of the contract's. */
  readonly columns?: readonly string[];
}

/** What an extract leaves in S3 before its manifest: the files, and the manifest that would be written. */
export async function upload(world: World, extracted: Extracted): Promise<Manifest> {
  const { table, window, runId = newRunId() } = extracted;
  const contract = world.contracts.find((candidate) => candidate.table === table);
  const targets = extracted.columns ?? contract?.columns.map(({ target }) => target) ?? [];
  const files: ManifestFile[] = [];
  for (const [part, rows] of extracted.files.entries()) {
    const key = dataKey({ prefix: world.project.staging.prefix, table, window, runId, part });
    const written = await world.staging.upload(key, gzipSync(csv(targets, rows)));
    files.push({ key, rows: rows.length, ...written });
  }
  const mode = world.project.tables.find(({ name }) => name === table)?.mode.kind ?? 'daily';
  return {
    version: 1,
    project: world.project.name,
    table,
    mode,
    window: { id: window, start: null, end: null, timezone: null },
    runId,
    extractedAt: '2026-01-02T03:04:05.678Z',
    source: { serverVersion: '18.1', snapshotId: '00000003-1' },
    columns: targets.map((target) => ({
      name: target,
      target,
      sourceType: 'text',
      targetType: contract?.columns.find((column) => column.target === target)?.targetType ?? 'VARCHAR',
      nullable: true,
    })),
    files: files.map(({ key, rows, bytes, sha256 }) => ({ key, rows, bytes, sha256 })),
    totalRows: files.reduce((total, { rows }) => total + rows, 0),
    masking: [],
  };
}

/** Uploads, announces, and waits until Snowflake has made up its mind. */
export async function load(world: World, ...extracts: readonly Extracted[]): Promise<readonly Load[]> {
  const manifests: Manifest[] = [];
  for (const extracted of extracts) manifests.push(await upload(world, extracted));
  return await announce(world, manifests);
}

export async function announce(world: World, manifests: readonly Manifest[]): Promise<readonly Load[]> {
  for (const manifest of manifests) await world.staging.putManifest(manifest);
  return await awaitLoads(world.warehouse, world.project, manifests, { timeoutSeconds: 60 });
}

/** Rows of a query as plain objects. */
export async function query(
  world: World,
  sql: string,
): Promise<readonly Readonly<Record<string, unknown>>[]> {
  return (await world.warehouse.execute(sql)).rows;
}

/** As the extract writes it: every value quoted, NULL empty and unquoted. */
export function csv(header: readonly string[], rows: readonly (readonly (string | null)[])[]): string {
  const line = (values: readonly (string | null)[]) =>
    `${values.map((value) => (value === null ? '' : `"${value.replaceAll('"', '""')}"`)).join(',')}\n`;
  return [header, ...rows].map(line).join('');
}
