/** Extracts one table; reads its input from standard input and says what it took as JSON. */
import { text } from 'node:stream/consumers';
import type { MaskMethod, SourceConnection, StagingConnection } from '../../lib/config/index.ts';
import { daily, defineProject, full, parseProject } from '../../lib/config/index.ts';
import { type DayRange, extractTables, openSource, readContract } from '../../lib/extract/index.ts';
import { newRunId, openStaging } from '../../lib/staging/index.ts';
import { peakMegabytes } from '../peak-memory.ts';

export interface ExtractInput {
  readonly source: SourceConnection;
  readonly staging: StagingConnection;
  /** The days to read, both included; the whole table as one window when absent. */
  readonly days?: DayRange;
  readonly table: string;
  readonly maxConnections: number;
  readonly mask?: Readonly<Record<string, MaskMethod>>;
}

export interface ExtractResult {
  readonly windows: number;
  readonly rows: number;
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly peakMegabytes: number;
  readonly fileMegabytes: number;
}

const input: ExtractInput = JSON.parse(await text(process.stdin));
const project = parseProject(
  defineProject({
    name: 'bench',
    source: { maxConnections: input.maxConnections },
    tables: {
      [input.table]:
        input.days === undefined ? full({ mask: { ...input.mask } }) : daily({ column: 'invoicedate' }),
    },
  }),
  { directory: import.meta.dirname, file: 'bench' },
);
const source = openSource(
  { ...input.source, maskingKey: 'a key for the bench, of no other use' },
  project.source,
);
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
  ...(input.days === undefined ? {} : { range: input.days }),
});
const { user, system } = process.cpuUsage(cpu);
const result: ExtractResult = {
  windows: manifests.length,
  rows: manifests.reduce((rows, manifest) => rows + manifest.totalRows, 0),
  seconds: (performance.now() - began) / 1000,
  cpuSeconds: (user + system) / 1e6,
  peakMegabytes: peakMegabytes(),
  fileMegabytes:
    manifests.reduce((bytes, { files }) => bytes + files.reduce((sum, file) => sum + file.bytes, 0), 0) / 1e6,
};
console.log(JSON.stringify(result));
await source.close();
staging.close();
