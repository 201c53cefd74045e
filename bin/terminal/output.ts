import { styleText } from 'node:util';

type Style = Parameters<typeof styleText>[0];

/**
 * What a command says. For people: lines on stdout, and on a terminal a block of live lines below them. With `--json`:
 * nothing but one object on stdout, at the end.
 */
export interface Output {
  readonly json: boolean;
  /** A line for people. */
  line(text?: string): void;
  /** A line that changes: shown live on a terminal, and nowhere else until `settle`. */
  live(key: string, text: string): void;
  /** The last state of a live line, kept as an ordinary line. */
  settle(key: string, text: string): void;
  /** Takes a live line away. */
  drop(key: string): void;
  /** The one object of `--json`. */
  result(value: unknown): void;
  style(style: Style, text: string): string;
}

export interface OutputStreams {
  readonly stdout: NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number };
}

/** Redraws of live lines a second, at most. */
const redrawMilliseconds = 100;

export function createOutput(json: boolean, streams: OutputStreams = { stdout: process.stdout }): Output {
  const { stdout } = streams;
  // Who read the other end of a pipe may stop reading, as `head` does: the work goes on to its end all the same.
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
  if (json) return jsonOutput(stdout);
  const terminal = stdout.isTTY === true && process.env.TERM !== 'dumb';
  const live = terminal ? new LiveBlock(stdout) : undefined;
  return {
    json: false,
    line: (text = '') => (live ? live.print(text) : stdout.write(`${text}\n`)),
    live: (key, text) => live?.set(key, text),
    settle: (key, text) => {
      live?.remove(key);
      if (live) live.print(text);
      else stdout.write(`${text}\n`);
    },
    drop: (key) => live?.drop(key),
    result: () => undefined,
    style: (style, text) => (terminal && !process.env.NO_COLOR ? styleText(style, text) : text),
  };
}

function jsonOutput(stdout: NodeJS.WritableStream): Output {
  return {
    json: true,
    line: () => undefined,
    live: () => undefined,
    settle: () => undefined,
    drop: () => undefined,
    result: (value) => stdout.write(`${JSON.stringify(value)}\n`),
    style: (_style, text) => text,
  };
}

/** The changing lines at the bottom of a terminal. */
class LiveBlock {
  readonly #stdout: OutputStreams['stdout'];
  readonly #lines = new Map<string, string>();
  #drawn = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(stdout: OutputStreams['stdout']) {
    this.#stdout = stdout;
  }

  set(key: string, text: string): void {
    this.#lines.set(key, text);
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#redraw('');
    }, redrawMilliseconds).unref();
  }

  drop(key: string): void {
    if (this.#lines.delete(key)) this.#redraw('');
  }

  remove(key: string): void {
    this.#lines.delete(key);
  }

  print(text: string): void {
    this.#redraw(`${text}\n`);
  }

  #redraw(above: string): void {
    const up = this.#drawn > 0 ? `\x1b[${this.#drawn}A\x1b[0J` : '';
    const width = this.#stdout.columns ?? 80;
    // A live line that wraps would break the count of lines to go up, so it alone is held to one line.
    const lines = [...this.#lines.values()].map((line) => `${line.slice(0, width - 1)}\n`);
    this.#stdout.write(up + above + lines.join(''));
    this.#drawn = lines.length;
  }
}
