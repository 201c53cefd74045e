import type { Table } from '../../config/index.ts';
import { countWindows, planWindows, type Source } from '../../extract/index.ts';
import {
  connectWarehouse,
  reconcileTable,
  type Warehouse,
  type WindowCounts,
} from '../../snowflake/index.ts';
import type { RunContext } from '../context.ts';
import { recordedContracts, selectTables } from '../contracts.ts';
import { type WindowChoice, withSourceAndStaging } from '../extract-step.ts';
import { type ComparedContent, compareContent } from './content.ts';
import { type Explanation, isExplained, nothingToExplain } from './explain.ts';

export interface ReconcileChoice extends WindowChoice {
  /** Compares what the rows hold, and not only how many there are. */
  readonly checksum?: boolean;
  /** With `checksum`: names the columns that differ. */
  readonly columns?: boolean;
}

/** Where the rows of one window are: the four counts of the way, and the source as it is now. */
export interface ReconciledWindow extends Omit<WindowCounts, 'status' | 'oldestTransaction'> {
  /** Null for a window of a table that merges: the rows of an older range of its cursor have moved on. */
  readonly source: number | null;
  /**
   * `explained`: source and RAW are not the same, and every row of the difference has a reason that heals or was wanted.
   * `different`: rows are missing, doubled or altered on the way.
   */
  readonly status: 'equal' | 'explained' | 'different';
  readonly explanation: Explanation;
  /** What the comparison of content said; null unless asked for. */
  readonly content: ComparedContent | null;
}

/**
 * Compares, window by window, the rows in the source now with those in the manifest, landed, applied and in RAW, and on request what
 * they hold. Without days named it looks at all days from the first to the last that is loaded. Changes nothing.
 */
export async function reconcile(
  context: RunContext,
  choice: ReconcileChoice,
): Promise<readonly ReconciledWindow[]> {
  return await withSourceAndWarehouse(context, async (source, warehouse) => {
    const windows: ReconciledWindow[] = [];
    for (const table of selectTables(context.project.tables, choice.tables)) {
      windows.push(...(await reconcileOne(context, choice, table, source, warehouse)));
    }
    return windows;
  });
}

/** Opens both sides for a comparison. */
export async function withSourceAndWarehouse<Result>(
  context: RunContext,
  work: (source: Source, warehouse: Warehouse) => Promise<Result>,
): Promise<Result> {
  const { project, connections } = context;
  return await withSourceAndStaging(context, async (source) => {
    const warehouse = await connectWarehouse(
      { ...connections.snowflake, database: project.snowflake.database },
      { queryTag: { project: project.name } },
    );
    try {
      return await work(source, warehouse);
    } finally {
      await warehouse.close();
    }
  });
}

async function reconcileOne(
  context: RunContext,
  choice: ReconcileChoice,
  table: Table,
  source: Source,
  warehouse: Warehouse,
): Promise<readonly ReconciledWindow[]> {
  const { project } = context;
  const loaded = new Map(
    (await reconcileTable(warehouse, project, table)).map((counts) => [counts.window, counts]),
  );
  const windows =
    table.mode.kind === 'incremental'
      ? [...loaded.values()].map((counts) => ({ ...counts, source: null, newInSource: 0 }))
      : await withSourceCounts(source, table, loaded, choice);
  const contents = choice.checksum
    ? await compareContent(
        { warehouse, source, project, table, contract: contractOf(context, table) },
        windows,
        choice.columns ?? false,
      )
    : new Map<string, ComparedContent>();
  const reconciled = windows.map((counts) => judge(counts, contents.get(counts.window)));
  const whole = contents.get('all');
  return whole === undefined ? reconciled : [...reconciled, judgeWhole(table, whole)];
}

export interface CountedWindow extends WindowCounts {
  readonly source: number | null;
  /** Rows of the source that were written after the window was read, or may have been. */
  readonly newInSource: number;
}

async function withSourceCounts(
  source: Source,
  table: Table,
  loaded: ReadonlyMap<string, WindowCounts>,
  choice: WindowChoice,
): Promise<readonly CountedWindow[]> {
  const days = [...loaded.keys()].sort();
  const from = choice.from ?? days[0];
  const to = choice.to ?? days.at(-1);
  if (from === undefined || to === undefined) return [];
  const planned = planWindows(table, { from, to });
  const inSource = await countWindows(
    source,
    table,
    planned.map((window) => ({
      window,
      oldestTransaction: loaded.get(window.id)?.oldestTransaction ?? undefined,
    })),
  );
  return planned.map(({ id }) => {
    const { rows, newRows } = inSource.get(id) ?? { rows: 0, newRows: 0 };
    return { ...(loaded.get(id) ?? nothingLoaded(table.name, id)), source: rows, newInSource: newRows };
  });
}

function judge(
  { status: onTheWay, newInSource, oldestTransaction: _, ...counts }: CountedWindow,
  content: ComparedContent | undefined,
): ReconciledWindow {
  const explanation = content?.explanation ?? explainCounts(counts, newInSource);
  const isSame = Object.values(explanation).every((rows) => rows === 0);
  const status =
    onTheWay === 'different' || !isExplained(explanation) ? 'different' : isSame ? 'equal' : 'explained';
  return { ...counts, status, explanation, content: content ?? null };
}

/** By numbers alone: more rows than were read are late as far as so many are new; fewer were deleted. */
function explainCounts(
  { source, extracted, runId }: Pick<CountedWindow, 'source' | 'extracted' | 'runId'>,
  newInSource: number,
): Explanation {
  if (source === null) return nothingToExplain;
  if (runId === null) return { ...nothingToExplain, missing: source };
  const more = Math.max(0, source - extracted);
  const late = Math.min(more, newInSource);
  return { ...nothingToExplain, late, missing: more - late, deleted: Math.max(0, extracted - source) };
}

/** A table that merges is compared as a whole. */
function judgeWhole({ name }: Table, content: ComparedContent): ReconciledWindow {
  const counts: CountedWindow = {
    ...nothingLoaded(name, 'all'),
    raw: content.raw,
    source: content.source,
    newInSource: 0,
  };
  return judge(counts, content);
}

function contractOf(context: RunContext, table: Table) {
  const contract = recordedContracts(context.directory, [table]).get(table.name);
  if (contract === undefined) throw new TypeError(`${table.name} has no contract`);
  return contract;
}

function nothingLoaded(table: string, window: string): WindowCounts {
  return {
    table,
    window,
    runId: null,
    oldestTransaction: null,
    extracted: 0,
    staged: 0,
    landed: 0,
    applied: 0,
    rejected: 0,
    deleted: 0,
    raw: 0,
    status: 'equal',
  };
}
