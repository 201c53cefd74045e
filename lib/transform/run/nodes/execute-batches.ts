import { callable } from '../../../jinja/index.ts';
import type { Warehouse } from '../../../snowflake/index.ts';
import { nodeDict } from '../../artifacts/node-dict.ts';
import type { BatchBounds, BatchResults } from '../../artifacts/results.ts';
import { PythonDate } from '../../context/python-dates.ts';
import { NodeSession, type RelationCache } from '../../context/session.ts';
import type { SqlNode } from '../../graph/node.ts';
import { asRecord } from '../../values.ts';
import { type Batch, batchId, batchName, batchSizeOf } from '../compile/batches.ts';
import type { BatchSize } from '../compile/event-times.ts';
import { type BatchPart, buildModel, type ModelParts, rowsOf } from './execute-model.ts';

/** What became of the batches of a microbatch model. */
export interface BuiltBatches {
  readonly results: BatchResults;
  /** Rows of the whole table, once every batch is there. */
  readonly rows: number | null;
  /** Why a batch is missing, the first of them. */
  readonly failure?: BatchFailure;
}

export interface BatchFailure {
  /** Its name, a day or the like. */
  readonly batch: string;
  readonly error: unknown;
  readonly compiled: { readonly path: string; readonly sql: string } | undefined;
  /** The statement that the warehouse refused, if it did. */
  readonly statement: string | undefined;
}

export interface BatchParts extends Omit<ModelParts, 'session' | 'warehouse'> {
  readonly warehouse: Warehouse;
  readonly cache: RelationCache;
  readonly signal?: AbortSignal;
  /** Whether the table is there and is added to; otherwise the first batch makes it. */
  readonly incremental: boolean;
  /** More sessions for batches at the same time, as far as there are any to spare. */
  readonly helpers: BatchHelpers;
}

/**
 * Runs `work` with each session that is free just now, and ends when all of them are done. `wanted` tells that another node
 * waits for a session.
 */
export type BatchHelpers = (
  work: (warehouse: Warehouse, wanted: () => boolean) => Promise<void>,
) => Promise<void>;

/**
 * Computes batches into the table of a microbatch model. The first one makes the table and the last one closes the work, so
 * both run alone; those between run at the same time where the model allows it. When the first fails, there is nothing that
 * the others could be added to; when another fails, the others go on.
 */
export async function buildBatches(
  node: SqlNode,
  batches: readonly Batch[],
  parts: BatchParts,
): Promise<BuiltBatches> {
  const run = new BatchRun(node, batches, parts);
  await run.first();
  await run.between();
  await run.last();
  return await run.result();
}

class BatchRun {
  readonly #node: SqlNode;
  readonly #batches: readonly Batch[];
  readonly #parts: BatchParts;
  readonly #size: BatchSize;
  readonly #successful = new Set<Batch>();
  readonly #failed = new Set<Batch>();
  readonly #failures = new Map<Batch, BatchFailure>();

  constructor(node: SqlNode, batches: readonly Batch[], parts: BatchParts) {
    this.#node = node;
    this.#batches = batches;
    this.#parts = parts;
    this.#size = batchSizeOf(node);
  }

  async first(): Promise<void> {
    const [batch] = this.#batches;
    if (batch === undefined) return;
    await this.#run(batch, this.#parts.warehouse, this.#parts.incremental);
    if (this.#failed.size > 0) for (const other of this.#batches) this.#failed.add(other);
  }

  async between(): Promise<void> {
    const waiting = this.#batches.slice(1, -1).filter((batch) => !this.#failed.has(batch));
    const work = async (warehouse: Warehouse, wanted: () => boolean): Promise<void> => {
      while (!wanted()) {
        const batch = waiting.shift();
        if (batch === undefined) return;
        await this.#run(batch, warehouse, true);
      }
    };
    const own = work(this.#parts.warehouse, () => false);
    const others = waiting.length > 0 && this.#runsTogether() ? this.#parts.helpers(work) : undefined;
    await Promise.all([own, others]);
  }

  async last(): Promise<void> {
    const batch = this.#batches.at(-1);
    if (batch === undefined || this.#batches.length === 1 || this.#failed.has(batch)) return;
    await this.#run(batch, this.#parts.warehouse, true);
  }

  async result(): Promise<BuiltBatches> {
    const bounds = (chosen: ReadonlySet<Batch>): BatchBounds[] =>
      this.#batches
        .filter((batch) => chosen.has(batch))
        .map(({ start, end }) => [start.toISOString(), end.toISOString()] as const);
    const results = { successful: bounds(this.#successful), failed: bounds(this.#failed) };
    // Of batches that ran at the same time, the first in time, whichever failed first.
    const [failure] = this.#batches.flatMap((batch) => this.#failures.get(batch) ?? []);
    if (failure !== undefined) return { results, rows: null, failure };
    const session = this.#session(this.#parts.warehouse);
    return { results, rows: await rowsOf(this.#node, { ...this.#parts, session }) };
  }

  /** Batches run at the same time unless the model says no, or reads what earlier ones have left in its own table. */
  #runsTogether(): boolean {
    const { concurrent_batches: said } = this.#node.config;
    if (typeof said === 'boolean') return said;
    return !/\bthis\b/.test(this.#node.rawCode);
  }

  async #run(batch: Batch, warehouse: Warehouse, incremental: boolean): Promise<void> {
    const session = this.#session(warehouse);
    const part = this.#part(batch, incremental);
    let compiled: BatchFailure['compiled'];
    const onCompiled = (path: string, sql: string): void => {
      compiled = { path, sql };
      this.#parts.onCompiled(path, sql);
    };
    try {
      await buildModel(this.#node, { ...this.#parts, warehouse, session, onCompiled }, part);
      this.#successful.add(batch);
    } catch (error) {
      this.#parts.signal?.throwIfAborted();
      const { failedStatement: statement } = session;
      this.#failures.set(batch, { batch: part.name, error, compiled, statement });
      this.#failed.add(batch);
    }
  }

  #session(warehouse: Warehouse): NodeSession {
    return new NodeSession(warehouse, this.#parts.cache, this.#parts.signal);
  }

  #part(batch: Batch, incremental: boolean): BatchPart {
    const dict = nodeDict(this.#node);
    const [start, end] = [new UtcTime(batch.start), new UtcTime(batch.end)];
    const model = {
      ...dict,
      // Under these names the macros of dbt's own packages ask for the bounds.
      config: {
        ...asRecord(dict.config),
        __dbt_internal_microbatch_event_time_start: start,
        __dbt_internal_microbatch_event_time_end: end,
      },
      batch: { id: batchId(batch, this.#size), event_time_start: start, event_time_end: end },
    };
    const names = incremental ? addingNames : new Map<string, unknown>();
    return {
      batch,
      name: batchName(batch, this.#size),
      names,
      model,
      first: batch === this.#batches[0],
      last: batch === this.#batches.at(-1),
    };
  }
}

/** What a template is told while a batch is added to a table, also in a full refresh, whose first batch made the table anew. */
const addingNames: ReadonlyMap<string, unknown> = new Map([
  ['is_incremental', callable('is_incremental', [], () => true)],
  ['should_full_refresh', callable('should_full_refresh', [], () => false)],
]);

/** A time that prints with its zone, so that no session takes it for one of its own. */
class UtcTime extends PythonDate {
  constructor(time: Date) {
    super(time, 'datetime');
  }

  override print(): string {
    return `${super.print()}+00:00`;
  }
}
