import { join } from 'node:path';
import type { ModelsContext, RunContext, RunEvent } from '../lib/run/index.ts';
import type { CommandContext } from './context.ts';

/** What a command hands to lib/run. */
export async function openRun(
  context: CommandContext,
  onEvent?: (event: RunEvent) => void,
): Promise<RunContext> {
  const [models, connections] = await Promise.all([openModels(context, onEvent), context.connections()]);
  return { ...models, connections };
}

/** What a command over the models hands to lib/run: no server is started and none is asked before a statement has to be sent. */
export async function openModels(
  context: CommandContext,
  onEvent?: (event: RunEvent) => void,
): Promise<ModelsContext> {
  const { project, directory } = await context.project();
  return {
    project,
    directory,
    connections: context.connections,
    artifactsDirectory: join(context.state, 'artifacts'),
    logger: context.logger,
    signal: context.signal,
    ...(onEvent ? { onEvent } : {}),
  };
}
