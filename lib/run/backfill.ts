import type { Table } from '../config/index.ts';
import { type DayRange, estimateWindows, planWindows, readDayRange, type Source } from '../extract/index.ts';
import { awaitLoads, connectWarehouse, type Load, readLoads, type Warehouse } from '../snowflake/index.ts';
import type { RunContext } from './context.ts';
import { selectTables } from './contracts.ts';
import { extractStep, type WindowChoice, withSourceAndStaging } from './extract-step.ts';
import { loadProblems } from './pipeline.ts';

export interface BackfillChoice extends WindowChoice {
  /** Also days that are loaded already. */
  readonly again?: boolean;
}

/** What a backfill of one table would read. */
export interface BackfillPlan {
  readonly table: string;
  /** Days that are loaded already and are left out. */
  readonly loaded: number;
  /** Days to be read, with the planner's guess at their rows and bytes, before compression. */
  readonly windows: readonly { readonly window: string; readonly rows: number; readonly bytes: number }[];
}

export interface BackfillOutcome {
  readonly windows: number;
  readonly rows: number;
  readonly problems: readonly string[];
}

/**
 * Days that are read in one snapshot: a snapshot that is held for long keeps the source from cleaning up, and what was read
 * before a stop need not be read again.
 */
const daysInABatch = 30;

/** The days of `daily` tables from `from` to `to` (all that have rows unless told) that are not loaded yet. Reads no rows. */
export async function planBackfill(
  context: RunContext,
  choice: BackfillChoice,
): Promise<readonly BackfillPlan[]> {
  const tables = selectTables(context.project.tables, choice.tables).filter(
    ({ mode }) => mode.kind === 'daily',
  );
  return await withWarehouse(context, (warehouse) =>
    withSourceAndStaging(context, async (source) => {
      const plans: BackfillPlan[] = [];
      for (const table of tables) {
        const range = await rangeOf(source, table, choice);
        const windows = range === undefined ? [] : planWindows(table, range);
        const loaded = choice.again ? new Set() : await loadedWindows(context, warehouse, table);
        const left = windows.filter(({ id }) => !loaded.has(id));
        const estimates = await estimateWindows(source, table, left);
        plans.push({
          table: table.name,
          loaded: windows.length - left.length,
          windows: estimates.map(({ window, rows, bytes }) => ({ window: window.id, rows, bytes })),
        });
      }
      return plans;
    }),
  );
}

/**
 * Reads and loads what `planBackfill` names, some days at a time. Whatever stops it, the same call goes on with what is left.
 */
export async function backfill(context: RunContext, choice: BackfillChoice): Promise<BackfillOutcome> {
  const plans = await planBackfill(context, choice);
  let rows = 0;
  const loads: Load[] = [];
  await withWarehouse(context, async (warehouse) => {
    for (const { table, windows } of plans) {
      for (const { from, to } of batches(windows.map(({ window }) => window))) {
        context.signal?.throwIfAborted();
        const manifests = await extractStep(context, { from, to, tables: [table] });
        const options = context.signal === undefined ? {} : { signal: context.signal };
        const settled = await awaitLoads(warehouse, context.project, manifests, {
          timeoutSeconds: 3600,
          ...options,
        });
        rows += manifests.reduce((sum, { totalRows }) => sum + totalRows, 0);
        loads.push(...settled);
        context.onEvent?.({ type: 'loaded', loads: settled });
      }
    }
  });
  return { windows: loads.length, rows, problems: loadProblems(loads) };
}

/** Consecutive days, some at a time. */
function* batches(days: readonly string[]): Generator<DayRange> {
  let start = 0;
  for (const [i, day] of days.entries()) {
    const next = days[i + 1];
    const isLast = next === undefined || next !== dayAfter(day) || i + 1 - start === daysInABatch;
    if (!isLast) continue;
    yield { from: days[start] ?? day, to: day };
    start = i + 1;
  }
}

function dayAfter(day: string): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10);
}

async function rangeOf(
  source: Source,
  table: Table,
  { from, to }: WindowChoice,
): Promise<DayRange | undefined> {
  if (from !== undefined && to !== undefined) return { from, to };
  const known = await readDayRange(source, table);
  return known === undefined ? undefined : { from: from ?? known.from, to: to ?? known.to };
}

async function loadedWindows(
  { project }: RunContext,
  warehouse: Warehouse,
  table: Table,
): Promise<ReadonlySet<string>> {
  const loads = await readLoads(warehouse, project, { table: table.name, statuses: ['applied'] });
  return new Set(loads.map(({ window }) => window));
}

async function withWarehouse<Result>(
  { project, connections }: RunContext,
  work: (warehouse: Warehouse) => Promise<Result>,
): Promise<Result> {
  const warehouse = await connectWarehouse(
    { ...connections.snowflake, database: project.snowflake.database },
    { queryTag: { project: project.name } },
  );
  try {
    return await work(warehouse);
  } finally {
    await warehouse.close();
  }
}
