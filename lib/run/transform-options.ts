import { connectWarehouse } from '../snowflake/index.ts';
import type { PublishEvent, RunFlags, TransformOptions } from '../transform/index.ts';
import type { ModelsContext, RunEvent } from './context.ts';

export interface TransformChoice extends RunFlags {
  /** Names the candidate schemas and tags the queries. */
  readonly runId?: string;
  /** Builds into schemas of this name, and publishes nothing. */
  readonly review?: string;
  /** Where the artifacts go. @default those of the context */
  readonly artifactsDirectory?: string;
}

/** What lib/transform takes: the project's own settings, and what was chosen for this time. */
export function transformOptions(context: ModelsContext, choice: TransformChoice): TransformOptions {
  const { project, connections } = context;
  return {
    ...choice,
    directory: project.models.path,
    project,
    configDirectory: context.directory,
    connect: async (queryTag) => {
      const { snowflake } = typeof connections === 'function' ? await connections() : connections;
      return await connectWarehouse(
        {
          ...snowflake,
          database: project.snowflake.database,
          // Where hooks find what they name without a schema.
          schema: project.snowflake.schemas[choice.target ?? project.models.target],
          warehouse: project.snowflake.warehouse,
        },
        { queryTag: { project: project.name, ...queryTag } },
      );
    },
    artifactsDirectory: choice.artifactsDirectory ?? context.artifactsDirectory,
    ...(context.signal ? { signal: context.signal } : {}),
    onChosen: (nodes) => context.onEvent?.({ type: 'chosen', nodes }),
    onBegin: (node) => context.onEvent?.({ type: 'begun', node }),
    onNode: (node) => context.onEvent?.({ type: 'node', node }),
    onPublish: (event) => context.onEvent?.(publishEvent(event)),
  };
}

function publishEvent(event: PublishEvent): RunEvent {
  switch (event.state) {
    case 'started':
      return { type: 'step', step: 'publish', state: 'started' };
    case 'published':
      return { type: 'published', relation: event.relation };
    case 'done':
      return { type: 'step', step: 'publish', state: 'done', milliseconds: event.ms };
  }
}
