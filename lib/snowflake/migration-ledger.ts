import { SluiceError } from '../config/index.ts';
import { newRunId } from '../staging/index.ts';
import type { Warehouse } from './warehouse.ts';

/** The row that stands for a provision as a whole. */
const provisionName = 'provision';

/** How a file stands in the ledger. */
export interface RecordedMigration {
  /** Of the rendered text that was run to its end last, and when that was. */
  readonly checksum: string;
  readonly finishedAt: string;
  /** False if it was begun again since and did not come to its end. */
  readonly settled: boolean;
}

/**
 * OPS.MIGRATIONS: what was run, when, by whom, and how it ended. Each file is recorded before it is run and after.
 *
 * Of two provisions at once the one that began later goes on, and the other stops at its next file: so a provision
 * that was killed blocks nobody.
 */
export class MigrationLedger {
  readonly #warehouse: Warehouse;
  readonly #table: string;
  readonly #provisionId = newRunId();
  readonly #done: ReadonlyMap<string, RecordedMigration>;

  /** Records that a provision begins. `table` is the quoted name of OPS.MIGRATIONS. */
  static async open(warehouse: Warehouse, table: string): Promise<MigrationLedger> {
    const { rows } = await warehouse.execute(
      `SELECT NAME, CHECKSUM, STATUS, FINISHED_AT FROM ${table} ORDER BY STARTED_AT, PROVISION_ID`,
    );
    const done = new Map<string, RecordedMigration>();
    for (const row of rows) {
      const before = done.get(String(row.NAME));
      if (row.STATUS === 'done') {
        const run = { checksum: String(row.CHECKSUM), finishedAt: String(row.FINISHED_AT), settled: true };
        done.set(String(row.NAME), run);
      } else if (before !== undefined) {
        done.set(String(row.NAME), { ...before, settled: false });
      }
    }
    const ledger = new MigrationLedger(warehouse, table, done);
    await ledger.begin(provisionName, '');
    return ledger;
  }

  private constructor(warehouse: Warehouse, table: string, done: ReadonlyMap<string, RecordedMigration>) {
    this.#warehouse = warehouse;
    this.#table = table;
    this.#done = done;
  }

  /** How a file ended the last time it ended well. */
  recorded(name: string): RecordedMigration | undefined {
    return this.#done.get(name);
  }

  /** @throws SluiceError PROVISION_OVERTAKEN when another provision began after this one */
  async assertNewest(): Promise<void> {
    const { rows } = await this.#warehouse.execute(
      `SELECT APPLIED_BY, STARTED_AT FROM ${this.#table}
       WHERE NAME = ? AND STATUS = 'running'
         AND STARTED_AT > (SELECT MAX(STARTED_AT) FROM ${this.#table} WHERE NAME = ? AND PROVISION_ID = ?)
       LIMIT 1`,
      { binds: [provisionName, provisionName, this.#provisionId] },
    );
    const [other] = rows;
    if (other === undefined) return;
    throw new SluiceError({
      code: 'PROVISION_OVERTAKEN',
      kind: 'outside',
      message: `Another provision, begun by ${String(other.APPLIED_BY)} at ${String(other.STARTED_AT)}, is at work: this one stopped.`,
      hint: 'Let it finish. If it was killed, provision again: a new one takes over.',
    });
  }

  async begin(name: string, checksum: string): Promise<void> {
    await this.#warehouse.execute(
      `INSERT INTO ${this.#table} (PROVISION_ID, NAME, CHECKSUM, STATUS, STARTED_AT, APPLIED_BY)
       SELECT ?, ?, ?, 'running', CURRENT_TIMESTAMP(), CURRENT_USER()`,
      { binds: [this.#provisionId, name, checksum] },
    );
  }

  async finish(name: string = provisionName, error?: string): Promise<void> {
    await this.#warehouse.execute(
      `UPDATE ${this.#table} SET STATUS = ?, ERROR = ?, FINISHED_AT = CURRENT_TIMESTAMP()
       WHERE PROVISION_ID = ? AND NAME = ?`,
      { binds: [error === undefined ? 'done' : 'failed', error ?? null, this.#provisionId, name] },
    );
  }
}
