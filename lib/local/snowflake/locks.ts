import { SqlError } from '../../sql/index.ts';
import { canceled } from './errors.ts';

interface Waiter {
  readonly owner: object;
  readonly resource: string;
  readonly grant: () => void;
}

/**
 * Write locks on tables, held by a transaction until it ends. Waiters are served in order. A wait that would close a
 * circle is refused at once, as Snowflake aborts one statement of a deadlock.
 */
export class TableLocks {
  readonly #holders = new Map<string, object>();
  readonly #waiters: Waiter[] = [];

  /** Resolves once `owner` holds `resource`; at once when it already does. */
  async acquire(owner: object, resource: string, signal: AbortSignal): Promise<void> {
    const holder = this.#holders.get(resource);
    if (holder === owner) return;
    if (holder === undefined) {
      this.#holders.set(resource, owner);
      return;
    }
    if (this.#waitsFor(holder, owner)) {
      throw new SqlError(
        '000625',
        '57014',
        `Statement has locked table '${resource}' in a transaction that waits for this one: deadlock, statement aborted.`,
      );
    }
    await this.#wait(owner, resource, signal);
  }

  releaseAll(owner: object): void {
    for (const [resource, holder] of [...this.#holders]) {
      if (holder !== owner) continue;
      this.#holders.delete(resource);
      const index = this.#waiters.findIndex((waiter) => waiter.resource === resource);
      const next = index < 0 ? undefined : this.#waiters.splice(index, 1)[0];
      if (next) {
        this.#holders.set(resource, next.owner);
        next.grant();
      }
    }
  }

  #waitsFor(from: object, target: object): boolean {
    let owner: object | undefined = from;
    const seen = new Set<object>();
    while (owner !== undefined && !seen.has(owner)) {
      if (owner === target) return true;
      seen.add(owner);
      const current: object = owner;
      const waiting = this.#waiters.find((waiter) => waiter.owner === current);
      owner = waiting === undefined ? undefined : this.#holders.get(waiting.resource);
    }
    return false;
  }

  #wait(owner: object, resource: string, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const stop = () => {
        const index = this.#waiters.indexOf(waiter);
        if (index >= 0) this.#waiters.splice(index, 1);
        reject(canceled());
      };
      const waiter: Waiter = {
        owner,
        resource,
        grant: () => {
          signal.removeEventListener('abort', stop);
          resolve();
        },
      };
      if (signal.aborted) {
        reject(canceled());
        return;
      }
      signal.addEventListener('abort', stop, { once: true });
      this.#waiters.push(waiter);
    });
  }
}
