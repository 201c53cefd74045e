import type { Warehouse } from '../../snowflake/index.ts';

/** What a session is tagged with, so that cost and history can be told apart by run and node. */
export interface QueryTag {
  readonly project: string;
  readonly run: string;
  readonly node: string;
}

/**
 * A pool of warehouse sessions: at most `size`, opened when they are first needed. A session serves one user at a time,
 * and carries the query tag of what it is used for.
 */
export class SessionPool {
  readonly #connect: () => Promise<Warehouse>;
  readonly #free: Warehouse[] = [];
  readonly #all: Warehouse[] = [];
  readonly #size: number;
  readonly #waiting: { give(session: Warehouse): void; refuse(error: unknown): void }[] = [];
  #opened = 0;

  constructor(connect: () => Promise<Warehouse>, size: number) {
    this.#connect = connect;
    this.#size = Math.max(1, size);
  }

  /** Runs `use` with a session of its own, tagged; the session goes back to the pool afterwards. */
  async use<T>(tag: QueryTag, use: (session: Warehouse) => Promise<T>): Promise<T> {
    const session = await this.#take();
    try {
      return await use(tagged(session, JSON.stringify(tag)));
    } finally {
      this.#giveBack(session);
    }
  }

  /**
   * Runs `use` with every session that nobody uses just now, each tagged, at the same time. They come back when `use` ends;
   * `wanted` tells it that somebody waits for one.
   */
  async useSpare(
    tag: QueryTag,
    use: (session: Warehouse, wanted: () => boolean) => Promise<void>,
  ): Promise<void> {
    const wanted = (): boolean => this.#waiting.length > 0;
    const spare = this.#free.length + this.#size - this.#opened;
    await Promise.all(Array.from({ length: spare }, () => this.use(tag, (session) => use(session, wanted))));
  }

  async close(): Promise<void> {
    const sessions = this.#all.splice(0);
    await Promise.allSettled(sessions.map((session) => session.close()));
  }

  async #take(): Promise<Warehouse> {
    const free = this.#free.pop();
    if (free !== undefined) return free;
    if (this.#opened >= this.#size) {
      return new Promise((give, refuse) => this.#waiting.push({ give, refuse }));
    }
    this.#opened++;
    try {
      const session = await this.#connect();
      this.#all.push(session);
      return session;
    } catch (error) {
      this.#opened--;
      // Who waits would wait for ever if no session is left to come free.
      if (this.#opened === 0) for (const { refuse } of this.#waiting.splice(0)) refuse(error);
      throw error;
    }
  }

  #giveBack(session: Warehouse): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#free.push(session);
    else next.give(session);
  }
}

const setsTag = /^\s*alter\s+session\s+(?:un)?set\s[\s\S]*\bquery_tag\b/i;

/** The session, with a tag on each statement: until a model sets one of its own. */
function tagged(session: Warehouse, queryTag: string): Warehouse {
  let own = false;
  return {
    execute: (sql, options) => {
      own ||= setsTag.test(sql);
      return session.execute(sql, own ? options : { ...options, queryTag });
    },
    close: () => session.close(),
  };
}
