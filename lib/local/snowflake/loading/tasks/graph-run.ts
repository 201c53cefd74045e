import { randomInt, randomUUID } from 'node:crypto';
import type { CatalogObject } from '../../statement.ts';
import type { TaskRun } from './history.ts';
import { type TaskGraph, taskOf } from './task.ts';

/** How an attempt at a task ended. */
export type Attempt = Pick<TaskRun, 'state' | 'errorCode' | 'errorMessage' | 'returnValue'>;

/** A run before it is carried out. */
export type PlannedRun = Omit<TaskRun, keyof Attempt | 'startedAt' | 'endedAt' | 'queryId'>;

/** Carries out single tasks and keeps what became of them. */
export interface RunsTasks {
  /** @param checkCondition false: the task's WHEN is not asked */
  runOnce(run: PlannedRun, checkCondition: boolean): Promise<TaskRun>;
  record(run: TaskRun): Promise<void>;
}

/** One run of a graph. */
export class GraphRun {
  readonly #runner: RunsTasks;
  readonly #graph: TaskGraph;
  readonly #from: TaskRun['scheduledFrom'];
  readonly #scheduledAt = new Date();
  readonly #runId = `${Date.now()}${randomInt(1000)}`;
  /** How the root's run ended. */
  outcome: TaskRun['state'] = 'SCHEDULED';

  constructor(runner: RunsTasks, graph: TaskGraph, from: TaskRun['scheduledFrom']) {
    this.#runner = runner;
    this.#graph = graph;
    this.#from = from;
  }

  /** Runs every task once those before it are done, then the finalizer. True when one has failed. */
  async carryOut(): Promise<boolean> {
    const { root, tasks, finalizer } = this.#graph;
    const ends = new Map<string, Promise<TaskRun['state']>>();
    for (const task of tasks) {
      const before = taskOf(task)
        .after.map((name) => ends.get(name))
        .filter((end) => end !== undefined);
      ends.set(task.name.name, this.#afterAll(task, before));
    }
    const states = await Promise.all(ends.values());
    this.outcome = (await ends.get(root.name.name)) ?? 'FAILED';
    if (finalizer !== undefined && this.outcome !== 'SKIPPED' && taskOf(finalizer).state === 'started') {
      states.push(await this.#withRetries(finalizer));
    }
    return states.some((state) => state === 'FAILED' || state === 'CANCELLED');
  }

  async #afterAll(
    task: CatalogObject,
    before: readonly Promise<TaskRun['state']>[],
  ): Promise<TaskRun['state']> {
    const states = await Promise.all(before);
    if (this.outcome === 'SKIPPED') return 'SKIPPED';
    if (states.some((state) => state === 'FAILED' || state === 'CANCELLED')) {
      await this.#runner.record(this.#notRun(task));
      return 'FAILED';
    }
    const isRoot = task === this.#graph.root;
    // A suspended child counts as done, so that those after it run.
    if (!isRoot && taskOf(task).state === 'suspended') return 'SUCCEEDED';
    const state = await this.#withRetries(task);
    if (isRoot) this.outcome = state;
    return state;
  }

  async #withRetries(task: CatalogObject): Promise<TaskRun['state']> {
    const retries = taskOf(this.#graph.root).retries;
    for (let attempt = 1; ; attempt += 1) {
      const isRoot = task === this.#graph.root;
      const run = await this.#runner.runOnce(
        { ...this.#facts(task), attempt },
        !(isRoot && this.#from === 'EXECUTE TASK'),
      );
      if (run.state === 'SUCCEEDED' || run.state === 'SKIPPED' || attempt > retries) return run.state;
    }
  }

  #facts(task: CatalogObject) {
    return {
      task,
      rootId: taskOf(this.#graph.root).id,
      graphVersion: taskOf(this.#graph.root).graphVersion,
      runId: this.#runId,
      scheduledFrom: this.#from,
      scheduledAt: this.#scheduledAt,
      attempt: 1,
    };
  }

  #notRun(task: CatalogObject): TaskRun {
    return {
      ...this.#facts(task),
      queryId: randomUUID(),
      startedAt: null,
      endedAt: new Date(),
      state: 'SKIPPED',
      errorCode: null,
      errorMessage: 'A task before this one has failed.',
      returnValue: null,
    };
  }
}
