import type { Project } from '../../../config/index.ts';
import type { Warehouse } from '../../../snowflake/index.ts';
import type { BatchResults, Timing } from '../../artifacts/results.ts';
import { NodeSession, type RelationCache } from '../../context/session.ts';
import type { RunFlags } from '../../flags.ts';
import { materializationOf, type SqlNode } from '../../graph/node.ts';
import type { ParsedProject } from '../../parse/project.ts';
import { describe } from '../../parse/resolve.ts';
import { sqlName } from '../../relation.ts';
import { batchOf, batchRange, dueBatches, isMicrobatch } from '../compile/batches.ts';
import type { Compiler } from '../compile/compiler.ts';
import { type Placement, publishedRelation } from '../compile/placement.ts';
import { errorMessage, kindOf, type Outcome } from '../results/outcome.ts';
import type { Warnings } from '../warnings.ts';
import { type BatchHelpers, buildBatches } from './execute-batches.ts';
import { buildModel, buildSeed } from './execute-model.ts';
import { runTest } from './execute-test.ts';
import { runUnitTest } from './execute-unit-test.ts';
import { maskedColumns } from './masked-columns.ts';
import { commenting } from './query-comment.ts';
import { refusePython } from './refuse-python.ts';
import { transience } from './transient.ts';

export interface RunnerParts {
  readonly project: ParsedProject;
  /** Whose tables may have masked columns. */
  readonly config: Project;
  readonly compiler: Compiler;
  readonly placement: Placement;
  readonly cache: RelationCache;
  readonly flags: RunFlags;
  readonly warnings: Warnings;
  /** Batches of microbatch models are due up to then. */
  readonly startedAt: Date;
  /** Batches that an earlier run has left in the candidates, by unique id. */
  readonly resumed: ReadonlyMap<string, BatchResults>;
  /** The command that goes on with the candidates of this run, if it has any. */
  readonly again: string | undefined;
  /** Sessions that are free just now, for batches at the same time. */
  helpers(node: SqlNode, ...work: Parameters<BatchHelpers>): Promise<void>;
  readonly signal?: AbortSignal;
}

type Ended = Pick<Outcome, 'status' | 'passed' | 'message'> & Partial<Outcome>;

/** Runs single nodes: whatever goes wrong with one is its outcome, not an exception. */
export class NodeRunner {
  readonly #parts: RunnerParts;

  constructor(parts: RunnerParts) {
    this.#parts = parts;
  }

  async run(node: SqlNode, plain: Warehouse, thread: number): Promise<Outcome> {
    const startedAt = new Date();
    let compiledAt: Date | undefined;
    let compiled: { readonly path: string; readonly sql: string } | undefined;
    const onCompiled = (path: string, sql: string): void => {
      compiledAt = new Date();
      compiled = { path, sql };
    };
    const warehouse = commenting(this.#parts.project, node, plain);
    const session = new NodeSession(warehouse, this.#parts.cache, this.#parts.signal);
    const finish = (rest: Ended): Outcome => ({
      node,
      thread,
      ms: Date.now() - startedAt.getTime(),
      timing: timings(startedAt, compiledAt, new Date()),
      rows: null,
      failures: null,
      sql: compiled?.sql ?? null,
      path: compiled?.path ?? null,
      response: {},
      ...rest,
    });
    try {
      if (node.unitTest !== undefined) {
        return finish(await this.#unitTest(node, warehouse, session, onCompiled));
      }
      return node.resourceType === 'test'
        ? finish(await this.#test(node, warehouse, session, onCompiled))
        : finish(await this.#model(node, warehouse, session, onCompiled));
    } catch (error) {
      this.#parts.signal?.throwIfAborted();
      const file = this.#fileOf(node);
      const message = errorMessage(error, { node, file, compiled, statement: session.failedStatement });
      return finish({ status: 'error', passed: false, message, errorKind: kindOf(error) });
    }
  }

  async #model(
    node: SqlNode,
    warehouse: Warehouse,
    session: NodeSession,
    onCompiled: (path: string, sql: string) => void,
  ): Promise<Ended> {
    const { project, compiler, placement } = this.#parts;
    refusePython(node);
    if (node.resourceType === 'seed') {
      const rows = await buildSeed(node, { project, compiler, placement, warehouse, session });
      return { status: 'success', passed: true, message: `INSERT ${rows}`, rows };
    }
    if (isMicrobatch(node)) return await this.#microbatch(node, warehouse, session, onCompiled);
    await this.#startFromPublished(node, warehouse, session);
    const built = await buildModel(this.#restingUntilPublished(node), {
      project,
      compiler,
      placement,
      warehouse,
      session,
      onCompiled,
    });
    const said = built.response._message;
    return {
      status: 'success',
      passed: true,
      message: typeof said === 'string' ? said : 'SUCCESS',
      rows: built.rows,
      response: built.response,
    };
  }

  /** Computes the batches that are due, or those that an earlier run has left to do. */
  async #microbatch(
    node: SqlNode,
    warehouse: Warehouse,
    session: NodeSession,
    onCompiled: (path: string, sql: string) => void,
  ): Promise<Ended> {
    const { project, compiler, placement, cache, flags, startedAt, helpers, signal } = this.#parts;
    const earlier = this.#parts.resumed.get(node.uniqueId);
    if (earlier === undefined) await this.#startFromPublished(node, warehouse, session);
    const there = (await session.relation(placement.relation(node)))?.type === 'table';
    const incremental = there && (earlier !== undefined || !fullRefreshes(node, flags));
    const due = dueBatches(node, batchRange(flags, startedAt, incremental));
    const { results, rows, failure } = await buildBatches(node, earlier?.failed.map(batchOf) ?? due, {
      project,
      compiler,
      placement,
      warehouse,
      cache,
      incremental,
      onCompiled,
      helpers: (work) => helpers(node, work),
      ...(signal === undefined ? {} : { signal }),
    });
    const batches = { ...results, successful: [...(earlier?.successful ?? []), ...results.successful] };
    const all = batches.successful.length + batches.failed.length;
    if (failure === undefined) {
      return { status: 'success', passed: true, message: `SUCCESS ${all} batches`, rows, batches };
    }
    const message = errorMessage(failure.error, { node, file: this.#fileOf(node), ...failure });
    return {
      status: 'error',
      passed: false,
      message: `${message}\n  ${batches.failed.length} of ${all} batches are missing, the first is that of ${failure.batch}`,
      errorKind: kindOf(failure.error),
      batches,
    };
  }

  #placeOf(node: SqlNode): string {
    const body = this.#parts.project.bodies.get(node.uniqueId);
    return body === undefined ? node.originalPath : `${body.file}:${body.line}`;
  }

  #fileOf(node: SqlNode): string {
    return this.#parts.project.bodies.get(node.uniqueId)?.file ?? node.originalPath;
  }

  /** A candidate that is dynamic does not refresh by itself: nobody reads it but this run, and it may be kept to be looked at. */
  #restingUntilPublished(node: SqlNode): SqlNode {
    const candidate = this.#parts.placement.relation(node);
    const refreshes = materializationOf(node) === 'dynamic_table' && node.config.target_lag !== undefined;
    if (!refreshes || candidate.equals(publishedRelation(node))) return node;
    // Its tests need its rows at once, whenever the published one is to have them first.
    return { ...node, config: { ...node.config, target_lag: 'DOWNSTREAM', initialize: 'ON_CREATE' } };
  }

  /** What adds to its own table starts from a clone of what is published, which costs nothing until it is changed. */
  async #startFromPublished(node: SqlNode, warehouse: Warehouse, session: NodeSession): Promise<void> {
    const candidate = this.#parts.placement.relation(node);
    const published = publishedRelation(node);
    const adds = materializationOf(node) === 'incremental' || node.resourceType === 'snapshot';
    if (!adds || fullRefreshes(node, this.#parts.flags) || candidate.equals(published)) return;
    const there = await session.relation(published);
    if (there?.type !== 'table') return;
    const transient = await transience(published, node, session);
    await warehouse.execute(
      `CREATE OR REPLACE ${transient}TABLE ${sqlName(candidate)} CLONE ${sqlName(published)}`,
    );
    session.made(candidate.with({ type: 'table' }));
  }

  async #unitTest(
    node: SqlNode,
    warehouse: Warehouse,
    session: NodeSession,
    onCompiled: (path: string, sql: string) => void,
  ): Promise<Ended> {
    const { project, compiler, placement } = this.#parts;
    const parts = { project, compiler, placement, warehouse, session, onCompiled };
    const { failures, difference, path } = await runUnitTest(node, parts);
    if (failures === 0) return { status: 'pass', passed: true, message: null, failures };
    const message = `${describe(node)} (${this.#placeOf(node)}): ${difference}\n  compiled SQL: ${path}`;
    return { status: 'fail', passed: false, message, failures };
  }

  async #test(
    node: SqlNode,
    warehouse: Warehouse,
    session: NodeSession,
    onCompiled: (path: string, sql: string) => void,
  ): Promise<Ended> {
    const { compiler, project, config, flags, warnings, again } = this.#parts;
    const tested = await runTest(node, {
      compiler,
      warehouse,
      session,
      onCompiled,
      storeFailures: flags.storeFailures === true,
      readsCandidates: again !== undefined,
      masked: maskedColumns(node, project, config),
    });
    const { failures, path, examples } = tested;
    if (tested.status === 'pass') return { status: 'pass', passed: true, message: null, failures };
    const limit = tested.status === 'warn' ? node.config.warn_if : node.config.error_if;
    const results = failures === 1 ? 'result' : 'results';
    const lines = [
      `${describe(node)} (${this.#placeOf(node)}): got ${failures} ${results}, configured to ${tested.status} if ${String(limit)}`,
      ...examples.map((row) => `    ${JSON.stringify(row)}`),
      `  compiled SQL: ${path}`,
      ...(tested.stored === undefined ? [] : [`  all of them: ${tested.stored}`]),
      `  again: ${again === undefined ? '' : `${again}, or on what is published: `}sluice test --select ${node.name}`,
    ];
    const status = tested.status === 'warn' && warnings.isError('LogTestResult') ? 'fail' : tested.status;
    return { status, passed: status !== 'fail', message: lines.join('\n'), failures, examples };
  }
}

/** Whether a model is made anew; a snapshot never is, for it would lose what nothing else remembers. */
function fullRefreshes(node: SqlNode, { fullRefresh = false }: RunFlags): boolean {
  if (node.resourceType === 'snapshot') return false;
  const own = node.config.full_refresh;
  return typeof own === 'boolean' ? own : fullRefresh;
}

function timings(started: Date, compiled: Date | undefined, ended: Date): Timing[] {
  const between = (name: Timing['name'], from: Date, to: Date): Timing => ({
    name,
    started_at: from.toISOString(),
    completed_at: to.toISOString(),
  });
  if (compiled === undefined) return [between('compile', started, ended)];
  return [between('compile', started, compiled), between('execute', compiled, ended)];
}
