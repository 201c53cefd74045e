import type { Warehouse } from '../../snowflake/index.ts';
import type { RunResult } from '../artifacts/results.ts';
import { RelationCache } from '../context/session.ts';
import { isEphemeral, isTest, type SqlNode } from '../graph/node.ts';
import type { BuildReport, TransformOptions } from '../options.ts';
import { relationKey } from '../relation.ts';
import { writeManifest, writeRunResults } from './artifacts.ts';
import {
  candidateOf,
  createSchemas,
  dropCandidates,
  keepCandidates,
  prepareCandidates,
  type SchemaName,
  schemaSql,
} from './candidates.ts';
import { chosenNodes } from './choice.ts';
import { Compiler } from './compiler.ts';
import { runHooks } from './hooks.ts';
import { NodeRunner } from './node-runner.ts';
import { runOrder } from './order.ts';
import { failureOf, type Outcome } from './outcome.ts';
import { Placement, type Review, reviewSchema } from './placement.ts';
import { publishCandidates } from './publish-candidates.ts';
import { buildReport, reportNode } from './report.ts';
import { runSchedule } from './scheduler.ts';
import { openWorkspace, reviewOf, type Workspace } from './workspace.ts';

/**
 * Builds the selected models beside what is published, tests them there, and publishes them together if every test of
 * severity error holds. If not, what was published stays as it was, and the candidates stay to be looked at.
 *
 * @returns what became of every node; `failure` is set when a model or a test failed
 * @throws ProjectError or SluiceError of kind usage before anything ran; of kind outside when the warehouse cannot be reached
 */
export async function build(options: TransformOptions): Promise<BuildReport> {
  const workspace = openWorkspace('build', options);
  try {
    return await new Build(workspace, chosenNodes(workspace)).run();
  } finally {
    await workspace.pool.close();
  }
}

/** Runs the selected tests against what is published, and changes nothing. */
export async function test(options: TransformOptions): Promise<BuildReport> {
  const workspace = openWorkspace('test', { ...options, resourceTypes: ['test', 'unit_test'] });
  try {
    return await new Build(workspace, chosenNodes(workspace)).run();
  } finally {
    await workspace.pool.close();
  }
}

/** The schemas that a run of these nodes publishes to. */
export function candidateSchemas(chosen: ReadonlyMap<string, SqlNode>): SchemaName[] {
  return distinctSchemas(modelsOf(chosen));
}

/** One run over chosen nodes: of the candidates, the tests, and what becomes of them. */
export class Build {
  readonly #workspace: Workspace;
  readonly #chosen: ReadonlyMap<string, SqlNode>;
  /** Results of an earlier run with the same id that are still good: those nodes are not run again. */
  readonly #carried: readonly RunResult[];
  /** Models that become candidates, in the order of the graph. */
  readonly #models: readonly SqlNode[];
  readonly #schemas: readonly SchemaName[];
  readonly #cache = new RelationCache();
  readonly #runner: NodeRunner;
  readonly #compiler: Compiler;

  /** @param chosen in the order of the graph */
  constructor(
    workspace: Workspace,
    chosen: ReadonlyMap<string, SqlNode>,
    carried: readonly RunResult[] = [],
  ) {
    this.#workspace = workspace;
    const { project, options } = workspace;
    this.#chosen = chosen;
    this.#carried = carried;
    this.#models = modelsOf(chosen);
    this.#schemas = distinctSchemas(this.#models);
    const placement = new Placement(
      new Set(this.#models.map(({ uniqueId }) => uniqueId)),
      workspace.runId,
      reviewOf(workspace),
    );
    this.#compiler = new Compiler(project, placement, options.artifactsDirectory);
    this.#runner = new NodeRunner({
      project,
      compiler: this.#compiler,
      placement,
      cache: this.#cache,
      fullRefresh: options.fullRefresh ?? false,
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    });
  }

  async run(): Promise<BuildReport> {
    const { runId, pool, selection } = this.#workspace;
    writeManifest(this.#workspace);
    const review = reviewOf(this.#workspace);
    if (review !== undefined) return await this.#review(review);
    await this.#withSession('prepare', (session) => prepareCandidates(session, this.#schemas, runId));
    let outcomes: Outcome[] = [];
    let settled = false;
    try {
      await this.#hooks('start');
      outcomes = await this.#runNodes();
      await this.#hooks('end');
      settled = true;
    } finally {
      // What stops a build halfway leaves candidates that nobody works on any more; the sessions may be gone with it.
      if (!settled)
        await this.#withSession('keep', (session) => keepCandidates(session, this.#schemas, runId)).catch(
          () => {},
        );
    }
    const candidates = this.#schemas.map((schema) => schemaSql(candidateOf(schema, runId)));
    const failure = failureOf(outcomes, candidates);
    if (failure === undefined) await this.#publish();
    else await this.#withSession('keep', (session) => keepCandidates(session, this.#schemas, runId));
    writeRunResults(this.#workspace, outcomes, this.#carried);
    await pool.close();
    return buildReport({
      outcomes,
      published: failure === undefined,
      candidates: failure === undefined ? [] : candidates,
      unmatched: selection.unmatched,
      ...(failure === undefined ? {} : { failure }),
    });
  }

  /** Builds and tests in the schemas of a review, which stay; publishes nothing. */
  async #review(review: Review): Promise<BuildReport> {
    const { pool, selection } = this.#workspace;
    const schemas = this.#schemas.map(({ database, schema }) => ({
      database,
      schema: reviewSchema(schema, review),
    }));
    await this.#withSession('prepare', (session) => createSchemas(session, schemas));
    await this.#hooks('start');
    const outcomes = await this.#runNodes();
    await this.#hooks('end');
    writeRunResults(this.#workspace, outcomes, this.#carried);
    await pool.close();
    const candidates = schemas.map(schemaSql);
    const failure = failureOf(outcomes, candidates);
    return buildReport({
      outcomes,
      published: false,
      candidates,
      unmatched: selection.unmatched,
      ...(failure === undefined ? {} : { failure }),
    });
  }

  async #runNodes(): Promise<Outcome[]> {
    const { project, options, threads, pool, runId } = this.#workspace;
    const done = new Set(this.#carried.map(({ unique_id: id }) => id));
    const order = runOrder(
      project.graph,
      project.nodes,
      new Set(this.#chosen.keys()).difference(done),
      this.#models.length > 0,
    );
    const results = await runSchedule<Outcome>({
      nodes: order,
      threads,
      ...(options.signal === undefined ? {} : { signal: options.signal }),
      run: async (id, thread) => {
        const node = this.#node(id);
        const tag = { project: project.loaded.root.name, run: runId, node: id };
        const outcome = await pool.use(tag, (session) => this.#runner.run(node, session, thread));
        reportNode(options, outcome);
        return outcome;
      },
      skip: (id, cause) => {
        const outcome = skipped(this.#node(id), this.#node(cause));
        reportNode(options, outcome);
        return outcome;
      },
    });
    return [...results.values()];
  }

  async #publish(): Promise<void> {
    const { project, runId, options } = this.#workspace;
    if (this.#models.length === 0) return;
    const started = performance.now();
    options.onPublish?.({ state: 'started' });
    await this.#withSession('publish', async (session) => {
      await publishCandidates(this.#models, {
        project,
        warehouse: session,
        cache: this.#cache,
        runId,
        artifactsDirectory: options.artifactsDirectory,
        onPublished: (relation) => options.onPublish?.({ state: 'published', relation }),
      });
      await dropCandidates(session, this.#schemas, runId);
    });
    options.onPublish?.({ state: 'done', ms: performance.now() - started });
  }

  #hooks(when: 'start' | 'end'): Promise<void> {
    return this.#withSession(`on-run-${when}`, (session) =>
      runHooks(this.#workspace.project, when, session, this.#cache),
    );
  }

  #withSession<T>(node: string, use: (session: Warehouse) => Promise<T>): Promise<T> {
    const { pool, project, runId } = this.#workspace;
    return pool.use({ project: project.loaded.root.name, run: runId, node }, use);
  }

  #node(id: string): SqlNode {
    const node = this.#chosen.get(id);
    if (node === undefined) throw new Error(`${id} was not chosen`);
    return node;
  }
}

function skipped(node: SqlNode, cause: SqlNode): Outcome {
  return {
    node,
    status: 'skipped',
    passed: false,
    ms: 0,
    thread: 0,
    timing: [],
    rows: null,
    failures: null,
    message: `${cause.resourceType} ${cause.name} did not pass`,
    sql: null,
    path: null,
    response: {},
  };
}

/** What makes a relation of its own. */
function modelsOf(chosen: ReadonlyMap<string, SqlNode>): SqlNode[] {
  return [...chosen.values()].filter((node) => !isTest(node) && !isEphemeral(node));
}

function distinctSchemas(models: readonly SqlNode[]): SchemaName[] {
  const found = new Map<string, SchemaName>();
  for (const { database, schema } of models) {
    const quoting = { database: false, schema: false, identifier: false };
    found.set(relationKey({ database, schema, identifier: null, quoting }), { database, schema });
  }
  return [...found.values()];
}
