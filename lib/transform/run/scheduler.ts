/** How one node of a run ended, as far as the nodes below it are concerned. */
export interface Settled {
  /** Whether what reads the node may run. */
  readonly passed: boolean;
}

export interface ScheduleOptions<Result extends Settled> {
  /** The nodes to run, and for each the ones of them that must be over before. */
  readonly nodes: ReadonlyMap<string, readonly string[]>;
  readonly threads: number;
  run(id: string, thread: number): Promise<Result>;
  /** Called for a node that will not run because of `cause`, the nearest node above that did not pass. */
  skip(id: string, cause: string): Result;
  /** Begins nothing more once a node did not pass; what runs then ends. What is left is skipped because of that node. */
  readonly failFast?: boolean;
  readonly signal?: AbortSignal;
}

/**
 * Runs a graph of nodes with at most `threads` at a time. A node begins when all it waits for has passed, and is skipped
 * as soon as one of them did not. Nodes that became ready first run first.
 *
 * @throws what `run` throws, after the nodes that are running have ended; the signal's reason when it is aborted
 */
export async function runSchedule<Result extends Settled>(
  options: ScheduleOptions<Result>,
): Promise<Map<string, Result>> {
  const schedule = new Schedule(options);
  await Promise.all(
    Array.from({ length: Math.max(1, options.threads) }, (_, thread) => schedule.work(thread)),
  );
  schedule.throwIfFailed();
  return schedule.results;
}

class Schedule<Result extends Settled> {
  readonly results = new Map<string, Result>();
  readonly #options: ScheduleOptions<Result>;
  readonly #waitsFor = new Map<string, number>();
  readonly #below = new Map<string, string[]>();
  readonly #ready: string[] = [];
  readonly #running = new Set<string>();
  #idle: (() => void)[] = [];
  #failure: { readonly error: unknown } | undefined;

  constructor(options: ScheduleOptions<Result>) {
    this.#options = options;
    for (const id of options.nodes.keys()) this.#below.set(id, []);
    for (const [id, parents] of options.nodes) {
      this.#waitsFor.set(id, parents.length);
      for (const parent of parents) this.#below.get(parent)?.push(id);
      if (parents.length === 0) this.#ready.push(id);
    }
  }

  /** What one thread does: takes ready nodes until none is left to come. */
  async work(thread: number): Promise<void> {
    while (this.results.size < this.#options.nodes.size && !this.#stopped()) {
      const id = this.#ready.shift();
      if (id === undefined) {
        await new Promise<void>((wake) => this.#idle.push(wake));
        continue;
      }
      this.#running.add(id);
      try {
        const result = await this.#options.run(id, thread);
        this.#settle(id, result);
        if (this.#options.failFast === true && !result.passed) this.#skipRest(id);
      } catch (error) {
        this.#failure ??= { error };
      } finally {
        this.#running.delete(id);
      }
      this.#wakeAll();
    }
    this.#wakeAll();
  }

  throwIfFailed(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
    this.#options.signal?.throwIfAborted();
  }

  #stopped(): boolean {
    return this.#failure !== undefined || this.#options.signal?.aborted === true;
  }

  #settle(id: string, result: Result): void {
    this.results.set(id, result);
    for (const child of this.#below.get(id) ?? []) {
      if (this.results.has(child)) continue;
      if (!result.passed) this.#settle(child, this.#options.skip(child, id));
      else {
        const left = (this.#waitsFor.get(child) ?? 0) - 1;
        this.#waitsFor.set(child, left);
        if (left === 0) this.#ready.push(child);
      }
    }
  }

  #skipRest(cause: string): void {
    this.#ready.length = 0;
    for (const id of this.#options.nodes.keys()) {
      if (this.results.has(id) || this.#running.has(id)) continue;
      this.results.set(id, this.#options.skip(id, cause));
    }
  }

  #wakeAll(): void {
    const waiting = this.#idle;
    this.#idle = [];
    for (const wake of waiting) wake();
  }
}
