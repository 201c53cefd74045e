import type { ExecutionContext } from '../statement.ts';
import { isRecord } from './http.ts';

type Bind = ExecutionContext['binds'][number];

/** Binds of one request: one set, or many for a statement that is to run for each row (array binds). */
export interface BoundValues {
  readonly rows: readonly (readonly Bind[])[];
  readonly isArray: boolean;
}

/** Reads the driver's `bindings`: `{ "1": { type, value } }`, `value` being an array for array binds. */
export function readBindings(bindings: unknown): BoundValues {
  if (!isRecord(bindings)) return { rows: [[]], isArray: false };
  const columns = Object.entries(bindings)
    .sort(([a], [b]) => Number(a) - Number(b))
    .map(([, bind]) => (isRecord(bind) ? bind : {}));
  const first = columns[0];
  if (first === undefined || !Array.isArray(first.value)) {
    return { rows: [columns.map(({ type, value }) => toBind(type, value))], isArray: false };
  }
  const rows = first.value.map((_, row) =>
    columns.map(({ type, value }) => toBind(type, Array.isArray(value) ? value[row] : value)),
  );
  return { rows, isArray: true };
}

function toBind(type: unknown, value: unknown): Bind {
  return {
    type: typeof type === 'string' ? type : 'TEXT',
    value: value === null || value === undefined ? null : String(value),
  };
}
