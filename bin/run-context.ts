import { join } from 'node:path';
import type { RunContext, RunEvent } from '../lib/run/index.ts';
import type { CommandContext } from './context.ts';

/** What a command hands to lib/run. */
export async function openRun(
  context: CommandContext,
  onEvent?: (event: RunEvent) => void,
): Promise<RunContext> {
  const [{ project, directory }, connections] = await Promise.all([context.project(), context.connections()]);
  return {
    project,
    directory,
    connections,
    artifactsDirectory: join(context.state, 'artifacts'),
    logger: context.logger,
    signal: context.signal,
    ...(onEvent ? { onEvent } : {}),
  };
}
