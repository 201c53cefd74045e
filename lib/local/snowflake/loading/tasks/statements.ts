import { compilationError, SqlError, type Statement } from '../../../../sql/index.ts';
import { missingObject, objectExists } from '../../errors.ts';
import { printQualified } from '../../names.ts';
import type {
  CatalogObject,
  ExecutionContext,
  QualifiedName,
  StatementHandler,
  StatementResult,
} from '../../statement.ts';
import { answer, columnTypes, done } from '../answers.ts';
import { TokenCursor } from '../cursor.ts';
import { readCreate, readTarget, requireObject } from '../objects.ts';
import { readOptions } from '../options.ts';
import { type ShowColumn, showObjects } from '../show.ts';
import type { TaskRunner } from './runner.ts';
import {
  graphOf,
  readBody,
  readCondition,
  readDefinition,
  readNames,
  readSettings,
  type TaskProperties,
  taskOf,
} from './task.ts';

const KIND = 'TASK';

/** A graph may be changed only while its root rests. */
async function requireResting(context: ExecutionContext, task: CatalogObject): Promise<void> {
  const { root } = await graphOf(context, task);
  if (taskOf(root).state === 'suspended') return;
  throw new SqlError(
    '091083',
    '55000',
    `Unable to update graph with root task ${printQualified(root.name)} since that root task is not suspended.`,
  );
}

/** The tasks to come after, which have to be there and in the same schema. */
async function predecessors(
  context: ExecutionContext,
  name: QualifiedName,
  after: readonly QualifiedName[],
): Promise<string[]> {
  for (const one of after) {
    if (one.database !== name.database || one.schema !== name.schema) {
      throw compilationError(
        `Invalid predecessor ${printQualified(one)}: all tasks of a graph have to be in one schema.`,
        '091085',
      );
    }
    await requireResting(context, await requireObject(context, KIND, 'Task', one));
  }
  return after.map((one) => one.name);
}

async function put(
  context: ExecutionContext,
  object: CatalogObject,
  properties: TaskProperties,
): Promise<void> {
  const version = { ...properties, lastCommittedOn: context.now().toISOString() };
  await context.objects.put({ ...object, properties: { ...version } });
}

/** What Snowflake does not let a task be. */
async function check(context: ExecutionContext, name: QualifiedName, task: TaskProperties): Promise<void> {
  if (task.after.length > 0 && task.schedule !== undefined) {
    throw compilationError(`Task ${name.name} cannot have both a schedule and a predecessor.`, '091088');
  }
  if (task.finalizes !== undefined && (task.after.length > 0 || task.schedule !== undefined)) {
    throw compilationError(`The finalizer ${name.name} cannot have a schedule or a predecessor.`, '091088');
  }
  const all = await context.objects.list(KIND, { database: name.database, schema: name.schema });
  const after = new Map(all.map((object) => [object.name.name, taskOf(object).after]));
  after.set(name.name, task.after);
  const above = [...task.after];
  for (const seen = new Set<string>(); above.length > 0; ) {
    const next = above.pop() ?? '';
    if (next === name.name)
      throw compilationError(`Graph of task ${name.name} would have a cycle.`, '091086');
    if (seen.has(next)) continue;
    seen.add(next);
    above.push(...(after.get(next) ?? []));
  }
  const { finalizes } = task;
  if (finalizes === undefined) return;
  const root = all.find((object) => object.name.name === finalizes);
  if (root === undefined) throw missingObject('Task', finalizes);
  if (taskOf(root).after.length > 0) throw compilationError(`${finalizes} is not a root task.`, '091087');
  await requireResting(context, root);
  const other = all.find(
    (object) => taskOf(object).finalizes === finalizes && object.name.name !== name.name,
  );
  if (other !== undefined)
    throw compilationError(`${finalizes} has the finalizer ${other.name.name} already.`, '091087');
}

async function create(context: ExecutionContext, statement: Statement): Promise<StatementResult> {
  const cursor = new TokenCursor(statement);
  const mode = readCreate(cursor, 'TASK');
  const name = context.qualify(cursor.nameParts());
  const { options, after, when, body } = readDefinition(context, cursor);
  const existing = await context.objects.get(KIND, name);
  if (existing !== undefined && mode.ifNotExists)
    return done(`${name.name} already exists, statement succeeded.`);
  if (existing !== undefined && !mode.replace) throw objectExists(printQualified(name));
  if (existing !== undefined) {
    const { tasks } = await graphOf(context, existing);
    if (tasks.length > 1) await requireResting(context, existing);
  }
  const task: TaskProperties = {
    ...readSettings(context, options),
    after: await predecessors(context, name, after),
    when,
    body,
  };
  await check(context, name, task);
  await put(
    context,
    { kind: KIND, name, properties: {}, owner: context.session.role, createdOn: context.now() },
    task,
  );
  return done(`Task ${name.name} successfully created.`);
}

async function alter(
  runner: TaskRunner,
  context: ExecutionContext,
  statement: Statement,
): Promise<StatementResult> {
  const cursor = new TokenCursor(statement);
  cursor.expect('ALTER', 'TASK');
  const { ifExists, parts } = readTarget(cursor);
  const name = context.qualify(parts);
  if (ifExists && (await context.objects.get(KIND, name)) === undefined)
    return done('Statement executed successfully.');
  const object = await requireObject(context, KIND, 'Task', name);
  const task = taskOf(object);
  if (cursor.accept('RESUME')) await resume(context, object);
  else if (cursor.accept('SUSPEND')) await suspend(context, object, 'USER_SUSPENDED');
  else {
    await requireResting(context, object);
    const changed = await changedTask(context, cursor, name, task);
    await check(context, name, changed);
    await put(context, object, { ...changed, graphVersion: task.graphVersion + 1 });
  }
  cursor.end();
  runner.changed();
  return done('Statement executed successfully.');
}

async function changedTask(
  context: ExecutionContext,
  cursor: TokenCursor,
  name: QualifiedName,
  task: TaskProperties,
): Promise<TaskProperties> {
  if (cursor.accept('SET')) {
    return { ...task, ...readSettings(context, readOptions(cursor), task) };
  }
  if (cursor.accept('UNSET')) {
    let changed = task;
    do changed = { ...changed, ...unset(cursor.word()) };
    while (cursor.acceptSymbol(','));
    return changed;
  }
  if (cursor.accept('MODIFY', 'AS')) {
    const body = readBody(cursor);
    cursor.at = cursor.tokens.length;
    return { ...task, body };
  }
  if (cursor.accept('MODIFY', 'WHEN')) return { ...task, when: readCondition(cursor) };
  if (cursor.accept('REMOVE', 'WHEN')) return { ...task, when: undefined };
  if (cursor.accept('ADD', 'AFTER')) {
    const added = await predecessors(context, name, readNames(context, cursor));
    return { ...task, after: [...new Set([...task.after, ...added])] };
  }
  if (cursor.accept('REMOVE', 'AFTER')) {
    const removed = new Set(readNames(context, cursor).map((one) => one.name));
    return { ...task, after: task.after.filter((one) => !removed.has(one)) };
  }
  throw cursor.unexpected('RESUME, SUSPEND, SET, UNSET, MODIFY, ADD or REMOVE');
}

function unset(option: string): Partial<TaskProperties> {
  switch (option) {
    case 'WAREHOUSE':
      return { warehouse: null };
    case 'SCHEDULE':
      return { schedule: undefined };
    case 'CONFIG':
      return { config: undefined };
    case 'COMMENT':
      return { comment: '' };
    case 'FINALIZE':
      return { finalizes: undefined };
    case 'TASK_AUTO_RETRY_ATTEMPTS':
      return { retries: 0 };
    case 'USER_TASK_TIMEOUT_MS':
      return { timeoutMs: 3_600_000 };
    case 'SUSPEND_TASK_AFTER_NUM_FAILURES':
      return { suspendAfterFailures: 10 };
    case 'ALLOW_OVERLAPPING_EXECUTION':
      return { allowOverlapping: false };
    default:
      throw compilationError(`invalid option '${option}' of TASK.`, '001420');
  }
}

export async function resume(context: ExecutionContext, object: CatalogObject): Promise<void> {
  const task = taskOf(object);
  const { root } = await graphOf(context, object);
  if (root.name.name !== object.name.name) await requireResting(context, object);
  const triggered = /SYSTEM\$STREAM_HAS_DATA/i.test(task.when ?? '');
  if (task.after.length === 0 && task.finalizes === undefined && task.schedule === undefined && !triggered) {
    throw new SqlError(
      '091089',
      '55000',
      `Task ${object.name.name} cannot be resumed: it has no schedule, no predecessor and no stream to wait for.`,
    );
  }
  await put(context, object, { ...task, state: 'started', failures: 0 });
}

export async function suspend(
  context: ExecutionContext,
  object: CatalogObject,
  reason: string,
): Promise<void> {
  const { root } = await graphOf(context, object);
  if (root.name.name !== object.name.name) await requireResting(context, object);
  const at = context.now().toISOString();
  const suspended = {
    ...taskOf(object),
    state: 'suspended',
    lastSuspendedOn: at,
    lastSuspendedReason: reason,
  } as const;
  await context.objects.put({ ...object, properties: { ...suspended } });
}

async function drop(context: ExecutionContext, statement: Statement): Promise<StatementResult> {
  const cursor = new TokenCursor(statement);
  cursor.expect('DROP', 'TASK');
  const { ifExists, parts } = readTarget(cursor);
  cursor.end();
  const name = context.qualify(parts);
  const object = await context.objects.get(KIND, name);
  if (object === undefined && ifExists) return done('Drop statement executed successfully.');
  const task = await requireObject(context, KIND, 'Task', name);
  const { tasks } = await graphOf(context, task);
  if (tasks.length > 1) await requireResting(context, task);
  for (const other of tasks) {
    const { after } = taskOf(other);
    if (!after.includes(name.name)) continue;
    await context.objects.put({
      ...other,
      properties: { ...other.properties, after: after.filter((one) => one !== name.name) },
    });
  }
  await context.objects.drop(KIND, name);
  return done(`${name.name} successfully dropped.`);
}

async function execute(
  runner: TaskRunner,
  context: ExecutionContext,
  statement: Statement,
): Promise<StatementResult> {
  const cursor = new TokenCursor(statement);
  cursor.expect('EXECUTE', 'TASK');
  const object = await requireObject(context, KIND, 'Task', context.qualify(cursor.nameParts()));
  const retryLast = cursor.accept('RETRY', 'LAST');
  cursor.end();
  if (retryLast) throw compilationError('EXECUTE TASK … RETRY LAST is not supported here.', '000002');
  if (taskOf(object).after.length > 0) {
    throw compilationError(
      `Cannot execute task ${object.name.name} directly: it is not a root task.`,
      '091090',
    );
  }
  runner.runNow(object.name);
  return done(`Task ${object.name.name} is scheduled to run immediately.`);
}

const { text, time, boolean } = columnTypes;
const dateOf = (iso: string | null) => (iso === null ? null : new Date(iso));
const COLUMNS: readonly ShowColumn[] = [
  ['created_on', time, ({ createdOn }) => createdOn],
  ['name', text, ({ name }) => name.name],
  ['id', text, (object) => taskOf(object).id],
  ['database_name', text, ({ name }) => name.database],
  ['schema_name', text, ({ name }) => name.schema],
  ['owner', text, ({ owner }) => owner],
  ['comment', text, (object) => taskOf(object).comment],
  ['warehouse', text, (object) => taskOf(object).warehouse],
  ['schedule', text, (object) => taskOf(object).schedule ?? null],
  [
    'predecessors',
    text,
    (object) => JSON.stringify(taskOf(object).after.map((name) => printQualified({ ...object.name, name }))),
  ],
  ['state', text, (object) => taskOf(object).state],
  ['definition', text, (object) => taskOf(object).body],
  ['condition', text, (object) => taskOf(object).when ?? null],
  ['allow_overlapping_execution', text, (object) => String(taskOf(object).allowOverlapping)],
  ['error_integration', text, () => null],
  ['last_committed_on', time, (object) => dateOf(taskOf(object).lastCommittedOn)],
  ['last_suspended_on', time, (object) => dateOf(taskOf(object).lastSuspendedOn)],
  ['owner_role_type', text, () => 'ROLE'],
  ['config', text, (object) => taskOf(object).config ?? null],
  [
    'task_relations',
    text,
    (object) => {
      const { after, finalizes } = taskOf(object);
      const full = (name: string) => printQualified({ ...object.name, name });
      return JSON.stringify({
        Predecessors: after.map(full),
        ...(finalizes === undefined ? {} : { FinalizedRootTask: full(finalizes) }),
      });
    },
  ],
  ['last_suspended_reason', text, (object) => taskOf(object).lastSuspendedReason],
  [
    'is_root',
    boolean,
    (object) => taskOf(object).after.length === 0 && taskOf(object).finalizes === undefined,
  ],
];

async function show(context: ExecutionContext, statement: Statement): Promise<StatementResult> {
  const cursor = new TokenCursor(statement);
  cursor.expect('SHOW');
  cursor.accept('TERSE');
  cursor.expect('TASKS');
  return showObjects(context, cursor, KIND, COLUMNS);
}

async function describe(context: ExecutionContext, statement: Statement): Promise<StatementResult> {
  const cursor = new TokenCursor(statement);
  cursor.next();
  cursor.expect('TASK');
  const object = await requireObject(context, KIND, 'Task', context.qualify(cursor.nameParts()));
  cursor.end();
  return answer(
    COLUMNS.map(([name, type]) => [name, type]),
    [COLUMNS.map(([, , value]) => value(object))],
  );
}

/** SYSTEM$TASK_DEPENDENTS_ENABLE: resumes a graph, the root last. */
export async function enableDependents(context: ExecutionContext, object: CatalogObject): Promise<void> {
  const { root, tasks, finalizer } = await graphOf(context, object);
  if (taskOf(root).state === 'started') await suspend(context, root, 'SYSTEM');
  const rest = tasks.filter((task) => task !== root);
  for (const task of [...rest, ...(finalizer === undefined ? [] : [finalizer]), root]) {
    const now = await requireObject(context, KIND, 'Task', task.name);
    await resume(context, now);
  }
}

/** CREATE, ALTER, DROP, SHOW, DESC and EXECUTE of tasks. */
export function taskHandlers(runner: TaskRunner): readonly StatementHandler[] {
  return [
    { heads: ['CREATE TASK'], run: create },
    { heads: ['ALTER TASK'], run: (context, statement) => alter(runner, context, statement) },
    { heads: ['DROP TASK'], run: drop },
    {
      heads: ['EXECUTE TASK'],
      transaction: 'none',
      run: (context, statement) => execute(runner, context, statement),
    },
    { heads: ['SHOW TASKS'], run: show },
    { heads: ['DESC TASK'], run: describe },
  ];
}
