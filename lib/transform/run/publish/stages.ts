import type { Warehouse } from '../../../snowflake/index.ts';
import type { RelationCache } from '../../context/session.ts';
import type { SqlNode } from '../../graph/node.ts';
import { relationKey } from '../../relation.ts';
import { Placement, type Review, reviewSchema } from '../compile/placement.ts';
import { readLimits } from '../compile/read-limits.ts';
import { reviewOf, type Workspace } from '../workspace.ts';
import {
  candidateOf,
  createSchemas,
  dropCandidates,
  keepCandidates,
  prepareCandidates,
  type SchemaName,
  schemaSql,
} from './candidates.ts';
import { publishCandidates } from './publish-candidates.ts';

/** What became of what a run built. */
export interface Settled {
  /** Whether readers see it. */
  readonly published: boolean;
  /** The schemas that hold what was built and is not published. */
  readonly candidates: readonly string[];
}

type WithSession = <T>(node: string, use: (session: Warehouse) => Promise<T>) => Promise<T>;

/** Where the models of a run are built, and what becomes of them. */
export interface Stage {
  readonly placement: Placement;
  /** The schemas that hold what is built until it is settled; none where it is built into the published ones. */
  readonly candidates: readonly string[];
  /** Makes the schemas. */
  prepare(): Promise<void>;
  /** Ends the run, which passed or did not. */
  settle(passed: boolean): Promise<Settled>;
  /** Leaves what is there after a run that was cut off. */
  abandon(): Promise<void>;
}

interface StageParts {
  readonly workspace: Workspace;
  /** In the order of the graph. */
  readonly models: readonly SqlNode[];
  readonly cache: RelationCache;
  readonly withSession: WithSession;
}

/** The stage that the options of a run ask for. */
export function stageOf(parts: StageParts): Stage {
  const review = reviewOf(parts.workspace);
  if (review !== undefined) return reviewStage(parts, review);
  return parts.workspace.options.audit === false ? directStage(parts) : auditStage(parts);
}

/** Candidates beside what is published, which become visible together if the run passed. */
function auditStage({ workspace, models, cache, withSession }: StageParts): Stage {
  const { runId, project, options } = workspace;
  const schemas = schemasOf(models);
  const { database, schema } = project.scope.target;
  const home = { database, schema };
  const placement = new Placement(idsOf(models), runId);
  const candidates = schemas.map((schema) => schemaSql(candidateOf(schema, runId)));
  const keep = () => withSession('keep', (session) => keepCandidates(session, schemas, runId));
  const publish = async (): Promise<void> => {
    const started = performance.now();
    options.onPublish?.({ state: 'started' });
    await withSession('publish', async (session) => {
      await publishCandidates(models, {
        project,
        warehouse: session,
        cache,
        runId,
        artifactsDirectory: options.artifactsDirectory,
        limits: readLimits(options),
        deferred: placement.deferred,
        onPublished: (relation) => options.onPublish?.({ state: 'published', relation }),
      });
      await dropCandidates(session, schemas, runId);
    });
    options.onPublish?.({ state: 'done', ms: performance.now() - started });
  };
  return {
    placement,
    candidates,
    prepare: () => withSession('prepare', (session) => prepareCandidates(session, schemas, runId, home)),
    settle: async (passed) => {
      if (!passed) await keep();
      else if (models.length > 0) {
        await publish().catch(async (error: unknown) => {
          await keep().catch(() => {});
          throw error;
        });
      }
      return { published: passed, candidates: passed ? [] : candidates };
    },
    abandon: keep,
  };
}

/** Straight into the published schemas, as dbt does. */
function directStage({ workspace, models, withSession }: StageParts): Stage {
  const schemas = schemasOf(models);
  return {
    placement: new Placement(new Set(), workspace.runId),
    candidates: [],
    prepare: () => withSession('prepare', (session) => createSchemas(session, schemas)),
    settle: async () => ({ published: true, candidates: [] }),
    abandon: async () => {},
  };
}

/** The schemas of a review, which stay; nothing is published. */
function reviewStage({ workspace, models, withSession }: StageParts, review: Review): Stage {
  const schemas = schemasOf(models).map(({ database, schema }) => ({
    database,
    schema: reviewSchema(schema, review),
  }));
  const candidates = schemas.map(schemaSql);
  return {
    placement: new Placement(idsOf(models), workspace.runId, review),
    candidates,
    prepare: () => withSession('prepare', (session) => createSchemas(session, schemas)),
    settle: async () => ({ published: false, candidates }),
    abandon: async () => {},
  };
}

export function idsOf(models: readonly SqlNode[]): Set<string> {
  return new Set(models.map(({ uniqueId }) => uniqueId));
}

/** The schemas that a run of these models publishes to. */
export function schemasOf(models: readonly SqlNode[]): SchemaName[] {
  const found = new Map<string, SchemaName>();
  for (const { database, schema } of models) {
    const quoting = { database: false, schema: false, identifier: false };
    found.set(relationKey({ database, schema, identifier: null, quoting }), { database, schema });
  }
  return [...found.values()];
}
