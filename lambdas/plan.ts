import { SluiceError, type Table } from '../lib/config/index.ts';
import { type DayRange, defaultRange, planWindows } from '../lib/extract/index.ts';
import { selectTables } from '../lib/run/index.ts';
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
export async function planRun(
  { input, execution }: PlanEvent,
  { services, logger }: Invocation,
): Promise<RunState> {
  const tables = selectTables(services.project.tables, input.tables);
  const asOf = new Date(input.asOf ?? Date.now());
  const ranges = tables.map((table) => ({ table, range: rangeOf(table, input, asOf) }));
  const windows = ranges.reduce((total, { table, range }) => total + planWindows(table, range).length, 0);
  if (windows > mostWindows) throw tooLong(windows);
  const items = ranges.flatMap(({ table, range }) => itemsOf(table, range, Math.ceil(windows / pieces)));
  const runId = newRunId();
  logger.info('planned', { runId, execution, windows, pieces: items.length });
  return { runId, scheduled: input.scheduled ?? false, items };
}

function rangeOf(table: Table, { from, to }: Partial<RunInput>, asOf: Date): DayRange {
  const scheduled = defaultRange(table, asOf);
  const last = to ?? scheduled.to;
  return { from: from ?? (to === undefined ? scheduled.from : to), to: last };
}

function itemsOf(table: Table, range: DayRange, size: number): ExtractItem[] {
  const windows = planWindows(table, range);
  if (table.mode.kind !== 'daily') return [{ table: table.name, ...range }];
  const items: ExtractItem[] = [];
  for (let start = 0; start < windows.length; start += size) {
    const first = windows[start];
    const last = windows[Math.min(start + size, windows.length) - 1];
    if (first !== undefined && last !== undefined) {
      items.push({ table: table.name, from: first.id, to: last.id });
    }
  }
  return items;
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
