/** Extracts one table in a process of its own, and says as JSON how many rows there were and by how much memory it grew. */
import { text } from 'node:stream/consumers';
import type { SourceConnection, StagingConnection } from '../../lib/config/index.ts';
import { extractTables, openSource, readContract } from '../../lib/extract/index.ts';
import { newRunId, openStaging } from '../../lib/staging/index.ts';
import { projectOf } from '../extract/project.ts';

interface Input {
  readonly source: SourceConnection;
  readonly staging: StagingConnection;
  readonly table: string;
}

const input: Input = JSON.parse(await text(process.stdin));
const project = projectOf({ [input.table]: { mode: 'full' } });
const source = openSource(input.source, project.source);
const staging = openStaging(input.staging);
const contracts = await Promise.all(project.tables.map((table) => readContract(source, table)));
const before = process.resourceUsage().maxRSS;
const [manifest] = await extractTables({
  source,
  staging,
  project,
  tables: project.tables,
  contracts,
  runId: newRunId(),
});
await source.close();
staging.close();
const growth = Math.round((process.resourceUsage().maxRSS - before) / 1024);
process.stdout.write(JSON.stringify({ rows: manifest?.totalRows, growthMebibytes: growth }));
