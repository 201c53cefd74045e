import type { RunEvent } from '../../lib/run/index.ts';

const settled: ReadonlySet<string> = new Set(['applied', 'held', 'superseded', 'failed']);

/**
 * The boundaries of a run that an event stands for: the moments between two durable changes. What the run announces decides what
 * there is, so a step that is added is killed at, too. How far rows have come inside a file is no boundary.
 */
export function boundariesOf(event: RunEvent): readonly string[] {
  switch (event.type) {
    case 'step':
      return [`${event.step} ${event.state}`];
    case 'planned':
      return [`planned ${event.table}`];
    case 'uploaded':
      return [`uploaded ${event.table} ${windowName(event)}`];
    case 'extracted':
      return event.done ? [`manifest ${event.table} ${windowName(event)}`] : [];
    case 'loaded':
      return event.loads
        .filter(({ status }) => settled.has(status))
        .map((load) => `loaded ${load.table} ${windowName(load)}`);
    case 'chosen':
    case 'begun':
      return [];
    case 'node':
      return [`${event.node.kind} ${event.node.name}`];
    case 'published':
      return [`published ${event.relation.split('.').slice(1).join('.')}`];
  }
}

/** The window of an `incremental` table is named after the moment, which differs between two runs. */
function windowName({ table, window }: { readonly table: string; readonly window: string }): string {
  return /^\d{4}-\d{2}-\d{2}$|^full$/.test(window) ? window : `cursor of ${table}`;
}
