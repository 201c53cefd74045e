import { SluiceError, type Table } from '../lib/config/index.ts';
import { defaultRange, planWindows } from '../lib/extract/index.ts';
import { selectTables } from '../lib/run/index.ts';
import { connectWarehouse, readCursors } from '../lib/snowflake/index.ts';
import { newRunId } from '../lib/staging/index.ts';
import type { RunInput } from './start.ts';
import { type Invocation, lambdaHandler } from './support/handler.ts';
import type { ExtractItem, RunState } from './support/run-state.ts';

export interface PlanEvent {
  readonly input: Partial<RunInput>;
  readonly execution: string;
}

/** Beyond this the state of an execution, 256 KiB, would not hold the windows' names. */
const mostWindows = 10_000;
/** A backfill is cut into about this many pieces, each of which one call after the other works on. */
const pieces = 200;

/** Cuts the tables of a run into pieces: a window each for a day, some windows each for a backfill. */
export async function planRun(event: PlanEvent, invocation: Invocation): Promise<RunState> {
  const { input, execution } = event;
  const { services, logger } = invocation;
  const tables = selectTables(services.project.tables, input.tables);
  const asOf = new Date(input.asOf ?? Date.now());
  const windows = tables.map((table) => ({ table, days: daysOf(table, input, asOf) }));
  const total = windows.reduce((sum, { days }) => sum + (days?.length ?? 1), 0);
  if (total > mostWindows) throw tooLong(total);
  const cursors = await cursorsOf(tables, invocation);
  const items = windows.flatMap(({ table, days }) =>
    days === undefined ? [itemOf(table, cursors)] : itemsOf(table, days, Math.ceil(total / pieces)),
  );
  const runId = newRunId();
  logger.info('planned', { runId, execution, windows: total, pieces: items.length });
  return { runId, scheduled: input.scheduled ?? false, items };
}

/** The business days of a `daily` table in a run, in order; undefined for other tables. */
function daysOf(table: Table, { from, to }: Partial<RunInput>, asOf: Date): readonly string[] | undefined {
  if (table.mode.kind !== 'daily') return undefined;
  const scheduled = defaultRange(table, asOf);
  const first = from ?? (to === undefined ? scheduled.from : to);
  return planWindows(table, { from: first, to: to ?? scheduled.to }).map(({ id }) => id);
}

function itemsOf(table: Table, days: readonly string[], size: number): ExtractItem[] {
  const items: ExtractItem[] = [];
  for (let start = 0; start < days.length; start += size) {
    const from = days[start];
    const to = days[Math.min(start + size, days.length) - 1];
    if (from !== undefined && to !== undefined) items.push({ table: table.name, from, to });
  }
  return items;
}

/** A table that is read whole, or from its cursor on. */
function itemOf(table: Table, cursors: ReadonlyMap<string, string>): ExtractItem {
  const item = { table: table.name, from: '', to: '' };
  return table.mode.kind === 'incremental' ? { ...item, after: cursors.get(table.name) ?? null } : item;
}

/** How far the cursors have come, from the ledger; Snowflake is asked only where a table has one. */
async function cursorsOf(
  tables: readonly Table[],
  { services, signal }: Invocation,
): Promise<ReadonlyMap<string, string>> {
  const { project } = services;
  if (!tables.some(({ mode }) => mode.kind === 'incremental')) return new Map();
  const warehouse = await connectWarehouse(
    { ...(await services.snowflake()), database: project.snowflake.database },
    { queryTag: { project: project.name, step: 'plan' }, signal },
  );
  try {
    return await readCursors(warehouse, project);
  } finally {
    await warehouse.close();
  }
}

function tooLong(windows: number): SluiceError {
  return new SluiceError({
    code: 'BACKFILL_TOO_LONG',
    kind: 'usage',
    message: `${windows} windows are more than one run holds (${mostWindows}).`,
    hint: 'Start several, each for some years or some tables, one after the other.',
  });
}

export const handler = lambdaHandler(planRun);
