/** Extracts the table `sales` as one window; reads its input from standard input and says what it took as JSON. */
import { text } from 'node:stream/consumers';
import type { SourceConnection, StagingConnection } from '../../lib/config/index.ts';
import { defineProject, full, parseProject } from '../../lib/config/index.ts';
import { extractTables, openSource, readContract } from '../../lib/extract/index.ts';
import { newRunId, openStaging } from '../../lib/staging/index.ts';

export interface OneWindowInput {
  readonly source: SourceConnection;
  readonly staging: StagingConnection;
}

export interface OneWindowResult {
  readonly rows: number;
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly peakMegabytes: number;
  readonly fileMegabytes: number;
}

const input: OneWindowInput = JSON.parse(await text(process.stdin));
const project = parseProject(
  defineProject({ name: 'bench', source: { maxConnections: 1 }, tables: { sales: full() } }),
  { directory: import.meta.dirname, file: 'bench' },
);
const source = openSource(input.source, project.source);
const staging = openStaging(input.staging, { prefix: project.staging.prefix });
const contracts = await Promise.all(project.tables.map((table) => readContract(source, table)));

const began = performance.now();
const cpu = process.cpuUsage();
const manifests = await extractTables({
  source,
  staging,
  project,
  tables: project.tables,
  contracts,
  runId: newRunId(),
});
const { user, system } = process.cpuUsage(cpu);
const result: OneWindowResult = {
  rows: manifests.reduce((rows, manifest) => rows + manifest.totalRows, 0),
  seconds: (performance.now() - began) / 1000,
  cpuSeconds: (user + system) / 1e6,
  peakMegabytes: process.resourceUsage().maxRSS / 1024,
  fileMegabytes: manifests.reduce((bytes, { files }) => bytes + (files[0]?.bytes ?? 0), 0) / 1e6,
};
console.log(JSON.stringify(result));
await source.close();
staging.close();
