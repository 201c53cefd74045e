import { setTimeout as delay } from 'node:timers/promises';
import { type Project, SluiceError } from '../config/index.ts';
import { quoteLiteral } from './quoting.ts';
import { opsSchema } from './template-values.ts';
import type { Warehouse } from './warehouse.ts';

/** How the pipe of the manifests stands, as SYSTEM$PIPE_STATUS says it. */
export interface PipeStatus {
  /** RUNNING, PAUSED, STOPPED_…, STALLED_… */
  readonly executionState: string;
  readonly pendingFileCount: number;
  readonly lastIngestedFile: string | undefined;
  /** Snowflake's own words for what keeps it from working. */
  readonly error: string | undefined;
}

/** How long a pipe may take to finish what it has begun before it is replaced. */
const drainTimeout = 60_000;

export function pipeName(project: Project): string {
  return `${opsSchema(project)}.MANIFESTS_PIPE`;
}

export async function pipeStatus(warehouse: Warehouse, project: Project): Promise<PipeStatus> {
  const { rows } = await warehouse.execute(
    `SELECT SYSTEM$PIPE_STATUS(${quoteLiteral(pipeName(project))}) AS STATUS`,
  );
  const status = recordOf(JSON.parse(String(rows[0]?.STATUS ?? '{}')));
  return {
    executionState: String(status.executionState ?? 'UNKNOWN'),
    pendingFileCount: Number(status.pendingFileCount ?? 0),
    lastIngestedFile: textOf(status.lastIngestedFilePath),
    error: textOf(status.error) ?? textOf(status.lastPipeErrorMessage),
  };
}

/** Whether the pipe exists. */
export async function pipeExists(warehouse: Warehouse, project: Project): Promise<boolean> {
  const { rows } = await warehouse.execute(
    `SHOW PIPES LIKE 'MANIFESTS_PIPE' IN SCHEMA ${opsSchema(project)}`,
  );
  return rows.length > 0;
}

/** Lets a pipe finish what it has begun, then pauses it, so that it can be replaced. */
export async function drainPipe(warehouse: Warehouse, project: Project): Promise<void> {
  const deadline = Date.now() + drainTimeout;
  while (Date.now() < deadline) {
    const { executionState, pendingFileCount } = await pipeStatus(warehouse, project);
    // What a pipe that does not run has pending is found again by the refresh.
    if (executionState !== 'RUNNING' || pendingFileCount === 0) break;
    await delay(500);
  }
  await warehouse.execute(`ALTER PIPE ${pipeName(project)} SET PIPE_EXECUTION_PAUSED = TRUE`);
}

/** Has the pipe look for manifests of the last seven days that it was not told of. */
export async function refreshPipe(warehouse: Warehouse, project: Project): Promise<void> {
  await warehouse.execute(`ALTER PIPE ${pipeName(project)} REFRESH`);
}

/** ARN of the queue that S3 has to tell about new manifests. */
export async function notificationChannel(warehouse: Warehouse, project: Project): Promise<string> {
  const { rows } = await warehouse.execute(`DESC PIPE ${pipeName(project)}`);
  const channel = textOf(rows[0]?.notification_channel);
  if (channel !== undefined) return channel;
  throw new SluiceError({
    code: 'SNOWFLAKE_PIPE',
    kind: 'outside',
    message: `The pipe ${pipeName(project)} names no queue for S3 to notify.`,
    hint: 'It must be made with AUTO_INGEST = TRUE on a stage in S3; drop it and provision again.',
  });
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : {};
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
