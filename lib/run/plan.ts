import { readContract, type Table, writeContract } from '../config/index.ts';
import {
  type ColumnChange,
  compareContract,
  countUndatedRows,
  defaultRange,
  estimateWindows,
  planWindows,
  readClock,
  readDayRange,
  readContract as readLiveContract,
} from '../extract/index.ts';
import type { ManifestWindow } from '../staging/index.ts';
import type { RunContext } from './context.ts';
import { selectTables } from './contracts.ts';
import { planCursorWindows } from './cursor-windows.ts';
import { type WindowChoice, withSourceAndStaging } from './extract-step.ts';
import { type LedgerView, nothingKnown, viewLedger } from './plan-ledger.ts';

/** What a run would read of a table. */
export interface TablePlan {
  readonly table: string;
  readonly mode: Table['mode']['kind'];
  readonly windows: readonly { readonly window: string; readonly estimatedRows: number }[];
  /** The planner's guess over all windows. */
  readonly estimatedRows: number;
  /** Rows that no window holds, because the column that dates them is NULL or infinite. */
  readonly undatedRows: number;
  /**
   * `recorded` as the source is, `new` when there was none until now, `grows` when the next run takes the changes over, `changed` when it
   * would stop.
   */
  readonly contract: 'recorded' | 'new' | 'grows' | 'changed';
  readonly changes: readonly ColumnChange[];
  /** What the ledger says besides; null when it was not asked. */
  readonly ledger: LedgerView | null;
}

export interface PlanChoice extends WindowChoice {
  /** Asks the ledger, too: which days are overdue, and of which windows the files are gone. */
  readonly withLedger?: boolean;
}

/**
 * The windows of each table: the days named for `daily` tables, or yesterday and its lookback. Those of `incremental` ones
 * follow from the ledger: see `planCursorWindows`.
 *
 * @param choice.from alone means up to yesterday; `to` alone means that day only
 * @param now the source's clock: it decides which business day is over
 */
export function planTables(
  tables: readonly Table[],
  choice: Pick<WindowChoice, 'from' | 'to'>,
  now: Date,
): ReadonlyMap<string, readonly ManifestWindow[]> {
  return new Map(
    tables
      .filter(({ mode }) => mode.kind !== 'incremental')
      .map((table) => {
        const scheduled = defaultRange(table, now);
        const to = choice.to ?? scheduled.to;
        const from = choice.from ?? (choice.to === undefined ? scheduled.from : choice.to);
        return [table.name, planWindows(table, { from, to })];
      }),
  );
}

/**
 * Looks at what a run would do, from indexes, the planner and the catalog, without reading a table. The contract of a table
 * that has none yet is recorded.
 */
export async function planStep(context: RunContext, choice: PlanChoice): Promise<readonly TablePlan[]> {
  return await withSourceAndStaging(context, async (source, staging) => {
    const tables = selectTables(context.project.tables, choice.tables);
    const windows = new Map([
      ...planTables(tables, choice, await readClock(source)),
      ...(await planCursorWindows(context, tables, source)),
    ]);
    const views = choice.withLedger ? await viewLedger(context, tables, windows, staging) : undefined;
    const plans: TablePlan[] = [];
    for (const table of tables) {
      const estimates = await estimateWindows(source, table, windows.get(table.name) ?? []);
      const recorded = readContract(context.directory, table.name);
      const live = await readLiveContract(source, table);
      if (recorded === undefined) writeContract(context.directory, live);
      const changes = recorded ? compareContract(recorded, live).changes : [];
      plans.push({
        table: table.name,
        mode: table.mode.kind,
        windows: estimates.map(({ window, rows }) => ({ window: window.id, estimatedRows: rows })),
        estimatedRows: estimates.reduce((total, { rows }) => total + rows, 0),
        undatedRows: await countUndatedRows(source, table),
        contract: recorded === undefined ? 'new' : stateOf(changes),
        changes,
        ledger: views === undefined ? null : (views.get(table.name) ?? nothingKnown),
      });
    }
    return plans;
  });
}

/** The first and last business day that has rows, over all `daily` tables: what a backfill of everything reads. */
export async function sourceRange(context: RunContext): Promise<Pick<WindowChoice, 'from' | 'to'>> {
  return await withSourceAndStaging(context, async (source) => {
    const ranges = [];
    for (const table of context.project.tables) ranges.push(await readDayRange(source, table));
    const known = ranges.filter((range) => range !== undefined);
    const [from] = known.map((range) => range.from).sort();
    const to = known
      .map((range) => range.to)
      .sort()
      .at(-1);
    return from === undefined || to === undefined ? {} : { from, to };
  });
}

function stateOf(changes: readonly ColumnChange[]): TablePlan['contract'] {
  if (changes.length === 0) return 'recorded';
  return changes.every(({ accepted }) => accepted) ? 'grows' : 'changed';
}
