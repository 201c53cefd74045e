import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import {
  type Connections,
  connectionsFromEnvironment,
  type LoadedProject,
  loadProject,
} from '../lib/config/index.ts';
import type { LocalServers } from '../lib/local/index.ts';
import { createLogger, type Logger } from '../lib/observe/index.ts';
import { Interrupted } from './errors.ts';
import type { GlobalOptions } from './options.ts';
import { createOutput, type Output } from './terminal/output.ts';

/** What a command works with. What takes time is opened when it is first asked for and closed when the command ends. */
export interface CommandContext {
  readonly globals: GlobalOptions;
  readonly output: Output;
  readonly logger: Logger;
  /** Aborted by Ctrl-C and SIGTERM. */
  readonly signal: AbortSignal;
  /** Folder of the embedded servers' state, absolute. */
  readonly state: string;
  project(): Promise<LoadedProject>;
  /** From the environment; what that leaves out is served by the embedded servers, which are started if need be. */
  connections(): Promise<Connections>;
  /** The embedded servers, whatever the environment says. */
  embeddedConnections(): Promise<Connections>;
}

/** What a command does: its own options in, its exit code out. 0 done, 1 the work failed; other failures are thrown. */
export type CommandAction<Options> = (context: CommandContext, options: Options) => Promise<0 | 1>;

/** Runs one command from its options to its exit code. */
export async function runCommand<Options>(
  globals: GlobalOptions,
  options: Options,
  action: CommandAction<Options>,
): Promise<number> {
  const output = createOutput(globals.json);
  const interruption = interruptible();
  let loaded: Promise<LoadedProject> | undefined;
  let servers: Promise<LocalServers> | undefined;
  const state = resolve(globals.localState);

  const project = (): Promise<LoadedProject> => {
    loaded ??= loadProject(globals.config);
    return loaded;
  };
  const embeddedConnections = async (): Promise<Connections> => {
    servers ??= import('../lib/local/index.ts').then(({ useLocal }) => useLocal({ state }));
    return (await servers).connections;
  };
  const connections = async (): Promise<Connections> => {
    const file = join((await project()).directory, '.env');
    if (existsSync(file)) process.loadEnvFile(file);
    const given = connectionsFromEnvironment(process.env);
    const { source, staging, snowflake } = given;
    if (source && staging && snowflake) return { source, staging, snowflake };
    const embedded = await embeddedConnections();
    const maskingKey = process.env.SLUICE_MASKING_KEY;
    const embeddedSource = { ...embedded.source, ...(maskingKey ? { maskingKey } : {}) };
    return { ...embedded, source: embeddedSource, ...given };
  };

  const context: CommandContext = {
    globals,
    output,
    logger: createLogger(
      globals.verbose
        ? { level: 'debug' }
        : globals.json
          ? { level: 'info' }
          : { level: 'error', write: () => undefined },
    ),
    signal: interruption.signal,
    state,
    project,
    connections,
    embeddedConnections,
  };
  try {
    return await action(context, options);
  } catch (error) {
    throw interruption.signal.aborted ? interruption.signal.reason : error;
  } finally {
    interruption.end();
    await (await servers)?.stop();
  }
}

/** A signal that Ctrl-C and SIGTERM abort once; a second one ends the process at once. */
function interruptible(): { signal: AbortSignal; end: () => void } {
  const controller = new AbortController();
  const stop = (): void => {
    if (controller.signal.aborted) process.exit(130);
    process.stderr.write('\nStopping; once more to stop at once.\n');
    controller.abort(
      new Interrupted('Stopped. What was complete is kept; give the same command again to go on.'),
    );
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  return {
    signal: controller.signal,
    end: () => {
      process.off('SIGINT', stop);
      process.off('SIGTERM', stop);
    },
  };
}
