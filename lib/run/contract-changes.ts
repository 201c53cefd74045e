import type { Contract } from '../config/index.ts';

export interface ContractChange {
  readonly column: string;
  readonly change: 'added' | 'dropped' | 'type' | 'nullable';
  readonly from: string | null;
  readonly to: string | null;
}

/** What is different in the source now from what was recorded, by column. */
export function contractChanges(recorded: Contract, live: Contract): readonly ContractChange[] {
  const before = new Map(recorded.columns.map((column) => [column.name, column]));
  const now = new Map(live.columns.map((column) => [column.name, column]));
  const changes: ContractChange[] = [];
  for (const [column, { sourceType, nullable }] of before) {
    const current = now.get(column);
    if (current === undefined) {
      changes.push({ column, change: 'dropped', from: sourceType, to: null });
    } else if (current.sourceType !== sourceType) {
      changes.push({ column, change: 'type', from: sourceType, to: current.sourceType });
    } else if (current.nullable && !nullable) {
      changes.push({ column, change: 'nullable', from: 'NOT NULL', to: 'NULL' });
    }
  }
  for (const [column, { sourceType }] of now) {
    if (!before.has(column)) changes.push({ column, change: 'added', from: null, to: sourceType });
  }
  return changes;
}
