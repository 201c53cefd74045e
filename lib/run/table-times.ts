import type { RunEvent } from './context.ts';

/** Measures, from the events of a run, how long each table took from its first window to its last load. */
export function watchTables(onEvent: ((event: RunEvent) => void) | undefined): {
  onEvent: (event: RunEvent) => void;
  milliseconds: () => ReadonlyMap<string, number>;
} {
  const first = new Map<string, number>();
  const last = new Map<string, number>();
  return {
    onEvent: (event) => {
      const now = performance.now();
      if (event.type === 'planned') first.set(event.table, now);
      if (event.type === 'extracted') last.set(event.table, now);
      if (event.type === 'loaded') for (const { table } of event.loads) last.set(table, now);
      onEvent?.(event);
    },
    milliseconds: () =>
      new Map([...first].map(([table, started]) => [table, (last.get(table) ?? started) - started])),
  };
}
