import type { RunEvent } from '../../lib/run/index.ts';
import { formatCount, formatDuration } from './format.ts';
import type { Output } from './output.ts';

type Named = { readonly kind: string; readonly name: string };
type NodeEvent = (RunEvent & { type: 'node' })['node'];

const colours = {
  pass: 'green',
  success: 'green',
  warn: 'yellow',
  skipped: 'gray',
} as const;

/** A line for every node as it ends, in columns, and on a terminal one that says what is running. */
export class NodeProgress {
  readonly #output: Output;
  readonly #running = new Map<string, { readonly name: string; readonly started: number }>();
  #all = 0;
  #done = 0;
  #kindWidth = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(output: Output) {
    this.#output = output;
  }

  /** What is going to run. */
  chosen(nodes: readonly Named[]): void {
    this.#all = nodes.length;
    this.#done = 0;
    this.#kindWidth = Math.max(0, ...nodes.map(({ kind }) => kind.length));
    const kinds = [...Map.groupBy(nodes, ({ kind }) => kind)].map(
      ([kind, own]) => `${own.length} ${kind.replace('_', ' ')}${own.length === 1 ? '' : 's'}`,
    );
    if (kinds.length > 0) this.#output.line(kinds.join(', '));
  }

  begun(node: Named): void {
    this.#running.set(keyOf(node), { name: node.name, started: performance.now() });
    this.#showRunning();
    this.#timer ??= setInterval(() => this.#showRunning(), 1000).unref();
  }

  ended(node: NodeEvent): void {
    this.#running.delete(keyOf(node));
    this.#done++;
    this.#showRunning();
    const reason = reasonOf(node);
    if (node.status === 'skipped' && reason !== undefined) {
      this.#output.line(`${this.#line(node)}  (${reason})`);
      return;
    }
    this.#output.line(this.#line(node));
    if (reason !== undefined) this.#output.line(`${' '.repeat(this.#placeWidth() + 4)}${reason}`);
  }

  #line({ kind, name, status, rows, ms }: NodeEvent): string {
    const place =
      this.#all === 0 ? '' : `${String(this.#done).padStart(String(this.#all).length)}/${this.#all}`;
    const colour = colours[status as keyof typeof colours] ?? 'red';
    const counted = rows === null || rows === undefined ? '' : `${formatCount(rows)} rows`;
    const time = status === 'skipped' ? '' : formatDuration(ms);
    return [
      `  ${place.padStart(this.#placeWidth())}`,
      this.#output.style(colour, status.padEnd(7)),
      time.padStart(8),
      counted.padStart(14),
      kind.padEnd(this.#kindWidth),
      // Last, since nothing has to give way to a name however long it is.
      name,
    ].join('  ');
  }

  #placeWidth(): number {
    return this.#all === 0 ? 0 : 2 * String(this.#all).length + 1;
  }

  #showRunning(): void {
    if (this.#running.size === 0) {
      clearInterval(this.#timer);
      this.#timer = undefined;
      this.#output.drop('running');
      return;
    }
    const now = performance.now();
    const names = [...this.#running.values()].map(({ name, started }) => {
      const seconds = Math.floor((now - started) / 1000);
      return seconds < 1 ? name : `${name} ${formatDuration(seconds * 1000)}`;
    });
    this.#output.live('running', `  running  ${names.join(', ')}`);
  }
}

/** Why a node did not simply pass: the first line of it, the rest stands in the summary. */
function reasonOf({ kind, name, status, message }: NodeEvent): string | undefined {
  const [first] = status === 'success' || status === 'pass' ? [] : (message?.split('\n') ?? []);
  const named = `${kind} ${name} (`;
  return first?.startsWith(named) === true ? first.slice(first.indexOf('): ') + 3) : first;
}

function keyOf({ kind, name }: Named): string {
  return `${kind} ${name}`;
}
