import type { RunEvent } from '../../lib/run/index.ts';
import { formatBytes, formatCount, formatDuration, formatRate } from './format.ts';
import { NodeProgress } from './node-progress.ts';
import type { Output } from './output.ts';

interface TableProgress {
  windows: number;
  done: number;
  readonly started: number;
  /** Rows and bytes of CSV so far, by window. */
  readonly read: Map<string, { rows: number; bytes: number }>;
}

/** Shows the events of a run: live rows and bytes a table on a terminal, a line a finished table elsewhere. */
export function showRun(output: Output): (event: RunEvent) => void {
  const tables = new Map<string, TableProgress>();
  const nodes = new NodeProgress(output);
  let loaded = '  nothing to load';
  return (event) => {
    switch (event.type) {
      case 'step':
        if (event.state === 'started') {
          // Telling is what the summary does.
          if (event.step !== 'notify') output.line(output.style('bold', titles[event.step]));
        } else if (event.step === 'load') output.settle('load', loaded);
        return;
      case 'planned':
        tables.set(event.table, {
          windows: event.windows,
          done: 0,
          started: performance.now(),
          read: new Map(),
        });
        return;
      case 'extracted': {
        const table = tables.get(event.table);
        if (table) showExtract(output, table, event);
        return;
      }
      case 'loaded': {
        const waiting = event.loads.filter(({ status }) => status === 'staged' || status === 'landed').length;
        loaded = `  ${event.loads.length - waiting}/${event.loads.length} windows settled`;
        output.live('load', loaded);
        return;
      }
      case 'chosen':
        nodes.chosen(event.nodes);
        return;
      case 'begun':
        nodes.begun(event.node);
        return;
      case 'node':
        nodes.ended(event.node);
        return;
    }
  };
}

const titles = {
  plan: 'Plan',
  extract: 'Extract  Postgres -> S3',
  load: 'Load  S3 -> RAW',
  freshness: 'Freshness',
  build: 'Build and test',
  publish: 'Publish',
  notify: 'Notify',
} as const;

function showExtract(output: Output, table: TableProgress, event: RunEvent & { type: 'extracted' }): void {
  if (event.done) table.done++;
  // The last word of a window is the size of its files; what was read of it was said before.
  const before = table.read.get(event.window);
  table.read.set(event.window, { rows: event.rows, bytes: Math.max(event.bytes, before?.bytes ?? 0) });
  const windows = [...table.read.values()];
  const rows = windows.reduce((total, window) => total + window.rows, 0);
  const bytes = windows.reduce((total, window) => total + window.bytes, 0);
  const elapsed = performance.now() - table.started;
  const text = [
    `  ${event.table}`,
    `${table.done}/${table.windows} windows`,
    `${formatCount(rows)} rows`,
    formatBytes(bytes),
    formatRate(rows, elapsed),
    formatDuration(elapsed),
  ].join('  ');
  if (table.done === table.windows) output.settle(event.table, text);
  else output.live(event.table, text);
}
