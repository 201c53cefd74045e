import { connectWarehouse } from '../snowflake/index.ts';
import type { PublishEvent, TransformOptions } from '../transform/index.ts';
import type { RunContext, RunEvent } from './context.ts';

export interface TransformChoice {
  readonly select?: readonly string[];
  readonly exclude?: readonly string[];
  /** Of what is selected, only these kinds. */
  readonly resourceTypes?: readonly string[];
  readonly vars?: Readonly<Record<string, unknown>>;
  readonly threads?: number;
  readonly target?: 'dev' | 'prod';
  readonly fullRefresh?: boolean;
  /** Names the candidate schemas and tags the queries. */
  readonly runId?: string;
  /** Builds into schemas of this name, and publishes nothing. */
  readonly review?: string;
}

/** What lib/transform takes: the project's own settings, and what was chosen for this time. */
export function transformOptions(context: RunContext, choice: TransformChoice): TransformOptions {
  const { project, connections } = context;
  return {
    directory: project.models.path,
    project,
    connect: (queryTag) =>
      connectWarehouse(
        {
          ...connections.snowflake,
          database: project.snowflake.database,
          warehouse: project.snowflake.warehouse,
        },
        { queryTag: { project: project.name, ...queryTag } },
      ),
    target: choice.target ?? project.models.target,
    threads: choice.threads ?? project.models.threads,
    artifactsDirectory: context.artifactsDirectory,
    ...(choice.select ? { select: choice.select } : {}),
    ...(choice.exclude ? { exclude: choice.exclude } : {}),
    ...(choice.resourceTypes ? { resourceTypes: choice.resourceTypes } : {}),
    ...(choice.vars ? { vars: choice.vars } : {}),
    ...(choice.fullRefresh === undefined ? {} : { fullRefresh: choice.fullRefresh }),
    ...(choice.runId === undefined ? {} : { runId: choice.runId }),
    ...(choice.review === undefined ? {} : { review: choice.review }),
    ...(context.signal ? { signal: context.signal } : {}),
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
