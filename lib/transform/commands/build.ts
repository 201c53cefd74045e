import type { SluiceError } from '../../config/index.ts';
import type { Warehouse } from '../../snowflake/index.ts';
import { checkBeforeRun } from '../analysis/check.ts';
import type { BatchResults, RunResult } from '../artifacts/results.ts';
import { RelationCache } from '../context/session.ts';
import { isTest, type SqlNode } from '../graph/node.ts';
import type { BuildReport, NodeName, TransformOptions } from '../options.ts';
import { describe } from '../parse/resolve.ts';
import { chosenNodes } from '../run/choice.ts';
import { Compiler } from '../run/compile/compiler.ts';
import { deferReads } from '../run/compile/deferral.ts';
import { publishedRelation } from '../run/compile/placement.ts';
import { readLimits } from '../run/compile/read-limits.ts';
import { runHooks } from '../run/hooks.ts';
import { NodeRunner } from '../run/nodes/node-runner.ts';
import { runOrder } from '../run/order.ts';
import { idsOf, type Stage, stageOf } from '../run/publish/stages.ts';
import { writeManifest } from '../run/results/artifacts.ts';
import { failureOf, type Outcome } from '../run/results/outcome.ts';
import { buildReport, reportNode } from '../run/results/report.ts';
import { ResultsFile } from '../run/results/results-file.ts';
import { runSchedule } from '../run/scheduler.ts';
import { openWorkspace, type Workspace } from '../run/workspace.ts';

/**
 * Builds the selected models beside what is published, tests them there, and publishes them together if every test of
 * severity error holds. If not, what was published stays as it was, and the candidates stay to be looked at.
 *
 * @returns what became of every node; `failure` is set when a model or a test failed
 * @throws ProjectError or SluiceError of kind usage before anything ran; of kind outside when the warehouse cannot be reached
 */
export async function build(options: TransformOptions): Promise<BuildReport> {
  return await runNodes('build', options);
}

/** Runs the selected tests against what is published, and changes nothing. */
export async function test(options: TransformOptions): Promise<BuildReport> {
  const tests = ['test', 'unit_test'];
  const { resourceTypes = tests } = options;
  return await runNodes('test', {
    ...options,
    resourceTypes: resourceTypes.filter((kind) => tests.includes(kind)),
  });
}

async function runNodes(command: string, options: TransformOptions): Promise<BuildReport> {
  const workspace = openWorkspace(command, options);
  try {
    return await new Build(workspace, chosenNodes(workspace)).run();
  } finally {
    await workspace.pool.close();
  }
}

/** What an earlier run of the same id has left to go on with. */
export interface Carried {
  /** Results that still hold: those nodes are not run again. */
  readonly results: readonly RunResult[];
  /** Batches of microbatch models that are there, by unique id: only the others are run. */
  readonly batches: ReadonlyMap<string, BatchResults>;
  /** When that run began: batches are due up to then. */
  readonly startedAt?: Date;
}

/** One run over chosen nodes: where they are built, the tests, and what becomes of them. */
export class Build {
  readonly #workspace: Workspace;
  readonly #chosen: ReadonlyMap<string, SqlNode>;
  readonly #carried: Carried;
  /** Whether anything is made, so that tests hold back what is below. */
  readonly #makes: boolean;
  readonly #cache = new RelationCache();
  readonly #stage: Stage;
  readonly #runner: NodeRunner;

  /** @param chosen in the order of the graph */
  constructor(
    workspace: Workspace,
    chosen: ReadonlyMap<string, SqlNode>,
    carried: Carried = { results: [], batches: new Map() },
  ) {
    this.#workspace = workspace;
    this.#chosen = chosen;
    this.#carried = carried;
    const { project, options, pool, runId, invocation } = workspace;
    const models = modelsOf(chosen);
    this.#makes = models.length > 0;
    const withSession = <T>(node: string, use: (session: Warehouse) => Promise<T>): Promise<T> =>
      pool.use({ project: project.loaded.root.name, run: runId, node }, use);
    this.#stage = stageOf({ workspace, models, cache: this.#cache, withSession });
    this.#runner = new NodeRunner({
      project,
      config: options.project,
      compiler: new Compiler(project, this.#stage.placement, options.artifactsDirectory, readLimits(options)),
      placement: this.#stage.placement,
      cache: this.#cache,
      flags: options,
      warnings: workspace.warnings,
      startedAt: carried.startedAt ?? invocation.startedAt,
      resumed: carried.batches,
      again: this.#stage.candidates.length > 0 ? 'sluice retry' : undefined,
      helpers: (node, work) =>
        pool.useSpare({ project: project.loaded.root.name, run: runId, node: node.uniqueId }, work),
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    });
  }

  async run(): Promise<BuildReport> {
    const { pool, selection, warnings } = this.#workspace;
    writeManifest(this.#workspace);
    await deferReads(this.#workspace, this.#stage.placement, idsOf(modelsOf(this.#chosen)));
    await checkBeforeRun(this.#workspace, this.#chosen, (node) => this.#stage.placement.read(node));
    const results = new ResultsFile(this.#workspace, this.#chosen, this.#carried.results);
    await this.#stage.prepare();
    let outcomes: Outcome[] = [];
    let failure: SluiceError | undefined;
    let ended = false;
    try {
      await this.#hooks('start', []);
      outcomes = await this.#runNodes(results);
      failure = failureOf(outcomes, this.#stage.candidates, this.#workspace.options.audit !== false);
      if (failure !== undefined) await this.#hooks('end', outcomes);
      ended = true;
    } finally {
      results.close();
      // What stops a build halfway leaves candidates that nobody works on any more; the sessions may be gone with it.
      if (!ended) await this.#stage.abandon().catch(() => {});
    }
    const settled = await this.#stage.settle(failure === undefined);
    // Grants on all tables of a schema, and the like, are meant for what readers see.
    if (failure === undefined) await this.#hooks('end', outcomes, settled.published);
    await pool.close();
    return buildReport({
      outcomes,
      ...settled,
      unmatched: selection.unmatched,
      warnings: warnings.told,
      ...(failure === undefined ? {} : { failure }),
    });
  }

  async #runNodes(file: ResultsFile): Promise<Outcome[]> {
    const { project, options, threads } = this.#workspace;
    const done = new Set(this.#carried.results.map(({ unique_id: id }) => id));
    const left = new Set(this.#chosen.keys()).difference(done);
    const ended = (outcome: Outcome): Outcome => {
      file.add(outcome);
      reportNode(options, outcome);
      return outcome;
    };
    const nameOf = ({ resourceType, name }: SqlNode): NodeName => ({ kind: resourceType, name });
    options.onChosen?.([...left].map((id) => nameOf(this.#node(id))));
    const results = await runSchedule<Outcome>({
      nodes: runOrder(project.graph, project.nodes, left, this.#makes),
      threads,
      failFast: options.failFast ?? false,
      ...(options.signal === undefined ? {} : { signal: options.signal }),
      run: async (id, thread) => {
        const node = this.#node(id);
        options.onBegin?.(nameOf(node));
        return ended(await this.#withSession(id, (session) => this.#runner.run(node, session, thread)));
      },
      skip: (id, cause) => ended(skipped(this.#node(id), this.#node(cause))),
    });
    return [...results.values()];
  }

  /** @param published whether readers see what was built; at the start they see what was built before */
  #hooks(when: 'start' | 'end', outcomes: readonly Outcome[], published = when === 'start'): Promise<void> {
    // Publishing has made relations that the cache of the run does not know of.
    const cache = when === 'end' && published ? new RelationCache() : this.#cache;
    return this.#withSession(`on-run-${when}`, (session) =>
      runHooks(this.#workspace.project, when, session, cache, {
        outcomes,
        models: modelsOf(this.#chosen),
        published,
        relation: (node) => (published ? publishedRelation(node) : this.#stage.placement.relation(node)),
      }),
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
    message: `${describe(cause)} did not pass`,
    sql: null,
    path: null,
    response: {},
  };
}

/** What makes a relation of its own. */
export function modelsOf(chosen: ReadonlyMap<string, SqlNode>): SqlNode[] {
  return [...chosen.values()].filter((node) => !isTest(node));
}
