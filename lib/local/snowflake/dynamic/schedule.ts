import { type DynamicTable, FAILURES_UNTIL_SUSPENDED, lagSeconds } from '../catalog/dynamic.ts';

/** When a dynamic table was last refreshed, or a refresh of it failed. */
export interface Attempted {
  readonly dynamic: DynamicTable;
  /** When its refresh was last tried by schedule, in milliseconds since 1970. */
  readonly triedAt: number | undefined;
}

/**
 * When a dynamic table has to be refreshed by itself, in milliseconds since 1970: its rows are then as old as its target
 * lag allows. Undefined for one that is suspended, and for DOWNSTREAM, which is refreshed with what reads it.
 */
export function nextRefresh({ dynamic, triedAt }: Attempted): number | undefined {
  if (dynamic.schedulingState === 'SUSPENDED' || dynamic.failures >= FAILURES_UNTIL_SUSPENDED)
    return undefined;
  const lag = lagSeconds(dynamic.targetLag);
  if (lag === undefined) return undefined;
  const shown = dynamic.dataTimestamp === null ? undefined : Date.parse(dynamic.dataTimestamp);
  const last = Math.max(shown ?? Number.NEGATIVE_INFINITY, triedAt ?? Number.NEGATIVE_INFINITY);
  return last === Number.NEGATIVE_INFINITY ? 0 : last + lag * 1000;
}
