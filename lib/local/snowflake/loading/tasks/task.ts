import { randomUUID } from 'node:crypto';
import { compilationError, unsupported } from '../../../../sql/index.ts';
import type { CatalogObject, ExecutionContext, QualifiedName } from '../../statement.ts';
import type { TokenCursor } from '../cursor.ts';
import { splitName } from '../cursor.ts';
import { propertiesOf } from '../objects.ts';
import { OptionReader, type Options, readOptions } from '../options.ts';
import { parseSchedule } from './schedule.ts';

/** What the catalog keeps of a task. */
export interface TaskProperties {
  readonly id: string;
  readonly state: 'started' | 'suspended';
  readonly warehouse: string | null;
  readonly schedule: string | undefined;
  /** Names in the task's own schema. */
  readonly after: readonly string[];
  /** The root whose graph this task finishes. */
  readonly finalizes: string | undefined;
  readonly when: string | undefined;
  readonly body: string;
  readonly allowOverlapping: boolean;
  readonly suspendAfterFailures: number;
  readonly retries: number;
  readonly timeoutMs: number;
  readonly config: string | undefined;
  readonly comment: string;
  /** Runs of the graph that failed since the last that did not; kept on the root. */
  readonly failures: number;
  readonly lastCommittedOn: string | null;
  readonly lastSuspendedOn: string | null;
  readonly lastSuspendedReason: string | null;
  readonly graphVersion: number;
}

export type Task = CatalogObject & {
  readonly properties: TaskProperties & Readonly<Record<string, unknown>>;
};

export const taskOf = (object: CatalogObject): TaskProperties => propertiesOf<TaskProperties>(object);

const DEFAULTS = {
  state: 'suspended',
  warehouse: null,
  schedule: undefined,
  after: [],
  finalizes: undefined,
  when: undefined,
  allowOverlapping: false,
  suspendAfterFailures: 10,
  retries: 0,
  timeoutMs: 3_600_000,
  config: undefined,
  comment: '',
  failures: 0,
  lastCommittedOn: null,
  lastSuspendedOn: null,
  lastSuspendedReason: null,
  graphVersion: 1,
} as const;

/** Recorded without an effect here: there is no warehouse to size and nothing to send errors to. */
const RECORDED = [
  'USER_TASK_MANAGED_INITIAL_WAREHOUSE_SIZE',
  'ERROR_INTEGRATION',
  'SUCCESS_INTEGRATION',
  'LOG_LEVEL',
  'TARGET_COMPLETION_INTERVAL',
  'SERVERLESS_TASK_MIN_STATEMENT_SIZE',
  'SERVERLESS_TASK_MAX_STATEMENT_SIZE',
  'USER_TASK_MINIMUM_TRIGGER_INTERVAL_IN_SECONDS',
];

/** The settings that CREATE TASK and ALTER TASK SET have in common. */
export function readSettings(
  context: ExecutionContext,
  options: Options,
  base?: TaskProperties,
): Omit<TaskProperties, 'body'> {
  const reader = new OptionReader(options, 'TASK');
  const schedule = reader.text('SCHEDULE') ?? base?.schedule;
  if (schedule !== undefined) parseSchedule(schedule);
  const config = reader.text('CONFIG') ?? base?.config;
  if (config !== undefined) checkConfig(config);
  for (const name of RECORDED) reader.text(name);
  if (reader.has('SCHEDULING_MODE')) throw unsupported('SCHEDULING_MODE of a task');
  const finalizes = reader.text('FINALIZE');
  const settings = {
    ...(base ?? { ...DEFAULTS, id: randomUUID() }),
    warehouse: reader.text('WAREHOUSE') ?? base?.warehouse ?? null,
    schedule,
    finalizes: finalizes === undefined ? base?.finalizes : context.qualify(splitName(finalizes)).name,
    allowOverlapping: reader.boolean('ALLOW_OVERLAPPING_EXECUTION') ?? base?.allowOverlapping ?? false,
    suspendAfterFailures:
      reader.whole('SUSPEND_TASK_AFTER_NUM_FAILURES') ??
      base?.suspendAfterFailures ??
      DEFAULTS.suspendAfterFailures,
    retries: reader.whole('TASK_AUTO_RETRY_ATTEMPTS') ?? base?.retries ?? 0,
    timeoutMs: reader.whole('USER_TASK_TIMEOUT_MS') ?? base?.timeoutMs ?? DEFAULTS.timeoutMs,
    config,
    comment: reader.text('COMMENT') ?? base?.comment ?? '',
  };
  reader.finish();
  if (settings.allowOverlapping) throw unsupported('ALLOW_OVERLAPPING_EXECUTION = TRUE');
  if (settings.retries < 0 || settings.retries > 30)
    throw reader.invalid('TASK_AUTO_RETRY_ATTEMPTS', 'a number from 0 to 30');
  return settings;
}

function checkConfig(config: string): void {
  try {
    JSON.parse(config);
  } catch {
    throw compilationError('the CONFIG of a task has to be JSON.', '001007');
  }
}

/** What stands in CREATE TASK after the name. */
export interface TaskDefinition {
  readonly options: Options;
  readonly after: readonly QualifiedName[];
  readonly when: string | undefined;
  readonly body: string;
}

/** Reads `options… [AFTER a, b] [WHEN condition] AS body`, options and clauses in any order. */
export function readDefinition(context: ExecutionContext, cursor: TokenCursor): TaskDefinition {
  const options = new Map<string, NonNullable<ReturnType<Options['get']>>>();
  const after: QualifiedName[] = [];
  let when: string | undefined;
  while (!cursor.accept('AS')) {
    if (cursor.accept('AFTER')) after.push(...readNames(context, cursor));
    else if (cursor.accept('WHEN')) when = readCondition(cursor);
    else if (cursor.accept('COPY', 'GRANTS')) continue;
    else if (cursor.done) throw cursor.unexpected('AS');
    else {
      const read = readOptions(cursor);
      if (read.size === 0) throw cursor.unexpected('an option, AFTER, WHEN or AS');
      for (const [name, value] of read) {
        if (options.has(name)) throw compilationError(`duplicate option '${name}'.`, '001030');
        options.set(name, value);
      }
    }
  }
  return { options, after, when, body: readBody(cursor) };
}

/** The statement of a task: as it stands, or inside $$ … $$. */
export function readBody(cursor: TokenCursor): string {
  const first = cursor.peek();
  if (first === undefined) throw cursor.unexpected('a statement');
  if (first.kind === 'string' && cursor.peek(1) === undefined) return first.value;
  return cursor.rest();
}

export function readNames(context: ExecutionContext, cursor: TokenCursor): QualifiedName[] {
  const names: QualifiedName[] = [];
  do {
    const token = cursor.peek();
    if (token?.kind === 'string') names.push(context.qualify(splitName(cursor.string())));
    else names.push(context.qualify(cursor.nameParts()));
  } while (cursor.acceptSymbol(','));
  return names;
}

/** The text of a WHEN condition: up to AS, or an option that follows. */
export function readCondition(cursor: TokenCursor): string {
  const first = cursor.peek();
  let depth = 0;
  while (!cursor.done && !(depth === 0 && cursor.sees('AS'))) {
    if (cursor.seesSymbol('(')) depth += 1;
    if (cursor.seesSymbol(')')) depth -= 1;
    cursor.next();
  }
  const last = cursor.tokens[cursor.at - 1];
  if (first === undefined || last === undefined) throw cursor.unexpected('a condition');
  return cursor.text.slice(first.start, last.end);
}

/** The tasks of a graph: its root, what follows it directly or not, and its finalizer. */
export interface TaskGraph {
  readonly root: CatalogObject;
  /** In an order in which every task comes after those that it follows; the root first. */
  readonly tasks: readonly CatalogObject[];
  readonly finalizer: CatalogObject | undefined;
}

/** The graph that a task belongs to. */
export async function graphOf(context: ExecutionContext, task: CatalogObject): Promise<TaskGraph> {
  const all = await context.objects.list('TASK', { database: task.name.database, schema: task.name.schema });
  const byName = new Map(all.map((object) => [object.name.name, object]));
  let root = byName.get(taskOf(task).finalizes ?? '') ?? task;
  for (let above = parentOf(root, byName); above !== undefined; above = parentOf(root, byName)) root = above;
  const tasks: CatalogObject[] = [root];
  const seen = new Set([root.name.name]);
  for (let found = true; found; ) {
    found = false;
    for (const object of all) {
      const { after } = taskOf(object);
      const known = after.filter((name) => byName.has(name));
      if (seen.has(object.name.name) || known.length === 0 || !known.every((name) => seen.has(name)))
        continue;
      seen.add(object.name.name);
      tasks.push(object);
      found = true;
    }
  }
  return { root, tasks, finalizer: all.find((object) => taskOf(object).finalizes === root.name.name) };
}

function parentOf(
  task: CatalogObject,
  byName: ReadonlyMap<string, CatalogObject>,
): CatalogObject | undefined {
  return taskOf(task)
    .after.map((name) => byName.get(name))
    .find((object) => object !== undefined);
}
