/** Extracts one table whole, in a process of its own that a test can kill. Its input comes as JSON on standard input. */
import { text } from 'node:stream/consumers';
import type { SourceConnection, StagingConnection } from '../../lib/config/index.ts';
import { extractTables, openSource, readContract } from '../../lib/extract/index.ts';
import { newRunId, openStaging } from '../../lib/staging/index.ts';
import { projectOf } from './project.ts';

export interface ChildInput {
  readonly connection: SourceConnection;
  readonly staging: StagingConnection;
  readonly table: string;
}

const input: ChildInput = JSON.parse(await text(process.stdin));
const project = projectOf({ [input.table]: { mode: 'full' } });
const source = openSource(input.connection, project.source);
const staging = openStaging(input.staging);
const contracts = await Promise.all(project.tables.map((table) => readContract(source, table)));
await extractTables({
  source,
  staging,
  project,
  tables: project.tables,
  contracts,
  runId: newRunId(),
});
await source.close();
staging.close();
