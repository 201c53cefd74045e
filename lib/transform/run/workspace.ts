import { randomBytes } from 'node:crypto';
import { groupDict } from '../artifacts/definition-dict.ts';
import { nodeDict } from '../artifacts/node-dict.ts';
import { resourceDict } from '../artifacts/resource-dict.ts';
import { customEnvironment, type Invocation } from '../artifacts/results.ts';
import type { DefinitionKind } from '../graph/node.ts';
import type { TransformOptions } from '../options.ts';
import { type ParsedProject, parseProject } from '../parse/project.ts';
import type { Selection } from '../select/select.ts';
import { type DataRecord, toData } from '../values.ts';
import type { Review } from './compile/placement.ts';
import { projectFlags } from './project-flags.ts';
import { selectionOf } from './selection.ts';
import { SessionPool } from './sessions.ts';
import { Warnings } from './warnings.ts';

/** What every command of the runner begins with: the project, what was selected, and sessions that are opened when needed. */
export interface Workspace {
  readonly options: TransformOptions;
  readonly project: ParsedProject;
  readonly selection: Selection;
  readonly pool: SessionPool;
  readonly threads: number;
  readonly runId: string;
  readonly invocation: Invocation;
  readonly warnings: Warnings;
}

/**
 * Reads the project and the selection.
 *
 * @throws ProjectError, SluiceError SELECTION_INVALID
 */
export function openWorkspace(command: string, given: TransformOptions): Workspace {
  const options = { ...projectFlags(given.directory), ...given };
  const { project: config } = options;
  const env = options.env ?? process.env;
  const threads = options.threads ?? config.models.threads;
  const startedAt = new Date();
  const runId = options.runId ?? newRunId(startedAt);
  const target = options.target ?? config.models.target;
  const warnings = new Warnings(options.warnError, (message) => options.onMessage?.(message));
  let selected: readonly string[] = [];
  let parsed: ParsedProject | undefined;
  let graph: unknown;
  const project = parseProject({
    directory: options.directory,
    env,
    vars: varsOf(options),
    ...(options.artifactsDirectory === '' ? {} : { keptIn: options.artifactsDirectory }),
    scope: {
      target: {
        name: target,
        database: config.snowflake.database,
        schema: config.snowflake.schemas[target],
        warehouse: config.snowflake.warehouse,
        role: config.snowflake.roles.transformer,
        threads,
      },
      invocationId: runId,
      startedAt,
      fullRefresh: options.fullRefresh ?? false,
      command,
      say: (message) => options.onMessage?.(message),
      warn: (message, name = 'JinjaLogWarning') => warnings.warn(name, message),
      flags: options,
      selected: () => selected,
      graph: () => {
        if (parsed === undefined) return { nodes: {}, sources: {}, exposures: {}, metrics: {}, groups: {} };
        // Few templates ask for it, and it is as large as the manifest.
        graph ??= graphDict(parsed);
        return graph;
      },
    },
  });
  parsed = project;
  const selection = selectionOf(project, options, options.artifactsDirectory);
  selected = [...selection.ids];
  for (const criterion of selection.unmatched) {
    const name = 'NoNodesForSelectionCriteria';
    // Otherwise it is told at the end, where it is not overlooked.
    if (warnings.isError(name)) warnings.warn(name, `"${criterion}" selects nothing.`);
  }
  return {
    options,
    project,
    selection,
    pool: new SessionPool(() => options.connect({ run: runId }), threads),
    threads,
    runId,
    warnings,
    invocation: { id: runId, startedAt, env: customEnvironment(env) },
  };
}

/** The review that a run is for, if it is for one. */
export function reviewOf({ options: { review }, project }: Workspace): Review | undefined {
  return review === undefined ? undefined : { name: review, targetSchema: project.scope.target.schema };
}

/** The schema of the loads follows the config, so that a project's sources need not repeat it. */
function varsOf({ project, vars }: TransformOptions): DataRecord {
  const given = Object.entries(vars ?? {}).map(([key, value]) => [key, toData(value)] as const);
  return { raw_schema: project.snowflake.schemas.raw, ...Object.fromEntries(given) };
}

function graphDict(project: ParsedProject): Record<string, unknown> {
  const nodes: Record<string, unknown> = {};
  const sources: Record<string, unknown> = {};
  for (const [id, node] of project.nodes)
    (node.resourceType === 'source' ? sources : nodes)[id] = nodeDict(node);
  const defined = (kind: DefinitionKind) =>
    Object.fromEntries(
      [...project.definitions].flatMap(([id, one]) =>
        one.resourceType === kind ? [[id, resourceDict(one, project)]] : [],
      ),
    );
  return {
    nodes,
    sources,
    exposures: defined('exposure'),
    metrics: defined('metric'),
    semantic_models: defined('semantic_model'),
    saved_queries: defined('saved_query'),
    groups: Object.fromEntries(project.groups.map((group) => [group.uniqueId, groupDict(group)])),
  };
}

/** `20261121T090000Z-1f3a9c`: sorts by time. */
function newRunId(now: Date): string {
  const time = now.toISOString().replace(/[-:]|\.\d+/g, '');
  return `${time}-${randomBytes(3).toString('hex')}`;
}
