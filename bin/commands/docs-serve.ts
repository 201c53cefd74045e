import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join, resolve } from 'node:path';
import { serveDocs } from '../../lib/transform/index.ts';
import type { CommandContext } from '../context.ts';

interface DocsServeOptions {
  readonly port: number;
  readonly open?: boolean;
  readonly output?: string;
}

/** `sluice docs serve`: the page on 127.0.0.1, until Ctrl-C. */
export async function run(context: CommandContext, options: DocsServeOptions): Promise<0> {
  const { output, signal } = context;
  const directory = options.output === undefined ? join(context.state, 'artifacts') : resolve(options.output);
  const server = await serveDocs(directory, options.port);
  try {
    output.line(server.url);
    output.line('Ctrl-C stops it.');
    output.result({ url: server.url, directory });
    if (options.open) openBrowser(server.url, output.line);
    if (!signal.aborted) await once(signal, 'abort');
    return 0;
  } finally {
    await server.stop();
  }
}

/** Opens the browser of the one who asked for it; where there is none, the address above is all. */
function openBrowser(url: string, say: (text: string) => void): void {
  const [program, ...args] =
    process.platform === 'darwin'
      ? ['open', url]
      : process.platform === 'win32'
        ? ['cmd', '/c', 'start', '', url]
        : ['xdg-open', url];
  const child = spawn(program ?? 'xdg-open', args, { stdio: 'ignore', detached: true });
  child.on('error', () => say('No browser could be opened; the address above is the page.'));
  child.unref();
}
