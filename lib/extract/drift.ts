import type { Contract, ContractColumn } from '../config/index.ts';

/** One thing that is different in the source now from what the contract records. */
export interface ColumnChange {
  readonly column: string;
  /** `type` is a change of type that the column in Snowflake takes; `narrowed` one that it does not. */
  readonly change: 'added' | 'dropped' | 'type' | 'narrowed' | 'nullable';
  readonly from: string | null;
  readonly to: string | null;
  /** Taken over by the next run; otherwise the table stops until a person has looked. */
  readonly accepted: boolean;
}

export interface Drift {
  readonly changes: readonly ColumnChange[];
  /** The recorded contract with the accepted changes; columns keep their places, new ones come last. */
  readonly contract: Contract;
}

/**
 * Compares a recorded contract with the source. Accepted are columns that were added, columns that may be null now, and types
 * whose values all fit the wider column that Snowflake can make of the old one. What was dropped, renamed or narrowed is not.
 */
export function compareContract(recorded: Contract, live: Contract): Drift {
  const now = new Map(live.columns.map((column) => [column.name, column]));
  const known = new Set(recorded.columns.map(({ name }) => name));
  const changes: ColumnChange[] = [];
  const columns: ContractColumn[] = [];
  for (const column of recorded.columns) {
    const current = now.get(column.name);
    const change = changeOf(column, current);
    if (change !== undefined) changes.push(change);
    const isTaken = current !== undefined && (change?.accepted ?? true);
    columns.push(isTaken ? evolved(column, current) : column);
  }
  for (const column of live.columns.filter(({ name }) => !known.has(name))) {
    changes.push({ column: column.name, change: 'added', from: null, to: column.sourceType, accepted: true });
    columns.push(column);
  }
  return { changes, contract: { ...recorded, columns } };
}

/** A change in words, for a message. */
export function describeChange({ column, change, from, to }: ColumnChange): string {
  switch (change) {
    case 'added':
      return `column "${column}" (${to}) was added`;
    case 'dropped':
      return `column "${column}" was dropped or renamed`;
    case 'type':
    case 'narrowed':
      return `column "${column}" changed from ${from} to ${to}`;
    case 'nullable':
      return `column "${column}" may be null now`;
  }
}

function changeOf(recorded: ContractColumn, now: ContractColumn | undefined): ColumnChange | undefined {
  const column = recorded.name;
  if (now === undefined) {
    return { column, change: 'dropped', from: recorded.sourceType, to: null, accepted: false };
  }
  if (now.sourceType !== recorded.sourceType) {
    const accepted = targetHolds(recorded.targetType, now.targetType);
    const change = accepted ? 'type' : 'narrowed';
    return { column, change, from: recorded.sourceType, to: now.sourceType, accepted };
  }
  if (now.nullable && !recorded.nullable) {
    return { column, change: 'nullable', from: 'NOT NULL', to: 'NULL', accepted: true };
  }
  return undefined;
}

/** A type that a person has set in the contract stays, as long as the source's own type is the same. */
function evolved(recorded: ContractColumn, now: ContractColumn): ContractColumn {
  const keepsTarget = now.sourceType === recorded.sourceType || recorded.targetType === 'VARCHAR';
  return { ...now, targetType: keepsTarget ? recorded.targetType : now.targetType };
}

/** Whether Snowflake can make a column of type `to` of one of type `from`, or `from` holds everything as it is. */
function targetHolds(from: string, to: string): boolean {
  if (from === 'VARCHAR' || from === to) return true;
  const [, precision, scale] = /^NUMBER\((\d+),(\d+)\)$/.exec(from) ?? [];
  const [, wider, same] = /^NUMBER\((\d+),(\d+)\)$/.exec(to) ?? [];
  return precision !== undefined && scale === same && Number(wider) >= Number(precision);
}
