import { randomUUID } from 'node:crypto';
import { SqlError } from '../../../../sql/index.ts';
import { printQualified } from '../../names.ts';
import type { CatalogObject, EngineServices, ExecutionContext, QualifiedName } from '../../statement.ts';
import { type Attempt, GraphRun, type PlannedRun, type RunsTasks } from './graph-run.ts';
import { recordRun, type TaskRun } from './history.ts';
import { nextRun, parseSchedule } from './schedule.ts';
import { graphOf, taskOf } from './task.ts';

/** Between two runs of a graph that its streams start. Snowflake waits 10 to 30 s. */
const TRIGGER_INTERVAL_MS = 200;
/** After a run that failed, or left its stream as it was, when nothing new has come. Snowflake's own interval. */
const UNCHANGED_INTERVAL_MS = 30_000;
/** Node's timers go no further. */
const LONGEST_TIMER_MS = 2_147_483_647;

/** What is known of a graph while the server runs. */
interface GraphState {
  readonly root: QualifiedName;
  running: Promise<void> | undefined;
  /** A run was asked for while one was going: one more follows, however often it was asked for. */
  queued: TaskRun['scheduledFrom'] | undefined;
  /** Something was written since the last run began. */
  fresh: boolean;
  lastStart: number;
  trigger: NodeJS.Timeout | undefined;
  schedule: { readonly text: string; readonly timer: NodeJS.Timeout } | undefined;
}

/** Starts the runs of task graphs and carries them out. */
export class TaskRunner implements RunsTasks {
  #services: EngineServices | undefined;
  readonly #graphs = new Map<string, GraphState>();
  readonly #going = new Set<TaskRun>();
  readonly #sessions = new Set<ExecutionContext>();
  #stopping = false;
  #looking: Promise<void> = Promise.resolve();
  #uncommitted = false;

  async start(services: EngineServices): Promise<void> {
    this.#services = services;
    this.changed();
    await this.#looking;
  }

  /** Ends the timers, interrupts what runs and waits for it. */
  async stop(): Promise<void> {
    this.#stopping = true;
    for (const graph of this.#graphs.values()) {
      clearTimeout(graph.trigger);
      clearTimeout(graph.schedule?.timer);
    }
    for (const context of this.#sessions) context.duck.interrupt();
    await this.#looking;
    await Promise.all([...this.#graphs.values()].map((graph) => graph.running));
  }

  /** Runs that have not ended. */
  get going(): readonly TaskRun[] {
    return [...this.#going];
  }

  /** Tasks were changed, or something was written that a stream shows: looks which graphs have to run now. */
  changed(wrote = false): void {
    if (wrote) for (const graph of this.#graphs.values()) graph.fresh = true;
    // The statement that changed them may commit after the look that follows.
    this.#uncommitted = true;
    this.#lookSoon();
  }

  /** A transaction was committed: what it changed of the tasks can be seen now. */
  committed(): void {
    if (!this.#uncommitted) return;
    this.#uncommitted = false;
    this.#lookSoon();
  }

  #lookSoon(): void {
    if (this.#stopping || this.#services === undefined) return;
    // A statement's own transaction is committed only after its handler has returned.
    this.#looking = this.#looking
      .then(() => new Promise((resolve) => setTimeout(resolve, 5)))
      .then(() => this.#look())
      .catch((error: unknown) => this.#services?.report(error, 'looking for tasks to run'));
  }

  /** EXECUTE TASK: now, or once more after the run that is going. */
  runNow(root: QualifiedName): void {
    this.#request(this.#state(root), 'EXECUTE TASK');
  }

  #state(root: QualifiedName): GraphState {
    const key = printQualified(root);
    let state = this.#graphs.get(key);
    if (state === undefined) {
      state = {
        root,
        running: undefined,
        queued: undefined,
        fresh: true,
        lastStart: 0,
        trigger: undefined,
        schedule: undefined,
      };
      this.#graphs.set(key, state);
    }
    return state;
  }

  async #look(): Promise<void> {
    if (this.#stopping) return;
    await this.#inSession(undefined, async (context) => {
      for (const object of await context.objects.list('TASK')) {
        const task = taskOf(object);
        if (task.after.length > 0 || task.finalizes !== undefined) continue;
        const state = this.#state(object.name);
        this.#plan(state, task.state === 'started' ? task.schedule : undefined);
        if (task.state === 'started' && task.schedule === undefined && task.when !== undefined) {
          if (await conditionHolds(await this.#as(object), task.when)) this.#trigger(state);
        }
      }
    });
  }

  /** Where a condition is evaluated: names in it are of the task's own schema. */
  async #as(object: CatalogObject): Promise<{ context: ExecutionContext; close(): Promise<void> }> {
    if (this.#services === undefined) throw new TypeError('the server has not started');
    const { database, schema } = object.name;
    return this.#services.openSession({
      role: object.owner,
      warehouse: taskOf(object).warehouse,
      database,
      schema,
    });
  }

  #plan(state: GraphState, schedule: string | undefined): void {
    if (state.schedule?.text === schedule) return;
    clearTimeout(state.schedule?.timer);
    state.schedule = undefined;
    if (schedule === undefined) return;
    const at = nextRun(parseSchedule(schedule), new Date());
    if (at === undefined) return;
    const wait = at.getTime() - Date.now();
    const timer = setTimeout(
      () => {
        state.schedule = undefined;
        if (wait <= LONGEST_TIMER_MS) this.#request(state, 'SCHEDULE');
        this.changed();
      },
      Math.min(wait, LONGEST_TIMER_MS),
    );
    timer.unref();
    state.schedule = { text: schedule, timer };
  }

  /** The stream of a triggered graph has data: run as soon as the interval allows. */
  #trigger(state: GraphState): void {
    if (state.trigger !== undefined) {
      if (!state.fresh) return;
      clearTimeout(state.trigger);
    }
    const interval = state.fresh ? TRIGGER_INTERVAL_MS : UNCHANGED_INTERVAL_MS;
    const wait = Math.max(0, state.lastStart + interval - Date.now());
    state.trigger = setTimeout(() => {
      state.trigger = undefined;
      this.#request(state, 'TRIGGER');
    }, wait);
  }

  #request(state: GraphState, from: TaskRun['scheduledFrom']): void {
    if (this.#stopping) return;
    if (state.running !== undefined) {
      state.queued = state.queued === 'EXECUTE TASK' ? state.queued : from;
      return;
    }
    state.running = this.#runGraph(state, from)
      .catch((error: unknown) => this.#services?.report(error, `the graph of ${printQualified(state.root)}`))
      .then(() => {
        state.running = undefined;
        const { queued } = state;
        state.queued = undefined;
        // A trigger is not queued as such: what the run has left in the stream decides.
        if (queued !== undefined && queued !== 'TRIGGER') this.#request(state, queued);
        else this.changed();
      });
  }

  async #runGraph(state: GraphState, from: TaskRun['scheduledFrom']): Promise<void> {
    state.lastStart = Date.now();
    state.fresh = false;
    await this.#inSession(undefined, async (context) => {
      const root = await context.objects.get('TASK', state.root);
      if (root === undefined) return;
      const graph = await graphOf(context, root);
      const run = new GraphRun(this, graph, from);
      const failed = await run.carryOut();
      if (this.#stopping || run.outcome === 'SKIPPED') return;
      await this.#countFailures(context, state.root, failed);
    });
  }

  /** SUSPEND_TASK_AFTER_NUM_FAILURES. */
  async #countFailures(context: ExecutionContext, name: QualifiedName, failed: boolean): Promise<void> {
    const root = await context.objects.get('TASK', name);
    if (root === undefined) return;
    const task = taskOf(root);
    const failures = failed ? task.failures + 1 : 0;
    if (failures === task.failures) return;
    const rest = task.suspendAfterFailures > 0 && failures >= task.suspendAfterFailures;
    await context.objects.put({
      ...root,
      properties: {
        ...task,
        failures,
        ...(rest
          ? {
              state: 'suspended',
              lastSuspendedOn: new Date().toISOString(),
              lastSuspendedReason: 'SUSPENDED_DUE_TO_ERRORS',
            }
          : {}),
      },
    });
  }

  async #inSession<T>(
    object: CatalogObject | undefined,
    work: (context: ExecutionContext) => Promise<T>,
  ): Promise<T> {
    if (this.#services === undefined) throw new TypeError('the server has not started');
    const opened = object === undefined ? await this.#services.openSession() : await this.#as(object);
    this.#sessions.add(opened.context);
    try {
      return await work(opened.context);
    } finally {
      this.#sessions.delete(opened.context);
      await opened.close();
    }
  }

  /** Runs a task once, in a session of its own, and records it. */
  async runOnce(run: PlannedRun, checkCondition: boolean): Promise<TaskRun> {
    const going: TaskRun = {
      ...run,
      queryId: randomUUID(),
      startedAt: new Date(),
      endedAt: null,
      state: 'EXECUTING',
      errorCode: null,
      errorMessage: null,
      returnValue: null,
    };
    this.#going.add(going);
    try {
      return await this.#inSession(run.task, async (context) => {
        const attempt = await this.#attempt(context, run.task, checkCondition);
        const ended: TaskRun = { ...going, ...attempt, endedAt: new Date() };
        await this.record(ended);
        return ended;
      });
    } finally {
      this.#going.delete(going);
    }
  }

  async record(run: TaskRun): Promise<void> {
    if (this.#stopping) return;
    await this.#inSession(undefined, (context) => recordRun(context.duck, run));
  }

  async #attempt(
    context: ExecutionContext,
    object: CatalogObject,
    checkCondition: boolean,
  ): Promise<Attempt> {
    const { when, body, timeoutMs } = taskOf(object);
    const plain = { errorCode: null, errorMessage: null, returnValue: null };
    let late = false;
    const timer = setTimeout(
      () => {
        late = true;
        context.duck.interrupt();
      },
      Math.min(timeoutMs, LONGEST_TIMER_MS),
    );
    try {
      if (checkCondition && when !== undefined && !(await holds(context, when))) {
        return {
          ...plain,
          state: 'SKIPPED',
          errorCode: '0040003',
          errorMessage: 'Conditional expression for task evaluated to false.',
        };
      }
      await context.execute(body);
      return { ...plain, state: 'SUCCEEDED' };
    } catch (error) {
      if (late) {
        return {
          ...plain,
          state: 'CANCELLED',
          errorCode: '000630',
          errorMessage: `Statement reached its statement or warehouse timeout of ${timeoutMs / 1000} second(s) and was canceled.`,
        };
      }
      const code = error instanceof SqlError ? error.number : '000000';
      return {
        ...plain,
        state: 'FAILED',
        errorCode: code,
        errorMessage: error instanceof Error ? error.message : String(error),
      };
    } finally {
      clearTimeout(timer);
    }
  }
}

async function conditionHolds(
  session: { readonly context: ExecutionContext; close(): Promise<void> },
  condition: string,
): Promise<boolean> {
  try {
    return await holds(session.context, condition);
  } finally {
    await session.close();
  }
}

/** WHEN: SYSTEM$ functions answer in text here, so their truth is spelled out. */
async function holds(context: ExecutionContext, condition: string): Promise<boolean> {
  const spelled = condition.replaceAll(
    /SYSTEM\$STREAM_HAS_DATA\s*\(\s*'(?:[^'\\]|\\.|'')*'\s*\)/gi,
    (call) => `(${call})::BOOLEAN`,
  );
  const { rows } = await context.execute(`SELECT CASE WHEN ${spelled} THEN 1 ELSE 0 END`);
  return rows[0]?.[0] === '1';
}
