import { dynamicOf, FAILURES_UNTIL_SUSPENDED } from '../catalog/dynamic.ts';
import { StatementContext } from '../context.ts';
import { duckTable, printQualified } from '../names.ts';
import type { CatalogObject, EngineServices, QualifiedName } from '../statement.ts';
import { RefreshHistory, type RefreshRun } from './history.ts';
import { recordDynamic } from './refresh.ts';
import { nextRefresh } from './schedule.ts';

/** Node's timers go no further. */
const LONGEST_TIMER_MS = 2_147_483_647;
/** By then a statement that changed the schedule has been committed. */
const COMMITTED_AFTER_MS = 250;

/** What tells the time and wakes at a moment, so that tests need not wait for one. */
export interface Clock {
  now(): number;
  /** Calls `work` after so many milliseconds unless the returned function is called before. */
  after(ms: number, work: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  after: (ms, work) => {
    const timer = setTimeout(work, ms);
    timer.unref();
    return () => clearTimeout(timer);
  },
};

/** Refreshes dynamic tables when their target lag says so, one after the other. */
export class Refresher {
  readonly history = new RefreshHistory();
  readonly #clock: Clock;
  readonly #triedAt = new Map<string, number>();
  #services: EngineServices | undefined;
  #cancel: (() => void) | undefined;
  #working: Promise<void> = Promise.resolve();
  #stale = false;
  #stopping = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async start(services: EngineServices): Promise<void> {
    this.#services = services;
    await this.look();
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    this.#cancel?.();
    await this.#working;
  }

  /** A statement that is still running changes dynamic tables: the schedule is read again once it is committed. */
  changed(): void {
    this.#stale = true;
    // Another session's commit may come first and take the mark away.
    this.#clock.after(COMMITTED_AFTER_MS, () => void this.look());
  }

  committed(): void {
    if (!this.#stale) return;
    this.#stale = false;
    void this.look();
  }

  /** Refreshes what is due and sets the timer for what comes next. */
  look(): Promise<void> {
    this.#working = this.#working
      .then(() => this.#look())
      .catch((error: unknown) => this.#services?.report(error, 'refreshing dynamic tables'));
    return this.#working;
  }

  async #look(): Promise<void> {
    this.#cancel?.();
    this.#cancel = undefined;
    for (;;) {
      if (this.#stopping || this.#services === undefined) return;
      const next = await this.#earliest();
      if (next === undefined) return;
      const wait = next.at - this.#clock.now();
      if (wait > 0) {
        this.#cancel = this.#clock.after(Math.min(wait, LONGEST_TIMER_MS), () => void this.look());
        return;
      }
      await this.#refresh(next.table);
    }
  }

  async #earliest(): Promise<{ readonly table: CatalogObject; readonly at: number } | undefined> {
    return this.#inSession(undefined, async (core) => {
      let earliest: { table: CatalogObject; at: number } | undefined;
      for (const table of core.objects.all('TABLE')) {
        const dynamic = dynamicOf(table);
        if (dynamic === undefined) continue;
        const at = nextRefresh({ dynamic, triedAt: this.#triedAt.get(duckTable(table.name)) });
        if (at !== undefined && (earliest === undefined || at < earliest.at)) earliest = { table, at };
      }
      return earliest;
    });
  }

  async #refresh(table: CatalogObject): Promise<void> {
    const { name } = table;
    const key = duckTable(name);
    const run: Omit<RefreshRun, 'state' | 'message' | 'endedAt'> = {
      name,
      trigger: 'SCHEDULED',
      startedAt: new Date(this.#clock.now()),
    };
    this.#triedAt.set(key, this.#clock.now());
    try {
      await this.#inSession(table, (core) =>
        core.execute(`ALTER DYNAMIC TABLE IF EXISTS ${printQualified(name)} REFRESH`),
      );
      this.history.add({ ...run, state: 'SUCCEEDED', message: null, endedAt: new Date(this.#clock.now()) });
    } catch (error) {
      if (this.#stopping) return;
      const message = error instanceof Error ? error.message : String(error);
      this.history.add({ ...run, state: 'FAILED', message, endedAt: new Date(this.#clock.now()) });
      await this.#countFailure(name);
    }
  }

  async #countFailure(name: QualifiedName): Promise<void> {
    await this.#inSession(undefined, async (core) => {
      const dynamic = dynamicOf(core.objects.find('TABLE', name));
      if (dynamic === undefined) return;
      const failures = dynamic.failures + 1;
      await recordDynamic(core, name, {
        failures,
        ...(failures < FAILURES_UNTIL_SUSPENDED ? {} : { schedulingState: 'SUSPENDED' }),
      });
    });
  }

  /** In a session of the table's owner, or of the account. */
  async #inSession<T>(
    table: CatalogObject | undefined,
    work: (core: StatementContext) => Promise<T>,
  ): Promise<T> {
    if (this.#services === undefined) throw new TypeError('the server has not started');
    const as =
      table === undefined
        ? {}
        : { role: table.owner, database: table.name.database, schema: table.name.schema };
    const { context, close } = await this.#services.openSession(as);
    try {
      return await work(StatementContext.of(context));
    } finally {
      await close();
    }
  }
}
