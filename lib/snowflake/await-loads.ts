import { setTimeout as delay } from 'node:timers/promises';
import { type Project, SluiceError } from '../config/index.ts';
import type { Manifest } from '../staging/index.ts';
import { type Load, type LoadStatus, readLoads } from './loads.ts';
import { pipeStatus, refreshPipe } from './pipe.ts';
import { failedTasks, showTasks, taskNames } from './tasks.ts';
import { opsSchema } from './template-values.ts';
import type { Warehouse } from './warehouse.ts';

export interface AwaitOptions {
  readonly timeoutSeconds: number;
  readonly signal?: AbortSignal;
  /** Called whenever a load has changed, with all that are known of those awaited. */
  readonly onProgress?: (loads: readonly Load[]) => void;
  /** Called when nothing has changed for a while, with what is known of the reason. */
  readonly onWaiting?: (reasons: readonly string[]) => void;
}

/** A load that stands like this changes only when somebody does something about it. */
const settled: ReadonlySet<LoadStatus> = new Set(['applied', 'held', 'superseded', 'failed']);

const firstPoll = 50;
const longestPoll = 5_000;
/** Nothing happened for so long: S3's event may be lost, or a task was stopped half-way. Looking again heals both. */
const nudgeAfter = 60_000;

/** Has the pipe look for manifests and the tasks for loads, whatever events may have been lost. Can be repeated. */
export async function triggerLoad(warehouse: Warehouse, project: Project): Promise<void> {
  await refreshPipe(warehouse, project);
  await warehouse.execute(`EXECUTE TASK ${opsSchema(project)}.IMPORT`);
}

/**
 * Waits until every manifest's load is settled: applied, superseded, held or failed. What became of each is for the caller
 * to judge.
 *
 * @returns the loads, in the order of the manifests
 * @throws SluiceError LOAD_TIMEOUT with what the pipe and the tasks say
 */
export async function awaitLoads(
  warehouse: Warehouse,
  project: Project,
  manifests: readonly Manifest[],
  options: AwaitOptions,
): Promise<readonly Load[]> {
  const started = new Date();
  const deadline = Date.now() + options.timeoutSeconds * 1000;
  const runIds = [...new Set(manifests.map(({ runId }) => runId))];
  let seen = '';
  let changedAt = Date.now();
  let interval = firstPoll;
  for (;;) {
    options.signal?.throwIfAborted();
    const loads =
      manifests.length === 0 ? [] : ofManifests(manifests, await readLoads(warehouse, project, { runIds }));
    const now = JSON.stringify(loads);
    if (now !== seen) {
      seen = now;
      changedAt = Date.now();
      interval = firstPoll;
      options.onProgress?.(loads);
    }
    if (loads.length === manifests.length && loads.every(({ status }) => settled.has(status))) return loads;
    if (Date.now() >= deadline) {
      const reasons = await waitingFor(warehouse, project, started);
      throw timedOut(manifests, loads, options.timeoutSeconds, reasons);
    }
    if (Date.now() - changedAt > nudgeAfter) {
      options.onWaiting?.(await waitingFor(warehouse, project, started));
      await triggerLoad(warehouse, project);
      changedAt = Date.now();
    }
    await delay(
      Math.min(interval, deadline - Date.now()),
      undefined,
      options.signal ? { signal: options.signal } : {},
    );
    interval = Math.min(interval * 1.5, longestPoll);
  }
}

/** What keeps manifests from becoming loads, as far as the pipe and the tasks can tell. Never fails: it is asked when things are bad. */
export async function waitingFor(
  warehouse: Warehouse,
  project: Project,
  since: Date,
): Promise<readonly string[]> {
  const asked: readonly (readonly [string, () => Promise<readonly string[]>])[] = [
    ['The pipe', () => pipeProblems(warehouse, project)],
    ['The tasks', () => taskProblems(warehouse, project)],
    ['The history of the tasks', () => failures(warehouse, project, since)],
  ];
  const reasons: string[] = [];
  for (const [what, ask] of asked) {
    try {
      reasons.push(...(await ask()));
    } catch (error) {
      reasons.push(`${what} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return reasons;
}

async function pipeProblems(warehouse: Warehouse, project: Project): Promise<readonly string[]> {
  const { executionState, error, pendingFileCount } = await pipeStatus(warehouse, project);
  return [
    ...(executionState === 'RUNNING' ? [] : [`The pipe is ${executionState}: run \`sluice provision\`.`]),
    ...(error === undefined ? [] : [`The pipe says: ${error}`]),
    ...(pendingFileCount === 0 ? [] : [`The pipe has ${pendingFileCount} manifests to bring.`]),
  ];
}

async function taskProblems(warehouse: Warehouse, project: Project): Promise<readonly string[]> {
  const states = new Map((await showTasks(warehouse, project)).map(({ name, state }) => [name, state]));
  return taskNames(project)
    .filter((name) => states.get(name) !== 'started')
    .map((name) => `The task ${name} is ${states.get(name) ?? 'missing'}: run \`sluice provision\`.`);
}

async function failures(warehouse: Warehouse, project: Project, since: Date): Promise<readonly string[]> {
  const failed = await failedTasks(warehouse, project, since.toISOString());
  return failed.slice(0, 5).map(({ name, at, error }) => `The task ${name} failed at ${at}: ${error}`);
}

function ofManifests(manifests: readonly Manifest[], loads: readonly Load[]): readonly Load[] {
  const key = (runId: string, table: string, window: string) => JSON.stringify([runId, table, window]);
  const known = new Map(loads.map((load) => [key(load.runId, load.table, load.window), load]));
  return manifests.flatMap(({ runId, table, window }) => known.get(key(runId, table, window.id)) ?? []);
}

function timedOut(
  manifests: readonly Manifest[],
  loads: readonly Load[],
  seconds: number,
  reasons: readonly string[],
): SluiceError {
  const open = loads.filter(({ status }) => !settled.has(status));
  const unseen = manifests.length - loads.length;
  const errors = open.flatMap(({ table, window, error }) =>
    error === null ? [] : [`${table} ${window}: ${error}`],
  );
  const lines = [
    ...(unseen > 0 ? [`${unseen} of ${manifests.length} manifests have not arrived.`] : []),
    ...(open.length > 0
      ? [`${open.length} loads are ${[...new Set(open.map(({ status }) => status))].join(' or ')}.`]
      : []),
    ...errors.slice(0, 5),
    ...reasons,
  ];
  return new SluiceError({
    code: 'LOAD_TIMEOUT',
    kind: 'outside',
    message: `Snowflake has not loaded everything within ${seconds} seconds:\n${lines.map((line) => `  ${line}`).join('\n')}`,
    hint: 'Mend what is named above, then `sluice load`: it goes on where this stopped, and loads nothing twice.',
    retryable: true,
    details: { manifests: manifests.length, unseen, open: open.length },
  });
}
